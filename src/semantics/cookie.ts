/**
 * The encoding of a state of the walk machine in a cookie of 64 bits: layout, encoder and decoder. The picture is at
 * `CookieLayout`.
 *
 * Masks are stored as *denied* bits, so a program computes its verdict with one AND and returns the result. Both halves
 * have the same shape, so a program makes a region by copying the upper half into the lower one, without building a mask.
 */
import type { MachineState } from './machine.js';

/**
 * The position of each field in a cookie. Both halves have the same fields at the same positions:
 *
 *     63                32 31                 0
 *     ├ below: place│X│denied ┼ self: place│X│denied ┤
 *
 * `denied`: bit i is set when class i is denied. `X` (`inexactBit`): clear when this very object is in the map, else
 * set. `X` is always set in the upper half, so that no encoded state is 0. `place`: a number of `placeBits` bits that the
 * loader gives to the entry of the map, 0 for none, all ones for unknown. All 64 bits are set in the state `unknown`.
 */
export interface CookieLayout {
  /** Number of classes that have a state: bits 0 … classes−1 of each half. */
  readonly classes: number;
  readonly inexactBit: number;
  readonly placeShift: number;
  readonly placeBits: number;
}

/** Returns the layout for a number of classes: the classes from bit 0, then `X`, then the place in the bits that are left. */
export function layoutCookie(classes: number): CookieLayout {
  return { classes, inexactBit: classes, placeShift: classes + 1, placeBits: 31 - classes };
}

/** The two halves of a state as unsigned 32-bit numbers. */
export interface CookieValue {
  readonly lo: number;
  readonly hi: number;
}

/**
 * Encodes a state. Without a state (a session starts), the result is 0.
 *
 * @param place the number of the place that the state comes from, 0 for none
 */
export function encodeState(
  layout: CookieLayout,
  state: MachineState | undefined,
  place: number,
): CookieValue {
  if (state === undefined) return { lo: 0, hi: 0 };
  const all = 2 ** layout.classes - 1;
  const inexact = 1 << layout.inexactBit;
  const spare = layout.placeBits > 0 ? place << layout.placeShift : 0;
  const lo = (~state.self & all) | (state.exact ? 0 : inexact) | spare;
  const hi = (~state.below & all) | inexact | spare;
  return { lo: lo >>> 0, hi: hi >>> 0 };
}

/** A decoded cookie. For `start` and `unknown`, the masks are 0. */
export interface DecodedCookie extends MachineState {
  /** `start`: no step was made yet. */
  readonly kind: 'start' | 'unknown' | 'place';
  /** The number of the place that the state comes from; 0 for none. */
  readonly place: number;
}

/** Decodes a cookie. */
export function decodeCookie(layout: CookieLayout, { lo, hi }: CookieValue): DecodedCookie {
  const all = 2 ** layout.classes - 1;
  const none = { self: 0, below: 0, exact: false, place: 0 };
  if ((lo | hi) === 0) return { kind: 'start', ...none };
  if ((lo & hi) === -1) return { kind: 'unknown', ...none };
  const exact = ((lo >>> layout.inexactBit) & 1) === 0;
  const place = layout.placeBits > 0 ? lo >>> layout.placeShift : 0;
  return { kind: 'place', self: ~lo & all, below: ~hi & all, exact, place };
}

/** Returns the exclusive upper bound of place numbers; the first place has number 1. */
export function placeLimit(layout: CookieLayout): number {
  return 2 ** layout.placeBits - 1;
}
