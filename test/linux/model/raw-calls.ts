/** System calls as data. Each is made by a real program, and on the model by the table of this file. */
import { AT_REMOVEDIR, MAP_SHARED } from '../../../src/runtime/kernel/errno.js';
import * as sys from '../../../src/runtime/kernel/syscalls/index.js';
import type { CallResult, Task } from '../../../src/runtime/kernel/task.js';

/** `buffer` stands for the address of memory that the call fills. */
export type RawArgument = number | string | { readonly buffer: true };

/** A system call: its name in the kernel's table, and its arguments. */
export interface RawCall {
  readonly name: RawName;
  readonly args: readonly RawArgument[];
}

const S_IFMT = 0o170000;
const S_IFIFO = 0o010000;

type OnModel = (task: Task, n: (i: number) => number, s: (i: number) => string) => CallResult;

/** The call of the kernel model for each system call. `n` and `s` read an argument as a number or as a string. */
export const ON_MODEL = {
  openat: (t, n, s) => sys.open(t, s(1), n(2), n(0)),
  mkdirat: (t, n, s) => sys.mkdir(t, s(1), n(0)),
  mknodat: (t, n, s) => sys.mknod(t, s(1), (n(2) & S_IFMT) === S_IFIFO ? 'fifo' : 'file', n(0)),
  symlinkat: (t, n, s) => sys.symlink(t, s(0), s(2), n(1)),
  unlinkat: (t, n, s) => ((n(2) & AT_REMOVEDIR) === 0 ? sys.unlink : sys.rmdir)(t, s(1), n(0)),
  linkat: (t, n, s) => sys.link(t, s(1), s(3), n(0), n(2), n(4)),
  renameat2: (t, n, s) => sys.rename(t, s(1), s(3), n(0), n(2), n(4)),
  newfstatat: (t, n, s) => sys.stat(t, s(1), n(0), n(3)),
  faccessat2: (t, n, s) => sys.access(t, s(1), n(2), n(0), n(3)),
  readlinkat: (t, n, s) => sys.readlink(t, s(1), n(0)),
  fchmodat: (t, n, s) => sys.chmod(t, s(1), n(0)),
  fchownat: (t, n, s) => sys.chown(t, s(1), n(0), n(4)),
  utimensat: (t, n, s) => (n(1) === 0 ? sys.futimes(t, n(0)) : sys.utimes(t, s(1), n(0), n(3))),
  setxattr: (t, _, s) => sys.setxattr(t, s(0)),
  getxattr: (t, _, s) => sys.getxattr(t, s(0)),
  truncate: (t, _, s) => sys.truncate(t, s(0)),
  chdir: (t, _, s) => sys.chdir(t, s(0)),
  chroot: (t, _, s) => sys.chroot(t, s(0)),
  mount: (t, _, s) => sys.mountBind(t, s(0), s(1)),
  pivot_root: (t, _, s) => sys.pivotRoot(t, s(0), s(1)),
  execve: (t, _, s) => sys.execve(t, s(0)),
  ftruncate: (t, n) => sys.ftruncate(t, n(0)),
  fchdir: (t, n) => sys.fchdir(t, n(0)),
  fchmod: (t, n) => sys.fchmod(t, n(0)),
  fchown: (t, n) => sys.fchown(t, n(0)),
  dup: (t, n) => sys.dup(t, n(0)),
  close: (t, n) => sys.close(t, n(0)),
  flock: (t, n) => sys.flock(t, n(0)),
  ioctl: (t, n) => sys.ioctl(t, n(0)),
  mmap: (t, n) => sys.mmap(t, n(4), n(2), n(3) & MAP_SHARED),
} satisfies Readonly<Record<string, OnModel>>;

export type RawName = keyof typeof ON_MODEL;

/** Makes a call on the model. */
export function makeOnModel(task: Task, { name, args }: RawCall): CallResult {
  const call: OnModel = ON_MODEL[name];
  const number = (i: number): number => (typeof args[i] === 'number' ? args[i] : NaN);
  const string = (i: number): string => (typeof args[i] === 'string' ? args[i] : '');
  return call(task, number, string);
}

/** Returns a call as C would write it. */
export function showCall({ name, args }: RawCall): string {
  return `${name}(${args.map((a) => (typeof a === 'object' ? 'buffer' : JSON.stringify(a))).join(', ')})`;
}
