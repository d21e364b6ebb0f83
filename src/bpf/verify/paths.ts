/**
 * What the exploration remembers of paths: the states it has seen where paths meet, and the way to where it is.
 *
 * Paths are followed depth first. A seen state is complete when everything behind it has been explored; the others
 * are exactly the ones on the way to where the exploration is (`pending` counts the ways that are left to explore).
 */
import { subsumes } from './subsume.js';
import type { State } from './state.js';

/** A state that was seen where paths meet. */
export interface Seen {
  /** Undefined when it is no longer compared. */
  state: State | undefined;
  readonly before: Seen | undefined;
  /** Ways behind it that are not explored to their end; 0: complete. */
  pending: number;
  /** How often its place was on the path up to here. */
  readonly visits: number;
}

/** The conditional jumps on the way, last one first. */
export interface Trace {
  readonly before: Trace | undefined;
  readonly index: number;
  readonly taken: boolean;
  readonly length: number;
}

export function extend(before: Trace | undefined, index: number, taken: boolean): Trace {
  return { before, index, taken, length: (before?.length ?? 0) + 1 };
}

/** The states that were seen at one place, called from the same places. Newest last. */
export type SeenHere = Seen[];

/** More are not compared with: an old one that has not helped yet hardly will. */
const MOST_SEEN = 32;

export function remember(seen: SeenHere, state: State, before: Seen | undefined): Seen {
  const visits = (lastOnPath(seen)?.visits ?? 0) + 1;
  const one: Seen = { state, before, pending: 1, visits };
  if (seen.length >= MOST_SEEN) {
    const oldest = seen.shift();
    if (oldest !== undefined) oldest.state = undefined;
  }
  seen.push(one);
  return one;
}

export function lastOnPath(seen: SeenHere): Seen | undefined {
  for (let i = seen.length - 1; i >= 0; i--) {
    const one = seen[i];
    if (one !== undefined && one.pending > 0) return one;
  }
  return undefined;
}

/** A way behind a state is explored. */
export function complete(last: Seen | undefined): void {
  for (let one = last; one !== undefined; one = one.before) {
    one.pending--;
    if (one.pending > 0) return;
  }
}

/** What an earlier state says of a new one. */
export type Comparison = 'new' | 'explored' | 'loop';

/**
 * Compares a state with those seen at its place. `explored`: nothing new can follow. `loop`: the path has come back to
 * where it was; while it knows less with each round it is let go on, unless `anyProgress` is refused.
 */
export function compareSeen(seen: SeenHere, state: State, isPatient: boolean): Comparison {
  for (let i = seen.length - 1; i >= 0; i--) {
    const one = seen[i];
    if (one?.state === undefined || !subsumes(one.state, state)) continue;
    if (one.pending === 0) return 'explored';
    if (!isPatient || subsumes(state, one.state)) return 'loop';
  }
  return 'new';
}
