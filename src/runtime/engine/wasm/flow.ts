/**
 * Computes the control flow of an eBPF function: basic blocks in reverse postorder, with their dominators.
 *
 * Input: a decoded program and the index of the function's first instruction. Output: the blocks that can be reached
 * from it without following local calls. Block 0 is the entry. Along every edge but a back edge, the number grows.
 *
 * Source: Cooper, Harvey, Kennedy: A Simple, Fast Dominance Algorithm (2001).
 */
import { distanceOf } from '../../../bpf/fields.js';
import type { Placed } from '../../../bpf/types.js';
import { defined } from '../../../base/assert.js';

export interface FlowBlock {
  /** Indices of the first instruction and of the one after the last. */
  readonly start: number;
  readonly end: number;
  /** The block that follows without a jump; undefined after `ja` and `exit`. */
  next: number | undefined;
  /** The target of the jump at the end of the block. */
  taken: number | undefined;
}

export interface FunctionFlow {
  readonly blocks: readonly FlowBlock[];
  /** The immediate dominator of each block; that of the entry is the entry itself. */
  readonly dominator: readonly number[];
  /** True for blocks with an edge from a later block or from themselves. */
  readonly isLoopHead: readonly boolean[];
  /** True for blocks with two or more edges from earlier blocks. */
  readonly isMerge: readonly boolean[];
  /** True if every loop is entered only at its head. */
  readonly reducible: boolean;
}

/**
 * The functions of a program by the index of their first instruction: the main function, then those that it calls
 * directly or indirectly. Other functions are left out, because the verifier did not explore them.
 */
export function functionFlows(code: readonly Placed[]): ReadonlyMap<number, FunctionFlow> {
  const indexOf = slotIndex(code);
  const flows = new Map<number, FunctionFlow>();
  const entries = new Set([0]);
  // Iterating a set also visits the entries that are inserted during the iteration.
  for (const entry of entries) {
    const flow = functionFlow(code, entry, indexOf);
    flows.set(entry, flow);
    for (const { start, end } of flow.blocks) {
      for (const { slot, instruction } of code.slice(start, end)) {
        if (instruction.kind !== 'call_local') continue;
        entries.add(defined(indexOf(slot + 1 + instruction.offset), 'a call target'));
      }
    }
  }
  return flows;
}

/** The index of the instruction at a slot. */
export function slotIndex(code: readonly Placed[]): (slot: number) => number | undefined {
  const map = new Map(code.map(({ slot }, index) => [slot, index]));
  return (slot) => map.get(slot);
}

/** The control flow of the function that starts at `entry`. */
export function functionFlow(
  code: readonly Placed[],
  entry: number,
  indexOf: (slot: number) => number | undefined,
): FunctionFlow {
  const ways = (index: number): readonly [number | undefined, number | undefined] =>
    waysOf(code, index, indexOf);
  const { order, starts } = reversePostorder(code.length, entry, ways);
  const numberOf = new Map(order.map((start, number) => [start, number]));
  const blocks = order.map((start): FlowBlock => {
    let end = start + 1;
    while (isPlain(ways(end - 1), end) && !starts.has(end)) end++;
    const [next, taken] = ways(end - 1);
    return {
      start,
      end,
      next: next === undefined ? undefined : numberOf.get(next),
      taken: taken === undefined ? undefined : numberOf.get(taken),
    };
  });
  return { blocks, ...shapeOf(blocks) };
}

function isPlain([next, taken]: readonly [number | undefined, number | undefined], end: number): boolean {
  return next === end && taken === undefined;
}

/** The indices of an instruction's successors: without and with its jump. */
function waysOf(
  code: readonly Placed[],
  index: number,
  indexOf: (slot: number) => number | undefined,
): readonly [number | undefined, number | undefined] {
  const { slot, instruction } = defined(code[index], 'an instruction of the program');
  if (instruction.kind === 'exit') return [undefined, undefined];
  const distance = instruction.kind === 'call_local' ? undefined : distanceOf(instruction);
  const target = distance === undefined ? undefined : indexOf(slot + 1 + distance);
  return [instruction.kind === 'ja' ? undefined : index + 1, target];
}

/** The first instructions of blocks in reverse postorder. It does not recurse, because programs can be long. */
function reversePostorder(
  size: number,
  entry: number,
  ways: (index: number) => readonly [number | undefined, number | undefined],
): { readonly order: readonly number[]; readonly starts: ReadonlySet<number> } {
  const starts = leaders(size, entry, ways);
  const seen = new Set([entry]);
  const postorder: number[] = [];
  const stack: { readonly start: number; readonly left: number[] }[] = [];
  const push = (start: number): void => {
    let last = start;
    while (isPlain(ways(last), last + 1) && !starts.has(last + 1)) last++;
    const [next, taken] = ways(last);
    stack.push({ start, left: [next, taken].filter((i) => i !== undefined) });
  };
  push(entry);
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const successor = top.left.pop();
    if (successor === undefined) {
      postorder.push(top.start);
      stack.pop();
    } else if (!seen.has(successor)) {
      seen.add(successor);
      push(successor);
    }
  }
  return { order: postorder.reverse(), starts };
}

/** The reachable instructions at which a block begins: the entry, jump targets, and instructions after a jump. */
function leaders(
  size: number,
  entry: number,
  ways: (index: number) => readonly [number | undefined, number | undefined],
): ReadonlySet<number> {
  const starts = new Set([entry]);
  const reached = new Uint8Array(size);
  const work = [entry];
  for (let index = work.pop(); index !== undefined; index = work.pop()) {
    if (reached[index] === 1) continue;
    reached[index] = 1;
    const [next, taken] = ways(index);
    if (taken !== undefined) starts.add(taken);
    if (taken !== undefined && next !== undefined) starts.add(next);
    for (const way of [next, taken]) if (way !== undefined) work.push(way);
  }
  return starts;
}

function successorsOf(block: FlowBlock): readonly number[] {
  return [block.next, block.taken].filter((b) => b !== undefined);
}

function shapeOf(blocks: readonly FlowBlock[]): Omit<FunctionFlow, 'blocks'> {
  const predecessors: number[][] = blocks.map(() => []);
  for (const [from, block] of blocks.entries())
    for (const to of successorsOf(block)) predecessors[to]?.push(from);
  const dominator = dominators(predecessors);
  const backEdges = predecessors.flatMap((list, to) =>
    list.filter((from) => from >= to).map((from) => [from, to] as const),
  );
  return {
    dominator,
    isLoopHead: predecessors.map((list, to) => list.some((from) => from >= to)),
    isMerge: predecessors.map((list, to) => list.filter((from) => from < to).length > 1),
    reducible: backEdges.every(([from, to]) => dominates(dominator, to, from)),
  };
}

function dominators(predecessors: readonly (readonly number[])[]): readonly number[] {
  const idom: number[] = predecessors.map((_, block) => (block === 0 ? 0 : -1));
  const meet = (a: number, b: number): number => {
    let [x, y] = [a, b];
    while (x !== y) {
      while (x > y) x = idom[x] as number;
      while (y > x) y = idom[y] as number;
    }
    return x;
  };
  for (let changed = true; changed;) {
    changed = false;
    for (let block = 1; block < predecessors.length; block++) {
      const known = (predecessors[block] ?? []).filter((p) => idom[p] !== -1);
      const found = known.reduce(meet);
      if (idom[block] === found) continue;
      idom[block] = found;
      changed = true;
    }
  }
  return idom;
}

function dominates(dominator: readonly number[], above: number, below: number): boolean {
  let at = below;
  while (at > above) at = dominator[at] as number;
  return at === above;
}
