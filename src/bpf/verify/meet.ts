/**
 * Compares states where paths meet, and decides whether a path has to be followed further.
 *
 * Before the comparison the state forgets everything that no later instruction needs, so that paths which differ only
 * in that are explored once.
 */
import { addressesOf } from './liveness.js';
import { UNKNOWN } from './scalar.js';
import { report } from './exploration.js';
import type { Exploration } from './exploration.js';
import { compareSeen, lastOnPath, remember } from './paths.js';
import type { Seen, SeenHere } from './paths.js';
import { loopsOf } from './loops.js';
import { NO_SLOTS, UNSET, WRITTEN, cloneState, current } from './state.js';
import type { Frame, Slot, State } from './state.js';
import { landmarksOf, widen } from './widen.js';

/** Rounds of a loop of a raw program before its numbers are widened to landmarks. */
const MOST_ROUNDS = 200;
/** Rounds after which the numbers that change become unknown. */
const LAST_ROUND = 2 * MOST_ROUNDS;
/** States seen at a place outside of loops after which a hasty exploration forgets numbers there. */
const MANY_STATES = 8;

/** Compares a state with those seen here. Returns the state as remembered, or undefined if the path stops here. */
export function meet(
  x: Exploration,
  state: State,
  index: number,
  from: number,
  seen: Seen | undefined,
): Seen | undefined {
  forget(x, current(state), index);
  const key = state.callId * x.code.length + index;
  let here = x.seen.get(key);
  if (here === undefined) x.seen.set(key, (here = []));
  const isRaw = x.target.kind === 'raw';
  const isWidened = isRaw && widenLongLoop(x, here, state);
  if (x.isHasty && here.length >= MANY_STATES && !isInLoop(x, state, index)) forgetNumbers(x, state, index);
  x.compared += here.length * state.frames.length;
  const comparison = compareSeen(here, state, !isWidened);
  if (comparison === 'new') return remember(here, cloneState(state), seen);
  if (comparison === 'loop') {
    if (isRaw) markLoops(x, state, index);
    else report(x, from, 'loop', 'this closes a loop that is not proved to end');
  }
  return undefined;
}

/** Widens the numbers of a state that has come round a loop many times. Returns true if it did. */
function widenLongLoop(x: Exploration, here: SeenHere, state: State): boolean {
  const last = lastOnPath(here);
  if (last?.state === undefined || last.visits <= MOST_ROUNDS) return false;
  x.landmarks ??= landmarksOf(x.code, x.target, x.maps);
  widen(last.state, state, last.visits <= LAST_ROUND ? x.landmarks : undefined);
  return true;
}

/** The backward jumps of the loops that an instruction is in; none for −1, the start of the program. */
function jumpsAt(x: Exploration, place: number): readonly number[] {
  if (place < 0 || !x.shape.goesBack) return [];
  x.loopsOfCode ??= loopsOf(x.code, x.shape);
  return x.loopsOfCode.jumpsAt(place);
}

/** Records the loops in which an engine has to count fuel: those of the place and of each running call. */
function markLoops(x: Exploration, state: State, index: number): void {
  for (const place of [index, ...state.frames.map(({ call }) => call)]) {
    for (const jump of jumpsAt(x, place)) x.loops.add(jump);
  }
}

function isInLoop(x: Exploration, state: State, index: number): boolean {
  if (!x.shape.goesBack) return false;
  return jumpsAt(x, index).length > 0 || state.frames.some(({ call }) => jumpsAt(x, call).length > 0);
}

/** Forgets the numbers that cannot become part of an address. */
function forgetNumbers(x: Exploration, state: State, index: number): void {
  x.addresses ??= addressesOf(x.code, x.shape);
  const addresses = x.addresses[index] ?? 0;
  const { regs } = current(state);
  regs.forEach((value, r) => {
    if (value.kind !== 'scalar' || value === UNKNOWN || ((addresses >> r) & 1) === 1) return;
    regs[r] = UNKNOWN;
    x.wasHasty = true;
  });
}

/** Forgets the registers and stack slots that are dead or irrelevant before an instruction. */
export function forget(x: Exploration, frame: Frame, index: number): void {
  const live = x.liveness.live[index] ?? 0;
  const relevant = x.liveness.relevant[index] ?? 0;
  const { regs } = frame;
  for (let r = 0; r < regs.length; r++) {
    if (((live >> r) & 1) === 0) regs[r] = UNSET;
    else if (((relevant >> r) & 1) === 0 && regs[r]?.kind === 'scalar') regs[r] = UNKNOWN;
  }
  if (frame.slots !== NO_SLOTS) forgetSlots(x, frame);
}

function forgetSlots(x: Exploration, frame: Frame): void {
  const { slots, readSlots } = x.liveness;
  const kept = (slot: Slot, i: number): Slot => {
    if (readSlots[i] === 0) return 0;
    return slots[i] === 0 && typeof slot !== 'number' && slot.kind === 'scalar' ? WRITTEN : slot;
  };
  if (frame.slots.some((slot, i) => slot !== 0 && kept(slot, i) !== slot))
    frame.slots = frame.slots.map(kept);
}
