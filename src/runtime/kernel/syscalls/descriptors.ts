/** Calls on open files. A hook on an open file has no session: its cookie is 0. */
import { union, type ActionMask } from '../../../abi/actions.js';
import { MAP_SHARED, O, PROT } from '../errno.js';
import { runGet, runPickFresh } from '../hooks.js';
import { dropFile, installFile, type CallResult, type FdResult, type OpenFile, type Task } from '../task.js';
import type { ValueResult } from '../task.js';
import { denied, DONE, failure, isNoExec, openFile, T } from './common.js';

export function close(task: Task, fd: number): CallResult {
  const file = openFile(task, fd);
  if (file === undefined) return failure('EBADF');
  task.fds[fd] = undefined;
  dropFile(task.kernel, file);
  return DONE;
}

export function dup(task: Task, fd: number): FdResult {
  const file = openFile(task, fd);
  if (file === undefined) return failure('EBADF');
  file.refs++;
  return { ok: true, fd: installFile(task, file) };
}

/** `read`. EBADF when the file is not open for reading. No program runs: the file was judged when it was opened. */
export function read(task: Task, fd: number): CallResult {
  const file = openFile(task, fd);
  return file !== undefined && readable(file) ? DONE : failure('EBADF');
}

/** `write`. EBADF when the file is not open for writing. No program runs. */
export function write(task: Task, fd: number): CallResult {
  const file = openFile(task, fd);
  return file !== undefined && writable(file) ? DONE : failure('EBADF');
}

const readable = (file: OpenFile): boolean => hasMode(file, O.RDONLY);
const writable = (file: OpenFile): boolean => hasMode(file, O.WRONLY);

/** The access mode 3 gives neither of the two. */
const hasMode = ({ flags }: OpenFile, mode: number): boolean =>
  (flags & O.PATH) === 0 && ((flags & O.ACCMODE) === mode || (flags & O.ACCMODE) === O.RDWR);

const onFile =
  (triggers: ActionMask, pathAllowed: boolean) =>
  (task: Task, fd: number): CallResult => {
    const file = openFile(task, fd);
    if (file === undefined || (!pathAllowed && (file.flags & O.PATH) !== 0)) return failure('EBADF');
    return runPickFresh(task, triggers, file.location.inode.ino) ? DONE : denied(task);
  };

const ioctlOf = onFile(T.ioctl, false);
/** `ioctl`. For a device it is a command of that device; `security_file_ioctl` asks what the open has fixed. */
export function ioctl(task: Task, fd: number): CallResult {
  const file = openFile(task, fd);
  const isDevice = file?.location.inode.kind === 'device' && (file.flags & O.PATH) === 0;
  return isDevice && !file.limits.ioctl ? failure('EACCES') : ioctlOf(task, fd);
}
export const fcntl: (task: Task, fd: number) => CallResult = onFile(T.fcntl, true);
const flockOf = onFile(T.lock, false);
/** `flock`. EBADF when the file is open neither for reading nor for writing. */
export function flock(task: Task, fd: number): CallResult {
  const file = openFile(task, fd);
  if (file !== undefined && !readable(file) && !writable(file)) return failure('EBADF');
  return flockOf(task, fd);
}

/** Returns the triggers of a mapping with this protection. */
function mapTriggers(prot: number, shared: boolean): ActionMask {
  let triggers = T.map;
  if ((prot & PROT.READ) !== 0) triggers = union(triggers, T.read);
  if ((prot & PROT.WRITE) !== 0 && shared) triggers = union(triggers, T.write);
  if ((prot & PROT.EXEC) !== 0) triggers = union(triggers, T.execute);
  return triggers;
}

/**
 * `mmap` of a file. Returns a number for `mprotect` and `munmap`. EACCES without a denial: the file is not open for reading,
 * or the mapping is shared and writable but the file is not open for writing. EPERM: the mapping is
 * executable and the mount is `noexec`. ENODEV: the object is not a file or a device.
 */
export function mmap(task: Task, fd: number, prot: number, flags: number): ValueResult<number> {
  const file = openFile(task, fd);
  if (file === undefined || (file.flags & O.PATH) !== 0) return failure('EBADF');
  const shared = (flags & MAP_SHARED) !== 0;
  if (!mappable(file, prot, shared)) return failure('EACCES');
  const { inode, mount } = file.location;
  if ((prot & PROT.EXEC) !== 0 && isNoExec(task, mount)) return failure('EPERM');
  if (inode.kind !== 'file' && inode.kind !== 'device') return failure('ENODEV');
  if (!runPickFresh(task, mapTriggers(prot, shared), inode.ino)) return denied(task);
  file.refs++;
  return { ok: true, value: task.mappings.push({ file, shared }) - 1 };
}

function mappable(file: OpenFile, prot: number, shared: boolean): boolean {
  return readable(file) && (writable(file) || !shared || (prot & PROT.WRITE) === 0);
}

/** `mprotect` of a file mapping, judged like `mmap`. EINVAL when there is no mapping with this number. */
export function mprotect(task: Task, mapping: number, prot: number): CallResult {
  const mapped = task.mappings[mapping];
  if (mapped === undefined) return failure('EINVAL');
  const { file, shared } = mapped;
  if (!mappable(file, prot, shared)) return failure('EACCES');
  // A mapping of a `noexec` mount never gets VM_MAYEXEC.
  if ((prot & PROT.EXEC) !== 0 && isNoExec(task, file.location.mount)) return failure('EACCES');
  return runPickFresh(task, mapTriggers(prot, shared), file.location.inode.ino) ? DONE : denied(task);
}

/** `munmap`: removes a mapping and its reference to the file. */
export function munmap(task: Task, mapping: number): CallResult {
  const mapped = task.mappings[mapping];
  if (mapped === undefined) return failure('EINVAL');
  task.mappings[mapping] = undefined;
  dropFile(task.kernel, mapped.file);
  return DONE;
}

/** Receives an open file over a socket: P{receive}; G, with cookie 0. The programs are the receiver's. */
export function receive(task: Task, from: Task, fd: number): FdResult {
  const file = openFile(from, fd);
  if (file === undefined) return failure('EBADF');
  const { ino } = file.location.inode;
  if (!runPickFresh(task, T.receive, ino) || !runGet(task, ino, 0, '')) return denied(task);
  file.refs++;
  return { ok: true, fd: installFile(task, file) };
}

/** Passes an open file through binder: P{transfer}. The programs are the sender's, the new descriptor is the receiver's. */
export function transfer(task: Task, to: Task, fd: number): FdResult {
  const file = openFile(task, fd);
  if (file === undefined) return failure('EBADF');
  if (!runPickFresh(task, T.transfer, file.location.inode.ino)) return denied(task);
  file.refs++;
  return { ok: true, fd: installFile(to, file) };
}
