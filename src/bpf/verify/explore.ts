/**
 * Follows every path of a program through abstract states.
 *
 * Paths are followed depth first, with a list of ways that are still to be explored. Where paths meet, the new state is
 * compared with earlier ones. If a completely explored state covers it, the path stops there. If a state of the same
 * path covers it, the path is a loop that is not proved to end: an error in a hook, a recorded fact of a raw program.
 * So a run of an accepted hook executes each explored step at most once, and ends within `steps` instructions.
 *
 * If no run takes a branch of a conditional jump, that branch is set aside. It is explored at the end, without what the
 * comparison would teach, unless another path has reached it. The instruction after a local call is handled in the same
 * way. So every instruction that the control flow reaches is checked.
 *
 * Known weakness: copies of a number are not linked, so a comparison of one copy teaches nothing about the others.
 */
import type { Jump } from '../types.js';
import { readScalar } from './access.js';
import { enterFunction, leaveFunction } from './call.js';
import { MOST_ERRORS, begin, isExhausted, isSpent, report } from './exploration.js';
import type { Exploration, Explored, Input, Way } from './exploration.js';
import { decide, learn } from './jump.js';
import type { Lesson } from './jump.js';
import { forget, meet } from './meet.js';
import { complete, extend } from './paths.js';
import type { Seen } from './paths.js';
import { SANE, UNSET, cloneState, current, initialState } from './state.js';
import type { State } from './state.js';
import { step } from './step.js';
import { defined } from '../../base/assert.js';

/** Explores all paths of a program. Returns the errors, or the facts that an engine needs. */
export function explore(input: Input): Explored {
  const x = begin(input);
  x.ways.push({ state: initialState(input.target), index: 0, from: -1, seen: undefined, trace: undefined });
  exploreWays(x);
  // Iterating a map also visits the entries that are inserted during the iteration.
  for (const [index, way] of x.aside) {
    if (x.visited[index] === 1 || isExhausted(x)) continue;
    x.ways.push(way);
    exploreWays(x);
  }
  const { errors, steps, wasHasty } = x;
  return { errors, unprovenLoops: [...x.loops].sort((a, b) => a - b), steps, wasHasty };
}

function exploreWays(x: Exploration): void {
  for (let way = x.ways.pop(); way !== undefined; way = x.ways.pop()) {
    complete(follow(x, way));
    if (isExhausted(x)) return void (x.ways.length = 0);
  }
}

/** Follows a way to its end or to a state that is already explored. Returns the last state remembered on it. */
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
    if (isSpent(x)) {
      report(x, index, 'budget', `the program is too complex: not explored within ${x.budget} steps`);
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

/** Executes an instruction. Returns the index of the next one, or −1 at the end of the way. */
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
  setReturnAside(x, state, index);
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

/** Sets the instruction after a call aside: an engine translates it even if the function never returns. */
function setReturnAside(x: Exploration, state: State, index: number): void {
  const behind = index + 1;
  if (x.visited[behind] === 1 || x.aside.has(behind)) return;
  const returned = cloneState(state);
  const { regs } = current(returned);
  regs.fill(UNSET, 1, 6);
  regs[0] = SANE;
  x.aside.set(behind, { state: returned, index: behind, from: index, seen: undefined, trace: x.trace });
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

/** Adds the way of the taken jump to those that are left to explore. */
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
