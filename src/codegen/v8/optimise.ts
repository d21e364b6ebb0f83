/**
 * Blocks → fewer blocks with the same meaning. Until nothing changes, it threads jumps through empty blocks, folds branches
 * with one outcome, shares equal tails, drops unreachable blocks and merges chains of blocks.
 *
 * Known weakness: it works on whole blocks and does not change the code inside a block.
 */
import { defined } from '../../base/assert.js';
import type { Block, Graph, Terminator } from './blocks.js';
import { branchTargets } from './blocks.js';

export function optimise(graph: Graph): Graph {
  let current = graph;
  for (;;) {
    const next = mergeChains(dropUnreachable(shareTails(foldBranches(threadJumps(current)))));
    if (next.length === current.length && next.every((b, i) => sameBlock(b, current[i]))) return next;
    current = next;
  }
}

function sameBlock(a: Block, b: Block | undefined): boolean {
  return b !== undefined && a.label === b.label && a.body === b.body && endKey(a.end) === endKey(b.end);
}

function retarget(end: Terminator, rename: (label: string) => string): Terminator {
  switch (end.kind) {
    case 'goto':
      return { kind: 'goto', to: rename(end.to) };
    case 'branch':
      return { ...end, then: rename(end.then), otherwise: rename(end.otherwise) };
    case 'exit':
      return end;
  }
}

/** Replaces a jump to an empty block by a jump to the target of that block. */
function threadJumps(graph: Graph): Graph {
  const onward = new Map<string, string>();
  for (const block of graph) {
    if (block.body.length === 0 && block.end.kind === 'goto') onward.set(block.label, block.end.to);
  }
  const final = (label: string): string => {
    let at = label;
    for (let hops = 0; hops < graph.length; hops++) at = onward.get(at) ?? at;
    return at;
  };
  return graph.map((block) => ({ ...block, end: retarget(block.end, final) }));
}

/** Replaces a branch by a jump if both targets are equal, or if its block loads the constant that it tests. */
function foldBranches(graph: Graph): Graph {
  return graph.map((block) => {
    const { end } = block;
    if (end.kind !== 'branch') return block;
    if (end.then === end.otherwise) return { ...block, end: { kind: 'goto', to: end.then } };
    const outcome = knownOutcome(block);
    if (outcome === undefined) return block;
    return { ...block, end: { kind: 'goto', to: outcome ? end.then : end.otherwise } };
  });
}

function knownOutcome({ body, end }: Block): boolean | undefined {
  const last = body.at(-1)?.op;
  if (end.kind !== 'branch' || end.test.src.kind !== 'imm') return undefined;
  if (last?.kind !== 'alu' || last.op !== 'mov' || last.width !== 64 || last.dst !== end.test.dst)
    return undefined;
  if (last.src.kind !== 'imm') return undefined;
  const [value, imm] = [BigInt(last.src.imm), BigInt(end.test.src.imm)];
  switch (end.test.op) {
    case 'jeq':
      return value === imm;
    case 'jne':
      return value !== imm;
    case 'jset':
      return BigInt.asUintN(64, value & imm) !== 0n;
    default:
      return undefined;
  }
}

/** Merges blocks that differ only in their labels. It goes backwards, so that successors are merged before predecessors. */
function shareTails(graph: Graph): Graph {
  const representative = new Map<string, string>();
  const byKey = new Map<string, string>();
  const resolve = (label: string): string => representative.get(label) ?? label;
  for (const block of [...graph].reverse()) {
    const key = `${block.body.map((i) => JSON.stringify(i.op)).join(';')} ${endKey(retarget(block.end, resolve))}`;
    const first = byKey.get(key);
    if (first === undefined) byKey.set(key, block.label);
    else if (block !== graph[0]) representative.set(block.label, first);
  }
  return graph
    .filter((b) => !representative.has(b.label))
    .map((b) => ({ ...b, end: retarget(b.end, resolve) }));
}

function endKey(end: Terminator): string {
  return JSON.stringify(end);
}

function dropUnreachable(graph: Graph): Graph {
  const byLabel = new Map(graph.map((b) => [b.label, b]));
  const entry = graph[0];
  const reached = new Set<string>(entry === undefined ? [] : [entry.label]);
  for (const label of reached) {
    branchTargets(defined(byLabel.get(label), `a block ${label}`).end).forEach((t) => reached.add(t));
  }
  return graph.filter((b) => reached.has(b.label));
}

/** Appends a block to its only predecessor, if that ends in a jump to it. */
function mergeChains(graph: Graph): Graph {
  const predecessors = new Map<string, number>();
  graph
    .flatMap((b) => branchTargets(b.end))
    .forEach((t) => predecessors.set(t, (predecessors.get(t) ?? 0) + 1));
  const byLabel = new Map(graph.map((b) => [b.label, b]));
  const absorbed = new Set<string>();
  const merged = graph.map((block): Block => {
    if (absorbed.has(block.label)) return block;
    let current = block;
    while (current.end.kind === 'goto' && predecessors.get(current.end.to) === 1) {
      const next = defined(byLabel.get(current.end.to), 'a jump target');
      if (next === graph[0] || next === block) break;
      absorbed.add(next.label);
      current = { ...next, label: block.label, body: [...current.body, ...next.body] };
    }
    return current;
  });
  return merged.filter((b) => !absorbed.has(b.label));
}
