/**
 * Follows the calls of a trace on the kernel model: open files, working directories, requests.
 *
 * Input: the events of one trace. Output: the requests; the calls as steps of a scenario on the tree as it was at the
 * beginning; and everything that was not followed, with its line. Calls that failed with EACCES or EPERM are not made,
 * because they must not be granted. Other failed calls are made if the model fails too; the requests before the failure
 * are then needs.
 */
import type { MadeCall } from '../../runtime/scenario/calls.js';
import { ScenarioFault } from '../../runtime/scenario/labels.js';
import { changeCwd, fileOf, installFile, type Task } from '../../runtime/kernel/task.js';
import type { Inode, Location } from '../../runtime/kernel/vfs.js';
import type { ScenarioStep } from '../../runtime/scenario/types.js';
import {
  addAsked,
  pathText,
  newFacts,
  type Asked,
  type Facts,
  type Need,
  type TraceOrigin,
} from './facts.js';
import { ensure, makeCall, note, noteShown, takeAsked, taskOf, type Live, type Shown } from './live.js';
import { newProcess, type Process } from './process.js';
import type { TraceCall } from './strace-line.js';
import { shownPath } from './strace-text.js';

/** A step of the scenario, with its outcome without a policy. */
export interface Recorded {
  readonly step: ScenarioStep;
  readonly outcome: string;
  readonly origin: TraceOrigin;
}

export interface TraceNote {
  readonly origin: TraceOrigin;
  readonly what: string;
}

/** A call that failed with EACCES or EPERM, or another errno of `RecordOptions.refusals`. */
export interface Refused {
  readonly origin: TraceOrigin;
  readonly call: string;
  readonly errno: string;
  /** What the call would have requested; empty if the model cannot decide it. */
  readonly needs: readonly Need[];
  /** The call as a step, if it can be made one, and the number of steps before it. */
  readonly step: ScenarioStep | undefined;
  readonly before: number;
}

/** A request that would break an assertion if it were granted. */
export interface Violation {
  readonly origin: TraceOrigin;
  readonly asked: Asked;
  readonly assertion: string;
}

export interface Follower {
  readonly input: number;
  readonly live: Live;
  readonly facts: Facts;
  readonly processes: Map<number, Process>;
  readonly steps: Recorded[];
  /** Steps before the policy is enforced: they set the working directory and open the files that were already open. */
  readonly before: ScenarioStep[];
  readonly refused: Refused[];
  /** Errors of the input itself. */
  readonly faults: TraceNote[];
  /** Differences between the model and the trace, and calls that are not followed. */
  readonly notes: TraceNote[];
  readonly violations: Violation[];
  /** Paths that did not exist when a call named them, with the first line. */
  readonly probes: Map<string, TraceOrigin>;
  /** Lines whose calls are not made, because granting them would break an assertion. */
  readonly withheld: ReadonlySet<number>;
  readonly assertionOf: (asked: Asked) => string | undefined;
  /** Every request in order, if it is wanted (`RecordOptions.everyRequest`). */
  readonly asked: Asked[] | undefined;
  /** Descriptors that are sent but not received yet, oldest first. */
  readonly passed: { readonly task: string; readonly label: string }[];
  /** The number of calls on unknown descriptors. */
  unknownDescriptors: number;
  /** The program that each process has executed, until it is known whether it has a loader. */
  readonly executed: Map<Process, Inode | undefined>;
  /** Calls that name files but are not followed, with their number and first line. */
  readonly unknownCalls: Map<string, { count: number; readonly line: number }>;
  /** True if the working directory is known. */
  placed: boolean;
  labels: number;
  line: number;
  call: TraceCall;
}

/** Follows one call of Linux. */
export type Handler = (f: Follower, process: Process) => void;

export const NO_CALL: TraceCall = {
  kind: 'call',
  pid: 0,
  name: '',
  args: [],
  result: { value: '', errno: undefined },
};

export function newFollower(
  live: Live,
  input: number,
  withheld: ReadonlySet<number>,
  assertionOf: Follower['assertionOf'] = () => undefined,
  everyRequest = false,
): Follower {
  return {
    input,
    live,
    facts: newFacts(),
    processes: new Map(),
    steps: [],
    before: [],
    refused: [],
    faults: [],
    notes: [],
    violations: [],
    probes: new Map(),
    withheld,
    assertionOf,
    asked: everyRequest ? [] : undefined,
    passed: [],
    unknownDescriptors: 0,
    executed: new Map(),
    unknownCalls: new Map(),
    placed: false,
    labels: 0,
    line: 0,
    call: NO_CALL,
  };
}

/** Errors that occur only after all requests of a call: the requests were allowed. */
const AFTER: ReadonlySet<string> = new Set(
  'ENOTTY ENXIO ENODEV ENODATA EOPNOTSUPP ENOTSUP ERANGE EAGAIN EINTR ERESTARTSYS ENOEXEC ETXTBSY EINPROGRESS EWOULDBLOCK ENOSYS'.split(
    ' ',
  ),
);
/** Calls of the model that change the tree or a task if they succeed. */
const CHANGING: ReadonlySet<string> = new Set(
  'mkdir mknod symlink link rename unlink rmdir unlinkat chdir fchdir chroot mount pivot_root truncate fork close'.split(
    ' ',
  ),
);

/** Failures of such calls that the model reproduces, once the object in the way has been shown. */
const KEPT_FAILURES: ReadonlySet<string> = new Set(['EEXIST', 'ENOTEMPTY']);

export type CallOutcome = 'done' | 'after' | 'failed' | 'refused';

/** How a call ended, as far as a policy is concerned. */
export function outcomeOf({ result }: TraceCall): CallOutcome {
  if (result.errno === undefined) return result.value === '?' ? 'failed' : 'done';
  if (result.errno === 'EACCES' || result.errno === 'EPERM') return 'refused';
  return AFTER.has(result.errno) ? 'after' : 'failed';
}

export function originOf(f: Follower): TraceOrigin {
  return { input: f.input, line: f.line };
}

export function processOf(f: Follower, pid: number): Process {
  const known = f.processes.get(pid);
  if (known !== undefined) return known;
  // Before others are attached, strace leaves out the number of the first process.
  const first = f.processes.get(0);
  const process = first ?? [...f.processes.values()][0];
  if (f.processes.size === 0 || process === undefined) {
    const made = newProcess('main');
    f.processes.set(pid, made);
    return made;
  }
  if (first !== undefined && f.processes.size >= 1 && pid !== 0) {
    f.processes.delete(0);
    f.processes.set(pid, first);
    return first;
  }
  f.notes.push({
    origin: originOf(f),
    what: `process ${pid} was not seen to begin: it is followed as one of the first`,
  });
  f.processes.set(pid, process);
  return process;
}

export function newLabel(f: Follower, prefix: string): string {
  return `${prefix}${++f.labels}`;
}

/** The directory at which a path starts. A relative path with an unknown working directory is a fault of the input. */
export function startOf(f: Follower, task: Task, path: string): Location | undefined {
  if (path.startsWith('/') || f.placed) return task.cwd;
  f.faults.push({
    origin: originOf(f),
    what: `\`${path}\` is relative, and where the process was is not in the trace`,
  });
  f.placed = true;
  return undefined;
}

/** Sets the working directory in which the program starts. */
export function placeAt(f: Follower, cwd: string): void {
  const task = taskOf(f.live, 'main');
  const at = ensure(f.live, task, task.root, cwd, { want: 'dir', follow: true });
  if (at === undefined) return;
  changeCwd(task, at);
  f.placed = true;
  f.before.push({ call: 'chdir', path: cwd });
}

/** Opens a descriptor that was open before the trace, if its path is shown. Returns its label. */
export function openBefore(
  f: Follower,
  process: Process,
  number: number,
  shown: string | undefined,
): string | undefined {
  const path = shownPath(shown);
  if (path === undefined) return undefined;
  const main = taskOf(f.live, 'main');
  const at = ensure(f.live, main, main.root, path, { want: 'any', follow: true });
  if (at === undefined) return undefined;
  noteShown(f.live, at.inode);
  // A file that was already open was not created by a call of the trace.
  if (!f.live.initial.has(at.inode.ino) && at.inode.kind === 'file') note(f.live, path, { kind: 'file' });
  const label = newLabel(f, 'before');
  const flags = at.inode.kind === 'dir' ? ['O_RDONLY', 'O_DIRECTORY'] : ['O_RDWR'];
  const step: ScenarioStep = { call: 'open', path, flags, as: label };
  const made = makeCall(f.live, step);
  f.live.pending.length = 0;
  if (made.numbered === undefined) return undefined;
  f.before.push(step);
  for (const [task, numbers] of f.live.labels.numbers) {
    const number = task === main ? made.numbered.number : share(task, main, made.numbered.number);
    numbers.set(label, { kind: 'descriptor', number });
  }
  process.shared.files.set(number, { kind: 'file', label, cloexec: false });
  return label;
}

function share(task: Task, main: Task, fd: number): number {
  const file = fileOf(main, fd);
  file.refs++;
  return installFile(task, file);
}

/** A path that a call names. `show` adds it to the tree if the call has shown that it exists. */
export interface NamedPath {
  readonly path: string;
  /** Label of the directory that it starts at. */
  readonly at: string | undefined;
  readonly start: Location;
}

export function show(f: Follower, task: Task, named: NamedPath, shown: Shown): Location | undefined {
  return ensure(f.live, task, named.start, named.path, shown);
}

/** Shows that the directories above the last component exist. */
export function showParent(f: Follower, task: Task, named: NamedPath): void {
  const parent = named.path.replace(/\/+$/, '').replace(/[^/]*$/, '');
  if (parent !== '') show(f, task, { ...named, path: parent }, { want: 'dir', follow: true });
}

/** Makes a step of the current call on the model, and keeps its requests. Returns undefined if it is not made. */
export function emit(f: Follower, step: ScenarioStep): MadeCall | undefined {
  const how = outcomeOf(f.call);
  if (how === 'refused' || f.withheld.has(f.line)) return undefined;
  const keepsTree =
    !CHANGING.has(step.call) && !(step.flags ?? []).some((x) => x === 'O_CREAT' || x === 'O_TRUNC');
  if (how === 'after' && !keepsTree) return undefined;
  if (how === 'failed' && !keepsTree && !KEPT_FAILURES.has(f.call.result.errno ?? '')) return undefined;
  try {
    const made = makeCall(f.live, step);
    const outcome = made.result.ok ? 'allow' : made.result.errno;
    if (how === 'failed' && made.result.ok) return dropped(f);
    if (how !== 'failed' && !made.result.ok) mismatch(f, step, outcome);
    f.steps.push({ step: { ...step, expect: outcome }, outcome, origin: originOf(f) });
    for (const asked of takeAsked(f.live, originOf(f))) keepAsked(f, asked);
    return made;
  } catch (error) {
    if (!(error instanceof ScenarioFault)) throw error;
    f.notes.push({ origin: originOf(f), what: `\`${step.call}\` was not followed: ${error.message}` });
    return undefined;
  }
}

/** Discards a step that succeeds in the model but failed in the trace: the tree was different then. */
function dropped(f: Follower): undefined {
  f.live.pending.length = 0;
  return undefined;
}

function mismatch(f: Follower, step: ScenarioStep, outcome: string): void {
  f.notes.push({
    origin: originOf(f),
    what: `\`${step.call}\` of \`${step.path ?? step.fd ?? ''}\` succeeded, and gives ${outcome} on the tree that the trace shows`,
  });
}

function keepAsked(f: Follower, asked: Asked): void {
  f.asked?.push(asked);
  const assertion = f.assertionOf(asked);
  if (assertion !== undefined) f.violations.push({ origin: asked.origin, asked, assertion });
  else addAsked(f.facts, asked);
}

/** The path from the root, as written: links are not followed, and the start may have been moved since. */
export function absolute(f: Follower, { path, start }: NamedPath): string {
  const base = path.startsWith('/') ? '' : pathText(f.live.initial.get(start.inode.ino) ?? []);
  return `${base}/${path}`.replace(/\/+/g, '/');
}

/** Records a path that did not exist. */
export function noteProbe(f: Follower, task: Task, named: NamedPath): void {
  if (f.call.result.errno !== 'ENOENT') return;
  const path = absolute(f, named);
  if (task.alive && !f.probes.has(path)) f.probes.set(path, originOf(f));
}
