/**
 * Basic blocks. `select` makes them, `optimise` rewrites them, and `layOut` turns them into a sequence with labels.
 *
 * A block has a body without jumps and one terminator. Blocks are immutable: passes make new ones.
 */
import { ja, jump } from '../../bpf/asm.js';
import type { AsmInstruction, JumpOp, Operand, Origin, Reg } from '../../bpf/types.js';
import { defined } from '../../base/assert.js';

export interface Block {
  readonly label: string;
  readonly body: readonly AsmInstruction[];
  readonly end: Terminator;
  /** The origin of the terminator. */
  readonly origin: Origin;
}

export type Terminator =
  | { readonly kind: 'goto'; readonly to: string }
  | { readonly kind: 'branch'; readonly test: Test; readonly then: string; readonly otherwise: string }
  /** The body ends in `exit`. */
  | { readonly kind: 'exit' };

/** A 64-bit comparison of a register. */
export interface Test {
  readonly op: JumpOp;
  readonly dst: Reg;
  readonly src: Operand;
}

/** The first block is the entry. */
export type Graph = readonly Block[];

/** The negation of each test. The instruction set has none for `jset`. */
const NEGATED: Partial<Record<JumpOp, JumpOp>> = {
  jeq: 'jne',
  jne: 'jeq',
  jgt: 'jle',
  jle: 'jgt',
  jlt: 'jge',
  jge: 'jlt',
  jsgt: 'jsle',
  jsle: 'jsgt',
  jslt: 'jsge',
  jsge: 'jslt',
};

export function branchTargets(end: Terminator): readonly string[] {
  switch (end.kind) {
    case 'goto':
      return [end.to];
    case 'branch':
      return [end.otherwise, end.then];
    case 'exit':
      return [];
  }
}

/** Returns the instructions of all blocks in one sequence. A block falls through to its successor where that is possible. */
export function layOut(graph: Graph): AsmInstruction[] {
  const order = placeBlocks(graph);
  return order.flatMap((block, i) => emitBlock(block, order[i + 1]?.label));
}

/** Orders the blocks in greedy chains of fall-through, the branch not taken first. Known weakness: it may not minimise jumps. */
function placeBlocks(graph: Graph): Block[] {
  const byLabel = new Map(graph.map((b) => [b.label, b]));
  const placed = new Set<Block>();
  const pending: string[] = [];
  let next: Block | undefined = graph[0];
  while (next !== undefined) {
    placed.add(next);
    const targets: Block[] = branchTargets(next.end).map((label) =>
      defined(byLabel.get(label), `a block ${label}`),
    );
    pending.push(...targets.map((b) => b.label));
    const free: Block[] = targets.filter((b) => !placed.has(b));
    const invertible = next.end.kind !== 'branch' || NEGATED[next.end.test.op] !== undefined;
    const fallsThrough: boolean = free[0] === targets[0] || invertible;
    next = fallsThrough ? free[0] : undefined;
    while (next === undefined && pending.length > 0) {
      const candidate = defined(byLabel.get(defined(pending.pop(), 'a pending label')), 'a pending block');
      if (!placed.has(candidate)) next = candidate;
    }
  }
  return [...placed];
}

function emitBlock(block: Block, following: string | undefined): AsmInstruction[] {
  const { origin } = block;
  const code = [...block.body, ...emitEnd(block.end, following).map((i) => ({ ...i, origin }))];
  return code.map((instruction, i) => (i === 0 ? { ...instruction, label: block.label } : instruction));
}

function emitEnd(end: Terminator, following: string | undefined): AsmInstruction[] {
  switch (end.kind) {
    case 'exit':
      return [];
    case 'goto':
      return end.to === following ? [] : [ja(end.to)];
    case 'branch': {
      const { op, dst, src } = end.test;
      const negated = NEGATED[op];
      if (end.otherwise === following) return [jump(64, op, dst, src, end.then)];
      if (end.then === following && negated !== undefined)
        return [jump(64, negated, dst, src, end.otherwise)];
      return [jump(64, op, dst, src, end.then), ja(end.otherwise)];
    }
  }
}
