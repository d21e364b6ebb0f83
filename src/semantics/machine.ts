/**
 * The walk machine in the terms of `language.md`: states, inputs, the step, and the checks that programs make on a state.
 * `cookie.ts` encodes the states.
 */
import { LOOKUP, type Lookup } from '../abi/hooks.js';

/** How a program decides on the state after its step: always allow, always deny, or read one bit of `self`. */
export type Check =
  { readonly kind: 'allow' } | { readonly kind: 'deny' } | { readonly kind: 'bit'; readonly bit: number };

/** A state of the machine. Masks are of *allowed* classes. At the start of a session the state is `undefined` (cookie 0). */
export interface MachineState {
  readonly self: number;
  readonly below: number;
  readonly exact: boolean;
}

export interface MachineInput {
  readonly map: MachineState | undefined;
  readonly tag: MachineState | undefined;
  readonly lookup: Lookup;
}

const UNKNOWN: MachineState = { self: 0, below: 0, exact: false };

/**
 * Returns the state after one step; undefined stands for the start of a session.
 *
 * Source: the rows of "The walk as a state machine" in `language.md`.
 */
export function step(state: MachineState | undefined, input: MachineInput): MachineState {
  if (input.map !== undefined) return input.map;
  if (state === undefined) return input.tag ?? UNKNOWN;
  if (input.lookup === LOOKUP.DOT) return state;
  if (input.lookup === LOOKUP.DOTDOT && state.exact) return UNKNOWN;
  return regionOf(state);
}

/** Returns the state of an object that lies beneath a state and is not in the map. */
export function regionOf(state: MachineState): MachineState {
  return { self: state.below, below: state.below, exact: false };
}

/** Returns the verdict of a check on a state. */
export function verdict(check: Check, state: MachineState): 'allow' | 'deny' {
  if (check.kind !== 'bit') return check.kind;
  return (state.self >>> check.bit) & 1 ? 'allow' : 'deny';
}
