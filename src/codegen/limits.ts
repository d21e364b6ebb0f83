/** What each target cannot take at all, apart from the targets themselves: `check` asks it and loads no code generator. */
import type { TargetName } from '../artifact/manifest.js';
import type { Diagnostic } from '../diagnostics/types.js';
import type { CheckedPolicy } from '../ir/check/policy.js';
import { checkLimits } from './v8/limits.js';

export const LIMITS: Readonly<Record<TargetName, (policy: CheckedPolicy) => readonly Diagnostic[]>> = {
  'landlock-v8': checkLimits,
};
