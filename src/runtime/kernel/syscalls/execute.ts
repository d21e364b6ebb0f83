/** `execve` and `execveat`. */
import { union } from '../../../abi/actions.js';
import { AT_FDCWD, AT_SYMLINK_NOFOLLOW } from '../errno.js';
import { MODE } from '../namei.js';
import type { CallResult, Task } from '../task.js';
import {
  denied,
  DONE,
  failure,
  isNoExec,
  objectFor,
  pickObject,
  placeOf,
  T,
  type FoundWalk,
} from './common.js';

/** Maximum depth of interpreters before ELOOP, as in `exec_binprm` of Linux. */
const MAX_INTERPRETERS = 5;

/**
 * `execveat`: W; P{execute, open} on the file; the same for its interpreter (`#!` or ELF), and for the interpreter of that.
 * EACCES without a denial for an object that is not a regular file; ELOOP for a link that `flags` forbid to follow.
 */
export function execve(task: Task, path: string, dirfd: number = AT_FDCWD, flags = 0): CallResult {
  let next: string | undefined = path;
  let from = dirfd;
  let mode: 0 | 1 = (flags & AT_SYMLINK_NOFOLLOW) === 0 ? MODE.FOLLOW : MODE.NOFOLLOW;
  for (let depth = 0; next !== undefined; depth++) {
    if (depth > MAX_INTERPRETERS) return failure('ELOOP');
    const found = objectFor(task, next, from, mode);
    if (!found.ok) return found;
    if (found.inode.kind === 'symlink') return failure('ELOOP');
    if (found.inode.kind !== 'file') return failure('EACCES');
    if (!mayExecute(task, found)) return failure('EACCES');
    if (!pickObject(task, union(T.execute, T.open), found)) return denied(task);
    next = found.inode.interpreter;
    from = AT_FDCWD;
    mode = MODE.FOLLOW;
  }
  return DONE;
}

/** The checks of `do_open_execat`: `path_noexec`, `inode_permission`, and `security_file_open` of a file that is also read. */
function mayExecute(task: Task, found: FoundWalk): boolean {
  if (isNoExec(task, found.mount) || found.inode.sealed) return false;
  const opened = task.confinement?.opens(placeOf(found), { read: true, write: false, execute: true });
  return typeof opened !== 'string';
}
