/**
 * 64-bit arithmetic on 32-bit halves, for operations that are too long for the interpreter's loop. The functions work
 * in place on the register file: `d` and `s` are indices in it.
 *
 * Source: RFC 9669, section 4.1 (division by zero gives 0, modulo by zero leaves dst).
 */
import { HI, LO } from './store.js';

/** High half of the product of two unsigned 32-bit numbers. */
function mulHigh(a: number, b: number): number {
  const a0 = a & 0xffff;
  const a1 = a >>> 16;
  const b0 = b & 0xffff;
  const b1 = b >>> 16;
  const low = a0 * b0;
  const mid = a1 * b0 + (low >>> 16);
  const cross = a0 * b1 + (mid & 0xffff);
  return (a1 * b1 + Math.floor(mid / 0x10000) + Math.floor(cross / 0x10000)) | 0;
}

/** dst *= src, modulo 2^64. */
export function mul64(d: number, s: number): void {
  const lo = LO[d] as number;
  const srcLo = LO[s] as number;
  const cross = Math.imul(HI[d] as number, srcLo) + Math.imul(lo, HI[s] as number);
  LO[d] = Math.imul(lo, srcLo);
  HI[d] = mulHigh(lo, srcLo) + cross;
}

// Quotient and remainder of the last division. They are module variables so that a division allocates nothing.
let quotLo = 0;
let quotHi = 0;
let remLo = 0;
let remHi = 0;

const TWO32 = 0x1_0000_0000;
const EXACT_HIGH = 0x20_0000; // a number with a high half below this is exact as a double

function divideUnsigned(nLo: number, nHi: number, dLo: number, dHi: number): void {
  if (nHi >>> 0 < EXACT_HIGH && dHi >>> 0 < EXACT_HIGH) {
    const n = (nHi >>> 0) * TWO32 + (nLo >>> 0);
    const d = (dHi >>> 0) * TWO32 + (dLo >>> 0);
    const r = n % d;
    const q = (n - r) / d;
    quotLo = q | 0;
    quotHi = (q / TWO32) | 0;
    remLo = r | 0;
    remHi = (r / TWO32) | 0;
    return;
  }
  divideByBits(nLo, nHi, dLo, dHi);
}

/** Long division, one bit at a time. */
function divideByBits(nLo: number, nHi: number, dLo: number, dHi: number): void {
  let qLo = 0;
  let qHi = 0;
  let rLo = 0;
  let rHi = 0;
  for (let bit = 63; bit >= 0; bit--) {
    const carry = rHi >>> 31;
    rHi = (rHi << 1) | (rLo >>> 31);
    rLo = (rLo << 1) | ((bit >= 32 ? nHi >>> (bit - 32) : nLo >>> bit) & 1);
    const higher = rHi >>> 0 > dHi >>> 0 || (rHi === dHi && rLo >>> 0 >= dLo >>> 0);
    if (carry === 0 && !higher) continue;
    rHi = (rHi - dHi - (rLo >>> 0 < dLo >>> 0 ? 1 : 0)) | 0;
    rLo = (rLo - dLo) | 0;
    if (bit >= 32) qHi |= 1 << (bit - 32);
    else qLo |= 1 << bit;
  }
  quotLo = qLo;
  quotHi = qHi;
  remLo = rLo;
  remHi = rHi;
}

/** dst /= src (or dst %= src). Signed division rounds towards zero, and a remainder has the sign of the dividend. */
export function divide64(d: number, s: number, signed: boolean, modulo: boolean): void {
  let nLo = LO[d] as number;
  let nHi = HI[d] as number;
  let dLo = LO[s] as number;
  let dHi = HI[s] as number;
  if ((dLo | dHi) === 0) {
    if (!modulo) LO[d] = HI[d] = 0;
    return;
  }
  const negativeN = signed && nHi < 0;
  const negativeD = signed && dHi < 0;
  if (negativeN) {
    nHi = (~nHi + (nLo === 0 ? 1 : 0)) | 0;
    nLo = -nLo | 0;
  }
  if (negativeD) {
    dHi = (~dHi + (dLo === 0 ? 1 : 0)) | 0;
    dLo = -dLo | 0;
  }
  divideUnsigned(nLo, nHi, dLo, dHi);
  LO[d] = modulo ? remLo : quotLo;
  HI[d] = modulo ? remHi : quotHi;
  if (modulo ? negativeN : negativeN !== negativeD) neg64(d);
}

/** dst /= src (or dst %= src) on the low halves; the high half becomes 0. */
export function divide32(d: number, s: number, signed: boolean, modulo: boolean): void {
  const n = signed ? (LO[d] as number) : (LO[d] as number) >>> 0;
  const by = signed ? (LO[s] as number) : (LO[s] as number) >>> 0;
  HI[d] = 0;
  if (by === 0) {
    if (!modulo) LO[d] = 0;
  } else {
    LO[d] = modulo ? n % by : Math.trunc(n / by);
  }
}

/** dst = −dst. */
export function neg64(d: number): void {
  const lo = LO[d] as number;
  HI[d] = ~(HI[d] as number) + (lo === 0 ? 1 : 0);
  LO[d] = -lo;
}

function swap32(n: number): number {
  return (n << 24) | ((n & 0xff00) << 8) | ((n >>> 8) & 0xff00) | (n >>> 24);
}

/** dst = the low `bits` of dst, with their bytes reversed if `reverse`. */
export function byteOrder(d: number, bits: 16 | 32 | 64, reverse: boolean): void {
  const lo = LO[d] as number;
  const hi = HI[d] as number;
  if (bits === 64) {
    if (!reverse) return;
    LO[d] = swap32(hi);
    HI[d] = swap32(lo);
    return;
  }
  HI[d] = 0;
  if (bits === 32) LO[d] = reverse ? swap32(lo) : lo;
  else LO[d] = reverse ? swap32(lo) >>> 16 : lo & 0xffff;
}
