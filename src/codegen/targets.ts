/** The table of all targets. */
import { DEFAULT_TARGET, type TargetName } from '../artifact/manifest.js';
import type { Target } from './target.js';
import { linux } from './linux/target.js';
import { landlockV8 } from './v8/target.js';

export const TARGETS: Readonly<Record<TargetName, Target>> = { 'landlock-v8': landlockV8, linux };

/** Returns the target with this name, or the default target. */
export function targetOf({ target = DEFAULT_TARGET }: { readonly target?: TargetName | undefined }): Target {
  return TARGETS[target];
}
