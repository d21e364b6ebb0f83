/** The limit of stock Linux that depends on the policy alone: each layer is a ruleset, and a task has at most `MAX_RULESETS`. */
import { MAX_RULESETS } from '../../abi/landlock.js';
import { report } from '../../diagnostics/catalogue.js';
import type { Diagnostic } from '../../diagnostics/types.js';
import type { CheckedPolicy } from '../../ir/check/policy.js';

/** Returns an error at the first layer beyond the limit. */
export function checkLayers({ layers }: CheckedPolicy): Diagnostic[] {
  const extra = layers[MAX_RULESETS];
  if (extra === undefined) return [];
  const params = { layers: String(layers.length), limit: `${MAX_RULESETS} rulesets` };
  const help = 'merge policies that need not be layers of their own';
  return [report('LLP4004', params, { span: extra.span, help })];
}
