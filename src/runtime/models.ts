/**
 * The table of kernel models, one per target.
 *
 * A model implements the mechanism of a target and knows nothing of the compiler. It is compared with the target's real kernel.
 */
import type { Artifact, TargetName } from '../artifact/manifest.js';
import type { CallResult, Task } from './kernel/task.js';
import type { Vfs } from './kernel/vfs.js';
import { LINUX_MODEL } from './linux/load.js';
import { enforceChains, groundChains } from './loader/chains.js';
import type { GroundedPolicy, LoadResult } from './loader/grounded.js';

export interface Model {
  /** Loads an artifact on a tree: resolves its paths to objects. */
  readonly ground: (artifact: Artifact, vfs: Vfs) => LoadResult<GroundedPolicy>;
  /** Enforces a loaded policy on a task. Returns the first error of the kernel, if there is one. */
  readonly enforce: (policy: GroundedPolicy, task: Task) => CallResult;
}

export const MODELS: Readonly<Record<TargetName, Model>> = {
  'landlock-v8': { ground: groundChains, enforce: enforceChains },
  linux: LINUX_MODEL,
};
