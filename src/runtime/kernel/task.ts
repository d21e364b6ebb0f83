/**
 * The kernel and its tasks. A task holds a root, a working directory, descriptors, mappings and a program set. This file
 * shares them on `fork`, and releases them on `exit`.
 */
import type { ActionMask } from '../../abi/actions.js';
import type { HookName, Lookup } from '../../abi/hooks.js';
import { defined } from '../../base/assert.js';
import type { Engine } from '../engine/types.js';
import { UNLIMITED, type Confinement, type OpenLimits } from './confinement.js';
import { AT_FDCWD, type Errno } from './errno.js';
import type { TraceListener } from './trace.js';
import { rootLocation, type Location } from './mounts.js';
import { WalkCache } from './namei.js';
import { EMPTY_SET, type KernelProgram, mayTrace, prependChain, type ProgramSet } from './program-set.js';
import { hold, release, Tags } from './tags.js';
import type { Vfs } from './vfs.js';

/** A denial: the program, and the event that it ran on. */
export interface Denial {
  readonly hook: HookName;
  readonly program: string;
  readonly chain: number;
  readonly inode: number;
  readonly lookup: Lookup;
  /** Triggers of the request; 0 while walking and for `fs_get`. */
  readonly triggers: ActionMask;
  /** The fault that ended the program, if there was one. */
  readonly fault: string | undefined;
}

export interface Failure {
  readonly ok: false;
  readonly errno: Errno;
  /** Present when a program denied. */
  readonly denied?: Denial;
}
export type CallResult = { readonly ok: true } | Failure;
export type FdResult = { readonly ok: true; readonly fd: number } | Failure;
export type ValueResult<T> = { readonly ok: true; readonly value: T } | Failure;

/** An open file description. The descriptors that `dup`, `fork` and passing make share it. */
export interface OpenFile {
  readonly location: Location;
  /** Flags of the open. */
  readonly flags: number;
  /** What a confinement fixed when the file was opened. */
  readonly limits: OpenLimits;
  /** Number of descriptors and mappings that refer to it. */
  refs: number;
}

export interface Mapping {
  readonly file: OpenFile;
  readonly shared: boolean;
}

export class Kernel {
  readonly tags: Tags;
  readonly walks = new WalkCache();
  readonly tasks = new Set<Task>();
  /** Called for every program run. While it is undefined, tracing costs nothing. */
  trace: TraceListener | undefined = undefined;
  /** True if `no_new_privs` suffices to enforce programs, as the series planned. As posted, a task needs CAP_SYS_ADMIN. */
  noNewPrivsSuffices = false;
  /** Called for every request on an object, even if no program judges it. `fresh`: it is on an open file, without a session. */
  asked: ((triggers: ActionMask, inode: number, fresh: boolean) => void) | undefined = undefined;
  private chains = 0;
  private taskIds = 0;

  constructor(
    readonly vfs: Vfs,
    readonly engine: Engine,
  ) {
    this.tags = new Tags(vfs);
  }

  readonly newChainId = (): number => ++this.chains;
  readonly newTaskId = (): number => ++this.taskIds;
}

export class Task {
  readonly id: number;
  set: ProgramSet = EMPTY_SET;
  readonly fds: (OpenFile | undefined)[] = [];
  readonly mappings: (Mapping | undefined)[] = [];
  /** True if the task has CAP_SYS_ADMIN, which it needs to enforce programs on itself. */
  privileged = false;
  noNewPrivs = false;
  /** What stock Linux enforces on the task; undefined when the task is not confined. */
  confinement: Confinement | undefined = undefined;
  alive = true;
  denial: Denial | undefined = undefined;

  constructor(
    readonly kernel: Kernel,
    public root: Location,
    public cwd: Location,
  ) {
    this.id = kernel.newTaskId();
    hold(root.inode);
    hold(cwd.inode);
    kernel.tasks.add(this);
  }
}

/** Returns a new task at the root, with an empty program set and, by default, CAP_SYS_ADMIN. */
export function newTask(kernel: Kernel, privileged = true): Task {
  const root = rootLocation(kernel.vfs);
  const task = new Task(kernel, root, root);
  task.privileged = privileged;
  return task;
}

/** Returns a child with the same root, working directory, open files, mappings and program set. */
export function fork(parent: Task): Task {
  const child = new Task(parent.kernel, parent.root, parent.cwd);
  parent.fds.forEach((file, fd) => (child.fds[fd] = share(file)));
  parent.mappings.forEach((mapping, id) => {
    child.mappings[id] = mapping;
    share(mapping?.file);
  });
  child.privileged = parent.privileged;
  child.noNewPrivs = parent.noNewPrivs;
  child.confinement = parent.confinement;
  for (const chain of parent.set.chains) chain.isShared = true;
  child.set = parent.set;
  child.set.tasks++;
  return child;
}

function share(file: OpenFile | undefined): OpenFile | undefined {
  if (file !== undefined) file.refs++;
  return file;
}

/** Ends a task and releases everything that it holds. */
export function exit(task: Task): void {
  if (!task.alive) return;
  task.alive = false;
  for (const file of task.fds) if (file !== undefined) dropFile(task.kernel, file);
  for (const mapping of task.mappings) if (mapping !== undefined) dropFile(task.kernel, mapping.file);
  task.fds.length = 0;
  task.mappings.length = 0;
  task.set.tasks--;
  releaseInode(task.kernel, task.root);
  releaseInode(task.kernel, task.cwd);
  task.kernel.tasks.delete(task);
}

function releaseInode(kernel: Kernel, at: Location): void {
  release(kernel.vfs, kernel.tags, at.inode);
}

/** Returns a new open file description with one reference. */
export function newFile(location: Location, flags: number, limits: OpenLimits = UNLIMITED): OpenFile {
  hold(location.inode);
  return { location, flags, limits, refs: 1 };
}

/** Drops one reference. The last one closes the file. */
export function dropFile(kernel: Kernel, file: OpenFile): void {
  if (--file.refs === 0) releaseInode(kernel, file.location);
}

/** Installs a file at the lowest free descriptor, and returns that. */
export function installFile(task: Task, file: OpenFile): number {
  const { fds } = task;
  for (let fd = 0; fd < fds.length; fd++) {
    if (fds[fd] !== undefined) continue;
    fds[fd] = file;
    return fd;
  }
  return fds.push(file) - 1;
}

export function changeCwd(task: Task, to: Location): void {
  hold(to.inode);
  const old = task.cwd;
  task.cwd = to;
  releaseInode(task.kernel, old);
}

export function changeRoot(task: Task, to: Location): void {
  hold(to.inode);
  const old = task.root;
  task.root = to;
  releaseInode(task.kernel, old);
}

/** Returns the start of a relative path, or the errno of a descriptor that is not open or not a directory. */
export function startOf(task: Task, dirfd: number): Location | Errno {
  if (dirfd === AT_FDCWD) return task.cwd;
  const file = task.fds[dirfd];
  if (file === undefined) return 'EBADF';
  return file.location.inode.kind === 'dir' ? file.location : 'ENOTDIR';
}

export function setNoNewPrivs(task: Task): void {
  task.noNewPrivs = true;
}

/** The argument of `prepend`: the last program of a chain, undefined for a null pointer, or a program of another type. */
export type PrependArgument = KernelProgram | undefined | 'other program type';

/**
 * `SECCOMP_PREPEND_LANDLOCK_PROG`: enforces on the task the chain that ends in `last`. The errors (EPERM, EFAULT, EINVAL,
 * EEXIST, E2BIG) and their order are those of "Chains and program sets" of the ABI description.
 */
export function prepend(task: Task, last: PrependArgument, flags = 0): CallResult {
  if (!mayEnforce(task)) return { ok: false, errno: 'EPERM' };
  if (last === undefined) return { ok: false, errno: 'EFAULT' };
  if (flags !== 0 || last === 'other program type') return { ok: false, errno: 'EINVAL' };
  const added = prependChain(task.set, last, task.kernel.newChainId);
  if (!added.ok) return { ok: false, errno: added.errno };
  task.set.tasks--;
  task.set = added.set;
  return { ok: true };
}

function mayEnforce({ privileged, noNewPrivs, kernel }: Task): boolean {
  return privileged || (noNewPrivs && kernel.noNewPrivsSuffices);
}

/**
 * `ptrace`: EPERM unless the other task's set has every chain of this task's set, and the other task is confined at least as
 * this task is (`security_ptrace_access_check`).
 */
export function ptrace(task: Task, other: Task): CallResult {
  if (task.confinement?.mayTrace(other.confinement) === false) return { ok: false, errno: 'EPERM' };
  return mayTrace(task.set, other.set) ? { ok: true } : { ok: false, errno: 'EPERM' };
}

/** Returns the file of a descriptor that the caller knows to be open. */
export function fileOf(task: Task, fd: number): OpenFile {
  return defined(task.fds[fd], `descriptor ${fd} is open`);
}
