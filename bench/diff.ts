/** Measures the exact difference of two large policies, from their texts to the list of changes. */
import { checkSources, type Checked } from '../src/compile.js';
import { defined } from '../src/base/assert.js';
import { findDifferences, type Side } from '../src/ir/analysis/differences.js';
import { largePolicy } from './policies.js';
import { medianMs, type Row } from './rows.js';

export function whatDiffers(): Row[] {
  const old = largePolicy(1000);
  const next = old.replaceAll('write, append', 'append').replaceAll('place50', 'other50');
  const check = (text: string): Checked => checkSources([{ name: 'p.llp', text }]);
  const side = ({ policy, hierarchies }: Checked): Side => ({
    layers: defined(policy, 'the policy compiles').layers,
    hierarchies,
  });
  const compare = (a: string, b: string): number => {
    const found = findDifferences([side(check(a)), side(check(b))]);
    return found.kind === 'decided' ? found.changes.length : -1;
  };
  const alone = medianMs(5, () => void check(old));
  const row = (what: string, to: string): Row => ({
    what,
    value: medianMs(5, () => void compare(old, to)),
    unit: 'ms',
    target: 'under 1000 ms',
    beside: `${compare(old, to)} changes; checking one alone: ${alone.toFixed(0)} ms`,
  });
  return [
    row('diff of two policies of 1000 scopes', next),
    row('diff of a policy of 1000 scopes with itself', old),
  ];
}
