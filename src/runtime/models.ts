/**
 * What a kernel does with the artifacts of each target: one row for each.
 *
 * A model answers for the mechanism, not for the policy: it is what a target's real kernel is compared with.
 */
import type { Artifact, TargetName } from '../artifact/manifest.js';
import type { CallResult, Task } from './kernel/task.js';
import type { Vfs } from './kernel/vfs.js';
import { enforceChains, groundChains } from './loader/chains.js';
import type { GroundedPolicy, LoadResult } from './loader/grounded.js';

export interface Model {
  /** Loads an artifact on a tree: its paths become objects. */
  readonly ground: (artifact: Artifact, vfs: Vfs) => LoadResult<GroundedPolicy>;
  /** Puts a loaded policy in force on a task. The first error of the kernel is the result. */
  readonly enforce: (policy: GroundedPolicy, task: Task) => CallResult;
}

export const MODELS: Readonly<Record<TargetName, Model>> = {
  'landlock-v8': { ground: groundChains, enforce: enforceChains },
};
