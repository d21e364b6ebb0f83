/**
 * Replays a scenario.
 *
 * Input: the scenario, the artifacts that its steps enforce, and its tree. Output: a result for every step, with the
 * number of programs and instructions that it ran. Invariant: it never throws; a fault of the scenario is in the
 * result.
 */
import type { Artifact } from '../../artifact/manifest.js';
import { createEngine } from '../engine/engine.js';
import type { Engine } from '../engine/types.js';
import { enforce, groundPolicy, type GroundedPolicy } from '../load.js';
import type { LoadProblem } from '../loader/problems.js';
import { Kernel, newTask, type CallResult, type Task } from '../kernel/task.js';
import type { Vfs } from '../kernel/vfs.js';
import type { TraceListener } from '../kernel/trace.js';
import { callOf, type MadeCall } from './calls.js';
import { addNumber, addTask, ScenarioFault, taskOf, unknown, type Labels } from './labels.js';
import type { Scenario, ScenarioResult, ScenarioStep, StepResult } from './types.js';

export interface ScenarioOptions {
  readonly engine?: Engine;
  /** Receives every program run. */
  readonly trace?: TraceListener;
  /** Called after every step. */
  readonly stepped?: (result: StepResult) => void;
  /** The number of the last step to make, counted from 1. */
  readonly until?: number;
}

export interface Replay extends ScenarioResult {
  /** The problems found when loading the policies. */
  readonly problems: readonly LoadProblem[];
  readonly kernel: Kernel;
  readonly policies: readonly GroundedPolicy[];
}

/**
 * Replays a scenario on a tree.
 * @param artifacts the policies that `enforce` can name; the default name is `main`
 */
export function runScenario(
  scenario: Scenario,
  artifacts: ReadonlyMap<string, Artifact>,
  vfs: Vfs,
  options: ScenarioOptions = {},
): Replay {
  const kernel = new Kernel(vfs, options.engine ?? createEngine());
  kernel.trace = options.trace;
  kernel.noNewPrivsSuffices = scenario.privilege?.noNewPrivs ?? false;
  const labels: Labels = { tasks: new Map(), numbers: new Map() };
  addTask(labels, 'main', newTask(kernel, scenario.privilege?.capability ?? true));
  const state: ReplayState = { kernel, labels, artifacts, policies: [], problems: [] };
  const steps: StepResult[] = [];
  let fault: ScenarioResult['fault'];
  for (const [i, step] of scenario.steps.entries()) {
    const result = runStep(state, step, i + 1);
    if ('why' in result) {
      fault = result;
      break;
    }
    steps.push(result);
    options.stepped?.(result);
    if (i + 1 === options.until) break;
  }
  return { steps, fault, problems: state.problems, kernel, policies: state.policies };
}

interface ReplayState {
  readonly kernel: Kernel;
  readonly labels: Labels;
  readonly artifacts: ReadonlyMap<string, Artifact>;
  readonly policies: GroundedPolicy[];
  readonly problems: LoadProblem[];
}

function runStep(
  state: ReplayState,
  step: ScenarioStep,
  number: number,
): StepResult | NonNullable<ScenarioResult['fault']> {
  const { engine } = state.kernel;
  try {
    const task = taskOf(state.labels, step.task ?? 'main');
    const call = callOf(step);
    engine.runs = 0;
    engine.executed = 0;
    const made =
      step.call === 'enforce'
        ? { result: enforceNamed(state, task, step) }
        : call.make(task, step, state.labels);
    keep(state.labels, task, step, made);
    const counted = task.set.runner?.counts !== false;
    return stepResult(state, step, number, made.result, counted);
  } catch (error) {
    if (error instanceof ScenarioFault) return { step: number, why: error.message };
    throw error;
  }
}

function enforceNamed(state: ReplayState, task: Task, step: ScenarioStep): CallResult {
  const name = step.policy ?? 'main';
  const artifact = state.artifacts.get(name);
  if (artifact === undefined) throw unknown('policy', name, state.artifacts.keys());
  const grounded = groundPolicy(artifact, state.kernel.vfs);
  state.problems.push(...grounded.problems);
  if (grounded.kind === 'refused') throw new ScenarioFault(`policy \`${name}\` cannot be loaded on the tree`);
  state.policies.push(grounded.value);
  return enforce(grounded.value, task);
}

function keep(labels: Labels, task: Task, step: ScenarioStep, { child, numbered, owner }: MadeCall): void {
  if (step.as === undefined) return;
  if (child !== undefined) addTask(labels, step.as, child, task);
  if (numbered !== undefined) addNumber(labels, owner ?? task, step.as, numbered);
}

function stepResult(
  { kernel }: ReplayState,
  step: ScenarioStep,
  number: number,
  result: CallResult,
  counted: boolean,
): StepResult {
  const outcome = result.ok ? 'allow' : result.errno;
  const expected = step.expect ?? null;
  return {
    step: number,
    task: step.task ?? 'main',
    call: step.action === undefined ? step.call : `${step.call} ${step.action}`,
    path: namesOf(step),
    flags: [...(step.mode ?? []), ...(step.flags ?? [])],
    result: outcome,
    expected,
    ok: expected === null || expected === outcome,
    deniedBy: result.ok ? null : (result.denied?.program ?? null),
    programRuns: counted ? kernel.engine.runs : null,
    instructions: counted ? kernel.engine.executed : null,
  };
}

/** The names in a step as text: `a -> b` for two paths, `{fd}/path` for a path that starts at a descriptor. */
function namesOf(step: ScenarioStep): string {
  const from = (label: string | undefined, path: string | undefined): string | undefined =>
    label === undefined || path === undefined ? path : `{${label}}/${path}`;
  const first = from(step.at, step.path) ?? step.fd ?? step.policy ?? step.other;
  return [step.target, first, from(step.atTo, step.to)].filter((p) => p !== undefined).join(' -> ');
}
