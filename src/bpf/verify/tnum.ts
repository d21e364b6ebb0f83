/**
 * Tristate numbers: each of 64 bits is known to be 0, known to be 1, or unknown.
 *
 * Invariant: `value & mask` is 0. A number `x` is a member if `x & ~mask` equals `value`. All numbers are unsigned.
 * Known weakness: of a product, only the trailing zeros are known.
 *
 * Source: H. Vishwanathan et al., "Sound, Precise, and Fast Abstract Interpretation with Tristate Numbers" (CGO 2022).
 */

export interface Tnum {
  /** Bits known to be 1. */
  readonly value: bigint;
  /** Bits that are not known. */
  readonly mask: bigint;
}

export const ALL_BITS = 0xffff_ffff_ffff_ffffn;

const u64 = (n: bigint): bigint => BigInt.asUintN(64, n);

export function tnumAdd(a: Tnum, b: Tnum): Tnum {
  const values = u64(a.value + b.value);
  const carries = u64(a.mask + b.mask + values) ^ values;
  const mask = carries | a.mask | b.mask;
  return { value: values & ~mask, mask };
}

export function tnumSub(a: Tnum, b: Tnum): Tnum {
  const values = u64(a.value - b.value);
  const borrows = u64(values + a.mask) ^ u64(values - b.mask);
  const mask = borrows | a.mask | b.mask;
  return { value: values & ~mask, mask };
}

export function tnumAnd(a: Tnum, b: Tnum): Tnum {
  const ones = a.value & b.value;
  return { value: ones, mask: (a.value | a.mask) & (b.value | b.mask) & ~ones };
}

export function tnumOr(a: Tnum, b: Tnum): Tnum {
  const ones = a.value | b.value;
  return { value: ones, mask: (a.mask | b.mask) & ~ones };
}

export function tnumXor(a: Tnum, b: Tnum): Tnum {
  const mask = a.mask | b.mask;
  return { value: (a.value ^ b.value) & ~mask, mask };
}

/** The product: as many trailing zeros as both factors together, the other bits unknown. */
export function tnumMul(a: Tnum, b: Tnum): Tnum {
  const zeros = trailingZeros(a) + trailingZeros(b);
  return { value: 0n, mask: zeros >= 64 ? 0n : u64(ALL_BITS << BigInt(zeros)) };
}

/** The number of low bits that are known to be 0, at most 64. */
function trailingZeros({ value, mask }: Tnum): number {
  const set = value | mask;
  if (set === 0n) return 64;
  const lowest = set & -set;
  return lowest.toString(2).length - 1;
}

/** The members of both; undefined if a bit is known to be 0 in one and 1 in the other. */
export function tnumIntersect(a: Tnum, b: Tnum): Tnum | undefined {
  if (((a.value ^ b.value) & ~a.mask & ~b.mask) !== 0n) return undefined;
  const mask = a.mask & b.mask;
  return { value: (a.value | b.value) & ~mask, mask };
}

/** The bits that all numbers from `min` to `max` have in common. */
export function tnumRange(min: bigint, max: bigint): Tnum {
  const different = min ^ max;
  if (different === 0n) return { value: min, mask: 0n };
  const mask = (1n << BigInt(bitLength(different))) - 1n;
  return { value: min & ~mask, mask };
}

function bitLength(n: bigint): number {
  const high = Number(n >> 32n);
  return high === 0 ? 32 - Math.clz32(Number(n)) : 64 - Math.clz32(high);
}

/** True if every member of `b` is a member of `a`. */
export function tnumCovers(a: Tnum, b: Tnum): boolean {
  return (b.mask & ~a.mask) === 0n && (b.value & ~a.mask) === a.value;
}
