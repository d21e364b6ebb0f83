/**
 * Finds out what a refused call would have requested.
 *
 * Input: the model before the call, and the call. Output: its requests. A child of the task makes the call, and then
 * every change of names is undone, so the model is unchanged. The cost does not depend on the size of the tree. Calls
 * that no policy decides (`mount`, `fork`) are not tried, nor those that leave a descriptor with another task
 * (`transfer`).
 */
import { exit, fork } from '../../runtime/kernel/task.js';
import { undoChange, type TreeChange } from '../../runtime/kernel/vfs.js';
import { addTask, ScenarioFault } from '../../runtime/scenario/labels.js';
import type { ScenarioStep } from '../../runtime/scenario/types.js';
import type { Need } from './facts.js';
import { newFollower, openBefore, type Follower, type Handler } from './follow.js';
import { makeCall, pathOfItem, takeAsked, taskOf, type Live } from './live.js';
import type { Process } from './process.js';
import type { TraceCall } from './strace-line.js';
import { readFd } from './strace-text.js';

/** The label of the child. Labels of scenarios and traces never begin like this. */
const CHILD = '\0trial';
const UNTRIED: ReadonlySet<string> = new Set(
  'mount pivot_root fork vfork clone clone3 exit transfer'.split(' '),
);

/** The needs of a step that is not made. Empty if it would fail without a policy. */
export function needsOfStep(live: Live, step: ScenarioStep): readonly Need[] {
  if (UNTRIED.has(step.call)) return [];
  return tried(live, step.task ?? 'main', (trial) => {
    const { result } = makeCall(trial, { ...step, task: CHILD });
    return result.ok ? takeAsked(trial, { input: 0, line: 0 }) : [];
  });
}

/** The needs of the follower's call, as if it had succeeded, and the call as a step. */
export function trialOfCall(
  f: Follower,
  process: Process,
  handler: Handler,
): { readonly needs: readonly Need[]; readonly step: ScenarioStep | undefined } {
  if (UNTRIED.has(f.call.name)) return { needs: [], step: undefined };
  openShown(f, process);
  let step: ScenarioStep | undefined;
  const needs = tried(f.live, process.shared.task, (live) => {
    const alone: Process = {
      shared: { task: CHILD, files: new Map(process.shared.files), users: 1 },
      space: { maps: [...process.space.maps] },
    };
    const trial = trialOf(f, live);
    handler(trial, alone);
    const done = trial.notes.length === 0 && trial.faults.length === 0;
    if (done) step = refusedStep(trial.steps[0]?.step, process.shared.task, f.call);
    return done ? [...trial.facts.needs.values()] : [];
  });
  return { needs, step };
}

/** Returns the step that a trial made, as the task itself made it in vain. */
function refusedStep(
  made: ScenarioStep | undefined,
  task: string,
  { result }: TraceCall,
): ScenarioStep | undefined {
  if (made === undefined) return undefined;
  const { as: _, ...step } = made;
  return { ...step, task, expect: result.errno ?? '' };
}

function tried(live: Live, task: string, make: (trial: Live) => readonly Need[]): readonly Need[] {
  const { vfs, labels } = live;
  const parent = taskOf(live, task);
  const child = fork(parent);
  addTask(labels, CHILD, child, parent);
  const numbered = vfs.inodes.length;
  const trial: Live = { ...live, tree: [], guessed: new Set(), evidence: { ...live.evidence, fixed: true } };
  const journal: TreeChange[] = [];
  live.journal = journal;
  try {
    return make(trial);
  } catch (error) {
    if (!(error instanceof ScenarioFault)) throw error;
    return [];
  } finally {
    live.journal = undefined;
    live.pending.length = 0;
    exit(child);
    labels.tasks.delete(CHILD);
    labels.numbers.delete(child);
    for (const change of [...journal].reverse()) undoChange(vfs, change);
    for (let ino = numbered; ino < vfs.inodes.length; ino++) live.initial.delete(ino);
    for (const item of trial.tree) live.taken.delete(pathOfItem(item));
  }
}

/** Opens the descriptors of a call that were open before the trace; they stay open after the trial. */
function openShown(f: Follower, process: Process): void {
  for (const argument of f.call.args) {
    const { number, shown } = readFd(argument) ?? {};
    if (number === undefined || shown === undefined || process.shared.files.has(number)) continue;
    openBefore(f, process, number, shown);
  }
}

/** A copy of a follower for the trial, so that the trial does not change the original. */
function trialOf(f: Follower, live: Live): Follower {
  const { processes, passed, executed, placed, labels, line } = f;
  return {
    ...newFollower(live, f.input, new Set()),
    processes: new Map(processes),
    passed: [...passed],
    executed: new Map(executed),
    ...{ placed, labels, line },
    call: succeeded(f.call),
  };
}

/** The call with a successful result, whose number no descriptor or mapping of the trace has. */
function succeeded(call: TraceCall): TraceCall {
  const value = call.name.startsWith('mmap') ? '0x7ffff0000000' : '1048575';
  const args = call.name.startsWith('readlink')
    ? call.args.map((arg) => (arg.startsWith('0x') ? '"."' : arg))
    : call.args;
  return { ...call, args, result: { value, errno: undefined } };
}
