/**
 * Numbers of 64 bits of which some bits are open: each bit is 0, 1, a variable, or the negation of one.
 *
 * An operation gives an exact result, or the variable that has to be decided before there is one. So a program that only
 * copies, shifts and masks its inputs is run once for all their values.
 */
import type { AluOp, JumpOp, Width } from '../../../bpf/types.js';
import { assertNever } from '../../../base/assert.js';

/** A bit: 0, 1, the variable `n` (2 or more), or its negation (`-n`). */
export type Bit = number;
/** Lowest bit first. */
export type OpenBits = readonly Bit[];

/** There is no result until this variable has a value. */
export interface Undecided {
  readonly open: number;
}

export function isUndecided(value: OpenBits | boolean | Undecided): value is Undecided {
  return typeof value === 'object' && 'open' in value;
}

export function negated(bit: Bit): Bit {
  return bit === 0 || bit === 1 ? 1 - bit : -bit;
}

const ZERO: OpenBits = new Array<Bit>(64).fill(0);

/** As many bits of a number; those beyond its 32 are those of its sign. */
export function signedBits(value: number, width: number): OpenBits {
  if (width === 64 && value === 0) return ZERO;
  const bits: Bit[] = [];
  for (let i = 0; i < width; i++) bits.push((value >> Math.min(i, 31)) & 1);
  return bits;
}

/** The bits with as many as are missing to 64, all like `fill`. */
export function widened(bits: OpenBits, fill: Bit = 0): OpenBits {
  if (bits.length === 64) return bits;
  const all = [...bits];
  while (all.length < 64) all.push(fill);
  return all;
}

/** The first variable among the bits. */
export function variableOf(bits: OpenBits): number | undefined {
  const bit = bits.find((b) => b !== 0 && b !== 1);
  return bit === undefined ? undefined : Math.abs(bit);
}

/** The result of an operation of this width, with the upper bits that the machine gives it. */
export function calculate(op: AluOp, width: Width, a: OpenBits, b: OpenBits): OpenBits | Undecided {
  const result = calculated(op, lowest(a, width), lowest(b, width));
  return isUndecided(result) ? result : widened(result);
}

function lowest(bits: OpenBits, width: Width): OpenBits {
  return bits.length === width ? bits : bits.slice(0, width);
}

function calculated(op: AluOp, a: OpenBits, b: OpenBits): OpenBits | Undecided {
  switch (op) {
    case 'mov':
      return b;
    case 'and':
      return bitwise(a, b, (x, y) =>
        x === 0 || y === 0 ? 0 : x === 1 ? y : y === 1 || x === y ? x : undefined,
      );
    case 'or':
      return bitwise(a, b, (x, y) =>
        x === 1 || y === 1 ? 1 : x === 0 ? y : y === 0 || x === y ? x : undefined,
      );
    case 'xor':
      return bitwise(a, b, (x, y) =>
        x === 0 ? y : y === 0 ? x : x === 1 ? negated(y) : y === 1 ? negated(x) : undefined,
      );
    case 'lsh':
    case 'rsh':
    case 'arsh':
      return shifted(op, a, b);
    default:
      return arithmetic(op, a, b);
  }
}

function bitwise(a: OpenBits, b: OpenBits, of: (x: Bit, y: Bit) => Bit | undefined): OpenBits | Undecided {
  const result: Bit[] = [];
  for (const [i, x] of a.entries()) {
    const bit = of(x, b[i] ?? 0);
    if (bit === undefined) return { open: Math.abs(x) };
    result.push(bit);
  }
  return result;
}

function shifted(op: 'lsh' | 'rsh' | 'arsh', a: OpenBits, by: OpenBits): OpenBits | Undecided {
  const counted = by.slice(0, Math.log2(a.length));
  const open = variableOf(counted);
  if (open !== undefined) return { open };
  const count = counted.reduce((sum, bit, i) => sum + bit * 2 ** i, 0);
  const fill = op === 'arsh' ? (a.at(-1) ?? 0) : 0;
  return a.map((_, i) => (op === 'lsh' ? (a[i - count] ?? 0) : (a[i + count] ?? fill)));
}

/** Where no bit is carried a sum is a disjunction; all else is calculated when every bit is known. */
function arithmetic(op: AluOp, a: OpenBits, b: OpenBits): OpenBits | Undecided {
  if (op === 'add' && a.every((x, i) => x === 0 || b[i] === 0))
    return a.map((x, i) => (x === 0 ? (b[i] ?? 0) : x));
  const open = variableOf(a) ?? variableOf(b);
  if (open !== undefined) return { open };
  const width = a.length;
  const result = BigInt.asUintN(width, integer(op, numberOf(a), numberOf(b), width));
  return a.map((_, i) => Number((result >> BigInt(i)) & 1n));
}

function integer(op: AluOp, a: bigint, b: bigint, width: number): bigint {
  const [signedA, signedB] = [BigInt.asIntN(width, a), BigInt.asIntN(width, b)];
  switch (op) {
    case 'add':
      return a + b;
    case 'sub':
      return a - b;
    case 'mul':
      return a * b;
    case 'div':
      return b === 0n ? 0n : a / b;
    case 'mod':
      return b === 0n ? a : a % b;
    case 'sdiv':
      return b === 0n ? 0n : signedA / signedB;
    default:
      // `smod` is the only one that is left: the others are bitwise.
      return b === 0n ? a : signedA % signedB;
  }
}

/** The number with 0 for each variable. */
function numberOf(bits: OpenBits, variable = 0): bigint {
  return bits.reduceRight((sum, bit) => sum * 2n + BigInt(bit === 0 || bit === 1 ? bit : variable), 0n);
}

/** Whether a jump is taken. */
export function compares(op: JumpOp, width: Width, a: OpenBits, b: OpenBits): boolean | Undecided {
  const [x, y] = [lowest(a, width), lowest(b, width)];
  switch (op) {
    case 'jeq':
      return equal(x, y);
    case 'jne':
      return inverted(equal(x, y));
    case 'jset':
      return anySet(calculated('and', x, y));
    case 'jgt':
      return above(x, y);
    case 'jge':
      return inverted(above(y, x));
    case 'jlt':
      return above(y, x);
    case 'jle':
      return inverted(above(x, y));
    case 'jsgt':
      return above(biased(x), biased(y));
    case 'jsge':
      return inverted(above(biased(y), biased(x)));
    case 'jslt':
      return above(biased(y), biased(x));
    case 'jsle':
      return inverted(above(biased(x), biased(y)));
    default:
      return assertNever(op);
  }
}

function inverted(value: boolean | Undecided): boolean | Undecided {
  return isUndecided(value) ? value : !value;
}

function anySet(bits: OpenBits | Undecided): boolean | Undecided {
  if (isUndecided(bits)) return bits;
  if (bits.includes(1)) return true;
  const open = variableOf(bits);
  return open === undefined ? false : { open };
}

function equal(a: OpenBits, b: OpenBits): boolean | Undecided {
  let open: Bit = 0;
  for (const [i, x] of a.entries()) {
    const y = b[i] ?? 0;
    if (x === y) continue;
    if (x === negated(y)) return false;
    open = x === 0 || x === 1 ? y : x;
  }
  return open === 0 ? true : { open: Math.abs(open) };
}

/** Signed numbers in the order of unsigned ones. */
function biased(bits: OpenBits): OpenBits {
  return bits.map((bit, i) => (i === bits.length - 1 ? negated(bit) : bit));
}

/** Whether a > b: known when the ranges of the two do not meet. */
function above(a: OpenBits, b: OpenBits): boolean | Undecided {
  if (numberOf(a) > numberOf(b, 1)) return true;
  if (numberOf(a, 1) <= numberOf(b)) return false;
  return { open: variableOf([...a].reverse()) ?? variableOf([...b].reverse()) ?? 0 };
}
