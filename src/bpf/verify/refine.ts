/**
 * What a conditional jump teaches about the two numbers that it compares, on each branch.
 *
 * Invariant: if members of the two operands take a branch, they are members of that branch's result (tested on random
 * members). A branch without a result is never taken.
 */
import type { JumpOp, Width } from '../types.js';
import type { Scalar } from './scalar.js';
import { LIMITS, UNKNOWN, intersect, isConstant, lowBits, max, min, reduce } from './scalar.js';
import { assertNever } from '../../base/assert.js';

/** What is known of both operands on one branch. */
export type Pair = readonly [a: Scalar, b: Scalar];

/** The operands on each branch; undefined if no pair of numbers takes it. */
export interface BranchOperands {
  readonly taken: Pair | undefined;
  readonly fall: Pair | undefined;
}

/** What is known of two compared numbers on each branch. */
export function compare(op: JumpOp, width: Width, a: Scalar, b: Scalar): BranchOperands {
  if (a === UNKNOWN && b === UNKNOWN) return { taken: [a, b], fall: [a, b] };
  if (width === 64) return { taken: refine(op, 64, a, b, true), fall: refine(op, 64, a, b, false) };
  const low: Pair = [lowBits(32, a), lowBits(32, b)];
  const back = (pair: Pair | undefined): Pair | undefined => {
    if (pair === undefined) return undefined;
    const first = withLow(a, low[0], pair[0]);
    const second = withLow(b, low[1], pair[1]);
    return first === undefined || second === undefined ? undefined : [first, second];
  };
  return {
    taken: back(refine(op, 32, low[0], low[1], true)),
    fall: back(refine(op, 32, low[0], low[1], false)),
  };
}

/** A 64-bit number whose low half was known as `before` and is now known as `after`. */
function withLow(a: Scalar, before: Scalar, after: Scalar): Scalar | undefined {
  if (before === after) return a;
  const highBits = ~0xffff_ffffn;
  const bits = { value: (a.value & highBits) | after.value, mask: (a.mask & highBits) | after.mask };
  const high = a.umin & highBits;
  const sameHigh = high === (a.umax & highBits);
  const lowest = sameHigh ? max(a.umin, high | after.umin) : a.umin;
  const highest = sameHigh ? min(a.umax, high | after.umax) : a.umax;
  return reduce(64, bits, lowest, highest, a.smin, a.smax);
}

function refine(op: JumpOp, width: Width, a: Scalar, b: Scalar, taken: boolean): Pair | undefined {
  switch (op) {
    case 'jeq':
      return taken ? equal(width, a, b) : different(width, a, b);
    case 'jne':
      return taken ? different(width, a, b) : equal(width, a, b);
    case 'jset':
      return taken ? someBit(width, a, b) : noBit(width, a, b);
    case 'jlt':
    case 'jslt':
      return taken ? less(width, a, b, op === 'jslt', 1n) : flip(less(width, b, a, op === 'jslt', 0n));
    case 'jle':
    case 'jsle':
      return taken ? less(width, a, b, op === 'jsle', 0n) : flip(less(width, b, a, op === 'jsle', 1n));
    case 'jgt':
    case 'jsgt':
      return taken ? flip(less(width, b, a, op === 'jsgt', 1n)) : less(width, a, b, op === 'jsgt', 0n);
    case 'jge':
    case 'jsge':
      return taken ? flip(less(width, b, a, op === 'jsge', 0n)) : less(width, a, b, op === 'jsge', 1n);
    default:
      return assertNever(op);
  }
}

const flip = (pair: Pair | undefined): Pair | undefined => pair && [pair[1], pair[0]];

function equal(width: Width, a: Scalar, b: Scalar): Pair | undefined {
  const both = intersect(width, a, b);
  return both && [both, both];
}

function different(width: Width, a: Scalar, b: Scalar): Pair | undefined {
  if (isConstant(a) && isConstant(b)) return a.value === b.value ? undefined : [a, b];
  const first = isConstant(b) ? without(width, a, b) : a;
  const second = isConstant(a) ? without(width, b, a) : b;
  return first === undefined || second === undefined ? undefined : [first, second];
}

/** What is known of a number that differs from a constant: the constant is cut off the ends of the intervals. */
function without(width: Width, a: Scalar, { value, smin }: Scalar): Scalar | undefined {
  const ends = a.umin === value || a.umax === value || a.smin === smin || a.smax === smin;
  if (!ends) return a;
  return reduce(
    width,
    a,
    a.umin === value ? value + 1n : a.umin,
    a.umax === value ? value - 1n : a.umax,
    a.smin === smin ? smin + 1n : a.smin,
    a.smax === smin ? smin - 1n : a.smax,
  );
}

/** Both numbers if `a + gap <= b`: a gap of 1 means less, a gap of 0 less or equal. */
function less(width: Width, a: Scalar, b: Scalar, isSigned: boolean, gap: bigint): Pair | undefined {
  const first = isSigned ? atMost(width, a, a.umax, b.smax - gap) : atMost(width, a, b.umax - gap, a.smax);
  const second = isSigned ? atLeast(width, b, b.umin, a.smin + gap) : atLeast(width, b, a.umin + gap, b.smin);
  return first === undefined || second === undefined ? undefined : [first, second];
}

function atMost(width: Width, a: Scalar, umax: bigint, smax: bigint): Scalar | undefined {
  if (umax >= a.umax && smax >= a.smax) return a;
  if (umax < a.umin || smax < a.smin) return undefined;
  return reduce(width, a, a.umin, min(umax, a.umax), a.smin, min(smax, a.smax));
}

function atLeast(width: Width, a: Scalar, umin: bigint, smin: bigint): Scalar | undefined {
  if (umin <= a.umin && smin <= a.smin) return a;
  if (umin > a.umax || smin > a.smax) return undefined;
  return reduce(width, a, max(umin, a.umin), a.umax, max(smin, a.smin), a.smax);
}

function someBit(width: Width, a: Scalar, b: Scalar): Pair | undefined {
  const possible = (a.value | a.mask) & (b.value | b.mask);
  if (possible === 0n) return undefined;
  const isOneBit = (possible & (possible - 1n)) === 0n;
  if (!isOneBit) return [a, b];
  const first = withBit(width, a, possible);
  const second = withBit(width, b, possible);
  return first === undefined || second === undefined ? undefined : [first, second];
}

function withBit(width: Width, a: Scalar, bit: bigint): Scalar | undefined {
  if ((a.value & bit) !== 0n) return a;
  const bits = { value: a.value | bit, mask: a.mask & ~bit };
  return reduce(width, bits, a.umin, a.umax, a.smin, a.smax);
}

function noBit(width: Width, a: Scalar, b: Scalar): Pair | undefined {
  if ((a.value & b.value) !== 0n) return undefined;
  const first = withoutBits(width, a, b.value);
  const second = withoutBits(width, b, a.value);
  return first === undefined || second === undefined ? undefined : [first, second];
}

function withoutBits(width: Width, a: Scalar, bits: bigint): Scalar | undefined {
  if ((a.mask & bits) === 0n) return a;
  const known = { value: a.value, mask: a.mask & ~bits & LIMITS[width].umax };
  return reduce(width, known, a.umin, a.umax, a.smin, a.smax);
}
