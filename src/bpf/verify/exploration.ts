/** The data of an exploration of paths: the program, the errors found, the ways left to explore. */
import { disassemble } from '../disasm.js';
import type { Liveness } from './liveness.js';
import type { Placed } from '../types.js';
import type { Loops } from './loops.js';
import type { Seen, SeenHere, JumpTrace } from './paths.js';
import type { Shape } from './shape.js';
import type { State } from './state.js';
import type { PathStep, StepEnv, VerifierTarget, VerifierError, VerifierMap, VerifierRule } from './types.js';
import type { Landmarks } from './widen.js';
import { defined } from '../../base/assert.js';

/** The largest budget, and the default. It is smaller than the fuel of the engine. */
export const BUDGET = 1_000_000;
/** Frames of seen states that may be compared, for each instruction of the budget. States of one frame need fewer. */
const FRAMES_COMPARED = 16;
/** Number of errors after which the exploration stops. */
export const MOST_ERRORS = 64;
/** Errors reported for one rule at one instruction: a loop may break it in each round, with another offset. */
const MOST_ERRORS_AT_PLACE = 4;
/** Steps in the paths of all errors after which the exploration stops. */
const MOST_PATH_STEPS = 500_000;

export interface Input {
  readonly code: readonly Placed[];
  readonly shape: Shape;
  readonly liveness: Liveness;
  readonly target: VerifierTarget;
  readonly maps: readonly VerifierMap[];
  /** The number of instructions that may be explored. */
  readonly budget: number;
  /**
   * If true, numbers that only decide conditional jumps are forgotten where many paths meet. This explores fewer
   * states, but may report an error that no run has.
   */
  readonly isHasty: boolean;
}

export interface Explored {
  readonly errors: readonly VerifierError[];
  readonly unprovenLoops: readonly number[];
  readonly steps: number;
  /** True if a hasty exploration has forgotten a number. */
  readonly wasHasty: boolean;
}

/** A branch of a path that is still to be explored: the state before the instruction at `index`. */
export interface Way {
  readonly state: State;
  readonly index: number;
  /** Index of the instruction that leads here; −1 at the start. */
  readonly from: number;
  /** The last state that was remembered on the path. */
  readonly seen: Seen | undefined;
  readonly trace: JumpTrace | undefined;
}

export interface Exploration extends Input {
  readonly env: StepEnv;
  readonly errors: VerifierError[];
  readonly reported: Set<string>;
  /** By slot and rule: the number of errors. */
  readonly errorsAtPlace: Map<string, number>;
  readonly visited: Uint8Array;
  /** By call stack and instruction (`callId * code.length + index`). */
  readonly seen: Map<number, SeenHere>;
  /** The id of a call stack, by the id of the outer stack and the call (`callId * code.length + index`). */
  readonly callIds: Map<number, number>;
  /** By id of a call stack: the id of the stack without its innermost call. */
  readonly outerIds: number[];
  readonly ways: Way[];
  /** By index: a way that no run takes. */
  readonly aside: Map<number, Way>;
  /** Indices of the backward jumps of loops that are not proved to end. */
  readonly loops: Set<number>;
  loopsOfCode: Loops | undefined;
  landmarks: Landmarks | undefined;
  addresses: Uint16Array | undefined;
  wasHasty: boolean;
  /** The steps in the paths of errors, shared between paths. */
  readonly pathSteps: Map<number, PathStep>;
  steps: number;
  /** The number of frames of seen states that have been compared. */
  compared: number;
  /** The instruction that is being explored. */
  index: number;
  /** The path to it. */
  trace: JumpTrace | undefined;
  /** Steps in the paths of all errors. */
  pathLength: number;
}

/** A new exploration of a program. */
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
    errorsAtPlace: new Map(),
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

/** True if the budget is used up. */
export const isSpent = (x: Exploration): boolean =>
  x.steps >= x.budget || x.compared > x.budget * FRAMES_COMPARED;

/** True if the exploration may stop. It never stops without an error, because the rest would go unchecked. */
export const isExhausted = (x: Exploration): boolean =>
  x.errors.length > 0 && (isSpent(x) || x.errors.length >= MOST_ERRORS || x.pathLength > MOST_PATH_STEPS);

/** Records an error on the current path. Each error is recorded once. */
export function report(x: Exploration, index: number, rule: VerifierRule, message: string): void {
  const { slot, instruction } = defined(x.code[Math.max(index, 0)], 'an instruction of the program');
  const key = `${slot} ${rule} ${message}`;
  const place = `${slot} ${rule}`;
  const count = x.errorsAtPlace.get(place) ?? 0;
  if (x.reported.has(key) || count >= MOST_ERRORS_AT_PLACE || x.errors.length >= MOST_ERRORS) return;
  x.reported.add(key);
  x.errorsAtPlace.set(place, count + 1);
  x.errors.push({ slot, disassembly: disassemble(instruction), rule, message, path: pathOf(x, x.trace) });
}

function pathOf(x: Exploration, trace: JumpTrace | undefined): readonly PathStep[] {
  const path: PathStep[] = [];
  for (let at = trace; at !== undefined; at = at.before) path.push(pathStep(x, at));
  x.pathLength += path.length;
  return path.reverse();
}

/** The step of a path. Equal steps are one object, because the paths of errors in a loop are long and similar. */
function pathStep(x: Exploration, { index, taken }: JumpTrace): PathStep {
  const key = index * 2 + (taken ? 1 : 0);
  const found = x.pathSteps.get(key);
  if (found !== undefined) return found;
  const { slot, instruction } = defined(x.code[index], 'an instruction of the program');
  const made = { slot, disassembly: disassemble(instruction), taken };
  x.pathSteps.set(key, made);
  return made;
}
