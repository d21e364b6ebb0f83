/** Loads one target: the others, with all that they need, stay out of a process that compiles for this one. */
import type { TargetName } from '../artifact/manifest.js';
import type { Target } from './target.js';

const LOADERS: Readonly<Record<TargetName, () => Promise<Target>>> = {
  'landlock-v8': async () => (await import('./v8/target.js')).landlockV8,
  linux: async () => (await import('./linux/target.js')).linux,
};

export function loadTarget(name: TargetName): Promise<Target> {
  return LOADERS[name]();
}
