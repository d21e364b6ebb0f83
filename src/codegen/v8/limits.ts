/** The limits of Landlock v8 that depend on the policy alone: each layer is a chain, and a task has at most `MAX_CHAINS`. */
import { MAX_CHAINS } from '../../abi/hooks.js';
import { report } from '../../diagnostics/catalogue.js';
import type { Diagnostic } from '../../diagnostics/types.js';
import type { CheckedPolicy } from '../../ir/check/policy.js';

/** Returns an error at the first layer beyond the limit. */
export function checkLimits({ layers }: CheckedPolicy): Diagnostic[] {
  const extra = layers[MAX_CHAINS];
  if (extra === undefined) return [];
  const params = { layers: String(layers.length), limit: `${MAX_CHAINS} chains` };
  const help = 'merge policies that need not be layers of their own';
  return [report('LLP4004', params, { span: extra.span, help })];
}
