/**
 * Compares what a program's calls gave under a plan with what the model of the kernel says.
 *
 * Input: the recorded calls, those that were refused among them; the plan; the tree before. Output: each refused call on which
 * both agree, and each call on which they do not. A refusal that permission bits explain is neither: the model has no modes.
 */
import type { EnforcementPlan } from '../../artifact/enforcement-plan.js';
import { ancestry } from '../../runtime/kernel/resolve.js';
import { fileOf, type Task } from '../../runtime/kernel/task.js';
import type { Location, Vfs } from '../../runtime/kernel/vfs.js';
import { enforcePlan } from '../../runtime/linux/load.js';
import type { GroundedPolicy } from '../../runtime/loader/grounded.js';
import { ScenarioFault } from '../../runtime/scenario/labels.js';
import type { ScenarioStep } from '../../runtime/scenario/types.js';
import type { TraceOrigin } from '../learn/facts.js';
import type { Refused } from '../learn/follow.js';
import { ensure, liveOn, makeCall, taskOf, type KindLookup, type Live } from '../learn/live.js';
import type { Recording } from '../learn/record.js';
import { EnforceFault } from './fault.js';
import { refusedByModes } from './modes.js';

/** A call on which the kernel and the model differ. */
export interface Disagreement {
  readonly origin: TraceOrigin | undefined;
  readonly step: ScenarioStep;
  /** `allow` or an errno. */
  readonly kernel: string;
  readonly model: string;
}

export interface CallComparison {
  /** Refused calls on which both agree. */
  readonly refused: readonly Refused[];
  readonly disagreements: readonly Disagreement[];
  /** Refused calls that permission bits explain. */
  readonly byModes: readonly Refused[];
  /** Refused calls that the model cannot make. */
  readonly unknown: readonly Refused[];
  /** The number of calls that were compared. */
  readonly compared: number;
}

/** A recorded call, refused or not. */
interface Compared {
  readonly step: ScenarioStep;
  readonly origin: TraceOrigin | undefined;
  readonly refused: Refused | undefined;
}

/** Makes the calls on the model under the plan. `vfs`: the tree before; it changes. */
export function compareCalls(
  recording: Recording,
  policy: GroundedPolicy,
  plan: EnforcementPlan,
  vfs: Vfs,
  { cwd, lookup }: { readonly cwd: string; readonly lookup: KindLookup },
): CallComparison {
  const live = liveOn(vfs, { kinds: new Map(), grown: false, fixed: true }, lookup);
  const found = {
    refused: [] as Refused[],
    disagreements: [] as Disagreement[],
    byModes: [] as Refused[],
    unknown: recording.refused.filter((r) => r.step === undefined),
    compared: 0,
  };
  for (const { step, origin, refused } of inOrder(recording)) {
    if (step.call === 'enforce') {
      const entered = enforcePlan({ ...policy, plan }, taskOf(live, 'main'));
      if (!entered.ok) throw new EnforceFault(`the model cannot carry out the plan: ${entered.errno}`);
      continue;
    }
    if (refused !== undefined) showNamed(live, step);
    const model = isOfAnotherProcess(live, step) ? undefined : outcomeOn(live, step);
    if (model === undefined || origin === undefined) {
      if (refused !== undefined) found.unknown.push(refused);
      continue;
    }
    found.compared++;
    const kernel = step.expect ?? 'allow';
    if (kernel === model) {
      if (refused !== undefined) found.refused.push(refused);
    } else if (refused !== undefined && refusedByModes(step, cwd)) found.byModes.push(refused);
    else found.disagreements.push({ origin, step, kernel, model });
  }
  return found;
}

/** Returns the steps with the refused calls where they were made. */
function inOrder({ steps, origins, refused }: Recording): Compared[] {
  const first = steps.findIndex((step) => step.call === 'enforce') + 1;
  const all: Compared[] = [];
  let next = 0;
  steps.forEach((step, i) => {
    for (; next < refused.length && (refused[next]?.before ?? 0) + first <= i; next++) push(refused[next]);
    all.push({ step, origin: origins[i], refused: undefined });
  });
  for (; next < refused.length; next++) push(refused[next]);
  return all;

  function push(call: Refused | undefined): void {
    if (call?.step !== undefined) all.push({ step: call.step, origin: call.origin, refused: call });
  }
}

/**
 * Adds the objects that a refused call names and that are still there: only a refused call may have named them, so the recording
 * does not show them.
 */
function showNamed(live: Live, step: ScenarioStep): void {
  for (const { task, start, path, whole } of namedBy(live, step))
    if (live.lookup(whole) !== undefined) ensure(live, task, start, path, { want: 'any', follow: true });
}

/** A path of a call, the place from which it starts, and the path from `/`. */
interface PathOfCall {
  readonly task: Task;
  readonly start: Location;
  readonly path: string;
  readonly whole: string;
}

function namedBy(live: Live, step: ScenarioStep): PathOfCall[] {
  const task = live.labels.tasks.get(step.task ?? 'main');
  if (task === undefined) return [];
  return [
    [step.path, step.at],
    [step.to, step.atTo],
  ].flatMap(([path, at]) => {
    if (path === undefined) return [];
    const numbered = at === undefined ? undefined : live.labels.numbers.get(task)?.get(at);
    const start = numbered?.kind === 'descriptor' ? fileOf(task, numbered.number).location : task.cwd;
    const base = path.startsWith('/') ? '' : `/${ancestry(live.vfs, start).names.join('/')}`;
    return [{ task, start, path, whole: `${base}/${path}`.replace(/\/+/g, '/') }];
  });
}

/**
 * Returns whether a call is about a process in /proc that is not the program itself: a child has another `/proc/self`, and a process
 * that started later is not in the tree before. The model knows neither.
 */
function isOfAnotherProcess(live: Live, step: ScenarioStep): boolean {
  const own = (step.task ?? 'main') === 'main';
  return namedBy(live, step).some(({ whole }) => {
    const name = /^\/proc\/(self|thread-self|\d+)(?:\/|$)/.exec(whole)?.[1];
    return name !== undefined && !(own && name === 'self');
  });
}

/** Returns `allow` or the errno; undefined if the model cannot make the call. */
function outcomeOn(live: Live, step: ScenarioStep): string | undefined {
  try {
    const { result } = makeCall(live, step);
    return result.ok ? 'allow' : result.errno;
  } catch (error) {
    if (!(error instanceof ScenarioFault)) throw error;
    return undefined;
  }
}
