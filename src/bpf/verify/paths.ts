/**
 * What the exploration remembers of paths: the states seen where paths meet, and the jumps of the current path.
 *
 * Paths are followed depth first. A seen state is complete when all ways that start behind it are explored (`pending`
 * is 0). The incomplete states are exactly those on the current path.
 */
import { subsumes } from './subsume.js';
import type { State } from './state.js';

/** A state that was seen where paths meet. */
export interface Seen {
  /** Undefined if it is no longer compared. */
  state: State | undefined;
  /** The state seen before it on the path. */
  readonly before: Seen | undefined;
  /** The number of ways behind it that are not explored to their end; 0 if it is complete. */
  pending: number;
  /** How often the path has passed its place so far. */
  readonly visits: number;
}

/** The conditional jumps of a path as a linked list, last jump first. */
export interface JumpTrace {
  readonly before: JumpTrace | undefined;
  readonly index: number;
  readonly taken: boolean;
}

/** The path with one more conditional jump. */
export function extend(before: JumpTrace | undefined, index: number, taken: boolean): JumpTrace {
  return { before, index, taken };
}

/** The states that were seen at one instruction with one call stack, newest last. */
export type SeenHere = Seen[];

/** The number of states that are kept at one place. The oldest is dropped, as it is least likely to cover a new one. */
const MOST_SEEN = 32;

/** Adds a state to those seen at its place. */
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

/** The newest state seen at this place that is on the current path. */
export function lastOnPath(seen: SeenHere): Seen | undefined {
  for (let i = seen.length - 1; i >= 0; i--) {
    const one = seen[i];
    if (one !== undefined && one.pending > 0) return one;
  }
  return undefined;
}

/** Records that a way behind this state is explored to its end. */
export function complete(last: Seen | undefined): void {
  for (let one = last; one !== undefined; one = one.before) {
    one.pending--;
    if (one.pending > 0) return;
  }
}

/** How a new state compares with the earlier ones: see `compareSeen`. */
export type Comparison = 'new' | 'explored' | 'loop';

/**
 * Compares a state with those seen at its place. `explored`: a complete state covers it, so nothing new can follow.
 * `loop`: a state of the same path covers it. With `isPatient`, it is a loop only if the two states cover each other;
 * a path that still learns something in each round goes on.
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
