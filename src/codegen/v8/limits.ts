/** What Landlock v8 cannot take, as far as it shows in the policy: a task has at most so many chains, one a layer. */
import { MAX_CHAINS } from '../../abi/hooks.js';
import { report } from '../../diagnostics/catalogue.js';
import type { Diagnostic } from '../../diagnostics/types.js';
import type { CheckedPolicy } from '../../ir/check/policy.js';

/** An error at the first layer that is one too many. */
export function checkLimits({ layers }: CheckedPolicy): Diagnostic[] {
  const extra = layers[MAX_CHAINS];
  if (extra === undefined) return [];
  const params = { layers: String(layers.length), limit: String(MAX_CHAINS) };
  const help = 'merge policies that need not be layers of their own';
  return [report('LLP4004', params, { span: extra.span, help })];
}
