/**
 * What is known of the result of an operation, from what is known of its operands.
 *
 * Invariant: an operation on members of the operands gives a member of the result (tested on random members).
 * RFC 9669, section 4.1, defines the special cases: division by zero gives 0, modulo by zero leaves the dividend,
 * shift counts are masked.
 * Known weakness: a signed quotient or remainder by an unknown number is unknown (except a quotient of positive
 * numbers), and so is a byte swap of an unknown number.
 */
import type { AluOp, Endian, Movsx, Size, Width } from '../types.js';
import type { Scalar } from './scalar.js';
import {
  LIMITS,
  UNKNOWN,
  constant,
  fromBits,
  isConstant,
  lowBits,
  max,
  min,
  signExtend,
  signed,
  together,
  unknown,
  unsigned,
  zeroExtend,
} from './scalar.js';
import { tnumAdd, tnumAnd, tnumMul, tnumOr, tnumSub, tnumXor } from './tnum.js';
import { assertNever } from '../../base/assert.js';

export type ScalarOp = Exclude<AluOp, 'mov'>;

/** `a op b` of 64-bit numbers; a 32-bit operation takes the low halves and zero-extends. */
export function aluScalar(op: ScalarOp, width: Width, a: Scalar, b: Scalar): Scalar {
  if (a === UNKNOWN && (b === UNKNOWN || op === 'add' || op === 'sub' || op === 'xor')) {
    return width === 64 ? UNKNOWN : zeroExtend(32, unknown(32));
  }
  return zeroExtend(width, apply(op, width, lowBits(width, a), lowBits(width, b)));
}

export function negScalar(width: Width, a: Scalar): Scalar {
  return zeroExtend(width, sub(width, constant(width, 0n), lowBits(width, a)));
}

/** The result of `mov32`. */
export const lowHalf = (a: Scalar): Scalar => zeroExtend(32, lowBits(32, a));

export function movsxScalar(width: Width, bits: Movsx['bits'], a: Scalar): Scalar {
  return zeroExtend(width, signExtend(bits, width, lowBits(bits, a)));
}

/** The result of a byte order conversion on a little-endian machine: `le` truncates, the others reverse the bytes. */
export function endianScalar(order: Endian['order'], bits: Endian['bits'], a: Scalar): Scalar {
  const low = lowBits(bits, a);
  if (order === 'le') return zeroExtend(bits, low);
  if (!isConstant(low)) return zeroExtend(bits, unknown(bits));
  const hex = low.value.toString(16).padStart(bits / 4, '0');
  const reversed = (hex.match(/../g) ?? []).reverse().join('');
  return constant(64, BigInt(`0x${reversed}`));
}

const BITS = { 1: 8, 2: 16, 4: 32, 8: 64 } as const;

/** The result of a load of unknown bytes. */
export function loadedScalar(size: Size, isSigned: boolean): Scalar {
  return narrowed(size, isSigned, UNKNOWN);
}

/** The result of a load of the low bytes of a number. */
export function narrowed(size: Size, isSigned: boolean, a: Scalar): Scalar {
  const low = lowBits(BITS[size], a);
  return isSigned ? signExtend(BITS[size], 64, low) : zeroExtend(BITS[size], low);
}

function apply(op: ScalarOp, width: Width, a: Scalar, b: Scalar): Scalar {
  switch (op) {
    case 'add':
      return add(width, a, b);
    case 'sub':
      return sub(width, a, b);
    case 'mul':
      return mul(width, a, b);
    case 'div':
      return div(width, a, b);
    case 'sdiv':
      return sdiv(width, a, b);
    case 'mod':
      return mod(width, a, b);
    case 'smod':
      return smod(width, a, b);
    case 'and':
      return together(width, fromBits(width, tnumAnd(a, b)), unsigned(width, 0n, min(a.umax, b.umax)));
    case 'or':
      return together(
        width,
        fromBits(width, tnumOr(a, b)),
        unsigned(width, max(a.umin, b.umin), LIMITS[width].umax),
      );
    case 'xor':
      return fromBits(width, tnumXor(a, b));
    case 'lsh':
    case 'rsh':
    case 'arsh':
      return shift(op, width, a, b);
    default:
      return assertNever(op);
  }
}

function add(width: Width, a: Scalar, b: Scalar): Scalar {
  if (isConstant(a) && isConstant(b)) return constant(width, a.value + b.value);
  const ranges = together(
    width,
    unsigned(width, a.umin + b.umin, a.umax + b.umax),
    signed(width, a.smin + b.smin, a.smax + b.smax),
  );
  return together(width, fromBits(width, tnumAdd(a, b)), ranges);
}

function sub(width: Width, a: Scalar, b: Scalar): Scalar {
  if (isConstant(a) && isConstant(b)) return constant(width, a.value - b.value);
  const ranges = together(
    width,
    unsigned(width, a.umin - b.umax, a.umax - b.umin),
    signed(width, a.smin - b.smax, a.smax - b.smin),
  );
  return together(width, fromBits(width, tnumSub(a, b)), ranges);
}

function mul(width: Width, a: Scalar, b: Scalar): Scalar {
  if (isConstant(a) && isConstant(b)) return constant(width, a.value * b.value);
  const corners = [a.smin * b.smin, a.smin * b.smax, a.smax * b.smin, a.smax * b.smax];
  const ranges = together(
    width,
    unsigned(width, a.umin * b.umin, a.umax * b.umax),
    signed(width, corners.reduce(min), corners.reduce(max)),
  );
  return together(width, fromBits(width, tnumMul(a, b)), ranges);
}

function div(width: Width, a: Scalar, b: Scalar): Scalar {
  if (b.umax === 0n) return constant(width, 0n);
  if (b.umin === 0n) return unsigned(width, 0n, a.umax);
  return unsigned(width, a.umin / b.umax, a.umax / b.umin);
}

function mod(width: Width, a: Scalar, b: Scalar): Scalar {
  if (b.umax === 0n || a.umax < b.umin) return a;
  if (b.umin === 0n) return unsigned(width, 0n, a.umax);
  if (!isConstant(b)) return unsigned(width, 0n, min(a.umax, b.umax - 1n));
  if (isConstant(a)) return constant(width, a.value % b.value);
  const isPower = (b.value & (b.value - 1n)) === 0n;
  if (isPower) return apply('and', width, a, constant(width, b.value - 1n));
  return unsigned(width, 0n, min(a.umax, b.value - 1n));
}

function sdiv(width: Width, a: Scalar, b: Scalar): Scalar {
  if (!isConstant(b)) return a.smin >= 0n && b.smin > 0n ? div(width, a, b) : unknown(width);
  if (b.value === 0n) return b;
  if (b.smin === -1n) return sub(width, constant(width, 0n), a); // the lowest number is its own negative
  const ends = [a.smin / b.smin, a.smax / b.smin] as const;
  return signed(width, min(...ends), max(...ends));
}

function smod(width: Width, a: Scalar, b: Scalar): Scalar {
  if (!isConstant(b)) return unknown(width);
  if (b.value === 0n) return a;
  if (isConstant(a)) return constant(width, a.smin % b.smin);
  const most = (b.smin < 0n ? -b.smin : b.smin) - 1n;
  return signed(width, a.smin < 0n ? max(a.smin, -most) : 0n, a.smax > 0n ? min(a.smax, most) : 0n);
}

function shift(op: 'lsh' | 'rsh' | 'arsh', width: Width, a: Scalar, b: Scalar): Scalar {
  const by = apply('and', width, b, constant(width, BigInt(width - 1)));
  const ranges = shiftRanges(op, width, a, by.umin, by.umax);
  return isConstant(by) ? together(width, shiftBits(op, width, a, by.value), ranges) : ranges;
}

function shiftRanges(op: 'lsh' | 'rsh' | 'arsh', width: Width, a: Scalar, low: bigint, high: bigint): Scalar {
  switch (op) {
    case 'lsh':
      return unsigned(width, a.umin << low, a.umax << high);
    case 'rsh':
      return unsigned(width, a.umin >> high, a.umax >> low);
    case 'arsh':
      return signed(width, min(a.smin >> low, a.smin >> high), max(a.smax >> low, a.smax >> high));
    default:
      return assertNever(op);
  }
}

function shiftBits(op: 'lsh' | 'rsh' | 'arsh', width: Width, a: Scalar, n: bigint): Scalar {
  const move = (bits: bigint): bigint => {
    if (op === 'lsh') return BigInt.asUintN(width, bits << n);
    return op === 'rsh' ? bits >> n : BigInt.asUintN(width, BigInt.asIntN(width, bits) >> n);
  };
  return fromBits(width, { value: move(a.value), mask: move(a.mask) });
}
