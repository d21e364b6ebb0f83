/**
 * Functions that the calls share: results, trigger masks, and the walk that a call begins with.
 *
 * Comments of the calls list their hooks in order: W is a walk (`fs_walk` on each directory of the path), P{…} is `fs_pick`
 * with these triggers, and G is `fs_get`.
 */
import { maskOf, type ActionMask, type ActionName } from '../../../abi/actions.js';
import type { EntryLocation } from '../confinement.js';
import { AT_FDCWD, type Errno } from '../errno.js';
import { runPick, runWalk, type SessionIndex } from '../hooks.js';
import { cachedWalk, type Walk, type WalkMode } from '../namei.js';
import { pathTooLong } from '../names.js';
import { startOf, type CallResult, type Failure, type OpenFile, type Task } from '../task.js';
import type { Inode, Location, Mount } from '../vfs.js';
import { defined } from '../../../base/assert.js';

/** Trigger masks by name. */
export const T = {
  append: maskOf('append'),
  chdir: maskOf('chdir'),
  chroot: maskOf('chroot'),
  create: maskOf('create'),
  execute: maskOf('execute'),
  fcntl: maskOf('fcntl'),
  getattr: maskOf('getattr'),
  ioctl: maskOf('ioctl'),
  link: maskOf('link'),
  linkto: maskOf('linkto'),
  lock: maskOf('lock'),
  map: maskOf('map'),
  mounton: maskOf('mounton'),
  open: maskOf('open'),
  read: maskOf('read'),
  readdir: maskOf('readdir'),
  receive: maskOf('receive'),
  rename: maskOf('rename'),
  renameto: maskOf('renameto'),
  rmdir: maskOf('rmdir'),
  setattr: maskOf('setattr'),
  transfer: maskOf('transfer'),
  unlink: maskOf('unlink'),
  write: maskOf('write'),
} as const;

export const DONE: CallResult = { ok: true };

export function failure(errno: Errno): Failure {
  return { ok: false, errno };
}

/** Returns EACCES with the noted denial. */
export function denied(task: Task): Failure {
  return { ok: false, errno: 'EACCES', denied: defined(task.denial, 'a denial was noted') };
}

/**
 * Resolves a path and runs `fs_walk` over it. Returns a failure for a denial or a bad descriptor. An error of the path itself
 * is in `walk.errno`; then all directories before the error have allowed.
 */
export function walkFor(
  task: Task,
  path: string,
  dirfd: number,
  mode: WalkMode,
  session: SessionIndex,
): Walk | Failure {
  const start = path.charCodeAt(0) === 0x2f || dirfd === AT_FDCWD ? task.cwd : startFor(task, path, dirfd);
  if (typeof start === 'string') return failure(start);
  const walk = cachedWalk(task.kernel.walks, task.kernel.vfs, task.root, start, path, mode);
  return runWalk(task, walk, session) ? walk : denied(task);
}

/** Returns the start of a relative path. Linux reads the path before the descriptor, so errors of the path come first. */
function startFor(task: Task, path: string, dirfd: number): Location | Errno {
  return path === '' || pathTooLong(path) ? task.cwd : startOf(task, dirfd);
}

/** A walk that found its object. */
export interface FoundWalk extends Walk {
  readonly errno: undefined;
  readonly inode: Inode;
  readonly mount: Mount;
}

/** Like `walkFor`, but also fails if the object does not exist. */
export function objectFor(
  task: Task,
  path: string,
  dirfd: number,
  mode: WalkMode,
  session: SessionIndex = 0,
): FoundWalk | Failure {
  const walk = walkFor(task, path, dirfd, mode, session);
  if (!walk.ok) return walk;
  if (walk.errno !== undefined) return failure(walk.errno);
  return walk as FoundWalk;
}

/** Runs `fs_pick` on the object of a walk, in its session. */
export function pickObject(
  task: Task,
  triggers: ActionMask,
  walk: FoundWalk,
  session: SessionIndex = 0,
): boolean {
  return runPick(
    task,
    triggers,
    walk.inode.ino,
    walk.lookup,
    session,
    walk.last === 'root' ? '/' : walk.name,
  );
}

/**
 * Runs `fs_pick` on the directory of the last component. Its lookup value is that of the last `fs_walk`, which ran on the same
 * directory.
 */
export function pickParent(task: Task, triggers: ActionMask, walk: Walk, session: SessionIndex = 0): boolean {
  const dir = defined(walk.dir, 'the walk reached the parent');
  return runPick(task, triggers, dir.ino, walk.dirLookup, session, walk.names.at(-1) ?? '');
}

export function locationOf(walk: FoundWalk): Location {
  return { mount: walk.mount, inode: walk.inode };
}

/** Returns the object of a walk, with the directory that has its name. */
export function placeOf(walk: Walk): EntryLocation {
  const [inode, mount] = [walk.inode, walk.mount];
  return {
    mount: defined(mount, 'the walk found its object'),
    inode: defined(inode, 'the walk found its object'),
    dir: walk.dir,
  };
}

/** Returns the directory of the last component. */
export function parentPlace(walk: Walk): Location {
  const [inode, mount] = [walk.dir, walk.dirMount];
  return {
    mount: defined(mount, 'the walk reached the parent'),
    inode: defined(inode, 'the walk reached it'),
  };
}

/** Returns the errno of the task's seccomp filter for the calls of an action. */
export function filtered(task: Task, action: ActionName): Errno | undefined {
  return task.confinement?.filtered(action);
}

/** `mnt_want_write`: returns EROFS if the task sees the mount read-only. */
export function wantWrite(task: Task, mount: Mount | undefined): Errno | undefined {
  return mount !== undefined && task.confinement?.isReadOnly(mount) === true ? 'EROFS' : undefined;
}

/** `path_noexec`. */
export function isNoExec(task: Task, mount: Mount): boolean {
  return task.confinement?.isNoExec(mount) === true;
}

/** `capable`: whether the task may do what needs a capability. Only a confinement takes capabilities away. */
export function isCapable(task: Task): boolean {
  return task.confinement?.isCapable() !== false;
}

/** Returns the file of a descriptor, or undefined (EBADF). */
export function openFile(task: Task, fd: number): OpenFile | undefined {
  return task.fds[fd];
}
