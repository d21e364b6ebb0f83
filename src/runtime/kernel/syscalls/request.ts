/**
 * One request that carries one action: what a policy's tests and `decide` ask. No call of Linux; the path is walked, then
 * the action is judged on the object, whatever kind of object it is.
 */
import { WALK_BIT } from '../../../abi/actions.js';
import { AT_FDCWD } from '../errno.js';
import { runWalkStep } from '../hooks.js';
import { MODE } from '../namei.js';
import type { CallResult, Task } from '../task.js';
import { denied, DONE, failure, objectFor, pickObject, T } from './common.js';

/** Actions on an entry: a link as the last component is itself the object. For all others it is followed. */
const ON_ENTRY = T.unlink | T.rename | T.rmdir | T.link;

/** Whether a link as the last component is followed for this action. */
export function followsLink(actionBit: number): boolean {
  return actionBit === WALK_BIT || ((1 << actionBit) & ON_ENTRY) === 0;
}

/**
 * W; P{action}; for `walk` (bit 24) `fs_walk` on the object as one more step. A missing object is ENOENT; ENOTDIR for
 * `walk` on what is no directory.
 */
export function request(task: Task, actionBit: number, path: string, dirfd: number = AT_FDCWD): CallResult {
  const triggers = 1 << actionBit;
  const mode = followsLink(actionBit) ? MODE.FOLLOW : MODE.NOFOLLOW;
  const found = objectFor(task, path, dirfd, mode);
  if (!found.ok) return found;
  if (actionBit !== WALK_BIT) return pickObject(task, triggers, found) ? DONE : denied(task);
  if (found.inode.kind !== 'dir') return failure('ENOTDIR');
  return runWalkStep(task, found.inode.ino, found.lookup, 0, found.name) ? DONE : denied(task);
}
