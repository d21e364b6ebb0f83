/**
 * Calls of a scenario by name: each reads its arguments from the step and makes the call of the kernel model. A fault of
 * the scenario (a missing argument, an unknown label) is thrown as `ScenarioFault` and ends the replay with its step.
 */
import { ACTIONS, actionBit } from '../../abi/actions.js';
import { nearestName } from '../../diagnostics/suggest.js';
import {
  ACCESS,
  AT_FDCWD,
  AT_SYMLINK_FOLLOW,
  AT_SYMLINK_NOFOLLOW,
  MAP_PRIVATE,
  MAP_SHARED,
  O,
  PROT,
  RENAME_EXCHANGE,
  RENAME_NOREPLACE,
} from '../kernel/errno.js';
import * as sys from '../kernel/syscalls/index.js';
import { exit, fork, ptrace, type CallResult, type Task } from '../kernel/task.js';
import type { Step } from './types.js';

export class ScenarioFault extends Error {}

/** Labels of what the steps have made. */
export interface Labels {
  readonly tasks: Map<string, Task>;
  /** Descriptor or mapping number, and the task that it belongs to. */
  readonly numbers: Map<string, { readonly task: Task; readonly number: number }>;
}

export interface Made {
  readonly result: CallResult;
  /** A descriptor or mapping that the call gave. */
  readonly number?: number;
  readonly child?: Task;
}

type Call = (task: Task, step: Step, labels: Labels) => Made;

const done = (result: CallResult): Made => ({ result });

function given<K extends keyof Step>(step: Step, name: K): NonNullable<Step[K]> {
  const value = step[name];
  if (value === undefined) throw new ScenarioFault(`\`${step.call}\` needs \`${name}\``);
  return value as NonNullable<Step[K]>;
}

function labelled(labels: Labels, label: string): number {
  const found = labels.numbers.get(label);
  if (found !== undefined) return found.number;
  throw unknown('descriptor', label, labels.numbers.keys());
}

export function taskOf(labels: Labels, label: string): Task {
  const found = labels.tasks.get(label);
  if (found !== undefined) return found;
  throw unknown('task', label, labels.tasks.keys());
}

function unknown(kind: string, label: string, known: Iterable<string>): ScenarioFault {
  const near = nearestName(label, known);
  return new ScenarioFault(
    `there is no ${kind} \`${label}\`${near === undefined ? '' : `: did you mean \`${near}\`?`}`,
  );
}

const at = (step: Step, labels: Labels): number =>
  step.at === undefined ? AT_FDCWD : labelled(labels, step.at);
const atTo = (step: Step, labels: Labels): number =>
  step.atTo === undefined ? AT_FDCWD : labelled(labels, step.atTo);

/** A set of named bits; without a prefix too (`RDONLY` for `O_RDONLY`). */
function bits(
  names: readonly string[] | undefined,
  table: Readonly<Record<string, number>>,
  prefix: string,
): number {
  return (names ?? []).reduce((sum, name) => {
    const key = name.startsWith(prefix) ? name.slice(prefix.length) : name;
    const bit = table[key];
    if (bit === undefined)
      throw unknown(
        'flag',
        name,
        Object.keys(table).map((k) => prefix + k),
      );
    return sum | bit;
  }, 0);
}

const AT_FLAGS = { SYMLINK_NOFOLLOW: AT_SYMLINK_NOFOLLOW, SYMLINK_FOLLOW: AT_SYMLINK_FOLLOW };
const RENAME_FLAGS = { NOREPLACE: RENAME_NOREPLACE, EXCHANGE: RENAME_EXCHANGE };
const MAP_FLAGS = { SHARED: MAP_SHARED, PRIVATE: MAP_PRIVATE };

type ByPath = (task: Task, path: string, dirfd?: number, flags?: number) => CallResult;
type ByFd = (task: Task, fd: number) => CallResult;

const byPath =
  (call: ByPath): Call =>
  (task, step, labels) =>
    done(call(task, given(step, 'path'), at(step, labels), bits(step.flags, AT_FLAGS, 'AT_')));
const byFd =
  (call: ByFd): Call =>
  (task, step, labels) =>
    done(call(task, labelled(labels, given(step, 'fd'))));

const open: Call = (task, step, labels) => {
  const result = sys.open(
    task,
    given(step, 'path'),
    bits(step.flags ?? ['RDONLY'], O, 'O_'),
    at(step, labels),
  );
  return result.ok ? { result, number: result.fd } : { result };
};

const mmap: Call = (task, step, labels) => {
  const prot = bits(step.mode ?? ['READ'], PROT, 'PROT_');
  const flags = bits(step.flags ?? ['PRIVATE'], MAP_FLAGS, 'MAP_');
  const result = sys.mmap(task, labelled(labels, given(step, 'fd')), prot, flags);
  return result.ok ? { result, number: result.value } : { result };
};

const rename: Call = (task, step, labels) =>
  done(
    sys.rename(
      task,
      given(step, 'path'),
      given(step, 'to'),
      at(step, labels),
      atTo(step, labels),
      bits(step.flags, RENAME_FLAGS, 'RENAME_'),
    ),
  );

const link: Call = (task, step, labels) =>
  done(
    sys.link(
      task,
      given(step, 'path'),
      given(step, 'to'),
      at(step, labels),
      atTo(step, labels),
      bits(step.flags, AT_FLAGS, 'AT_'),
    ),
  );

const pass =
  (call: (task: Task, other: Task, fd: number) => CallResult & { readonly fd?: number }): Call =>
  (task, step, labels) => {
    const result = call(task, taskOf(labels, given(step, 'other')), labelled(labels, given(step, 'fd')));
    return result.ok && result.fd !== undefined ? { result, number: result.fd } : { result };
  };

const request: Call = (task, step, labels) => {
  const action = given(step, 'action');
  const bit = actionBit(action);
  if (bit === undefined) throw unknown('action', action, ACTIONS);
  return done(sys.request(task, bit, given(step, 'path'), at(step, labels)));
};

/** Every call that a step can make, but `enforce`. */
export const CALLS: Readonly<Record<string, Call>> = {
  open,
  mmap,
  rename,
  link,
  request,
  dup: (task, step, labels) => {
    const result = sys.dup(task, labelled(labels, given(step, 'fd')));
    return result.ok ? { result, number: result.fd } : { result };
  },
  access: (task, step, labels) =>
    done(
      sys.access(
        task,
        given(step, 'path'),
        bits(step.mode, ACCESS, ''),
        at(step, labels),
        bits(step.flags, AT_FLAGS, 'AT_'),
      ),
    ),
  truncate: (task, step) => done(sys.truncate(task, given(step, 'path'))),
  mknod: (task, step, labels) => done(sys.mknod(task, given(step, 'path'), 'file', at(step, labels))),
  symlink: (task, step, labels) =>
    done(sys.symlink(task, given(step, 'target'), given(step, 'path'), at(step, labels))),
  chdir: (task, step) => done(sys.chdir(task, given(step, 'path'))),
  chroot: (task, step) => done(sys.chroot(task, given(step, 'path'))),
  mount: (task, step) => done(sys.mountBind(task, given(step, 'path'), given(step, 'to'))),
  pivot_root: (task, step) => done(sys.pivotRoot(task, given(step, 'path'), given(step, 'to'))),
  mprotect: (task, step, labels) =>
    done(sys.mprotect(task, labelled(labels, given(step, 'fd')), bits(step.mode, PROT, 'PROT_'))),
  receive: pass((task, other, fd) => sys.receive(task, other, fd)),
  transfer: pass((task, other, fd) => sys.transfer(task, other, fd)),
  fork: (task) => ({ result: { ok: true }, child: fork(task) }),
  exit: (task) => {
    exit(task);
    return done({ ok: true });
  },
  ptrace: (task, step, labels) => done(ptrace(task, taskOf(labels, given(step, 'other')))),
  stat: byPath(sys.stat),
  lstat: byPath(sys.lstat),
  readlink: byPath(sys.readlink),
  getxattr: byPath(sys.getxattr),
  listxattr: byPath(sys.listxattr),
  statfs: byPath(sys.statfs),
  chmod: byPath(sys.chmod),
  chown: byPath(sys.chown),
  utimes: byPath(sys.utimes),
  setxattr: byPath(sys.setxattr),
  removexattr: byPath(sys.removexattr),
  mkdir: byPath(sys.mkdir),
  unlink: byPath(sys.unlink),
  rmdir: byPath(sys.rmdir),
  execve: byPath(sys.execve),
  close: byFd(sys.close),
  read: byFd(sys.read),
  write: byFd(sys.write),
  ioctl: byFd(sys.ioctl),
  fcntl: byFd(sys.fcntl),
  flock: byFd(sys.flock),
  fstat: byFd(sys.fstat),
  fchdir: byFd(sys.fchdir),
  fchmod: byFd(sys.fchmod),
  fchown: byFd(sys.fchown),
  ftruncate: byFd(sys.ftruncate),
  munmap: byFd(sys.munmap),
};

export function callNamed(name: string): Call {
  const call = Object.hasOwn(CALLS, name) ? CALLS[name] : undefined;
  if (call !== undefined) return call;
  throw unknown('call', name, [...Object.keys(CALLS), 'enforce']);
}
