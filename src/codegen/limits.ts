/** The limits of each target, in a file apart from the targets, so that `check` loads no code generator. */
import type { TargetName } from '../artifact/manifest.js';
import type { Diagnostic } from '../diagnostics/types.js';
import type { CheckedPolicy } from '../ir/check/policy.js';
import { checkLayers } from './linux/limits.js';
import { checkLimits } from './v8/limits.js';

export const LIMITS: Readonly<Record<TargetName, (policy: CheckedPolicy) => readonly Diagnostic[]>> = {
  'landlock-v8': checkLimits,
  linux: checkLayers,
};
