/** Calls that read or change the attributes of one object, by path or by descriptor. */
import { NO_ACTIONS, union, type ActionMask } from '../../../abi/actions.js';
import { ACCESS, AT_EMPTY_PATH, AT_FDCWD, AT_SYMLINK_NOFOLLOW, O, type Errno } from '../errno.js';
import { runPickFresh } from '../hooks.js';
import { MODE } from '../namei.js';
import type { CallResult, Failure, Task, ValueResult } from '../task.js';
import type { Inode, InodeKind, Mount } from '../vfs.js';
import {
  denied,
  DONE,
  failure,
  filtered,
  isNoExec,
  objectFor,
  openFile,
  pickObject,
  placeOf,
  T,
  wantWrite,
  type FoundWalk,
} from './common.js';

export interface Stat {
  readonly ino: number;
  readonly kind: InodeKind;
  readonly nlink: number;
}

type Judged = { readonly ok: true; readonly inode: Inode } | Failure;

/** W; P{triggers} on the object. `flags`: AT_SYMLINK_NOFOLLOW, AT_EMPTY_PATH (with '', the descriptor is the object). */
function judgeAt(task: Task, triggers: ActionMask, path: string, dirfd: number, flags: number): Judged {
  if (path === '' && (flags & AT_EMPTY_PATH) !== 0) return judgeFd(task, triggers, dirfd, true);
  const mode = (flags & AT_SYMLINK_NOFOLLOW) === 0 ? MODE.FOLLOW : MODE.NOFOLLOW;
  const found = objectFor(task, path, dirfd, mode);
  if (!found.ok) return found;
  const errno = changeErrno(task, triggers, found.mount);
  if (errno !== undefined) return failure(errno);
  return pickObject(task, triggers, found) ? { ok: true, inode: found.inode } : denied(task);
}

/** `mnt_want_write` of the calls that change attributes. Their Landlock hooks do not exist. */
function changeErrno(task: Task, triggers: ActionMask, mount: Mount): Errno | undefined {
  return triggers === T.setattr ? wantWrite(task, mount) : undefined;
}

/** P{triggers} on an open file, with cookie 0. `pathAllowed`: the call takes a descriptor that was opened with O_PATH. */
function judgeFd(task: Task, triggers: ActionMask, fd: number, pathAllowed: boolean): Judged {
  const file = openFile(task, fd);
  const at = fd === AT_FDCWD ? task.cwd : file?.location;
  if (at === undefined) return failure('EBADF');
  const { inode } = at;
  if (!pathAllowed && ((file?.flags ?? 0) & O.PATH) !== 0) return failure('EBADF');
  const errno = changeErrno(task, triggers, at.mount);
  if (errno !== undefined) return failure(errno);
  return runPickFresh(task, triggers, inode.ino) ? { ok: true, inode } : denied(task);
}

/** `xattr_permission`: to read an extended attribute needs the permission to read the object. */
function xattrRead(inode: Inode): CallResult {
  return inode.sealed ? failure('EACCES') : DONE;
}

const done = (judged: Judged): CallResult => (judged.ok ? DONE : judged);

function statOf(judged: Judged): ValueResult<Stat> {
  if (!judged.ok) return judged;
  const { ino, kind, nlink } = judged.inode;
  return { ok: true, value: { ino, kind, nlink } };
}

export function stat(task: Task, path: string, dirfd: number = AT_FDCWD, flags = 0): ValueResult<Stat> {
  return statOf(judgeAt(task, T.getattr, path, dirfd, flags));
}
export function lstat(task: Task, path: string, dirfd: number = AT_FDCWD): ValueResult<Stat> {
  return statOf(judgeAt(task, T.getattr, path, dirfd, AT_SYMLINK_NOFOLLOW));
}
export function fstat(task: Task, fd: number): ValueResult<Stat> {
  return statOf(judgeFd(task, T.getattr, fd, true));
}

type PathCall = (task: Task, path: string, dirfd?: number, flags?: number) => CallResult;
type FdCall = (task: Task, fd: number) => CallResult;

const byPath =
  (triggers: ActionMask): PathCall =>
  (task, path, dirfd = AT_FDCWD, flags = 0) => {
    const errno = triggers === T.setattr ? filtered(task, 'setattr') : undefined;
    return errno === undefined ? done(judgeAt(task, triggers, path, dirfd, flags)) : failure(errno);
  };
const byFd =
  (triggers: ActionMask, pathAllowed = false): FdCall =>
  (task, fd) => {
    const errno = triggers === T.setattr ? filtered(task, 'setattr') : undefined;
    return errno === undefined ? done(judgeFd(task, triggers, fd, pathAllowed)) : failure(errno);
  };

/** `getxattr`; with AT_SYMLINK_NOFOLLOW in `flags` it is `lgetxattr`. The same holds for `chown` and the others below. */
export const getxattr: PathCall = (task, path, dirfd = AT_FDCWD, flags = 0) => {
  const judged = judgeAt(task, T.getattr, path, dirfd, flags);
  return judged.ok ? xattrRead(judged.inode) : judged;
};
export const listxattr: PathCall = byPath(T.getattr);
export const statfs: PathCall = byPath(T.getattr);
export const chmod: PathCall = byPath(T.setattr);
export const chown: PathCall = byPath(T.setattr);
export const utimes: PathCall = byPath(T.setattr);
export const setxattr: PathCall = byPath(T.setattr);
export const removexattr: PathCall = byPath(T.setattr);

export const fgetxattr: FdCall = (task, fd) => {
  const judged = judgeFd(task, T.getattr, fd, false);
  return judged.ok ? xattrRead(judged.inode) : judged;
};
export const flistxattr: FdCall = byFd(T.getattr);
export const fstatfs: FdCall = byFd(T.getattr, true);
export const fchmod: FdCall = byFd(T.setattr);
export const fchown: FdCall = byFd(T.setattr);
export const futimes: FdCall = byFd(T.setattr);
export const fsetxattr: FdCall = byFd(T.setattr);
export const fremovexattr: FdCall = byFd(T.setattr);

/** `faccessat`. `mode`: bits of `ACCESS`. F_OK, and W_OK or X_OK on a directory, make no request. */
export function access(
  task: Task,
  path: string,
  mode: number,
  dirfd: number = AT_FDCWD,
  flags = 0,
): CallResult {
  if ((mode & ~7) !== 0) return failure('EINVAL');
  const follow = (flags & AT_SYMLINK_NOFOLLOW) === 0 ? MODE.FOLLOW : MODE.NOFOLLOW;
  const found = objectFor(task, path, dirfd, follow);
  if (!found.ok) return found;
  const errno = accessErrno(task, found.inode, found.mount, mode);
  if (errno !== undefined) return failure(errno);
  const triggers = accessTriggers(found.inode, mode);
  return triggers === 0 || pickObject(task, triggers, found) ? DONE : denied(task);
}

/** The checks of `do_faccessat`: `path_noexec`, then `inode_permission`, then `__mnt_is_readonly`. Landlock is not asked. */
function accessErrno(task: Task, inode: Inode, mount: Mount, mode: number): Errno | undefined {
  if ((mode & ACCESS.X_OK) !== 0 && inode.kind === 'file' && isNoExec(task, mount)) return 'EACCES';
  if (mode !== ACCESS.F_OK && inode.sealed) return 'EACCES';
  if ((mode & ACCESS.W_OK) === 0 || inode.kind === 'fifo' || inode.kind === 'device') return undefined;
  return wantWrite(task, mount);
}

function accessTriggers(inode: Inode, mode: number): ActionMask {
  const isDir = inode.kind === 'dir';
  let triggers = NO_ACTIONS;
  if ((mode & ACCESS.R_OK) !== 0) triggers = union(triggers, isDir ? T.readdir : T.read);
  if ((mode & ACCESS.W_OK) !== 0 && !isDir) triggers = union(triggers, T.write);
  if ((mode & ACCESS.X_OK) !== 0 && !isDir) triggers = union(triggers, T.execute);
  return triggers;
}

/** `readlinkat`. EINVAL on an object that is not a symbolic link. */
export function readlink(task: Task, path: string, dirfd: number = AT_FDCWD): ValueResult<string> {
  const found = objectFor(task, path, dirfd, MODE.NOFOLLOW);
  if (!found.ok) return found;
  if (found.inode.kind !== 'symlink') return failure('EINVAL');
  return pickObject(task, T.read, found) ? { ok: true, value: found.inode.target } : denied(task);
}

/** `truncate`: two requests, `setattr` and then `write`. EISDIR on a directory, EINVAL on other objects that are not files. */
export function truncate(task: Task, path: string): CallResult {
  const stopped = filtered(task, 'setattr');
  if (stopped !== undefined) return failure(stopped);
  const found = objectFor(task, path, AT_FDCWD, MODE.FOLLOW);
  if (!found.ok) return found;
  const errno = truncatable(found.inode) ?? truncateErrno(task, found);
  if (errno !== undefined) return failure(errno);
  return pickObject(task, T.setattr, found) && pickObject(task, T.write, found) ? DONE : denied(task);
}

/** The checks of `vfs_truncate` after the kind of the object: `inode_permission`, `mnt_want_write`, `security_path_truncate`. */
function truncateErrno(task: Task, found: FoundWalk): Errno | undefined {
  if (found.inode.sealed) return 'EACCES';
  return wantWrite(task, found.mount) ?? task.confinement?.truncates(placeOf(found));
}

function truncatable(inode: Inode): Errno | undefined {
  if (inode.kind === 'dir') return 'EISDIR';
  return inode.kind === 'file' ? undefined : 'EINVAL';
}

/** `ftruncate`; EINVAL when the file was not opened for writing. `security_file_truncate` asks what the open has fixed. */
export function ftruncate(task: Task, fd: number): CallResult {
  const stopped = filtered(task, 'setattr');
  if (stopped !== undefined) return failure(stopped);
  const file = openFile(task, fd);
  if (file === undefined || (file.flags & O.PATH) !== 0) return failure('EBADF');
  const access = file.flags & O.ACCMODE;
  const writable = access === O.WRONLY || access === O.RDWR;
  if (!writable || file.location.inode.kind !== 'file') return failure('EINVAL');
  if (!file.limits.truncate) return failure('EACCES');
  const ino = file.location.inode.ino;
  return runPickFresh(task, T.setattr, ino) && runPickFresh(task, T.write, ino) ? DONE : denied(task);
}
