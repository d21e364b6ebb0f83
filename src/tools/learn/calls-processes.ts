/** Handlers for the calls that create a process or execute a program. */
import { resolve } from '../../runtime/kernel/resolve.js';
import { flagsOf, namedBy, openOf, pathStep, taskFor } from './call-arguments.js';
import { pathText } from './facts.js';
import {
  emit,
  newLabel,
  noteProbe,
  outcomeOf,
  placeAt,
  show,
  type Follower,
  type Handler,
  type NamedPath,
} from './follow.js';
import { ensure, note } from './live.js';
import { cloneProcess, type Process } from './process.js';
import { readString } from './strace-text.js';

const fork: Handler = (f, process) => {
  const child = parseInt(f.call.result.value, 10);
  if (outcomeOf(f.call) !== 'done' || !(child > 0)) return;
  const flags = [...f.call.args.join(' ').matchAll(/\bCLONE_[A-Z]+\b/g)].map((m) => m[0]);
  const [files, fs] = [flags.includes('CLONE_FILES'), flags.includes('CLONE_FS')];
  if (files !== fs)
    f.notes.push({
      origin: { input: f.input, line: f.line },
      what: `process ${child} shares ${files ? 'descriptors' : 'the working directory'} alone: followed as ${files ? 'a thread' : 'a process of its own'}`,
    });
  const label = newLabel(f, 'task');
  const vfork = f.call.name === 'vfork' ? [...flags, 'CLONE_VM'] : flags;
  f.processes.set(child, cloneProcess(process, vfork, label));
  if (!files) emit(f, { call: 'fork', task: process.shared.task, as: label });
};

const execve =
  (path: number, at?: number, flags?: number): Handler =>
  (f, process) => {
    const named = namedBy(f, process, path, at);
    if (named === undefined) return;
    const task = taskFor(f, process);
    const file = at === undefined || named.path !== '' ? undefined : openOf(f, process, at);
    if (file !== undefined) {
      f.notes.push({
        origin: { input: f.input, line: f.line },
        what: 'executing a descriptor is not followed',
      });
      return renew(f, process);
    }
    if (outcomeOf(f.call) !== 'failed') showProgram(f, process, named);
    noteProbe(f, task, named);
    const marks = flags === undefined ? [] : flagsOf(f, flags, ['AT_SYMLINK_NOFOLLOW']);
    const extra = marks.length === 0 ? {} : { flags: marks };
    emit(f, { call: 'execve', task: process.shared.task, ...pathStep(named), ...extra });
    if (outcomeOf(f.call) === 'done') renew(f, process);
  };

/** Shows that a program exists, and the interpreters that the kernel executes with it. */
function showProgram(f: Follower, process: Process, named: NamedPath): void {
  const task = taskFor(f, process);
  let at = show(f, task, named, { want: 'file', follow: true });
  for (let depth = 0; depth < 5 && at?.inode.interpreter !== undefined; depth++) {
    at = ensure(f.live, task, task.cwd, at.inode.interpreter, { want: 'file', follow: true });
  }
  f.executed.set(process, at?.inode.interpreter === undefined ? at?.inode : undefined);
}

/** Applies a successful execve: the memory is new, and descriptors marked close-on-exec are closed. */
function renew(f: Follower, process: Process): void {
  process.space = { maps: [] };
  for (const [fd, file] of [...process.shared.files]) {
    if (file.kind !== 'file' || !file.cloexec) continue;
    process.shared.files.delete(fd);
    emit(f, { call: 'close', task: process.shared.task, fd: file.label });
  }
}

const getcwd: Handler = (f) => {
  const cwd = readString(f.call.args[0] ?? '')?.text;
  if (!f.placed && outcomeOf(f.call) === 'done' && cwd?.startsWith('/') === true) placeAt(f, cwd);
};

/** Loaders by the paths of their libraries, for programs whose own interpreter is not known. */
const LOADERS: readonly (readonly [RegExp, string])[] = [
  [/x86_64-linux-gnu|\/lib64\//, '/lib64/ld-linux-x86-64.so.2'],
  [/aarch64-linux-gnu/, '/lib/ld-linux-aarch64.so.1'],
  [/ld-musl-x86_64/, '/lib/ld-musl-x86_64.so.1'],
  [/ld-musl-aarch64/, '/lib/ld-musl-aarch64.so.1'],
];

/**
 * Records the loader of a dynamic program. The kernel executes it without a call that a trace could show. The first
 * library that the program opens shows that there was a loader, and for which machine.
 */
export function noteLoader(f: Follower, process: Process, path: string): void {
  const program = f.executed.get(process);
  const loader = LOADERS.find(([pattern]) => pattern.test(path))?.[1];
  const known = program === undefined ? undefined : f.live.initial.get(program.ino);
  if (
    loader === undefined ||
    program === undefined ||
    known === undefined ||
    !/\.so(\.|$)|\/ld-musl-/.test(path)
  )
    return;
  f.executed.delete(process);
  const loaded = resolve(f.live.vfs, loader, true);
  const isLoader = pathText(known) === loader || (loaded.ok && loaded.location.inode === program);
  if (isLoader || program.interpreter !== undefined) return;
  note(f.live, pathText(known), { kind: 'file', interpreter: loader });
}

export const processCalls: Readonly<Record<string, Handler>> = {
  fork,
  vfork: fork,
  clone: fork,
  clone2: fork,
  clone3: fork,
  execve: execve(0),
  execveat: execve(1, 0, 4),
  getcwd,
};
