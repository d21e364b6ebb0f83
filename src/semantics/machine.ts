/**
 * The walk machine in the terms of `language.md`: states, inputs, the step, and what a program asks of a state. No encoding
 * here: `cookie.ts` has that.
 */
import { LOOKUP, type Lookup } from '../abi/hooks.js';

/** What a program asks of the state that its step leads to. */
export type Check =
  { readonly kind: 'allow' } | { readonly kind: 'deny' } | { readonly kind: 'bit'; readonly bit: number };

/** A place as the machine knows it. Masks are of *allowed* classes; 0 (session start) is `undefined`. */
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

/** "The walk as a state machine" of the language, row by row. */
export function step(state: MachineState | undefined, input: MachineInput): MachineState {
  if (input.map !== undefined) return input.map;
  if (state === undefined) return input.tag ?? UNKNOWN;
  if (input.lookup === LOOKUP.DOT) return state;
  if (input.lookup === LOOKUP.DOTDOT && state.exact) return UNKNOWN;
  return regionOf(state);
}

/** What lies beneath a state and is not in the map. */
export function regionOf(state: MachineState): MachineState {
  return { self: state.below, below: state.below, exact: false };
}

export function verdict(check: Check, state: MachineState): 'allow' | 'deny' {
  if (check.kind !== 'bit') return check.kind;
  return (state.self >>> check.bit) & 1 ? 'allow' : 'deny';
}
