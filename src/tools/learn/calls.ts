/**
 * Handlers for the Linux calls that name files. They translate a call to steps of a scenario: the table says what each
 * argument means. Which actions a call requests is decided by the kernel model, not here.
 */
import type { ScenarioStep } from '../../runtime/scenario/types.js';
import {
  emit,
  noteProbe,
  outcomeOf,
  show,
  showParent,
  type Follower,
  type Handler,
  type NamedPath,
} from './follow.js';
import {
  argument,
  flagsOf,
  namedBy,
  openOf,
  pathStep,
  shownMode,
  taskFor,
  textArgument,
} from './call-arguments.js';
import { note, type Shown } from './live.js';
import { pathText } from './facts.js';
import type { Process } from './process.js';
import { descriptorCalls } from './calls-descriptors.js';
import { processCalls } from './calls-processes.js';

const AT_FLAGS = ['AT_SYMLINK_NOFOLLOW', 'AT_EMPTY_PATH'];

interface TracedPathCall {
  readonly call: string;
  readonly path: number;
  readonly at?: number;
  readonly flags?: number;
  /** The index of the argument with the stat structure of the object, or the kind of object that the call shows. */
  readonly shows?: number | Shown['want'];
  /** The call does not follow a last link. */
  readonly nofollow?: true;
}

/** Calls on one object. */
const onObject =
  ({ call, path, at, flags, shows, nofollow }: TracedPathCall): Handler =>
  (f, process) => {
    const known = flags === undefined ? [] : flagsOf(f, flags, AT_FLAGS);
    const fdCall = FD_CALLS[call];
    const text = textArgument(f, path);
    const own = text === undefined || (text === '' && known.includes('AT_EMPTY_PATH'));
    if (own && at !== undefined && fdCall !== undefined) return onDescriptor(f, process, fdCall, at, shows);
    const named = namedBy(f, process, path, at);
    if (named === undefined || (own && named.path === '')) return;
    const task = taskFor(f, process);
    const follow = nofollow !== true && !known.includes('AT_SYMLINK_NOFOLLOW');
    const want = typeof shows === 'number' ? shownMode(argument(f, shows)) : (shows ?? 'any');
    if (outcomeOf(f.call) !== 'failed') show(f, task, named, { want, follow });
    noteProbe(f, task, named);
    const mark = known.includes('AT_SYMLINK_NOFOLLOW') ? { flags: ['AT_SYMLINK_NOFOLLOW'] } : {};
    emit(f, { call, task: process.shared.task, ...pathStep(named), ...mark });
  };

/** For a call with AT_EMPTY_PATH: the same call on the descriptor. */
const FD_CALLS: Readonly<Record<string, string>> = {
  stat: 'fstat',
  chown: 'fchown',
  chmod: 'fchmod',
  utimes: 'futimes',
};

function onDescriptor(
  f: Follower,
  process: Process,
  call: string,
  at: number,
  shows: number | string | undefined,
): void {
  const open = openOf(f, process, at);
  if (open === undefined) return;
  if (typeof shows === 'number') noteKind(f, process, open.label, shownMode(argument(f, shows)));
  emit(f, { call, task: process.shared.task, fd: open.label });
}

/** Records that an open file is a directory, if its stat structure says so. */
function noteKind(f: Follower, process: Process, label: string, want: Shown['want']): void {
  const task = taskFor(f, process);
  const number = f.live.labels.numbers.get(task)?.get(label)?.number ?? -1;
  const inode = task.fds[number]?.location.inode;
  const path = inode === undefined ? undefined : f.live.initial.get(inode.ino);
  if (want === 'dir' && inode?.kind === 'file' && path !== undefined)
    note(f.live, pathText(path), { kind: 'dir' });
}

const access =
  (path: number, mode: number, at?: number, flags?: number): Handler =>
  (f, process) => {
    const named = namedBy(f, process, path, at);
    if (named === undefined) return;
    const task = taskFor(f, process);
    const marks = flags === undefined ? [] : flagsOf(f, flags, ['AT_SYMLINK_NOFOLLOW']);
    if (outcomeOf(f.call) !== 'failed') show(f, task, named, { want: 'any', follow: marks.length === 0 });
    noteProbe(f, task, named);
    const modes = flagsOf(f, mode, ['R_OK', 'W_OK', 'X_OK', 'F_OK']);
    const extra = marks.length === 0 ? {} : { flags: marks };
    emit(f, { call: 'access', task: process.shared.task, ...pathStep(named), mode: modes, ...extra });
  };

const readlink =
  (path: number, text: number, at?: number): Handler =>
  (f, process) => {
    const named = namedBy(f, process, path, at);
    if (named === undefined || named.path === '') return;
    const task = taskFor(f, process);
    if (outcomeOf(f.call) === 'done')
      show(f, task, named, { want: 'link', follow: false, target: textArgument(f, text) });
    else if (f.call.result.errno === 'EINVAL') show(f, task, named, { want: 'any', follow: false });
    noteProbe(f, task, named);
    emit(f, { call: 'readlink', task: process.shared.task, ...pathStep(named) });
  };

/** Calls that make an entry. */
const making =
  (call: 'mkdir' | 'mknod', path: number, at?: number): Handler =>
  (f, process) => {
    const named = namedBy(f, process, path, at);
    if (named === undefined) return;
    showMade(f, process, named, call === 'mkdir' ? 'dir' : 'any');
    emit(f, { call, task: process.shared.task, ...pathStep(named) });
  };

/** If the call created an object, its directory exists. If it failed with EEXIST, the object itself existed. */
function showMade(f: Follower, process: Process, named: NamedPath, want: Shown['want']): void {
  const task = taskFor(f, process);
  if (outcomeOf(f.call) === 'done') showParent(f, task, named);
  else if (f.call.result.errno === 'EEXIST') show(f, task, named, { want, follow: false });
}

const symlink =
  (target: number, path: number, at?: number): Handler =>
  (f, process) => {
    const named = namedBy(f, process, path, at);
    const text = textArgument(f, target);
    if (named === undefined || text === undefined) return;
    showMade(f, process, named, 'any');
    emit(f, { call: 'symlink', task: process.shared.task, target: text, ...pathStep(named) });
  };

interface TwoPaths {
  readonly call: 'rename' | 'link';
  readonly from: number;
  readonly to: number;
  readonly at?: number;
  readonly atTo?: number;
  readonly flags?: number;
}

const onTwo =
  ({ call, from, to, at, atTo, flags }: TwoPaths): Handler =>
  (f, process) => {
    const [old, target] = [namedBy(f, process, from, at), namedBy(f, process, to, atTo)];
    if (old === undefined || target === undefined) return;
    const task = taskFor(f, process);
    const marks =
      flags === undefined
        ? []
        : flagsOf(f, flags, ['AT_SYMLINK_FOLLOW', 'RENAME_NOREPLACE', 'RENAME_EXCHANGE']);
    if (outcomeOf(f.call) === 'done') {
      show(f, task, old, { want: 'any', follow: marks.includes('AT_SYMLINK_FOLLOW') });
      if (marks.includes('RENAME_EXCHANGE')) show(f, task, target, { want: 'any', follow: false });
    }
    showMade(f, process, target, 'any');
    const second = target.at === undefined ? { to: target.path } : { to: target.path, atTo: target.at };
    const extra = marks.length === 0 ? {} : { flags: marks };
    emit(f, { call, task: process.shared.task, ...pathStep(old), ...second, ...extra });
  };

const removing =
  (call: 'unlink' | 'rmdir' | 'unlinkat', path: number, at?: number, flags?: number): Handler =>
  (f, process) => {
    const named = namedBy(f, process, path, at);
    if (named === undefined) return;
    const isDir = call === 'rmdir' || (flags !== undefined && flagsOf(f, flags, ['AT_REMOVEDIR']).length > 0);
    const task = taskFor(f, process);
    if (outcomeOf(f.call) === 'done') show(f, task, named, { want: isDir ? 'dir' : 'any', follow: false });
    if (f.call.result.errno === 'ENOTEMPTY') showFull(f, process, named);
    emit(f, { call: isDir ? 'rmdir' : 'unlink', task: process.shared.task, ...pathStep(named) });
  };

/** A directory that could not be removed has an entry, even if no call named it: adds one. */
function showFull(f: Follower, process: Process, named: NamedPath): void {
  const dir = show(f, taskFor(f, process), named, { want: 'dir', follow: false });
  if (dir?.inode.entries?.size !== 0) return;
  show(f, taskFor(f, process), { ...named, path: `${named.path}/unseen` }, { want: 'file', follow: false });
}

/** Calls whose step has only a path. */
const onPlain =
  (call: 'chdir' | 'chroot' | 'truncate', want: Shown['want']): Handler =>
  (f, process) => {
    const named = namedBy(f, process, 0);
    if (named === undefined) return;
    const task = taskFor(f, process);
    if (outcomeOf(f.call) === 'done') show(f, task, named, { want, follow: true });
    noteProbe(f, task, named);
    const made = emit(f, { call, task: process.shared.task, path: named.path });
    if (made?.result.ok === true && call === 'chdir') f.placed = true;
  };

const mount: Handler = (f, process) => {
  const [source, target] = [namedBy(f, process, 0), namedBy(f, process, 1)];
  if (source === undefined || target === undefined || outcomeOf(f.call) !== 'done') return;
  if (!argument(f, 3).includes('MS_BIND')) {
    f.notes.push({
      origin: { input: f.input, line: f.line },
      what: 'only bind mounts are followed, and this is another mount',
    });
    return;
  }
  const task = taskFor(f, process);
  show(f, task, source, { want: 'any', follow: true });
  show(f, task, target, { want: 'any', follow: true });
  const step: ScenarioStep = { call: 'mount', task: process.shared.task, path: source.path, to: target.path };
  emit(f, step);
};

/** To watch a file or directory, a program needs permission to read it. */
const watch: Handler = (f, process) => {
  const named = namedBy(f, process, 1);
  if (named === undefined) return;
  if (outcomeOf(f.call) === 'done') show(f, taskFor(f, process), named, { want: 'any', follow: true });
  emit(f, { call: 'access', task: process.shared.task, ...pathStep(named), mode: ['R_OK'] });
};

const plain = (call: string, nofollow?: true): Handler =>
  onObject(nofollow === undefined ? { call, path: 0 } : { call, path: 0, nofollow });

const PATHS: Readonly<Record<string, Handler>> = {
  stat: onObject({ call: 'stat', path: 0, shows: 1 }),
  stat64: onObject({ call: 'stat', path: 0, shows: 1 }),
  lstat: onObject({ call: 'lstat', path: 0, shows: 1, nofollow: true }),
  lstat64: onObject({ call: 'lstat', path: 0, shows: 1, nofollow: true }),
  newfstatat: onObject({ call: 'stat', at: 0, path: 1, shows: 2, flags: 3 }),
  fstatat64: onObject({ call: 'stat', at: 0, path: 1, shows: 2, flags: 3 }),
  statx: onObject({ call: 'stat', at: 0, path: 1, flags: 2, shows: 4 }),
  statfs: plain('statfs'),
  statfs64: plain('statfs'),
  access: access(0, 1),
  faccessat: access(1, 2, 0),
  faccessat2: access(1, 2, 0, 3),
  readlink: readlink(0, 1),
  readlinkat: readlink(1, 2, 0),
  chmod: plain('chmod'),
  fchmodat: onObject({ call: 'chmod', at: 0, path: 1 }),
  fchmodat2: onObject({ call: 'chmod', at: 0, path: 1, flags: 3 }),
  chown: plain('chown'),
  chown32: plain('chown'),
  lchown: plain('lchown', true),
  lchown32: plain('lchown', true),
  fchownat: onObject({ call: 'chown', at: 0, path: 1, flags: 4 }),
  utime: plain('utimes'),
  utimes: plain('utimes'),
  futimesat: onObject({ call: 'utimes', at: 0, path: 1 }),
  utimensat: onObject({ call: 'utimes', at: 0, path: 1, flags: 3 }),
  utimensat_time64: onObject({ call: 'utimes', at: 0, path: 1, flags: 3 }),
  getxattr: plain('getxattr'),
  lgetxattr: plain('lgetxattr', true),
  listxattr: plain('listxattr'),
  llistxattr: plain('llistxattr', true),
  setxattr: plain('setxattr'),
  lsetxattr: plain('lsetxattr', true),
  removexattr: plain('removexattr'),
  lremovexattr: plain('lremovexattr', true),
  truncate: onPlain('truncate', 'file'),
  truncate64: onPlain('truncate', 'file'),
  mkdir: making('mkdir', 0),
  mkdirat: making('mkdir', 1, 0),
  mknod: making('mknod', 0),
  mknodat: making('mknod', 1, 0),
  symlink: symlink(0, 1),
  symlinkat: symlink(0, 2, 1),
  link: onTwo({ call: 'link', from: 0, to: 1 }),
  linkat: onTwo({ call: 'link', at: 0, from: 1, atTo: 2, to: 3, flags: 4 }),
  rename: onTwo({ call: 'rename', from: 0, to: 1 }),
  renameat: onTwo({ call: 'rename', at: 0, from: 1, atTo: 2, to: 3 }),
  renameat2: onTwo({ call: 'rename', at: 0, from: 1, atTo: 2, to: 3, flags: 4 }),
  unlink: removing('unlink', 0),
  rmdir: removing('rmdir', 0),
  unlinkat: removing('unlinkat', 1, 0, 2),
  chdir: onPlain('chdir', 'dir'),
  chroot: onPlain('chroot', 'dir'),
  mount,
  inotify_add_watch: watch,
};

/** The handlers of all calls that are followed. */
export const HANDLERS: ReadonlyMap<string, Handler> = new Map([
  ...Object.entries(PATHS),
  ...Object.entries(descriptorCalls),
  ...Object.entries(processCalls),
]);
