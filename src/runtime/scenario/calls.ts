/**
 * The calls of a scenario, as one table by name: the arguments that each takes, and the call of the kernel model.
 *
 * An argument that the call does not take is a fault of the scenario, because ignoring it would change its meaning.
 */
import { ACTIONS, actionBit } from '../../abi/actions.js';
import { AT_FDCWD, AT_REMOVEDIR, AT_SYMLINK_NOFOLLOW } from '../kernel/errno.js';
import * as sys from '../kernel/syscalls/index.js';
import { exit, fork, ptrace, type CallResult, type FdResult, type Task } from '../kernel/task.js';
import { ACCESS_MODE, AT, bitsOf, LINK, MAPPING, OPEN, PROTECTION, RENAME, UNLINK } from './flags.js';
import { numberOf, ScenarioFault, taskOf, unknown, type Labels, type Numbered } from './labels.js';
import type { ScenarioStep } from './types.js';

/** The result of a call. A new descriptor or mapping belongs to the caller, unless `owner` is set. */
export interface MadeCall {
  readonly result: CallResult;
  readonly numbered?: Numbered;
  readonly owner?: Task;
  readonly child?: Task;
}

export type Argument = Exclude<keyof ScenarioStep, 'call' | 'task' | 'expect'>;

export interface Call {
  readonly takes: readonly Argument[];
  readonly make: (task: Task, step: ScenarioStep, labels: Labels) => MadeCall;
}

const done = (result: CallResult): MadeCall => ({ result });

function withFd(result: FdResult, owner?: Task): MadeCall {
  if (!result.ok) return { result };
  const numbered: Numbered = { kind: 'descriptor', number: result.fd };
  return owner === undefined ? { result, numbered } : { result, numbered, owner };
}

function given<K extends Argument>(step: ScenarioStep, name: K): NonNullable<ScenarioStep[K]> {
  const value = step[name];
  if (value === undefined) throw new ScenarioFault(`\`${step.call}\` needs \`${name}\``);
  return value as NonNullable<ScenarioStep[K]>;
}

const fdOf = (task: Task, step: ScenarioStep, labels: Labels): number =>
  numberOf(labels, task, 'descriptor', given(step, 'fd'));

/** The descriptor of the directory at which a relative path starts. */
const dirOf = (task: Task, label: string | undefined, labels: Labels): number =>
  label === undefined ? AT_FDCWD : numberOf(labels, task, 'descriptor', label);

type ScenarioPathCall = (task: Task, path: string, dirfd?: number, flags?: number) => CallResult;

/** A call with a path, its start directory and `AT_*` flags. `always` are flags that the name of the call implies. */
const onPath = (call: ScenarioPathCall, always = 0): Call => ({
  takes: ['path', 'at', 'flags'],
  make: (task, step, labels) =>
    done(call(task, given(step, 'path'), dirOf(task, step.at, labels), bitsOf(step.flags, AT) | always)),
});

/** A call with a path and its start directory. */
const onEntry = (call: (task: Task, path: string, dirfd?: number) => CallResult): Call => ({
  takes: ['path', 'at'],
  make: (task, step, labels) => done(call(task, given(step, 'path'), dirOf(task, step.at, labels))),
});

/** A call with a path that starts at the working directory. */
const onPlainPath = (call: (task: Task, path: string) => CallResult): Call => ({
  takes: ['path'],
  make: (task, step) => done(call(task, given(step, 'path'))),
});

const onTwoPaths = (call: (task: Task, path: string, to: string) => CallResult): Call => ({
  takes: ['path', 'to'],
  make: (task, step) => done(call(task, given(step, 'path'), given(step, 'to'))),
});

const onFd = (call: (task: Task, fd: number) => CallResult): Call => ({
  takes: ['fd'],
  make: (task, step, labels) => done(call(task, fdOf(task, step, labels))),
});

const open: Call = {
  takes: ['path', 'at', 'flags', 'as'],
  make: (task, step, labels) => {
    const flags = bitsOf(step.flags, OPEN);
    return withFd(sys.open(task, given(step, 'path'), flags, dirOf(task, step.at, labels)));
  },
};

const dup: Call = {
  takes: ['fd', 'as'],
  make: (task, step, labels) => withFd(sys.dup(task, fdOf(task, step, labels))),
};

const access: Call = {
  takes: ['path', 'at', 'mode', 'flags'],
  make: (task, step, labels) => {
    const [mode, flags] = [bitsOf(step.mode, ACCESS_MODE), bitsOf(step.flags, AT)];
    return done(sys.access(task, given(step, 'path'), mode, dirOf(task, step.at, labels), flags));
  },
};

const symlink: Call = {
  takes: ['target', 'path', 'at'],
  make: (task, step, labels) =>
    done(sys.symlink(task, given(step, 'target'), given(step, 'path'), dirOf(task, step.at, labels))),
};

/** A call with two paths, each with its start directory. */
const twoEntries = (call: typeof sys.rename, table: typeof RENAME): Call => ({
  takes: ['path', 'to', 'at', 'atTo', 'flags'],
  make: (task, step, labels) => {
    const [from, to] = [dirOf(task, step.at, labels), dirOf(task, step.atTo, labels)];
    return done(call(task, given(step, 'path'), given(step, 'to'), from, to, bitsOf(step.flags, table)));
  },
});

const unlinkat: Call = {
  takes: ['path', 'at', 'flags'],
  make: (task, step, labels) => {
    const call = (bitsOf(step.flags, UNLINK) & AT_REMOVEDIR) === 0 ? sys.unlink : sys.rmdir;
    return done(call(task, given(step, 'path'), dirOf(task, step.at, labels)));
  },
};

const mmap: Call = {
  takes: ['fd', 'mode', 'flags', 'as'],
  make: (task, step, labels) => {
    const prot = bitsOf(step.mode ?? ['READ'], PROTECTION);
    const flags = bitsOf(step.flags ?? ['PRIVATE'], MAPPING);
    const result = sys.mmap(task, fdOf(task, step, labels), prot, flags);
    return result.ok ? { result, numbered: { kind: 'mapping', number: result.value } } : { result };
  },
};

const mappingOf = (task: Task, step: ScenarioStep, labels: Labels): number =>
  numberOf(labels, task, 'mapping', given(step, 'fd'));

const mprotect: Call = {
  takes: ['fd', 'mode'],
  make: (task, step, labels) => {
    const mapping = mappingOf(task, step, labels);
    return done(sys.mprotect(task, mapping, bitsOf(step.mode, PROTECTION)));
  },
};

const munmap: Call = {
  takes: ['fd'],
  make: (task, step, labels) => done(sys.munmap(task, mappingOf(task, step, labels))),
};

/** The task receives a descriptor from `other`; `fd` is a label of `other`. */
const receive: Call = {
  takes: ['other', 'fd', 'as'],
  make: (task, step, labels) => {
    const other = taskOf(labels, given(step, 'other'));
    return withFd(sys.receive(task, other, fdOf(other, step, labels)));
  },
};

/** The task sends a descriptor to `other`; `as` is a label of `other`. */
const transfer: Call = {
  takes: ['other', 'fd', 'as'],
  make: (task, step, labels) => {
    const other = taskOf(labels, given(step, 'other'));
    return withFd(sys.transfer(task, other, fdOf(task, step, labels)), other);
  },
};

const request: Call = {
  takes: ['action', 'path', 'at'],
  make: (task, step, labels) => {
    const action = given(step, 'action');
    const bit = actionBit(action);
    if (bit === undefined) throw unknown('action', action, ACTIONS);
    return done(sys.request(task, bit, given(step, 'path'), dirOf(task, step.at, labels)));
  },
};

const FOLLOWING = {
  stat: onPath(sys.stat),
  getxattr: onPath(sys.getxattr),
  listxattr: onPath(sys.listxattr),
  statfs: onPath(sys.statfs),
  chmod: onPath(sys.chmod),
  chown: onPath(sys.chown),
  utimes: onPath(sys.utimes),
  setxattr: onPath(sys.setxattr),
  removexattr: onPath(sys.removexattr),
  execve: onPath(sys.execve),
};

const NOT_FOLLOWING = {
  lstat: onPath(sys.stat, AT_SYMLINK_NOFOLLOW),
  lgetxattr: onPath(sys.getxattr, AT_SYMLINK_NOFOLLOW),
  llistxattr: onPath(sys.listxattr, AT_SYMLINK_NOFOLLOW),
  lchown: onPath(sys.chown, AT_SYMLINK_NOFOLLOW),
  lsetxattr: onPath(sys.setxattr, AT_SYMLINK_NOFOLLOW),
  lremovexattr: onPath(sys.removexattr, AT_SYMLINK_NOFOLLOW),
};

const DESCRIPTORS = {
  close: onFd(sys.close),
  read: onFd(sys.read),
  write: onFd(sys.write),
  ioctl: onFd(sys.ioctl),
  fcntl: onFd(sys.fcntl),
  flock: onFd(sys.flock),
  fstat: onFd(sys.fstat),
  fgetxattr: onFd(sys.fgetxattr),
  flistxattr: onFd(sys.flistxattr),
  fstatfs: onFd(sys.fstatfs),
  fchdir: onFd(sys.fchdir),
  fchmod: onFd(sys.fchmod),
  fchown: onFd(sys.fchown),
  futimes: onFd(sys.futimes),
  fsetxattr: onFd(sys.fsetxattr),
  fremovexattr: onFd(sys.fremovexattr),
  ftruncate: onFd(sys.ftruncate),
};

const TASKS: Readonly<Record<string, Call>> = {
  fork: { takes: ['as'], make: (task) => ({ result: { ok: true }, child: fork(task) }) },
  exit: {
    takes: [],
    make: (task) => {
      exit(task);
      return done({ ok: true });
    },
  },
  ptrace: {
    takes: ['other'],
    make: (task, step, labels) => done(ptrace(task, taskOf(labels, given(step, 'other')))),
  },
};

/** Every call that a step can make, except `enforce`. */
export const CALLS: Readonly<Record<string, Call>> = {
  ...FOLLOWING,
  ...NOT_FOLLOWING,
  ...DESCRIPTORS,
  ...TASKS,
  open,
  dup,
  access,
  readlink: onEntry(sys.readlink),
  mkdir: onEntry(sys.mkdir),
  mknod: onEntry((task, path, dirfd) => sys.mknod(task, path, 'file', dirfd)),
  symlink,
  unlink: onEntry(sys.unlink),
  rmdir: onEntry(sys.rmdir),
  unlinkat,
  link: twoEntries(sys.link, LINK),
  rename: twoEntries(sys.rename, RENAME),
  truncate: onPlainPath(sys.truncate),
  chdir: onPlainPath(sys.chdir),
  chroot: onPlainPath(sys.chroot),
  pivot_root: onTwoPaths(sys.pivotRoot),
  mount: onTwoPaths(sys.mountBind),
  mmap,
  mprotect,
  munmap,
  receive,
  transfer,
  request,
};

/** Other names of the same calls, as they occur in traces of system calls. */
const ALIASES: Readonly<Record<string, string>> = {
  openat: 'open',
  newfstatat: 'stat',
  faccessat: 'access',
  faccessat2: 'access',
  readlinkat: 'readlink',
  fchmodat: 'chmod',
  fchownat: 'chown',
  utimensat: 'utimes',
  mkdirat: 'mkdir',
  mknodat: 'mknod',
  symlinkat: 'symlink',
  linkat: 'link',
  renameat: 'rename',
  renameat2: 'rename',
  execveat: 'execve',
};

const ENFORCE: Call = { takes: ['policy'], make: () => done({ ok: true }) };

/** The call of a step. Throws a `ScenarioFault` for an unknown call or argument. The replay itself makes `enforce`. */
export function callOf(step: ScenarioStep): Call {
  const name = Object.hasOwn(ALIASES, step.call) ? (ALIASES[step.call] ?? '') : step.call;
  const call = name === 'enforce' ? ENFORCE : Object.hasOwn(CALLS, name) ? CALLS[name] : undefined;
  if (call === undefined)
    throw unknown('call', step.call, [...Object.keys(CALLS), ...Object.keys(ALIASES), 'enforce']);
  for (const argument of Object.keys(step)) {
    if (['call', 'task', 'expect'].includes(argument) || call.takes.some((t) => t === argument)) continue;
    throw new ScenarioFault(`\`${step.call}\` does not take \`${argument}\``);
  }
  return call;
}
