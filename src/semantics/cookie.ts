/**
 * The 64 bits of a state. The picture is at `CookieLayout`; this file makes one and translates both ways.
 *
 * Masks are stored as *denied* bits, so that a program's verdict is one AND: what remains is the return value. Both
 * halves have one shape, so that a region is the upper half twice: no mask is built at run time.
 */
import type { MachineState } from './machine.js';

/**
 * How a place is written into 64 bits. Both halves have the same shape, so that the region of a state is its
 * upper half, twice:
 *
 *     63                32 31                 0
 *     ├ below: place│X│denied ┼ self: place│X│denied ┤
 *
 * `denied`: bit i is set when class i is denied. `X` (`inexactBit`): set unless this very object is in the
 * map; always set in the upper half, so that no state is 0. `place`: a number of `placeBits` bits that the loader
 * gives to the entry of the map, 0 for none, all ones for unknown. The state `unknown` is all ones.
 */
export interface CookieLayout {
  /** Number of classes that have a state: bits 0 … classes−1 of each half. */
  readonly classes: number;
  readonly inexactBit: number;
  readonly placeShift: number;
  readonly placeBits: number;
}

/** Classes in bits 0 …, then `X`, then as many bits for the place as there are left. */
export function layoutCookie(classes: number): CookieLayout {
  return { classes, inexactBit: classes, placeShift: classes + 1, placeBits: 31 - classes };
}

/** The two halves of a state as unsigned 32-bit numbers. */
export interface CookieValue {
  readonly lo: number;
  readonly hi: number;
}

/** The bits of a state: 0 for no state (a session starts). `place`: the number of the place that it comes from, 0 for none. */
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

/** What a cookie says. */
export interface DecodedCookie extends MachineState {
  /** `start`: no step was made yet. */
  readonly kind: 'start' | 'unknown' | 'place';
  /** The number of the place that the state comes from; 0 for none. */
  readonly place: number;
}

/** The state that a cookie's bits are. */
export function decodeCookie(layout: CookieLayout, { lo, hi }: CookieValue): DecodedCookie {
  const all = 2 ** layout.classes - 1;
  const none = { self: 0, below: 0, exact: false, place: 0 };
  if ((lo | hi) === 0) return { kind: 'start', ...none };
  if ((lo & hi) === -1) return { kind: 'unknown', ...none };
  const exact = ((lo >>> layout.inexactBit) & 1) === 0;
  const place = layout.placeBits > 0 ? lo >>> layout.placeShift : 0;
  return { kind: 'place', self: ~lo & all, below: ~hi & all, exact, place };
}

/** Places are numbered from 1 to below this. */
export function placeLimit(layout: CookieLayout): number {
  return 2 ** layout.placeBits - 1;
}
