/** Handlers for the calls that create, close and use descriptors and mappings. */
import {
  argument,
  flagsOf,
  givenFd,
  namedBy,
  openFlags,
  openOf,
  pathStep,
  shownMode,
  taskFor,
} from './call-arguments.js';
import { pathText } from './facts.js';
import {
  absolute,
  emit,
  newLabel,
  noteProbe,
  originOf,
  outcomeOf,
  show,
  showParent,
  type Follower,
  type Handler,
  type NamedPath,
} from './follow.js';
import { noteLoader } from './calls-processes.js';
import { note, noteShown } from './live.js';
import { addMapping, mappingsIn, removeRange, type Process } from './process.js';
import { readFd, readFlags, shownPath } from './strace-text.js';

const open =
  (path: number, flags: number, at?: number): Handler =>
  (f, process) => {
    const text = argument(f, flags).replace(/^\{flags=([^,}]*).*$/s, '$1');
    const own = openFlags(text);
    openWith(
      f,
      process,
      namedBy(f, process, path, at),
      text.includes('O_TMPFILE') ? [...own, 'O_RDONLY'] : own,
    );
  };

const creat: Handler = (f, process) =>
  openWith(f, process, namedBy(f, process, 0), ['O_WRONLY', 'O_CREAT', 'O_TRUNC']);

function openWith(
  f: Follower,
  process: Process,
  named: NamedPath | undefined,
  flags: readonly string[],
): void {
  if (named === undefined) return;
  const how = outcomeOf(f.call);
  const given = how === 'done' ? givenFd(f) : undefined;
  showOpened(f, process, named, flags, shownPath(given?.shown));
  noteProbe(f, taskFor(f, process), named);
  const as = given === undefined ? {} : { as: given.label };
  const made = emit(f, { call: 'open', task: process.shared.task, ...pathStep(named), flags, ...as });
  if (given === undefined) return;
  const cloexec = argument(f, 1).includes('O_CLOEXEC') || argument(f, 2).includes('O_CLOEXEC');
  const opened =
    made?.numbered === undefined
      ? { kind: 'other' as const }
      : { kind: 'file' as const, label: given.label, cloexec };
  process.shared.files.set(given.number, opened);
  noteLoader(f, process, named.path);
}

function showOpened(
  f: Follower,
  process: Process,
  named: NamedPath,
  flags: readonly string[],
  real: string | undefined,
): void {
  const task = taskFor(f, process);
  const how = outcomeOf(f.call);
  const exists = how === 'done' || how === 'after' || f.call.result.errno === 'EEXIST';
  if (!exists) return;
  const follow = !flags.includes('O_NOFOLLOW') && !flags.includes('O_EXCL');
  const mayMake = flags.includes('O_CREAT') && f.call.result.errno !== 'EEXIST';
  if (mayMake && (flags.includes('O_EXCL') || !wasThere(f, named))) return showParent(f, task, named);
  const want = flags.includes('O_DIRECTORY') ? 'dir' : 'any';
  const at = show(f, task, named, { want, follow });
  if (at !== undefined) noteShown(f.live, at.inode);
  const path = at === undefined ? undefined : f.live.initial.get(at.inode.ino);
  if (real !== undefined && path !== undefined && follow) noteReal(f, pathText(path), real);
}

/**
 * True if a file that a call opened with O_CREAT existed before: another call has shown it, or it is a device, which
 * opening does not create.
 */
function wasThere(f: Follower, named: NamedPath): boolean {
  const path = absolute(f, named);
  const isDevice = path.startsWith('/dev/') && !/^\/dev\/(shm|mqueue)\//.test(path);
  return isDevice || f.live.evidence.kinds.get(path)?.kind === 'file';
}

/**
 * Records a link: `-y` shows the real path of an opened file, and the part that differs from the given path is a link.
 */
function noteReal(f: Follower, path: string, real: string): void {
  if (
    path === real ||
    /^\/proc\/(self|thread-self|\d+)\b/.test(path) ||
    f.live.labels.tasks.get('main')?.root.inode !== f.live.vfs.root
  )
    return;
  const [from, to] = [path.split('/'), real.split('/')];
  while (from.length > 2 && to.length > 1 && from.at(-1) === to.at(-1)) {
    from.pop();
    to.pop();
  }
  const target = to.join('/');
  note(f.live, from.join('/'), { kind: 'link', target: target === '' ? '/' : target });
}

/** Handler for a call that returns descriptors which are not files of the tree. */
const other =
  (...indices: readonly number[]): Handler =>
  (f, process) => {
    if (outcomeOf(f.call) !== 'done') return;
    const given = readFd(f.call.result.value)?.number;
    if (indices.length === 0 && given !== undefined) process.shared.files.set(given, { kind: 'other' });
    for (const index of indices) {
      for (const [digits] of argument(f, index).matchAll(/\b\d+\b(?![^<]*>)/g))
        process.shared.files.set(Number(digits), { kind: 'other' });
    }
  };

const onFd =
  (call: string, shows?: number): Handler =>
  (f, process) => {
    const file = openOf(f, process, 0);
    if (file === undefined) return;
    if (shows !== undefined && shownMode(argument(f, shows)) === 'dir') noteDirectory(f, process, file.label);
    const made = emit(f, { call, task: process.shared.task, fd: file.label });
    if (call === 'fchdir' && made?.result.ok === true) f.placed = true;
  };

function noteDirectory(f: Follower, process: Process, label: string): void {
  const task = taskFor(f, process);
  const inode = task.fds[f.live.labels.numbers.get(task)?.get(label)?.number ?? -1]?.location.inode;
  const path = inode === undefined ? undefined : f.live.initial.get(inode.ino);
  if (inode?.kind === 'file' && path !== undefined) note(f.live, pathText(path), { kind: 'dir' });
}

/** Reading entries runs no hook, but it shows that the object is a directory. */
const getdents: Handler = (f, process) => {
  const file = openOf(f, process, 0);
  if (file !== undefined && outcomeOf(f.call) === 'done') noteDirectory(f, process, file.label);
};

function closeFd(f: Follower, process: Process, fd: number): void {
  const file = process.shared.files.get(fd);
  process.shared.files.delete(fd);
  if (file?.kind === 'file') emit(f, { call: 'close', task: process.shared.task, fd: file.label });
}

const close: Handler = (f, process) => {
  const fd = readFd(argument(f, 0))?.number;
  if (fd !== undefined && outcomeOf(f.call) === 'done') closeFd(f, process, fd);
};

const closeRange: Handler = (f, process) => {
  if (outcomeOf(f.call) !== 'done') return;
  const [first, last] = [Number(argument(f, 0)), Number(argument(f, 1))];
  const marks = argument(f, 2).includes('CLOSE_RANGE_CLOEXEC');
  for (const [fd, file] of [...process.shared.files]) {
    if (fd < first || (Number.isFinite(last) && fd > last)) continue;
    if (!marks) closeFd(f, process, fd);
    else if (file.kind === 'file') process.shared.files.set(fd, { ...file, cloexec: true });
  }
};

const dup: Handler = (f, process) => {
  if (outcomeOf(f.call) === 'done') duplicate(f, process, argument(f, 2).includes('O_CLOEXEC'));
};

/** Duplicates a descriptor. The new number is the result of the call; a descriptor that had this number is closed. */
function duplicate(f: Follower, process: Process, cloexec: boolean): void {
  const given = readFd(f.call.result.value)?.number;
  const from = readFd(argument(f, 0))?.number;
  const file = openOf(f, process, 0);
  if (given === undefined || given === from) return;
  closeFd(f, process, given);
  if (file === undefined) {
    if (from !== undefined && process.shared.files.has(from))
      process.shared.files.set(given, { kind: 'other' });
    return;
  }
  const label = newLabel(f, 'f');
  emit(f, { call: 'dup', task: process.shared.task, fd: file.label, as: label });
  process.shared.files.set(given, { kind: 'file', label, cloexec });
}

const fcntl: Handler = (f, process) => {
  const file = openOf(f, process, 0);
  const command = argument(f, 1);
  const done = outcomeOf(f.call) === 'done';
  if (file !== undefined) {
    emit(f, { call: 'fcntl', task: process.shared.task, fd: file.label });
    if (/LK/.test(command)) emit(f, { call: 'flock', task: process.shared.task, fd: file.label });
  }
  if (done && command.startsWith('F_DUPFD')) duplicate(f, process, command.endsWith('CLOEXEC'));
  if (done && file !== undefined && command === 'F_SETFD')
    process.shared.files.set(Number(readFd(argument(f, 0))?.number), {
      ...file,
      cloexec: argument(f, 2).includes('FD_CLOEXEC'),
    });
};

const address = (text: string): bigint | undefined =>
  /^(0x[0-9a-f]+|\d+)$/i.test(text) ? BigInt(text) : undefined;
/** The length rounded up to whole pages. */
const pages = (length: bigint): bigint => (length + 4095n) & ~4095n;

const mmap: Handler = (f, process) => {
  const fd = readFd(argument(f, 4))?.number;
  const file =
    fd === undefined || argument(f, 3).includes('MAP_ANONYMOUS') ? undefined : openOf(f, process, 4);
  const label = file === undefined ? undefined : newLabel(f, 'm');
  if (file !== undefined && label !== undefined) {
    const shared = readFlags(argument(f, 3)).some((flag) => flag.startsWith('MAP_SHARED'));
    const flags = [shared ? 'MAP_SHARED' : 'MAP_PRIVATE'];
    emit(f, {
      call: 'mmap',
      task: process.shared.task,
      fd: file.label,
      mode: protection(f, 2),
      flags,
      as: label,
    });
  }
  const [from, length] = [address(f.call.result.value), address(argument(f, 1))];
  if (outcomeOf(f.call) === 'done' && from !== undefined && length !== undefined)
    addMapping(process.space, { from, to: from + pages(length), label });
};

function protection(f: Follower, index: number): string[] {
  return flagsOf(f, index, ['PROT_READ', 'PROT_WRITE', 'PROT_EXEC']);
}

const mprotect: Handler = (f, process) => {
  const [from, length] = [address(argument(f, 0)), address(argument(f, 1))];
  if (from === undefined || length === undefined) return;
  for (const label of mappingsIn(process.space, from, from + pages(length))) {
    const task = taskFor(f, process);
    if (f.live.labels.numbers.get(task)?.get(label)?.kind !== 'mapping') continue;
    emit(f, { call: 'mprotect', task: process.shared.task, fd: label, mode: protection(f, 2) });
  }
};

/** The mapping of the model stays. It only holds its file, which does not change any verdict. */
const munmap: Handler = (f, process) => {
  const [from, length] = [address(argument(f, 0)), address(argument(f, 1))];
  if (from !== undefined && length !== undefined) removeRange(process.space, from, from + pages(length));
};

/** The descriptors that a message passes. */
function passedIn(f: Follower): number[] {
  const data = /cmsg_type=SCM_RIGHTS, cmsg_data=\[([^\]]*)\]/.exec(argument(f, 1))?.[1] ?? '';
  return [...data.matchAll(/(?:^|, )(\d+)/g)].map((m) => Number(m[1]));
}

/** A sent file is kept open by a duplicate, as the message keeps it. */
const sendmsg: Handler = (f, process) => {
  if (outcomeOf(f.call) !== 'done') return;
  for (const fd of passedIn(f)) {
    const file = process.shared.files.get(fd);
    if (file?.kind !== 'file') continue;
    const label = newLabel(f, 's');
    emit(f, { call: 'dup', task: process.shared.task, fd: file.label, as: label });
    f.passed.push({ task: process.shared.task, label });
  }
};

const recvmsg: Handler = (f, process) => {
  if (outcomeOf(f.call) !== 'done') return;
  for (const fd of passedIn(f)) {
    const sent = f.passed.shift();
    if (sent === undefined) {
      f.notes.push({
        origin: originOf(f),
        what: `descriptor ${fd} was received from a process that is not in the trace`,
      });
      process.shared.files.set(fd, { kind: 'other' });
      continue;
    }
    const label = newLabel(f, 'f');
    emit(f, { call: 'receive', task: process.shared.task, other: sent.task, fd: sent.label, as: label });
    process.shared.files.set(fd, { kind: 'file', label, cloexec: argument(f, 2).includes('CLOEXEC') });
  }
};

export const descriptorCalls: Readonly<Record<string, Handler>> = {
  open: open(0, 1),
  openat: open(1, 2, 0),
  openat2: open(1, 2, 0),
  creat,
  close,
  close_range: closeRange,
  dup,
  dup2: dup,
  dup3: dup,
  fcntl,
  fcntl64: fcntl,
  fstat: onFd('fstat', 1),
  fstat64: onFd('fstat', 1),
  fstatfs: onFd('fstatfs'),
  fstatfs64: onFd('fstatfs'),
  fchmod: onFd('fchmod'),
  fchown: onFd('fchown'),
  fchown32: onFd('fchown'),
  fgetxattr: onFd('fgetxattr'),
  flistxattr: onFd('flistxattr'),
  fsetxattr: onFd('fsetxattr'),
  fremovexattr: onFd('fremovexattr'),
  ftruncate: onFd('ftruncate'),
  ftruncate64: onFd('ftruncate'),
  fchdir: onFd('fchdir'),
  ioctl: onFd('ioctl'),
  flock: onFd('flock'),
  getdents: getdents,
  getdents64: getdents,
  mmap,
  mmap2: mmap,
  mprotect,
  munmap,
  sendmsg,
  recvmsg,
  pipe: other(0),
  pipe2: other(0),
  socketpair: other(3),
  socket: other(),
  accept: other(),
  accept4: other(),
  epoll_create: other(),
  epoll_create1: other(),
  eventfd: other(),
  eventfd2: other(),
  signalfd4: other(),
  timerfd_create: other(),
  inotify_init: other(),
  inotify_init1: other(),
  memfd_create: other(),
  pidfd_open: other(),
  io_uring_setup: other(),
  userfaultfd: other(),
  perf_event_open: other(),
  bpf: other(),
};
