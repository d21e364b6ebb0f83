/**
 * Every state that a map, a cookie or a tag can hold, as few states with open bits.
 *
 * Input: a map that was read back. A mask of a `MachineState` is here the name of a mask whose bits are open, or 0 for the
 * empty mask: the machine only moves masks from place to place. Which bits of the encoding a mask fills is asked of
 * `encodeState`, one bit at a time.
 */
import type { InodeMap } from '../../../artifact/manifest.js';
import { encodeState, type CookieLayout, type CookieValue } from '../../../semantics/cookie.js';
import type { MachineState } from '../../../semantics/machine.js';
import { signedBits, type Bit, type OpenBits } from './bits.js';

/** A state with the bits of its encoding; without a state it is 0: no entry, no tag, the start of a session. */
export interface OpenState {
  readonly state: MachineState | undefined;
  readonly place: OpenBits;
  readonly bits: OpenBits;
}

export interface OpenStates {
  readonly map: readonly OpenState[];
  readonly cookie: readonly OpenState[];
  readonly tag: readonly OpenState[];
  readonly unknown: OpenState;
  readonly encode: (state: MachineState, place: OpenBits) => OpenBits;
  readonly masks: readonly OpenBits[];
}

/** Names of masks: 0 is the empty one. */
const MASK = { mapSelf: 1, mapBelow: 2, cookieSelf: 3, cookieBelow: 4, tagBelow: 5 } as const;
/** The numbers of places are open as well. */
const PLACE = { map: 6, cookie: 7, tag: 8 } as const;

/** The bits of a mask that is named: set where the class is allowed. */
export function maskBits({ masks }: OpenStates, name: number): OpenBits {
  return masks[name] ?? [];
}

export function statesOf(map: InodeMap): OpenStates {
  const { layout } = map;
  const never = deniedRegions(map);
  const open = (name: number): OpenBits => variables(name, layout.classes);
  const beneath = (name: number): OpenBits => open(name).map((bit, i) => ((never >>> i) & 1 ? 0 : bit));
  const masks: OpenBits[] = [[], open(1), beneath(2), open(3), beneath(4), beneath(5)];
  const known = new Map<string, OpenBits>();
  const encode = (state: MachineState, place: OpenBits): OpenBits => {
    const key = `${state.self},${state.below},${state.exact},${place.join()}`;
    const bits =
      known.get(key) ??
      encoded(layout, state.exact, masks[state.self] ?? [], masks[state.below] ?? [], place);
    known.set(key, bits);
    return bits;
  };
  const made = (state: MachineState, of: number): OpenState => {
    const place = variables(of, layout.placeBits);
    return { state, place, bits: encode(state, place) };
  };
  const ones = Array.from({ length: 64 }, () => 1);
  const none: OpenState = { state: undefined, place: [], bits: ones.map(() => 0) };
  const unknown: OpenState = {
    state: { self: 0, below: 0, exact: false },
    place: ones.slice(0, layout.placeBits),
    bits: ones,
  };
  const exact = (self: number, below: number): MachineState => ({ self, below, exact: true });
  const region = (below: number): MachineState => ({ self: below, below, exact: false });
  return {
    map: [none, made(exact(MASK.mapSelf, MASK.mapBelow), PLACE.map)],
    cookie: [
      none,
      made(exact(MASK.cookieSelf, MASK.cookieBelow), PLACE.cookie),
      made(region(MASK.cookieBelow), PLACE.cookie),
      unknown,
    ],
    tag: [none, made(region(MASK.tagBelow), PLACE.tag), unknown],
    unknown,
    encode,
    masks,
  };
}

function variables(name: number, count: number): Bit[] {
  return Array.from({ length: count }, (_, i) => 64 * name + i);
}

/**
 * The bits that no region can have set: nothing allows the class at first, and no entry does beneath its object. Links bring
 * entries together, and make none.
 */
function deniedRegions(map: InodeMap): number {
  const allowed = new Set(map.entries.flatMap((e) => e.region.allow));
  return map.classes.reduce((bits, { actions, decision }, i) => {
    const initially = map.default === 'allow' || actions.includes('walk');
    return decision.kind !== 'bit' || initially || allowed.has(i) ? bits : bits | (1 << decision.bit);
  }, 0);
}

/** The encoding of a state with these bits in its masks and its place. */
function encoded(
  layout: CookieLayout,
  exact: boolean,
  self: OpenBits,
  below: OpenBits,
  place: OpenBits,
): OpenBits {
  const of = (s: number, b: number, p: number): OpenBits =>
    bitsOf(encodeState(layout, { self: s, below: b, exact }, p));
  const base = of(0, 0, 0);
  const bits = [...base];
  const fill = (values: OpenBits, one: (bit: number) => OpenBits): void => {
    for (const [i, value] of values.entries()) {
      const set = one(2 ** i);
      for (const [at, bit] of base.entries()) if (set[at] !== bit) bits[at] = placed(value, bit);
    }
  };
  fill(self, (bit) => of(bit, 0, 0));
  fill(below, (bit) => of(0, bit, 0));
  fill(place, (bit) => of(0, 0, bit));
  return bits;
}

/** A bit where 0 is written as `base`. */
function placed(value: Bit, base: Bit): Bit {
  if (base === 0) return value;
  return value === 0 || value === 1 ? 1 - value : -value;
}

function bitsOf({ lo, hi }: CookieValue): OpenBits {
  return [...signedBits(lo | 0, 32), ...signedBits(hi | 0, 32)];
}
