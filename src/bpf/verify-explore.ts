/**
 * Follows every path of a program through abstract states.
 *
 * Depth first, with a list of ways that are still to be explored. Where paths meet, a state that an earlier and
 * completely explored one stands for is explored no further; one that stands for itself on the same path is a loop that
 * is not seen to end: an error in a hook, a fact of a raw program. So every run of an accepted hook is a way through the
 * explored instructions that passes none of them twice: it ends within `steps` instructions.
 *
 * A way out that no run takes is set aside, and explored as if nothing were known of the comparison when no other
 * path has led there: no instruction goes unchecked.
 *
 * Known weakness: copies of a number are not tied together, so a comparison teaches nothing of the copy.
 */
import { disassemble } from './disasm.js';
import type { Liveness } from './liveness.js';
import { UNKNOWN } from './scalar.js';
import type { Jump, Placed } from './types.js';
import { readScalar } from './verify-access.js';
import { enterFunction, leaveFunction } from './verify-call.js';
import { decide, learn } from './verify-jump.js';
import type { Lesson } from './verify-jump.js';
import { compareSeen, complete, extend, lastOnPath, remember } from './verify-paths.js';
import type { Seen, SeenHere, Trace } from './verify-paths.js';
import { loopJumps } from './verify-shape.js';
import type { Shape } from './verify-shape.js';
import { UNSET, WRITTEN, cloneState, current, initialState } from './verify-state.js';
import type { Frame, State } from './verify-state.js';
import { step } from './verify-step.js';
import { widen } from './verify-subsume.js';
import type { PathStep, StepEnv, Target, VerifierError, VerifierMap, VerifierRule } from './verify-types.js';
import { defined } from '../assert.js';

/** Instructions that are explored at most; the fuel of the engine is more. */
export const BUDGET = 1_000_000;
/** Rounds of a loop of a raw program before its numbers are given up. */
const MOST_ROUNDS = 200;
/** Errors, and steps of their paths, after which nothing more is looked for. */
const MOST_ERRORS = 64;
const MOST_PATH_STEPS = 500_000;

export interface Input {
  readonly code: readonly Placed[];
  readonly shape: Shape;
  readonly liveness: Liveness;
  readonly target: Target;
  readonly maps: readonly VerifierMap[];
}

export interface Explored {
  readonly errors: readonly VerifierError[];
  readonly unprovenLoops: readonly number[];
  readonly steps: number;
}

/** A way that is still to be explored. */
interface Way {
  readonly state: State;
  readonly index: number;
  /** The instruction before it. */
  readonly from: number;
  readonly seen: Seen | undefined;
  readonly trace: Trace | undefined;
}

interface Exploration extends Input {
  readonly env: StepEnv;
  readonly errors: VerifierError[];
  readonly reported: Set<string>;
  readonly visited: Uint8Array;
  readonly seen: Map<number, SeenHere>;
  /** Lists of running calls by the list before and the call: numbers from 1 on. */
  readonly callIds: Map<number, number>;
  /** The numbers of the lists of calls that a list goes on from. */
  readonly outerIds: number[];
  readonly ways: Way[];
  /** By index: ways that no run takes. */
  readonly aside: Map<number, Way>;
  readonly loops: Set<number>;
  readonly loopsSeen: Set<number>;
  readonly pathSteps: Map<number, PathStep>;
  steps: number;
  /** Where it is, for messages. */
  index: number;
  trace: Trace | undefined;
  pathLength: number;
}

export function explore(input: Input): Explored {
  const x = begin(input);
  x.ways.push({ state: initialState(input.target), index: 0, from: -1, seen: undefined, trace: undefined });
  exploreWays(x);
  // A map is walked in the order of insertion, and what is inserted meanwhile is walked too.
  for (const [index, way] of x.aside) {
    if (isExhausted(x)) break; // it is said already
    if (x.visited[index] === 1) continue;
    x.ways.push(way);
    exploreWays(x);
  }
  return { errors: x.errors, unprovenLoops: [...x.loops].sort((a, b) => a - b), steps: x.steps };
}

function begin(input: Input): Exploration {
  let ids = 0;
  const env: StepEnv = {
    target: input.target,
    maps: input.maps,
    report: (rule, message) => report(x, x.index, rule, message),
    freshId: () => ++ids,
  };
  const x: Exploration = {
    ...input,
    env,
    errors: [],
    reported: new Set(),
    visited: new Uint8Array(input.code.length),
    seen: new Map(),
    callIds: new Map(),
    outerIds: [0],
    ways: [],
    aside: new Map(),
    loops: new Set(),
    loopsSeen: new Set(),
    pathSteps: new Map(),
    steps: 0,
    index: 0,
    trace: undefined,
    pathLength: 0,
  };
  return x;
}

function exploreWays(x: Exploration): void {
  for (let way = x.ways.pop(); way !== undefined; way = x.ways.pop()) {
    complete(follow(x, way));
    if (isExhausted(x)) return void (x.ways.length = 0);
  }
}

const isExhausted = (x: Exploration): boolean =>
  x.steps >= BUDGET || x.errors.length >= MOST_ERRORS || x.pathLength > MOST_PATH_STEPS;

/** Follows a way to where it ends or meets what is known; gives the last state that was seen on it. */
function follow(x: Exploration, way: Way): Seen | undefined {
  const { state } = way;
  let { seen, from } = way;
  x.trace = way.trace;
  for (let index = way.index; index >= 0; index = x.index) {
    if (x.shape.meets[index] === 1) {
      const met = meet(x, state, index, from, seen);
      if (met === undefined) return seen;
      seen = met;
    }
    x.index = index;
    if (x.steps >= BUDGET) {
      report(x, index, 'budget', `the program is too complex: not explored within ${BUDGET} steps`);
      return seen;
    }
    if (x.errors.length >= MOST_ERRORS) return seen;
    x.steps++;
    x.visited[index] = 1;
    from = index;
    x.index = next(x, state, index, seen);
  }
  return seen;
}

/** Executes an instruction; gives the index of the next one, −1 at the end of the way. */
function next(x: Exploration, state: State, index: number, seen: Seen | undefined): number {
  const op = defined(x.code[index], 'an instruction of the program').instruction;
  switch (op.kind) {
    case 'ja':
      return x.shape.targets[index] ?? -1;
    case 'jump':
      return branch(x, op, state, index, seen);
    case 'call_local':
      return enter(x, state, index);
    case 'exit':
      return leave(x, state);
    default:
      step(op, state, x.env);
      return index + 1;
  }
}

function enter(x: Exploration, state: State, index: number): number {
  enterFunction(state, index);
  const caller = state.frames[state.frames.length - 2];
  if (caller !== undefined) forget(x, caller, index + 1);
  const key = state.callId * x.code.length + index;
  let id = x.callIds.get(key);
  if (id === undefined) {
    id = x.outerIds.length;
    x.callIds.set(key, id);
    x.outerIds.push(state.callId);
  }
  state.callId = id;
  return x.shape.targets[index] ?? -1;
}

function leave(x: Exploration, state: State): number {
  if (state.frames.length === 1) {
    readScalar(state, 0, 'a return', x.env);
    return -1;
  }
  state.callId = x.outerIds[state.callId] ?? 0;
  return leaveFunction(state, x.env) + 1;
}

function branch(x: Exploration, op: Jump, state: State, index: number, seen: Seen | undefined): number {
  const { taken, fall } = decide(op, state, x.env);
  const target = x.shape.targets[index] ?? -1;
  if (taken === undefined || fall === undefined) {
    const live = fall ?? taken;
    setAside(x, state, fall === undefined ? index + 1 : target, index, fall !== undefined);
    if (live === undefined) {
      setAside(x, state, target, index, true);
      return -1;
    }
    learn(live, op, state);
    x.trace = extend(x.trace, index, fall === undefined);
    return fall === undefined ? target : index + 1;
  }
  pushTaken(x, op, state, taken, index, seen);
  learn(fall, op, state);
  x.trace = extend(x.trace, index, false);
  return index + 1;
}

function pushTaken(
  x: Exploration,
  op: Jump,
  state: State,
  lesson: Lesson,
  index: number,
  seen: Seen | undefined,
): void {
  const other = cloneState(state);
  learn(lesson, op, other);
  if (seen !== undefined) seen.pending++;
  const target = x.shape.targets[index] ?? -1;
  x.ways.push({ state: other, index: target, from: index, seen, trace: extend(x.trace, index, true) });
}

function setAside(x: Exploration, state: State, index: number, from: number, taken: boolean): void {
  if (x.visited[index] === 1 || x.aside.has(index)) return;
  const trace = extend(x.trace, from, taken);
  x.aside.set(index, { state: cloneState(state), index, from, seen: undefined, trace });
}

/** Compares with the states seen here; undefined when the way need not be followed further. */
function meet(
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
  const last = isRaw ? lastOnPath(here) : undefined;
  const isWidened = last !== undefined && last.visits > MOST_ROUNDS;
  if (isWidened && last.state !== undefined) widen(last.state, state);
  const comparison = compareSeen(here, state, !isWidened);
  if (comparison === 'new') return remember(here, cloneState(state), seen);
  if (comparison === 'loop') {
    if (isRaw) markLoops(x, state, index);
    else report(x, from, 'loop', 'this closes a loop that is not seen to end');
  }
  return undefined;
}

/** An engine has to count fuel in every loop that the place, or a call that runs, is in. */
function markLoops(x: Exploration, state: State, index: number): void {
  const places = [index, ...state.frames.map(({ call }) => call)];
  for (const place of places) {
    if (place < 0 || x.loopsSeen.has(place)) continue;
    x.loopsSeen.add(place);
    for (const jump of loopJumps(x.code, x.shape, place)) x.loops.add(jump);
  }
}

/** Forgets what is not read, or decides nothing, from an instruction on. */
function forget(x: Exploration, frame: Frame, index: number): void {
  const live = x.liveness.live[index] ?? 0;
  const relevant = x.liveness.relevant[index] ?? 0;
  const { regs } = frame;
  for (let r = 0; r < regs.length; r++) {
    if (((live >> r) & 1) === 0) regs[r] = UNSET;
    else if (((relevant >> r) & 1) === 0 && regs[r]?.kind === 'scalar') regs[r] = UNKNOWN;
  }
  const { slots } = x.liveness;
  const isIdle = frame.slots.some(
    (slot, i) => slots[i] === 0 && typeof slot !== 'number' && slot.kind === 'scalar',
  );
  if (!isIdle) return;
  frame.slots = frame.slots.map((slot, i) =>
    slots[i] === 0 && typeof slot !== 'number' && slot.kind === 'scalar' ? WRITTEN : slot,
  );
}

function report(x: Exploration, index: number, rule: VerifierRule, message: string): void {
  const { slot, instruction } = defined(x.code[Math.max(index, 0)], 'an instruction of the program');
  const key = `${slot} ${rule} ${message}`;
  if (x.reported.has(key) || x.errors.length >= MOST_ERRORS) return;
  x.reported.add(key);
  x.errors.push({ slot, disassembly: disassemble(instruction), rule, message, path: pathOf(x, x.trace) });
}

function pathOf(x: Exploration, trace: Trace | undefined): readonly PathStep[] {
  const path: PathStep[] = [];
  for (let at = trace; at !== undefined; at = at.before) path.push(pathStep(x, at));
  x.pathLength += path.length;
  return path.reverse();
}

/** Steps are shared: the paths of errors in a loop are long and alike. */
function pathStep(x: Exploration, { index, taken }: Trace): PathStep {
  const key = index * 2 + (taken ? 1 : 0);
  const found = x.pathSteps.get(key);
  if (found !== undefined) return found;
  const { slot, instruction } = defined(x.code[index], 'an instruction of the program');
  const made = { slot, disassembly: disassemble(instruction), taken };
  x.pathSteps.set(key, made);
  return made;
}
