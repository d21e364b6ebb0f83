/** Calls that change the working directory, the root or the mounts. */
import { AT_FDCWD } from '../errno.js';
import { runGet, runPickFresh } from '../hooks.js';
import { attachMount, detachMount, reattachMount } from '../mounts.js';
import { MODE } from '../namei.js';
import { changeCwd, changeRoot, type CallResult, type Task } from '../task.js';
import { hold, release } from '../tags.js';
import type { Location } from '../vfs.js';
import {
  denied,
  DONE,
  failure,
  filtered,
  isCapable,
  locationOf,
  objectFor,
  openFile,
  pickObject,
  T,
} from './common.js';

export function chdir(task: Task, path: string): CallResult {
  const found = objectFor(task, path, AT_FDCWD, MODE.FOLLOW);
  if (!found.ok) return found;
  if (found.inode.kind !== 'dir') return failure('ENOTDIR');
  if (found.inode.sealed) return failure('EACCES');
  if (!pickObject(task, T.chdir, found)) return denied(task);
  return getDirectory(task, locationOf(found), changeCwd);
}

/** `fchdir`: P{chdir}; G, both with cookie 0. */
export function fchdir(task: Task, fd: number): CallResult {
  const file = openFile(task, fd);
  if (file === undefined) return failure('EBADF');
  const { inode } = file.location;
  if (inode.kind !== 'dir') return failure('ENOTDIR');
  if (inode.sealed) return failure('EACCES');
  if (!runPickFresh(task, T.chdir, inode.ino)) return denied(task);
  return getDirectory(task, file.location, changeCwd);
}

/** `chroot`: the search permission of the directory comes first (EACCES), then CAP_SYS_CHROOT (EPERM). */
export function chroot(task: Task, path: string): CallResult {
  const stopped = filtered(task, 'chroot');
  if (stopped !== undefined) return failure(stopped);
  const found = objectFor(task, path, AT_FDCWD, MODE.FOLLOW);
  if (!found.ok) return found;
  if (found.inode.kind !== 'dir') return failure('ENOTDIR');
  if (found.inode.sealed) return failure('EACCES');
  if (!isCapable(task)) return failure('EPERM');
  if (!pickObject(task, T.chroot, found)) return denied(task);
  return getDirectory(task, locationOf(found), changeRoot);
}

/** Runs `fs_get` on a directory, then makes the change. The directory is held meanwhile, so that it can be tagged. */
function getDirectory(task: Task, at: Location, change: (task: Task, to: Location) => void): CallResult {
  const { vfs, tags } = task.kernel;
  hold(at.inode);
  const allowed = runGet(task, at.inode.ino, 0, '');
  if (allowed) change(task, at);
  release(vfs, tags, at.inode);
  return allowed ? DONE : denied(task);
}

/**
 * `mount --bind source target`: W of the target; P{mounton} on it; W of the source. ENOTDIR when one is a directory and the
 * other is not. `security_sb_mount` and `may_mount` come after the walk of the target (EPERM).
 */
export function mountBind(task: Task, source: string, target: string): CallResult {
  const stopped = filtered(task, 'mounton');
  if (stopped !== undefined) return failure(stopped);
  const point = objectFor(task, target, AT_FDCWD, MODE.FOLLOW);
  if (!point.ok) return point;
  if (!isCapable(task)) return failure('EPERM');
  if (!pickObject(task, T.mounton, point)) return denied(task);
  const from = objectFor(task, source, AT_FDCWD, MODE.FOLLOW, 1);
  if (!from.ok) return from;
  if (point.inode.kind === 'dir' && point.inode.nlink === 0) return failure('ENOENT');
  if ((from.inode.kind === 'dir') !== (point.inode.kind === 'dir')) return failure('ENOTDIR');
  if (point.mount.mounted.has(point.inode.ino)) return failure('EBUSY');
  attachMount(task.kernel.vfs, from.inode, locationOf(point), point.dir, point.name);
  return DONE;
}

/**
 * `pivot_root`: W of both; P{mounton} on `putOld`; P{chroot} on `newRoot`; G. `newRoot` must be the root of a mount, and
 * `putOld` must be at or beneath it; neither may be on the mount of the task's root. Every task whose root or working
 * directory is the old root gets the new one. `may_mount` comes before the walks (EPERM).
 */
export function pivotRoot(task: Task, newRoot: string, putOld: string): CallResult {
  const stopped = filtered(task, 'chroot') ?? filtered(task, 'mounton');
  if (stopped !== undefined) return failure(stopped);
  if (!isCapable(task)) return failure('EPERM');
  const to = objectFor(task, newRoot, AT_FDCWD, MODE.FOLLOW, 0);
  if (!to.ok) return to;
  if (to.inode.kind !== 'dir') return failure('ENOTDIR');
  const old = objectFor(task, putOld, AT_FDCWD, MODE.FOLLOW, 1);
  if (!old.ok) return old;
  if (old.inode.kind !== 'dir') return failure('ENOTDIR');
  if (!pickObject(task, T.mounton, old, 1) || !pickObject(task, T.chroot, to, 0)) return denied(task);
  const root = task.root;
  if (to.mount === root.mount || old.mount === root.mount) return failure('EBUSY');
  if (root.inode !== root.mount.root || to.inode !== to.mount.root) return failure('EINVAL');
  if (!isReachable(locationOf(old), locationOf(to))) return failure('EINVAL');
  return getDirectory(task, locationOf(to), () => pivot(task, root, locationOf(to), locationOf(old)));
}

/** Returns whether `at` is `from` or lies beneath it, across mounts. */
function isReachable(at: Location, from: Location): boolean {
  let { mount, inode } = at;
  for (;;) {
    if (mount === from.mount && inode === from.inode) return true;
    if (inode !== mount.root && inode.parent !== undefined) inode = inode.parent;
    else if (mount.parent !== undefined && mount.point !== undefined) {
      inode = mount.point;
      mount = mount.parent;
    } else return false;
  }
}

/** Puts the mount of the new root in place of the mount of the old root, and that on `putOld`. */
function pivot(task: Task, oldRoot: Location, newRoot: Location, putOld: Location): void {
  const { vfs, tasks } = task.kernel;
  const { parent, point } = oldRoot.mount;
  detachMount(vfs, newRoot.mount);
  detachMount(vfs, oldRoot.mount);
  if (parent !== undefined && point !== undefined)
    reattachMount(vfs, newRoot.mount, { mount: parent, inode: point });
  reattachMount(vfs, oldRoot.mount, putOld);
  if (vfs.rootMount === oldRoot.mount) vfs.rootMount = newRoot.mount;
  const isOldRoot = (at: Location): boolean => at.mount === oldRoot.mount && at.inode === oldRoot.inode;
  for (const other of tasks) {
    if (isOldRoot(other.cwd)) changeCwd(other, newRoot);
    if (isOldRoot(other.root)) changeRoot(other, newRoot);
  }
}
