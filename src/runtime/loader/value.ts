/** Places ↔ the 64 bits of the inode map. The picture is at `CookieLayout`. */
import type { CookieLayout } from '../../semantics/cookie.js';
import type { Place } from './ground.js';

/** Two halves, unsigned. */
export interface Halves {
  readonly lo: number;
  readonly hi: number;
}

export function encodePlace(
  layout: CookieLayout,
  place: Pick<Place, 'self' | 'below'>,
  number: number,
): Halves {
  const all = 2 ** layout.classes - 1;
  const spare = layout.placeBits > 0 ? number << layout.placeShift : 0;
  const inexact = 1 << layout.inexactBit;
  return { lo: ((~place.self & all) | spare) >>> 0, hi: ((~place.below & all) | inexact | spare) >>> 0 };
}

/** What a cookie says. */
export interface DecodedCookie {
  readonly kind: 'start' | 'unknown' | 'place';
  /** Bits by class that are allowed. */
  readonly self: number;
  readonly below: number;
  readonly exact: boolean;
  /** 0 for none. */
  readonly place: number;
}

export function decodeCookie(layout: CookieLayout, { lo, hi }: Halves): DecodedCookie {
  const all = 2 ** layout.classes - 1;
  if ((lo | hi) === 0) return { kind: 'start', self: 0, below: 0, exact: false, place: 0 };
  if ((lo & hi) === -1) return { kind: 'unknown', self: 0, below: 0, exact: false, place: 0 };
  const place = layout.placeBits > 0 ? lo >>> layout.placeShift : 0;
  return {
    kind: 'place',
    self: ~lo & all,
    below: ~hi & all,
    exact: ((lo >>> layout.inexactBit) & 1) === 0,
    place,
  };
}

/** A number for every place, in the order of inodes; all 0 when there are more places than numbers. */
export function placeNumbers(
  layout: CookieLayout,
  places: ReadonlyMap<number, Place>,
): ReadonlyMap<number, number> {
  const inodes = [...places.keys()].sort((a, b) => a - b);
  const enough = inodes.length < 2 ** layout.placeBits - 1;
  return new Map(inodes.map((inode, i) => [inode, enough ? i + 1 : 0]));
}
