/** Calls that read or change the attributes of one object, by path or by descriptor. */
import { NO_ACTIONS, union, type ActionMask } from '../../../abi/actions.js';
import { ACCESS, AT_EMPTY_PATH, AT_FDCWD, AT_SYMLINK_NOFOLLOW, O, type Errno } from '../errno.js';
import { runPickFresh } from '../hooks.js';
import { MODE } from '../namei.js';
import type { CallResult, Failure, Task, ValueResult } from '../task.js';
import type { Inode, InodeKind } from '../vfs.js';
import { denied, DONE, failure, objectFor, openFile, pickObject, T } from './common.js';

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
  return pickObject(task, triggers, found) ? { ok: true, inode: found.inode } : denied(task);
}

/** P{triggers} on an open file, with cookie 0. `pathAllowed`: the call takes a descriptor that was opened with O_PATH. */
function judgeFd(task: Task, triggers: ActionMask, fd: number, pathAllowed: boolean): Judged {
  const file = openFile(task, fd);
  const inode = fd === AT_FDCWD ? task.cwd.inode : file?.location.inode;
  if (inode === undefined) return failure('EBADF');
  if (!pathAllowed && ((file?.flags ?? 0) & O.PATH) !== 0) return failure('EBADF');
  return runPickFresh(task, triggers, inode.ino) ? { ok: true, inode } : denied(task);
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
  (task, path, dirfd = AT_FDCWD, flags = 0) =>
    done(judgeAt(task, triggers, path, dirfd, flags));
const byFd =
  (triggers: ActionMask, pathAllowed = false): FdCall =>
  (task, fd) =>
    done(judgeFd(task, triggers, fd, pathAllowed));

/** `getxattr`; with AT_SYMLINK_NOFOLLOW in `flags` it is `lgetxattr`. The same holds for `chown` and the others below. */
export const getxattr: PathCall = byPath(T.getattr);
export const listxattr: PathCall = byPath(T.getattr);
export const statfs: PathCall = byPath(T.getattr);
export const chmod: PathCall = byPath(T.setattr);
export const chown: PathCall = byPath(T.setattr);
export const utimes: PathCall = byPath(T.setattr);
export const setxattr: PathCall = byPath(T.setattr);
export const removexattr: PathCall = byPath(T.setattr);

export const fgetxattr: FdCall = byFd(T.getattr);
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
  const triggers = accessTriggers(found.inode, mode);
  return triggers === 0 || pickObject(task, triggers, found) ? DONE : denied(task);
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
  const found = objectFor(task, path, AT_FDCWD, MODE.FOLLOW);
  if (!found.ok) return found;
  const errno = truncatable(found.inode);
  if (errno !== undefined) return failure(errno);
  return pickObject(task, T.setattr, found) && pickObject(task, T.write, found) ? DONE : denied(task);
}

function truncatable(inode: Inode): Errno | undefined {
  if (inode.kind === 'dir') return 'EISDIR';
  return inode.kind === 'file' ? undefined : 'EINVAL';
}

/** `ftruncate`; EINVAL when the file was not opened for writing. */
export function ftruncate(task: Task, fd: number): CallResult {
  const file = openFile(task, fd);
  if (file === undefined || (file.flags & O.PATH) !== 0) return failure('EBADF');
  const writable = (file.flags & O.ACCMODE) !== O.RDONLY;
  if (!writable || file.location.inode.kind !== 'file') return failure('EINVAL');
  const ino = file.location.inode.ino;
  return runPickFresh(task, T.setattr, ino) && runPickFresh(task, T.write, ino) ? DONE : denied(task);
}
