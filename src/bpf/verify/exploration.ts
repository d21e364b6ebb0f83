/** What an exploration of paths has at hand: the program, what has been found, what is left to do. */
import { disassemble } from '../disasm.js';
import type { Liveness } from './liveness.js';
import type { Placed } from '../types.js';
import type { Loops } from './loops.js';
import type { Seen, SeenHere, Trace } from './paths.js';
import type { Shape } from './shape.js';
import type { State } from './state.js';
import type { PathStep, StepEnv, Target, VerifierError, VerifierMap, VerifierRule } from './types.js';
import type { Landmarks } from './widen.js';
import { defined } from '../../base/assert.js';

/** Instructions that are explored at most, unless less is asked for; the fuel of the engine is more. */
export const BUDGET = 1_000_000;
/** Frames of seen states that are compared at most, for each instruction that may be explored: one frame never needs as many. */
const FRAMES_COMPARED = 16;
/** Errors, and steps of their paths, after which nothing more is looked for. */
export const MOST_ERRORS = 64;
/** Errors of one rule at one instruction: a loop breaks it in each round, with another offset. */
const MOST_ALIKE = 4;
const MOST_PATH_STEPS = 500_000;

export interface Input {
  readonly code: readonly Placed[];
  readonly shape: Shape;
  readonly liveness: Liveness;
  readonly target: Target;
  readonly maps: readonly VerifierMap[];
  /** Instructions that may be explored. */
  readonly budget: number;
  /**
   * Whether numbers that only decide ways out are forgotten where many paths meet. It explores less; an error that it
   * finds may be none.
   */
  readonly isHasty: boolean;
}

export interface Explored {
  readonly errors: readonly VerifierError[];
  readonly unprovenLoops: readonly number[];
  readonly steps: number;
  /** Whether numbers were forgotten. */
  readonly wasHasty: boolean;
}

/** A way that is still to be explored. */
export interface Way {
  readonly state: State;
  readonly index: number;
  /** The instruction before it. */
  readonly from: number;
  readonly seen: Seen | undefined;
  readonly trace: Trace | undefined;
}

export interface Exploration extends Input {
  readonly env: StepEnv;
  readonly errors: VerifierError[];
  readonly reported: Set<string>;
  /** Errors by slot and rule. */
  readonly alike: Map<string, number>;
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
  loopsOfCode: Loops | undefined;
  landmarks: Landmarks | undefined;
  addresses: Uint16Array | undefined;
  wasHasty: boolean;
  readonly pathSteps: Map<number, PathStep>;
  steps: number;
  /** Frames of seen states that a state was compared with. */
  compared: number;
  /** Where it is, for messages. */
  index: number;
  trace: Trace | undefined;
  pathLength: number;
}

export function begin(input: Input): Exploration {
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
    alike: new Map(),
    visited: new Uint8Array(input.code.length),
    seen: new Map(),
    callIds: new Map(),
    outerIds: [0],
    ways: [],
    aside: new Map(),
    loops: new Set(),
    loopsOfCode: undefined,
    landmarks: undefined,
    addresses: undefined,
    wasHasty: false,
    pathSteps: new Map(),
    steps: 0,
    compared: 0,
    index: 0,
    trace: undefined,
    pathLength: 0,
  };
  return x;
}

/** Whether the budget is used up. */
export const isSpent = (x: Exploration): boolean =>
  x.steps >= x.budget || x.compared > x.budget * FRAMES_COMPARED;

/** Whether nothing more is looked for: never without an error, since what is left would go unchecked. */
export const isExhausted = (x: Exploration): boolean =>
  x.errors.length > 0 && (isSpent(x) || x.errors.length >= MOST_ERRORS || x.pathLength > MOST_PATH_STEPS);

/** Records an error on the path that is explored; one that was found before is none. */
export function report(x: Exploration, index: number, rule: VerifierRule, message: string): void {
  const { slot, instruction } = defined(x.code[Math.max(index, 0)], 'an instruction of the program');
  const key = `${slot} ${rule} ${message}`;
  const place = `${slot} ${rule}`;
  const alike = x.alike.get(place) ?? 0;
  if (x.reported.has(key) || alike >= MOST_ALIKE || x.errors.length >= MOST_ERRORS) return;
  x.reported.add(key);
  x.alike.set(place, alike + 1);
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
