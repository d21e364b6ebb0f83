/**
 * Widens the numbers that change in a loop, so that a loop of any length is explored in few rounds.
 *
 * If a number differs from the round before, it becomes a range up to the next landmark beyond it. Landmarks are the
 * constants of the program and the limits of a register. After some more rounds, the number becomes unknown.
 *
 * Invariant: the widened state covers the new one.
 */
import { ALL_BITS } from './tnum.js';
import type { Scalar } from './scalar.js';
import { LIMITS, UNKNOWN, covers, max, min, reduce } from './scalar.js';
import type { Placed } from '../types.js';
import { UNSET, WRITTEN } from './state.js';
import type { Slot, State, Value } from './state.js';
import type { VerifierTarget, VerifierMap } from './types.js';

/** The numbers to which ranges are widened, ascending: a loop is likely to stop at one of them. */
export type Landmarks = readonly bigint[];

/** The constants of a program, the sizes of its maps and memory, each ±1, and the limits of registers. */
export function landmarksOf(
  code: readonly Placed[],
  target: VerifierTarget,
  maps: readonly VerifierMap[],
): Landmarks {
  const named = code.flatMap(({ instruction: op }): bigint[] => {
    if (op.kind === 'ld_imm64' && op.source.kind === 'imm') {
      return [(BigInt(op.source.hi) << 32n) | BigInt(op.source.lo >>> 0)];
    }
    return (op.kind === 'alu' || op.kind === 'jump') && op.src.kind === 'imm' ? [BigInt(op.src.imm)] : [];
  });
  const sizes = maps.flatMap((map) => (map.type === 'inode' ? [] : [BigInt(map.valueSize)]));
  const memory = target.kind === 'raw' ? [BigInt(target.memorySize)] : [];
  const near = [...named, ...sizes, ...memory, 0n].flatMap((n) => [n - 1n, n, n + 1n]);
  const ends = [
    LIMITS[32].smin,
    LIMITS[32].smax,
    LIMITS[32].umax,
    LIMITS[64].smin,
    LIMITS[64].smax,
    ALL_BITS,
  ];
  return [...new Set([...near, ...ends])].sort((a, b) => (a < b ? -1 : 1));
}

/** Widens a state against that of the round before. Without landmarks, numbers that differ become unknown. */
export function widen(old: State, state: State, landmarks: Landmarks | undefined): void {
  state.frames.forEach((frame, i) => {
    const before = old.frames[i];
    if (before === undefined) return;
    frame.regs.forEach((value, r) => {
      frame.regs[r] = widenValue(before.regs[r] ?? UNSET, value, landmarks);
    });
    frame.slots = frame.slots.map((slot, at) => widenSlot(before.slots[at] ?? 0, slot, landmarks));
  });
}

function widenSlot(old: Slot, now: Slot, landmarks: Landmarks | undefined): Slot {
  if (typeof now === 'number') return now;
  if (now.kind === 'scalar' && typeof old === 'number') return WRITTEN;
  const widened = typeof old === 'number' ? now : widenValue(old, now, landmarks);
  return widened === UNKNOWN ? WRITTEN : widened;
}

function widenValue(a: Value, b: Value, landmarks: Landmarks | undefined): Value {
  if (a.kind === 'scalar' && b.kind === 'scalar') return widenNumber(a, b, landmarks);
  const isSameRegion =
    (a.kind === 'memory' && b.kind === 'memory') ||
    (a.kind === 'value' && b.kind === 'value' && a.map === b.map);
  if (!isSameRegion) return b;
  const { offset } = a as Extract<Value, { kind: 'memory' }>;
  return { ...b, offset: widenNumber(offset, (b as Extract<Value, { kind: 'memory' }>).offset, landmarks) };
}

function widenNumber(old: Scalar, now: Scalar, landmarks: Landmarks | undefined): Scalar {
  if (covers(old, now)) return old;
  if (landmarks === undefined) return UNKNOWN;
  const mask = old.mask | now.mask | (old.value ^ now.value);
  const bits = { value: now.value & ~mask, mask };
  const above = (n: bigint, end: bigint): bigint => landmarks[firstNotBelow(landmarks, n)] ?? end;
  const below = (n: bigint, end: bigint): bigint => landmarks[firstNotBelow(landmarks, n + 1n) - 1] ?? end;
  const umin = now.umin < old.umin ? max(0n, below(now.umin, 0n)) : old.umin;
  const umax = now.umax > old.umax ? min(ALL_BITS, above(now.umax, ALL_BITS)) : old.umax;
  const smin = now.smin < old.smin ? max(LIMITS[64].smin, below(now.smin, LIMITS[64].smin)) : old.smin;
  const smax = now.smax > old.smax ? min(LIMITS[64].smax, above(now.smax, LIMITS[64].smax)) : old.smax;
  return reduce(64, bits, umin, umax, smin, smax) ?? UNKNOWN;
}

/** The index of the first landmark that is not below `n`. */
function firstNotBelow(landmarks: Landmarks, n: bigint): number {
  let low = 0;
  let high = landmarks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((landmarks[middle] ?? n) < n) low = middle + 1;
    else high = middle;
  }
  return low;
}
