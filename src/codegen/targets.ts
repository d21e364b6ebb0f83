/** The targets that there are. */
import { DEFAULT_TARGET, type TargetName } from '../artifact/manifest.js';
import type { Target } from './target.js';
import { landlockV8 } from './v8/target.js';

export const TARGETS: Readonly<Record<TargetName, Target>> = { 'landlock-v8': landlockV8 };

/** The target that is asked for, or the default one. */
export function targetOf({ target = DEFAULT_TARGET }: { readonly target?: TargetName | undefined }): Target {
  return TARGETS[target];
}
