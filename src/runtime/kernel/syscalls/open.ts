/**
 * `open` and `openat`.
 *
 * Choices where the ABI description says nothing: the request of an O_PATH open has the trigger `open` only. O_APPEND adds
 * `append` to `write`, and O_TRUNC adds `write` to `setattr`, like MAY_APPEND and MAY_WRITE in Linux. O_TRUNC adds nothing for
 * a file that the call creates. A created file stays when its own request is denied, as on Linux.
 */
import { union, type ActionMask } from '../../../abi/actions.js';
import { LOOKUP } from '../../../abi/hooks.js';
import { AT_FDCWD, O, type Errno } from '../errno.js';
import { UNLIMITED, type OpenLimits, type EntryLocation } from '../confinement.js';
import { runGet, runPick } from '../hooks.js';
import { MODE, type Walk, type WalkMode } from '../namei.js';
import { dropFile, installFile, newFile, type FdResult, type Task } from '../task.js';
import { addEntry, newInode, type Inode, type Location, type Mount } from '../vfs.js';
import { denied, failure, parentPlace, pickParent, placeOf, T, walkFor, wantWrite } from './common.js';

/** `openat(dirfd, path, flags)`. `flags`: those of `O`. The errors are those of open(2). */
export function open(task: Task, path: string, flags: number, dirfd: number = AT_FDCWD): FdResult {
  const asked = (flags & O.PATH) !== 0 ? flags & (O.PATH | O.DIRECTORY | O.NOFOLLOW) : flags;
  if ((asked & O.CREAT) !== 0 && (asked & O.DIRECTORY) !== 0) return failure('EINVAL');
  const walk = walkFor(task, path, dirfd, openMode(asked), 0);
  if (!walk.ok) return walk;
  if (walk.errno === 'ENOENT' && (asked & O.CREAT) !== 0 && walk.dir !== undefined && walk.last === 'name')
    return createAndOpen(task, walk, walk.dir, asked);
  if (walk.errno !== undefined) return failure(walk.errno);
  const inode = walk.inode as Inode;
  const errno = mayOpen(inode, asked) ?? permissionErrno(task, inode, walk.mount as Mount, asked);
  if (errno !== undefined) return failure(errno);
  const limits = openLimits(task, placeOf(walk), asked);
  if (typeof limits === 'string') return failure(limits);
  if (!runPick(task, openTriggers(inode, asked), inode.ino, walk.lookup, 0, walk.name)) return denied(task);
  if (isModeless(inode, asked)) return failure('EINVAL');
  return receiveFile(task, { mount: walk.mount as Mount, inode }, asked, walk.name, limits);
}

function openMode(flags: number): WalkMode {
  if ((flags & O.CREAT) === 0) return (flags & O.NOFOLLOW) === 0 ? MODE.FOLLOW : MODE.NOFOLLOW;
  return (flags & (O.NOFOLLOW | O.EXCL)) === 0 ? MODE.CREATE : MODE.CREATE_NOFOLLOW;
}

/**
 * The checks of `do_open` and `do_dentry_open` before `security_file_open`: `mnt_want_write` for O_TRUNC of a regular file,
 * `inode_permission`, and `mnt_want_write` for a file that is opened for writing. Fifos and devices on a read-only mount can be
 * written.
 */
function permissionErrno(task: Task, inode: Inode, mount: Mount, flags: number): Errno | undefined {
  if ((flags & O.PATH) !== 0) return undefined;
  const readOnly = inode.kind === 'file' ? wantWrite(task, mount) : undefined;
  if ((flags & O.TRUNC) !== 0 && readOnly !== undefined) return readOnly;
  if (inode.sealed) return 'EACCES';
  return fileModes(flags).write ? readOnly : undefined;
}

/** Returns the modes of the open file. The access mode 3 asks for the permission of both and gives neither. */
function fileModes(flags: number): { readonly read: boolean; readonly write: boolean } {
  const access = flags & O.ACCMODE;
  return { read: access === O.RDONLY || access === O.RDWR, write: access === O.WRONLY || access === O.RDWR };
}

/** Returns whether a fifo is opened with the access mode 3. `fifo_open` refuses that, after all checks. */
function isModeless(inode: Inode, flags: number): boolean {
  return inode.kind === 'fifo' && (flags & O.PATH) === 0 && (flags & O.ACCMODE) === O.ACCMODE;
}

/** `security_file_open`, and then `security_file_truncate` for O_TRUNC of an existing regular file (`handle_truncate`). */
function openLimits(task: Task, file: EntryLocation, flags: number): OpenLimits | Errno {
  if (task.confinement === undefined || (flags & O.PATH) !== 0) return UNLIMITED;
  const limits = task.confinement.opens(file, { ...fileModes(flags), execute: false });
  if (typeof limits === 'string') return limits;
  const truncates = (flags & O.TRUNC) !== 0 && file.inode.kind === 'file';
  return truncates && !limits.truncate ? 'EACCES' : limits;
}

/** The checks of `lookup_open` come first: `mnt_want_write` of the directory, then `security_path_mknod`. */
function createAndOpen(task: Task, walk: Walk, dir: Inode, flags: number): FdResult {
  if (dir.nlink === 0) return failure('ENOENT');
  const place = parentPlace(walk);
  const errno = wantWrite(task, place.mount) ?? task.confinement?.makes(place, 'file');
  if (errno !== undefined) return failure(errno);
  if (!pickParent(task, T.create, walk)) return denied(task);
  const inode = newInode(task.kernel.vfs, 'file');
  addEntry(task.kernel.vfs, dir, walk.name, inode);
  const limits = openLimits(task, { mount: place.mount, inode, dir }, flags & ~O.TRUNC);
  if (typeof limits === 'string') return failure(limits);
  const triggers = openTriggers(inode, flags & ~O.TRUNC);
  if (!runPick(task, triggers, inode.ino, LOOKUP.NORMAL, 0, walk.name)) return denied(task);
  return receiveFile(task, { mount: place.mount, inode }, flags, walk.name, limits);
}

/** Returns the errno for opening an existing object, or undefined. The order is that of `do_open` and `may_open` in Linux. */
function mayOpen(inode: Inode, flags: number): Errno | undefined {
  const isDir = inode.kind === 'dir';
  if ((flags & O.CREAT) !== 0) {
    if ((flags & O.EXCL) !== 0) return 'EEXIST';
    if (isDir) return 'EISDIR';
  }
  if ((flags & O.DIRECTORY) !== 0 && !isDir) return 'ENOTDIR';
  if ((flags & O.PATH) !== 0) return undefined;
  if (inode.kind === 'symlink') return 'ELOOP';
  return isDir && ((flags & O.ACCMODE) !== O.RDONLY || (flags & O.TRUNC) !== 0) ? 'EISDIR' : undefined;
}

/** Returns the triggers of the one request that an open makes on its file. */
function openTriggers(inode: Inode, flags: number): ActionMask {
  if ((flags & O.PATH) !== 0) return T.open;
  if (inode.kind === 'dir') return union(T.open, T.readdir);
  const access = flags & O.ACCMODE;
  let triggers = T.open;
  if (access !== O.WRONLY) triggers = union(triggers, T.read);
  if (access !== O.RDONLY || (flags & O.TRUNC) !== 0) triggers = union(triggers, T.write);
  if ((flags & O.APPEND) !== 0) triggers = union(triggers, T.append);
  if ((flags & O.TRUNC) !== 0 && inode.kind === 'file') triggers = union(triggers, T.setattr);
  return triggers;
}

/** Runs `fs_get` and makes a new descriptor. The file is held while `fs_get` runs, so that it can be tagged. */
function receiveFile(
  task: Task,
  location: Location,
  flags: number,
  name: string,
  limits: OpenLimits,
): FdResult {
  const file = newFile(location, flags, limits);
  if (runGet(task, location.inode.ino, 0, name)) return { ok: true, fd: installFile(task, file) };
  dropFile(task.kernel, file);
  return denied(task);
}
