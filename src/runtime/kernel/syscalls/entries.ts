/** Calls that make, remove or move a name in a directory. Errors and their order are those of namei.c in Linux. */
import type { ActionMask } from '../../../abi/actions.js';
import { AT_FDCWD, AT_SYMLINK_FOLLOW, RENAME_EXCHANGE, RENAME_NOREPLACE, type Errno } from '../errno.js';
import { LOOKUP } from '../../../abi/hooks.js';
import { runPick, type SessionIndex } from '../hooks.js';
import { isMountPoint } from '../mounts.js';
import { MODE, type Walk } from '../namei.js';
import { nameTooLong, pathTooLong } from '../names.js';
import type { CallResult, Failure, Task } from '../task.js';
import {
  addEntry,
  isWithin,
  moveEntry,
  newInode,
  removeEntry,
  swapEntries,
  type Inode,
  type InodeKind,
} from '../vfs.js';
import {
  denied,
  DONE,
  failure,
  filtered,
  isCapable,
  objectFor,
  parentPlace,
  pickObject,
  pickParent,
  placeOf,
  T,
  walkFor,
  wantWrite,
} from './common.js';

/** A walk to the directory of an entry. */
interface Entry extends Walk {
  readonly dir: Inode;
}

/** An existing entry. */
interface OldEntry extends Entry {
  readonly inode: Inode;
}

/** W of the parent of an entry. The last component may be `.`, `..` or `/`; the caller refuses these. */
function entryFor(task: Task, path: string, dirfd: number, session: SessionIndex): Walk | Failure {
  const walk = walkFor(task, path, dirfd, MODE.ENTRY, session);
  return walk.ok && walk.errno !== undefined ? failure(walk.errno) : walk;
}

/** Returns whether the name is too long. In a removed directory Linux looks up nothing, so this error does not occur. */
function tooLong(walk: Walk): boolean {
  return walk.dir?.nlink !== 0 && nameTooLong(walk.name);
}

/** Returns the errno for a missing entry. */
function missing(walk: Walk): Errno {
  return tooLong(walk) ? 'ENAMETOOLONG' : 'ENOENT';
}

/** Returns the errno for a name that cannot be made, or undefined. */
function takenName(walk: Walk, isDir: boolean): Errno | undefined {
  if (walk.last !== 'name' || walk.inode !== undefined) return 'EEXIST';
  if (tooLong(walk)) return 'ENAMETOOLONG';
  if (walk.trailing && !isDir) return 'ENOENT';
  return walk.dir?.nlink === 0 ? 'ENOENT' : undefined;
}

/** W; P{create} on the parent; then makes a new inode. */
function create(task: Task, path: string, dirfd: number, kind: InodeKind, target = ''): CallResult {
  const walk = entryFor(task, path, dirfd, 0);
  if (!walk.ok) return walk;
  const errno = takenName(walk, kind === 'dir') ?? makeErrno(task, walk, kind);
  if (errno !== undefined) return failure(errno);
  if (!pickParent(task, T.create, walk)) return denied(task);
  const { vfs } = task.kernel;
  addEntry(vfs, (walk as Entry).dir, walk.name, newInode(vfs, kind, target));
  return DONE;
}

/** `mnt_want_write` of `filename_create`, then the hook of the kind, then CAP_MKNOD for a device. */
function makeErrno(task: Task, walk: Walk, kind: InodeKind): Errno | undefined {
  if (task.confinement === undefined) return undefined;
  const dir = parentPlace(walk);
  const errno = wantWrite(task, dir.mount) ?? task.confinement.makes(dir, kind);
  return errno ?? (kind === 'device' && !isCapable(task) ? 'EPERM' : undefined);
}

export function mkdir(task: Task, path: string, dirfd: number = AT_FDCWD): CallResult {
  return create(task, path, dirfd, 'dir');
}

/** `mknod` of a regular file, a fifo (a socket too) or a device. EPERM for a directory. */
export function mknod(
  task: Task,
  path: string,
  kind: Exclude<InodeKind, 'symlink'>,
  dirfd: number = AT_FDCWD,
): CallResult {
  return kind === 'dir' ? failure('EPERM') : create(task, path, dirfd, kind);
}

/** `symlinkat(target, dirfd, path)`. ENOENT for an empty target. */
export function symlink(task: Task, target: string, path: string, dirfd: number = AT_FDCWD): CallResult {
  if (target === '') return failure('ENOENT');
  if (pathTooLong(target)) return failure('ENAMETOOLONG');
  return create(task, path, dirfd, 'symlink', target);
}

/** Runs `fs_pick` on the entry itself, with lookup `normal`, in the session of its directory. */
function pickEntry(task: Task, triggers: ActionMask, entry: OldEntry, session: SessionIndex): boolean {
  return runPick(task, triggers, entry.inode.ino, LOOKUP.NORMAL, session, entry.name);
}

function isMounted(task: Task, entry: OldEntry): boolean {
  const mounts = task.confinement?.mounts ?? task.kernel.vfs.mounts;
  return isMountPoint(mounts, entry.inode, entry.dir, entry.name);
}

/** `mnt_want_write` comes before the lookup of the name, `security_path_unlink` before the kind of the object. */
export function unlink(task: Task, path: string, dirfd: number = AT_FDCWD): CallResult {
  const stopped = filtered(task, 'unlink');
  if (stopped !== undefined) return failure(stopped);
  const walk = entryFor(task, path, dirfd, 0);
  if (!walk.ok) return walk;
  if (walk.last !== 'name') return failure('EISDIR');
  const readOnly = wantWrite(task, walk.dirMount);
  if (readOnly !== undefined) return failure(readOnly);
  if (walk.inode === undefined) return failure(missing(walk));
  const entry = walk as OldEntry;
  const isDir = entry.inode.kind === 'dir';
  if (walk.trailing) return failure(isDir ? 'EISDIR' : 'ENOTDIR');
  const errno = task.confinement?.removes(parentPlace(walk), 'unlink') ?? (isDir ? 'EISDIR' : undefined);
  if (errno !== undefined) return failure(errno);
  if (!pickEntry(task, T.unlink, entry, 0)) return denied(task);
  if (isMounted(task, entry)) return failure('EBUSY');
  removeEntry(task.kernel.vfs, entry.dir, entry.name);
  return DONE;
}

/** `mnt_want_write` comes before the lookup of the name, `security_path_rmdir` before the kind of the object. */
export function rmdir(task: Task, path: string, dirfd: number = AT_FDCWD): CallResult {
  const stopped = filtered(task, 'rmdir');
  if (stopped !== undefined) return failure(stopped);
  const walk = entryFor(task, path, dirfd, 0);
  if (!walk.ok) return walk;
  if (walk.last === 'dotdot') return failure('ENOTEMPTY');
  if (walk.last === 'dot') return failure('EINVAL');
  if (walk.last === 'root') return failure('EBUSY');
  const readOnly = wantWrite(task, walk.dirMount);
  if (readOnly !== undefined) return failure(readOnly);
  if (walk.inode === undefined) return failure(missing(walk));
  const entry = walk as OldEntry;
  const isDir = entry.inode.kind === 'dir';
  const errno = task.confinement?.removes(parentPlace(walk), 'rmdir') ?? (isDir ? undefined : 'ENOTDIR');
  if (errno !== undefined) return failure(errno);
  if (!pickEntry(task, T.rmdir, entry, 0)) return denied(task);
  if (isMounted(task, entry)) return failure('EBUSY');
  if (entry.inode.entries?.size !== 0) return failure('ENOTEMPTY');
  removeEntry(task.kernel.vfs, entry.dir, entry.name);
  return DONE;
}

/** `linkat`. A symbolic link at the old path is followed only with AT_SYMLINK_FOLLOW. EPERM for a directory.
 * `mnt_want_write` of the new directory comes before EXDEV, `security_path_link` after it. */
export function link(
  task: Task,
  from: string,
  to: string,
  fromDirfd: number = AT_FDCWD,
  toDirfd: number = AT_FDCWD,
  flags = 0,
): CallResult {
  const stopped = filtered(task, 'link');
  if (stopped !== undefined) return failure(stopped);
  const mode = (flags & AT_SYMLINK_FOLLOW) === 0 ? MODE.NOFOLLOW : MODE.FOLLOW;
  const old = objectFor(task, from, fromDirfd, mode, 0);
  if (!old.ok) return old;
  const walk = entryFor(task, to, toDirfd, 1);
  if (!walk.ok) return walk;
  const errno =
    takenName(walk, false) ??
    wantWrite(task, walk.dirMount) ??
    (old.mount === walk.dirMount ? task.confinement?.links(placeOf(old), parentPlace(walk)) : 'EXDEV');
  if (errno !== undefined) return failure(errno);
  if (old.inode.kind === 'dir') return failure('EPERM');
  if (!pickObject(task, T.link, old, 0) || !pickParent(task, T.linkto, walk, 1)) return denied(task);
  if (old.inode.nlink === 0) return failure('ENOENT');
  addEntry(task.kernel.vfs, (walk as Entry).dir, walk.name, old.inode);
  return DONE;
}

/** `renameat2`; `flags`: RENAME_NOREPLACE or RENAME_EXCHANGE. */
export function rename(
  task: Task,
  from: string,
  to: string,
  fromDirfd: number = AT_FDCWD,
  toDirfd: number = AT_FDCWD,
  flags = 0,
): CallResult {
  const stopped = filtered(task, 'rename');
  if (stopped !== undefined) return failure(stopped);
  if (flags > RENAME_EXCHANGE) return failure('EINVAL');
  const old = entryFor(task, from, fromDirfd, 0);
  if (!old.ok) return old;
  const target = entryFor(task, to, toDirfd, 1);
  if (!target.ok) return target;
  const errno =
    parentsErrno(old, target, flags) ??
    wantWrite(task, target.dirMount) ??
    renameErrno(old, target, flags) ??
    hookErrno(task, old, target, flags) ??
    kindErrno(old.inode as Inode, target.inode, flags);
  if (errno !== undefined) return failure(errno);
  return renameEntries(task, old as OldEntry, target as Entry, flags === RENAME_EXCHANGE);
}

/** Returns the errno that a rename has before the names are looked up, or undefined. */
function parentsErrno(old: Walk, target: Walk, flags: number): Errno | undefined {
  if ((old.dirMount ?? old.mount) !== (target.dirMount ?? target.mount)) return 'EXDEV';
  if (old.last !== 'name') return 'EBUSY';
  if (target.last !== 'name') return flags === RENAME_NOREPLACE ? 'EEXIST' : 'EBUSY';
  return undefined;
}

/** Returns the errno that a rename has before `security_path_rename`, or undefined. `mnt_want_write` comes before the lookups. */
function renameErrno(old: Walk, target: Walk, flags: number): Errno | undefined {
  if (old.inode === undefined) return missing(old);
  if (target.dir?.nlink === 0) return 'ENOENT';
  if (tooLong(target)) return 'ENAMETOOLONG';
  if (flags === RENAME_NOREPLACE && target.inode !== undefined) return 'EEXIST';
  return slashErrno(old.inode, old, target, flags) ?? ancestorErrno(old as OldEntry, target as Entry, flags);
}

/** `security_path_rename`. It comes before the kinds of the two objects are compared (`may_delete`). */
function hookErrno(task: Task, old: Walk, target: Walk, flags: number): Errno | undefined {
  const exchange = flags === RENAME_EXCHANGE;
  return task.confinement?.renames(placeOf(old), parentPlace(target), target.inode, exchange);
}

/** Returns the errno for a slash after the name of an object that is not a directory. */
function slashErrno(inode: Inode, old: Walk, target: Walk, flags: number): Errno | undefined {
  if (flags === RENAME_EXCHANGE) {
    if (target.inode === undefined) return 'ENOENT';
    if (target.inode.kind !== 'dir' && target.trailing) return 'ENOTDIR';
  }
  if (inode.kind === 'dir') return undefined;
  return old.trailing || (flags !== RENAME_EXCHANGE && target.trailing) ? 'ENOTDIR' : undefined;
}

/** Returns the errno for moving a directory into itself, or onto a directory that contains it. */
function ancestorErrno(old: OldEntry, target: Entry, flags: number): Errno | undefined {
  if (isWithin(target.dir, old.inode)) return 'EINVAL';
  if (target.inode === undefined || !isWithin(old.dir, target.inode)) return undefined;
  return flags === RENAME_EXCHANGE ? 'EINVAL' : 'ENOTEMPTY';
}

function kindErrno(old: Inode, target: Inode | undefined, flags: number): Errno | undefined {
  if (target === undefined || target === old || flags === RENAME_EXCHANGE) return undefined;
  if (old.kind === 'dir') return target.kind === 'dir' ? undefined : 'ENOTDIR';
  return target.kind === 'dir' ? 'EISDIR' : undefined;
}

/** Runs the hooks of a rename, then makes its last checks and the change. */
function renameEntries(task: Task, old: OldEntry, target: Entry, exchange: boolean): CallResult {
  const { vfs } = task.kernel;
  const replaced = target.inode === undefined ? undefined : (target as OldEntry);
  if (!(exchange ? pickExchange(task, old, target as OldEntry) : pickRename(task, old, target, replaced)))
    return denied(task);
  if (replaced?.inode === old.inode) return DONE;
  if (isMounted(task, old) || (replaced !== undefined && isMounted(task, replaced))) return failure('EBUSY');
  if (exchange) {
    swapEntries(vfs, old.dir, old.name, target.dir, target.name);
    return DONE;
  }
  if (replaced !== undefined) {
    if (replaced.inode.entries !== undefined && replaced.inode.entries.size > 0) return failure('ENOTEMPTY');
    removeEntry(vfs, target.dir, target.name);
  }
  moveEntry(vfs, old.dir, old.name, target.dir, target.name);
  return DONE;
}

function pickRename(task: Task, old: OldEntry, target: Entry, replaced: OldEntry | undefined): boolean {
  if (!pickEntry(task, T.rename, old, 0) || !pickParent(task, T.renameto, target, 1)) return false;
  if (replaced === undefined) return true;
  return pickEntry(task, replaced.inode.kind === 'dir' ? T.rmdir : T.unlink, replaced, 1);
}

/** Runs the hooks of an exchange. The parents come first: `fs_pick` on an entry is one step further in the session. */
function pickExchange(task: Task, old: OldEntry, target: OldEntry): boolean {
  return (
    pickParent(task, T.renameto, target, 1) &&
    pickParent(task, T.renameto, old, 0) &&
    pickEntry(task, T.rename, old, 0) &&
    pickEntry(task, T.rename, target, 1)
  );
}
