/**
 * The control flow of a decoded program, by index of instruction.
 *
 * The order it gives is topological: a backward jump is no error by itself (jump threading makes some), a
 * loop is.
 */
import { distanceOf } from './fields.js';
import type { Placed } from './types.js';

export interface Flow {
  /** Instruction indices, each after all its predecessors; those in or behind a loop are missing. */
  readonly order: readonly number[];
  /** Indices that follow each instruction: fall-through first, then the jump's target. */
  readonly successors: readonly (readonly number[])[];
  readonly unreachable: readonly number[];
  /** Jumps that close a loop, and so are reached by their own target. */
  readonly loops: readonly number[];
}

export function buildFlow(program: readonly Placed[]): Flow {
  const indexOfSlot = new Map(program.map(({ slot }, index) => [slot, index]));
  const successors = program.map((placed, index) => successorsOf(placed, index, indexOfSlot));
  const { reached, loops } = walk(successors);
  const order = topological(successors, reached);
  const unreachable = program.map((_, i) => i).filter((i) => !reached.has(i));
  return { order, successors, unreachable, loops };
}

function successorsOf(
  { slot, instruction }: Placed,
  index: number,
  indexOfSlot: ReadonlyMap<number, number>,
): readonly number[] {
  if (instruction.kind === 'exit') return [];
  const next = instruction.kind === 'ja' ? [] : [index + 1];
  const distance = instruction.kind === 'call_local' ? undefined : distanceOf(instruction);
  const target = distance === undefined ? undefined : indexOfSlot.get(slot + 1 + distance);
  return target === undefined ? next : [...next, target];
}

/** Depth first, without recursion: what is reached, and the edges back to something on the way there. */
function walk(successors: readonly (readonly number[])[]): {
  readonly reached: ReadonlySet<number>;
  readonly loops: readonly number[];
} {
  const reached = new Set<number>([0]);
  const onPath = new Set<number>([0]);
  const loops: number[] = [];
  const stack = [{ index: 0, next: 0 }];
  for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
    const successor = successors[top.index]?.[top.next++];
    if (successor === undefined) {
      onPath.delete(top.index);
      stack.pop();
    } else if (onPath.has(successor)) {
      loops.push(top.index);
    } else if (!reached.has(successor)) {
      reached.add(successor);
      onPath.add(successor);
      stack.push({ index: successor, next: 0 });
    }
  }
  return { reached, loops };
}

function topological(
  successors: readonly (readonly number[])[],
  reached: ReadonlySet<number>,
): readonly number[] {
  const waiting = new Map<number, number>();
  for (const index of reached) {
    for (const s of successors[index] ?? []) waiting.set(s, (waiting.get(s) ?? 0) + 1);
  }
  const order: number[] = [];
  const ready = [0].filter((index) => !waiting.has(index));
  for (let index = ready.pop(); index !== undefined; index = ready.pop()) {
    order.push(index);
    for (const s of successors[index] ?? []) {
      const left = (waiting.get(s) ?? 0) - 1;
      waiting.set(s, left);
      if (left === 0) ready.push(s);
    }
  }
  return order;
}
