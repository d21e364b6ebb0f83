/**
 * What is known of a number: its bits, an unsigned interval and a signed interval. The number satisfies all three.
 *
 * The scalar in a register has 64 bits. Within an operation, the same type describes numbers of `width` bits (for
 * example the low 32 bits of a register): the unsigned interval is then within 0 to 2^width − 1, the signed one
 * within −2^(width−1) to 2^(width−1) − 1.
 *
 * Invariant: a scalar is never empty, and `reduce` tightens each of the three facts by the others. A number of which
 * nothing is known is always the object `UNKNOWN`, so that most programs create no bigint.
 */
import type { Tnum } from './tnum.js';
import { ALL_BITS, tnumCovers, tnumIntersect, tnumRange } from './tnum.js';

export interface Scalar extends Tnum {
  readonly kind: 'scalar';
  readonly umin: bigint;
  readonly umax: bigint;
  readonly smin: bigint;
  readonly smax: bigint;
}

export type Bits = 8 | 16 | 32 | 64;

interface Limits {
  readonly umax: bigint;
  readonly smin: bigint;
  readonly smax: bigint;
  readonly sign: bigint;
}

const limitsOf = (bits: number): Limits => {
  const sign = 1n << BigInt(bits - 1);
  return { umax: 2n * sign - 1n, smin: -sign, smax: sign - 1n, sign };
};
export const LIMITS: Readonly<Record<Bits, Limits>> = {
  8: limitsOf(8),
  16: limitsOf(16),
  32: limitsOf(32),
  64: limitsOf(64),
};

const top = (bits: Bits): Scalar => {
  const { umax, smin, smax } = LIMITS[bits];
  return { kind: 'scalar', value: 0n, mask: umax, umin: 0n, umax, smin, smax };
};
const TOP: Readonly<Record<Bits, Scalar>> = { 8: top(8), 16: top(16), 32: top(32), 64: top(64) };

/** Any 64-bit number. */
export const UNKNOWN = TOP[64];

/** Any number of a width, as a number of that width. */
export const unknown = (width: Bits): Scalar => TOP[width];

/** The number `n`, reduced to a width. `n` may be given as a signed or an unsigned number. */
export function constant(width: Bits, n: bigint): Scalar {
  const value = BigInt.asUintN(width, n);
  const signed = BigInt.asIntN(width, n);
  return { kind: 'scalar', value, mask: 0n, umin: value, umax: value, smin: signed, smax: signed };
}

const SMALL = 256;
const CONSTANTS = Array.from({ length: 2 * SMALL }, (_, i) => constant(64, BigInt(i - SMALL)));
export const ZERO = constantNumber(0);

/** A 64-bit constant from a safe integer; small ones are shared. */
export function constantNumber(n: number): Scalar {
  return CONSTANTS[n + SMALL] ?? constant(64, BigInt(n));
}

export const isConstant = (a: Scalar): boolean => a.mask === 0n;

/** The signed value of a constant that is a safe integer; undefined for other scalars. */
export function knownNumber(a: Scalar): number | undefined {
  if (a.mask !== 0n) return undefined;
  const n = Number(a.smin);
  return Number.isSafeInteger(n) ? n : undefined;
}

/** The scalar of the numbers that satisfy all of these facts; undefined if there is none. */
export function reduce(
  width: Bits,
  bits: Tnum,
  umin: bigint,
  umax: bigint,
  smin: bigint,
  smax: bigint,
): Scalar | undefined {
  const { sign } = LIMITS[width];
  const { value, mask } = bits;
  umin = max(umin, value);
  umax = min(umax, value | mask);
  smin = max(smin, BigInt.asIntN(width, value | (mask & sign)));
  smax = min(smax, BigInt.asIntN(width, value | (mask & ~sign)));
  if (smin >= 0n || smax < 0n) {
    umin = max(umin, BigInt.asUintN(width, smin));
    umax = min(umax, BigInt.asUintN(width, smax));
  }
  if ((umin & sign) === (umax & sign)) {
    smin = max(smin, BigInt.asIntN(width, umin));
    smax = min(smax, BigInt.asIntN(width, umax));
  }
  if (umin > umax || smin > smax) return undefined;
  const both = tnumIntersect(bits, tnumRange(umin, umax));
  return both === undefined ? undefined : shared(width, both, umin, umax, smin, smax);
}

/** A scalar of these facts: `UNKNOWN` itself if they say nothing. */
function shared(
  width: Bits,
  { value, mask }: Tnum,
  umin: bigint,
  umax: bigint,
  smin: bigint,
  smax: bigint,
): Scalar {
  if (width === 64 && mask === ALL_BITS && umin === 0n && umax === ALL_BITS) {
    const { smin: lowest, smax: highest } = LIMITS[64];
    if (smin === lowest && smax === highest) return UNKNOWN;
  }
  if (mask === 0n) return constant(width, value);
  return { kind: 'scalar', value, mask, umin, umax, smin, smax };
}

export const min = (a: bigint, b: bigint): bigint => (a < b ? a : b);
export const max = (a: bigint, b: bigint): bigint => (a > b ? a : b);

/** A number of a width in which these bits are known. */
export function fromBits(width: Bits, bits: Tnum): Scalar {
  const { umax, smin, smax } = LIMITS[width];
  const within = { value: bits.value & umax, mask: bits.mask & umax };
  return reduce(width, within, 0n, umax, smin, smax) ?? TOP[width];
}

/** A number of a width within an unsigned interval, or unknown when the interval leaves the width. */
export function unsigned(width: Bits, lowest: bigint, highest: bigint): Scalar {
  const { umax, smin, smax } = LIMITS[width];
  if (lowest < 0n || highest > umax) return TOP[width];
  return reduce(width, { value: 0n, mask: umax }, lowest, highest, smin, smax) ?? TOP[width];
}

/** A number of a width within a signed interval, or unknown when the interval leaves the width. */
export function signed(width: Bits, lowest: bigint, highest: bigint): Scalar {
  const { umax, smin, smax } = LIMITS[width];
  if (lowest < smin || highest > smax) return TOP[width];
  return reduce(width, { value: 0n, mask: umax }, 0n, umax, lowest, highest) ?? TOP[width];
}

/** The numbers that both scalars allow; undefined if there is none. */
export function intersect(width: Bits, a: Scalar, b: Scalar): Scalar | undefined {
  if (a === TOP[width]) return b;
  if (b === TOP[width] || a === b) return a;
  const bits = tnumIntersect(a, b);
  if (bits === undefined) return undefined;
  const lowest = max(a.umin, b.umin);
  return reduce(width, bits, lowest, min(a.umax, b.umax), max(a.smin, b.smin), min(a.smax, b.smax));
}

/** Like `intersect`, for two facts about the same number, which never contradict each other. */
export function together(width: Bits, a: Scalar, b: Scalar): Scalar {
  return intersect(width, a, b) ?? TOP[width];
}

/** True if `a` allows every number that `b` allows. */
export function covers(a: Scalar, b: Scalar): boolean {
  if (a === b || a === UNKNOWN) return true;
  if (a.umin > b.umin || a.umax < b.umax || a.smin > b.smin || a.smax < b.smax) return false;
  return tnumCovers(a, b);
}

/** The low `width` bits of a 64-bit number, as a number of that width. */
export function lowBits(width: Bits, a: Scalar): Scalar {
  if (width === 64) return a;
  if (a === UNKNOWN) return TOP[width];
  const { umax, smin, smax } = LIMITS[width];
  const sameHigh = a.umin >> BigInt(width) === a.umax >> BigInt(width);
  const fits = a.smin >= smin && a.smax <= smax;
  const bits = { value: a.value & umax, mask: a.mask & umax };
  const lowest = sameHigh ? a.umin & umax : 0n;
  const highest = sameHigh ? a.umax & umax : umax;
  return reduce(width, bits, lowest, highest, fits ? a.smin : smin, fits ? a.smax : smax) ?? TOP[width];
}

const EXTENDED: Readonly<Record<Bits, Scalar>> = {
  8: extended(TOP[8]),
  16: extended(TOP[16]),
  32: extended(TOP[32]),
  64: UNKNOWN,
};

function extended({ value, mask, umin, umax }: Scalar): Scalar {
  return { kind: 'scalar', value, mask, umin, umax, smin: umin, smax: umax };
}

/** A number of a width, zero-extended to 64 bits. */
export function zeroExtend(width: Bits, a: Scalar): Scalar {
  if (width === 64) return a;
  return a === TOP[width] ? EXTENDED[width] : extended(a);
}

/** A number of width `from`, sign-extended to width `to`. */
export function signExtend(from: Bits, to: Bits, a: Scalar): Scalar {
  const extend = (n: bigint): bigint => BigInt.asUintN(to, BigInt.asIntN(from, n));
  const bits = { value: extend(a.value), mask: extend(a.mask) };
  return reduce(to, bits, 0n, LIMITS[to].umax, a.smin, a.smax) ?? TOP[to];
}
