/** Reads the arguments of a traced call: paths and their start directories, descriptors, flags. */
import { OPEN } from '../../runtime/scenario/flags.js';
import type { Task } from '../../runtime/kernel/task.js';
import type { Location } from '../../runtime/kernel/vfs.js';
import { newLabel, openBefore, originOf, startOf, type Follower, type NamedPath } from './follow.js';
import { taskOf, type Shown } from './live.js';
import type { Open, Process } from './process.js';
import { readFd, readFlags, readString, shownPath } from './strace-text.js';

export function argument(f: Follower, index: number): string {
  return f.call.args[index] ?? '';
}

/** The string of an argument; undefined if it is not a string. A string that strace cut is a fault of the input. */
export function textArgument(f: Follower, index: number): string | undefined {
  const found = readString(argument(f, index));
  if (found?.truncated !== true) return found?.text;
  f.faults.push({
    origin: originOf(f),
    what: `strace cut a path of \`${f.call.name}\` after ${found.text.length} characters: trace with \`-s 4096\``,
  });
  return undefined;
}

export function taskFor(f: Follower, process: Process): Task {
  return taskOf(f.live, process.shared.task);
}

/** The open file of a descriptor; undefined for a pipe, a socket or an unknown descriptor. */
export function openOf(
  f: Follower,
  process: Process,
  index: number,
): (Open & { readonly kind: 'file' }) | undefined {
  const fd = readFd(argument(f, index));
  if (fd?.number === undefined) return undefined;
  const known = process.shared.files.get(fd.number);
  if (known !== undefined) return known.kind === 'file' ? known : undefined;
  const label = openBefore(f, process, fd.number, fd.shown);
  if (label !== undefined) return { kind: 'file', label, cloexec: false };
  if (fd.shown === undefined) f.unknownDescriptors++;
  return undefined;
}

/** A path argument with its start directory. `at` is the index of the argument with the directory descriptor. */
export function namedBy(f: Follower, process: Process, index: number, at?: number): NamedPath | undefined {
  const path = textArgument(f, index);
  if (path === undefined) return undefined;
  const task = taskFor(f, process);
  const fd = at === undefined ? undefined : readFd(argument(f, at));
  if (path.startsWith('/') || fd?.number === undefined) {
    if (path === '') return { path, at: undefined, start: task.cwd };
    const start = startOf(f, task, path);
    return start === undefined ? undefined : { path, at: undefined, start };
  }
  const open = openOf(f, process, at ?? 0);
  const start = open === undefined ? undefined : locationOf(f, task, open.label);
  if (open !== undefined && start !== undefined) return { path, at: open.label, start };
  const base = shownPath(fd.shown);
  if (base !== undefined) return { path: `${base}/${path}`, at: undefined, start: task.cwd };
  f.notes.push({
    origin: originOf(f),
    what: `\`${path}\` starts at descriptor ${fd.number}, and the trace does not say which directory that is`,
  });
  return undefined;
}

function locationOf(f: Follower, task: Task, label: string): Location | undefined {
  const number = f.live.labels.numbers.get(task)?.get(label)?.number;
  return number === undefined ? undefined : task.fds[number]?.location;
}

/** The path arguments of a step. */
export function pathStep({ path, at }: NamedPath): { readonly path: string; readonly at?: string } {
  return at === undefined ? { path } : { path, at };
}

/** The flags of an argument that are in `known`; the others have no effect on access. */
export function flagsOf(f: Follower, index: number, known: readonly string[]): string[] {
  return readFlags(argument(f, index)).filter((flag) => known.includes(flag));
}

const OPEN_FLAGS = Object.keys(OPEN.bits).map((name) => `O_${name}`);
/** Flags that stand for other flags. */
const OPEN_ALIASES: Readonly<Record<string, readonly string[]>> = {
  O_TMPFILE: ['O_DIRECTORY'],
};

export function openFlags(text: string): string[] {
  const flags = readFlags(text).flatMap((flag) => OPEN_ALIASES[flag] ?? [flag]);
  return flags.filter((flag) => OPEN_FLAGS.includes(flag));
}

/** The kind of object in a stat structure. */
export function shownMode(text: string): Shown['want'] {
  const kind = /\bstx?_mode=S_IF(\w+)/.exec(text)?.[1];
  if (kind === undefined) return 'any';
  return kind === 'DIR' ? 'dir' : kind === 'LNK' ? 'any' : 'file';
}

/** The descriptor that a call returned, with a new label for it. */
export function givenFd(
  f: Follower,
): { readonly number: number; readonly shown: string | undefined; readonly label: string } | undefined {
  const fd = readFd(f.call.result.value);
  return fd?.number === undefined
    ? undefined
    : { number: fd.number, shown: fd.shown, label: newLabel(f, 'f') };
}
