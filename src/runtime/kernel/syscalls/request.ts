/**
 * A request with one action, for the tests of a policy and for `decide`. It is not a call of Linux: it walks the path, then
 * judges the action on the object, whatever its kind.
 */
import { NO_ACTIONS, WALK_BIT, hasAction, maskOfBit, unionOf, type ActionBit } from '../../../abi/actions.js';
import { defined } from '../../../base/assert.js';
import { AT_FDCWD, type Errno } from '../errno.js';
import { runBatch, runWalkStep } from '../hooks.js';
import type { BatchRequest } from '../../engine/types.js';
import { cachedWalk, MODE, type Walk, type WalkMode } from '../namei.js';
import type { CallResult, Task } from '../task.js';
import { denied, DONE, failure, objectFor, pickObject, T } from './common.js';

/** Actions on an entry: a link as the last component is the object itself. For all other actions it is followed. */
const ON_ENTRY = unionOf([T.unlink, T.rename, T.rmdir, T.link]);

/** Returns whether a link as the last component is followed for this action. */
export function followsLink(action: ActionBit): boolean {
  return action === WALK_BIT || !hasAction(ON_ENTRY, action);
}

/**
 * Makes one request: W; P{action}. For `walk`, `fs_walk` on the object takes the place of P. ENOENT for a missing object;
 * ENOTDIR for `walk` on an object that is not a directory.
 */
export function request(task: Task, action: ActionBit, path: string, dirfd: number = AT_FDCWD): CallResult {
  const triggers = maskOfBit(action);
  const found = objectFor(task, path, dirfd, modeOf(action));
  if (!found.ok) return found;
  if (action !== WALK_BIT) return pickObject(task, triggers, found) ? DONE : denied(task);
  if (found.inode.kind !== 'dir') return failure('ENOTDIR');
  return runWalkStep(task, found.inode.ino, found.lookup, 0, found.name) ? DONE : denied(task);
}

function modeOf(action: ActionBit): WalkMode {
  return followsLink(action) ? MODE.FOLLOW : MODE.NOFOLLOW;
}

/** One request of a batch. */
export interface ActionRequest {
  readonly action: ActionBit;
  readonly path: string;
}

/** Makes many requests in one call of the engine. Returns undefined for an allowed request, else its errno; EACCES is a denial. */
export function requestAll(task: Task, questions: readonly ActionRequest[]): readonly (Errno | undefined)[] {
  const { kernel, root, cwd } = task;
  const walks = questions.map(({ action, path }) =>
    cachedWalk(kernel.walks, kernel.vfs, root, cwd, path, modeOf(action)),
  );
  const actionOf = (i: number): ActionBit => defined(questions[i], 'a walk for each question').action;
  const errors = walks.map((walk, i) => errorOf(walk, actionOf(i)));
  const allowed = runBatch(
    task,
    walks.map((walk, i) => batched(walk, actionOf(i), errors[i])),
  );
  return errors.map((errno, i) => (allowed[i] === true ? errno : 'EACCES'));
}

function errorOf(walk: Walk, action: ActionBit): Errno | undefined {
  if (walk.errno !== undefined) return walk.errno;
  return action === WALK_BIT && walk.inode?.kind !== 'dir' ? 'ENOTDIR' : undefined;
}

/** Returns the request for the engine. A request that fails for another reason is walked too: a denial on its way comes first. */
function batched(walk: Walk, action: ActionBit, errno: Errno | undefined): BatchRequest {
  const object = walk.inode?.ino ?? 0;
  const { steps, lookup } = walk;
  if (errno !== undefined) return { steps, kept: undefined, triggers: NO_ACTIONS, object, lookup };
  if (action !== WALK_BIT) return { steps, kept: undefined, triggers: maskOfBit(action), object, lookup };
  return { steps: [...steps, object * 4 + lookup], kept: undefined, triggers: NO_ACTIONS, object, lookup };
}
