/** `execve` and `execveat`. */
import { union } from '../../../abi/actions.js';
import { AT_FDCWD, AT_SYMLINK_NOFOLLOW } from '../errno.js';
import { MODE } from '../namei.js';
import type { CallResult, Task } from '../task.js';
import { denied, DONE, failure, objectFor, pickObject, T } from './common.js';

/** Interpreters of interpreters before ELOOP, as in Linux' `exec_binprm`. */
const MAX_INTERPRETERS = 5;

/**
 * W; P{execute, open} on the file; the same for its interpreter (`#!` or ELF), and for that one's. EACCES without a
 * denial for what is no regular file; ELOOP for a link that flags forbid to follow.
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
    if (!pickObject(task, union(T.execute, T.open), found)) return denied(task);
    next = found.inode.interpreter;
    from = AT_FDCWD;
    mode = MODE.FOLLOW;
  }
  return DONE;
}
