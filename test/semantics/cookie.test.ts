/** The 64 bits of a state: `layoutCookie`, `encodeState`, `decodeCookie`. The expected bits are written out by hand. */
import { describe, expect, it } from 'vitest';
import {
  decodeCookie,
  encodeState,
  layoutCookie,
  placeLimit,
  type CookieLayout,
} from '../../src/semantics/cookie.js';
import type { MachineState } from '../../src/semantics/machine.js';

describe('layoutCookie', () => {
  it.each([
    [0, { inexactBit: 0, placeShift: 1, placeBits: 31 }, 2 ** 31 - 1],
    [1, { inexactBit: 1, placeShift: 2, placeBits: 30 }, 2 ** 30 - 1],
    [3, { inexactBit: 3, placeShift: 4, placeBits: 28 }, 2 ** 28 - 1],
    [25, { inexactBit: 25, placeShift: 26, placeBits: 6 }, 63],
    [31, { inexactBit: 31, placeShift: 32, placeBits: 0 }, 0],
  ])('%i classes', (classes, layout, limit) => {
    expect(layoutCookie(classes)).toEqual({ classes, ...layout });
    expect(placeLimit(layoutCookie(classes))).toBe(limit);
  });
});

type Row = readonly [
  what: string,
  classes: number,
  state: MachineState | undefined,
  place: number,
  lo: number,
  hi: number,
];

const ROWS: readonly Row[] = [
  ['no state', 3, undefined, 0, 0, 0],
  ['no state has no place', 3, undefined, 5, 0, 0],
  ['denied bits are set', 3, { self: 0b101, below: 0b001, exact: true }, 0, 0b0010, 0b1110],
  ['an inexact state', 3, { self: 0b101, below: 0b001, exact: false }, 0, 0b1010, 0b1110],
  ['a place is in both halves', 3, { self: 0b101, below: 0b001, exact: true }, 1, 0x12, 0x1e],
  ['what allows everything is not 0', 3, { self: 0b111, below: 0b111, exact: true }, 0, 0, 0b1000],
  ['what denies everything', 3, { self: 0, below: 0, exact: false }, 0, 0b1111, 0b1111],
  ['the last place', 3, { self: 7, below: 7, exact: true }, 2 ** 28 - 2, 0xffff_ffe0, 0xffff_ffe8],
  ['no class', 0, { self: 0, below: 0, exact: true }, 0, 0, 1],
  ['a class for every action', 25, { self: 0, below: 0, exact: true }, 62, 0xf9ff_ffff, 0xfbff_ffff],
  ['the highest class', 25, { self: 1 << 24, below: 0, exact: true }, 0, 0x00ff_ffff, 0x03ff_ffff],
  ['no room for a place', 31, { self: 0x7fff_ffff, below: 0, exact: true }, 9, 0, 0xffff_ffff],
];

describe('encodeState', () => {
  it.each(ROWS)('%s', (_, classes, state, place, lo, hi) => {
    expect(encodeState(layoutCookie(classes), state, place)).toEqual({ lo, hi });
  });
});

describe('decodeCookie', () => {
  it.each(ROWS)('reads what was written: %s', (_, classes, state, place, lo, hi) => {
    const layout: CookieLayout = layoutCookie(classes);
    const none = { kind: 'start', self: 0, below: 0, exact: false, place: 0 };
    const kept = layout.placeBits === 0 ? 0 : place;
    expect(decodeCookie(layout, { lo, hi })).toEqual(
      state === undefined ? none : { kind: 'place', ...state, place: kept },
    );
  });

  it('reads all ones as unknown, which allows nothing', () => {
    const ones = { lo: 0xffff_ffff, hi: 0xffff_ffff };
    const unknown = { kind: 'unknown', self: 0, below: 0, exact: false, place: 0 };
    expect(decodeCookie(layoutCookie(3), ones)).toEqual(unknown);
    expect(decodeCookie(layoutCookie(25), ones)).toEqual(unknown);
  });
});
