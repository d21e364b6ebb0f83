/**
 * What a call that was refused would have asked for.
 *
 * Input: the model as it is before the call, and what makes the call there. Output: its requests. The call is made by a child
 * of the task, and every change of names is taken back, so nothing is left of it: the cost is that of the call, whatever the
 * size of the tree. Not tried is what no policy decides (`mount`, `fork`), and what leaves something with another task (`transfer`).
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

/** Label of the child: no label of a scenario or of a trace begins so. */
const CHILD = '\0trial';
const UNTRIED: ReadonlySet<string> = new Set(
  'mount pivot_root fork vfork clone clone3 exit transfer'.split(' '),
);

/** The needs of a step that is not made. Empty when it would fail by itself. */
export function needsOfStep(live: Live, step: ScenarioStep): readonly Need[] {
  if (UNTRIED.has(step.call)) return [];
  return tried(live, step.task ?? 'main', (trial) => {
    const { result } = makeCall(trial, { ...step, task: CHILD });
    return result.ok ? takeAsked(trial, { input: 0, line: 0 }) : [];
  });
}

/** The needs of the follower's call, as if it had succeeded. */
export function needsOfCall(f: Follower, process: Process, handler: Handler): readonly Need[] {
  if (UNTRIED.has(f.call.name)) return [];
  openShown(f, process);
  return tried(f.live, process.shared.task, (live) => {
    const alone: Process = {
      shared: { task: CHILD, files: new Map(process.shared.files), users: 1 },
      space: { maps: [...process.space.maps] },
    };
    const trial = trialOf(f, live);
    handler(trial, alone);
    const done = trial.notes.length === 0 && trial.faults.length === 0;
    return done ? [...trial.facts.needs.values()] : [];
  });
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

/** Descriptors that were open before the trace are, whatever becomes of the call. */
function openShown(f: Follower, process: Process): void {
  for (const argument of f.call.args) {
    const { number, shown } = readFd(argument) ?? {};
    if (number === undefined || shown === undefined || process.shared.files.has(number)) continue;
    openBefore(f, process, number, shown);
  }
}

/** A follower that knows what the other does, and finds nothing out for it. */
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

/** The call with a result that no descriptor and no mapping of the trace has. */
function succeeded(call: TraceCall): TraceCall {
  const value = call.name.startsWith('mmap') ? '0x7ffff0000000' : '1048575';
  const args = call.name.startsWith('readlink')
    ? call.args.map((arg) => (arg.startsWith('0x') ? '"."' : arg))
    : call.args;
  return { ...call, args, result: { value, errno: undefined } };
}
