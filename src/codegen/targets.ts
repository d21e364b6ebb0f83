/** The targets that there are. */
import type { TargetName } from '../artifact/manifest.js';
import type { Target } from './target.js';
import { landlockV8 } from './v8/target.js';

export const TARGETS: Readonly<Record<TargetName, Target>> = { 'landlock-v8': landlockV8 };

/** The target of a build that names none. */
export const DEFAULT_TARGET: Target = TARGETS['landlock-v8'];
