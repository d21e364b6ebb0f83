/**
 * The control flow of a decoded program: the successors of each instruction, the functions, and the errors that do not
 * depend on a path.
 *
 * A function is the range of instructions from the target of a local call (or the start) to the next such target. Its
 * jumps stay within it and its last instruction does not fall through, so a path leaves it only by `exit`.
 */
import { distanceOf } from '../fields.js';
import type { Placed } from '../types.js';
import { MAX_FRAMES } from './state.js';
import type { VerifierRule } from './types.js';

export interface Shape {
  /** Index of the target of a jump or local call; −1 for other instructions. */
  readonly targets: Int32Array;
  /** 1 if the next instruction may follow. */
  readonly fallsThrough: Uint8Array;
  /** 1 if states are compared before the instruction: at the targets of jumps and calls, and after calls. */
  readonly meets: Uint8Array;
  /** True if a jump or a local call goes to an earlier instruction or to itself. */
  readonly goesBack: boolean;
  /** Indices of the first instructions of functions, ascending. */
  readonly functions: readonly number[];
  /** Deepest nesting of functions. */
  readonly frames: number;
  readonly problems: readonly ShapeProblem[];
}

export interface ShapeProblem {
  readonly index: number;
  readonly rule: VerifierRule;
  readonly message: string;
}

/** The control flow of a program without decode errors. */
export function shapeOf(code: readonly Placed[]): Shape {
  const targets = targetsOf(code);
  const fallsThrough = new Uint8Array(code.length);
  const meets = new Uint8Array(code.length + 1);
  const starts = new Set<number>([0]);
  let goesBack = false;
  let calls = false;
  code.forEach(({ instruction: { kind } }, index) => {
    const target = targets[index] ?? -1;
    fallsThrough[index] = kind === 'exit' || kind === 'ja' ? 0 : 1;
    if (target >= 0) meets[target] = 1;
    goesBack ||= target >= 0 && target <= index;
    if (kind !== 'call_local') return;
    calls = true;
    starts.add(target);
    meets[index + 1] = 1;
  });
  const functions = [...starts].sort((a, b) => a - b);
  const flow = { targets, fallsThrough, meets, goesBack, functions };
  // The number of functions does not show whether there are calls: a single function may call itself.
  if (!calls) return { ...flow, frames: 1, problems: [] };
  const problems = leavingProblems(code, targets, fallsThrough, functions);
  const { frames, problem } = nesting(code, targets, functions);
  if (problem !== undefined) problems.push(problem);
  return { ...flow, frames, problems };
}

function targetsOf(code: readonly Placed[]): Int32Array {
  const last = code.at(-1);
  const indexOfSlot = new Int32Array((last?.slot ?? 0) + 2).fill(-1);
  code.forEach(({ slot }, index) => (indexOfSlot[slot] = index));
  return Int32Array.from(code, ({ slot, instruction }) => {
    const distance = distanceOf(instruction);
    return distance === undefined ? -1 : (indexOfSlot[slot + 1 + distance] ?? -1);
  });
}

/** The index, in `functions`, of the function that an instruction belongs to (binary search). */
function functionOf(functions: readonly number[], index: number): number {
  let low = 0;
  let high = functions.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((functions[middle] ?? 0) <= index) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The jumps out of a function, and the functions whose last instruction falls through. */
function leavingProblems(
  code: readonly Placed[],
  targets: Int32Array,
  fallsThrough: Uint8Array,
  functions: readonly number[],
): ShapeProblem[] {
  const problems: ShapeProblem[] = [];
  code.forEach(({ instruction: { kind } }, index) => {
    const own = functionOf(functions, index);
    const target = targets[index] ?? -1;
    if (kind !== 'call_local' && target >= 0 && functionOf(functions, target) !== own) {
      problems.push({ index, rule: 'jump_target', message: 'a jump leaves its function' });
    }
    if (index + 1 === functions[own + 1] && fallsThrough[index] === 1) {
      problems.push({ index, rule: 'fall_through', message: 'a function runs past its last instruction' });
    }
  });
  return problems;
}

/** The deepest nesting of calls. Recursion and calls that nest too deep are a problem. */
function nesting(
  code: readonly Placed[],
  targets: Int32Array,
  functions: readonly number[],
): { readonly frames: number; readonly problem?: ShapeProblem } {
  const calls = code.flatMap(({ instruction }, index) =>
    instruction.kind === 'call_local'
      ? [{ index, from: functionOf(functions, index), to: functionOf(functions, targets[index] ?? 0) }]
      : [],
  );
  const depths = new Int32Array(functions.length).fill(1);
  // Round n makes the depths of all chains of n calls right. More rounds than frames mean that a chain is too long.
  for (let round = 0; round <= MAX_FRAMES; round++) {
    const deeper = calls.filter(({ from, to }) => (depths[to] ?? 0) <= (depths[from] ?? 0));
    if (deeper.length === 0) return { frames: deepest(calls, depths) };
    for (const { from, to } of deeper) depths[to] = Math.max(depths[to] ?? 0, (depths[from] ?? 0) + 1);
    const tooDeep = deeper.find(({ to }) => (depths[to] ?? 0) > MAX_FRAMES);
    if (tooDeep !== undefined) return { frames: MAX_FRAMES, problem: deepProblem(calls, tooDeep.index) };
  }
  return { frames: MAX_FRAMES, problem: deepProblem(calls, calls[0]?.index ?? 0) };
}

interface LocalCall {
  readonly index: number;
  readonly from: number;
  readonly to: number;
}

const deepest = (calls: readonly LocalCall[], depths: Int32Array): number =>
  calls.reduce((most, { to }) => Math.max(most, depths[to] ?? 1), 1);

function deepProblem(calls: readonly LocalCall[], index: number): ShapeProblem {
  const own = calls.find((call) => call.index === index);
  const isRecursive = own !== undefined && reaches(calls, own.to, own.from);
  const message = isRecursive
    ? 'a function calls itself'
    : `calls nest deeper than ${MAX_FRAMES} functions, or a function calls itself`;
  return { index, rule: 'call', message };
}

function reaches(calls: readonly LocalCall[], from: number, to: number): boolean {
  const reached = new Set([from]);
  for (const f of reached) for (const call of calls) if (call.from === f) reached.add(call.to);
  return reached.has(to);
}

/** The instructions that no path leads to. */
export function unreachable(shape: Shape): readonly number[] {
  const { targets, fallsThrough } = shape;
  const reached = new Uint8Array(targets.length);
  const waiting = [0];
  for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
    if (index < 0 || index >= reached.length || reached[index] === 1) continue;
    reached[index] = 1;
    if (fallsThrough[index] === 1) waiting.push(index + 1);
    waiting.push(targets[index] ?? -1);
  }
  return [...reached.keys()].filter((index) => reached[index] === 0);
}
