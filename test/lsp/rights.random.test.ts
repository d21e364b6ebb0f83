/** The rules that a hover names are those that the verdicts of the automaton come from, on random policies. */
import { expect, it } from 'vitest';
import { ALL_ACTIONS } from '../../src/abi/actions.js';
import { analyse } from '../../src/compile.js';
import { allowedAt, reasonsAt } from '../../src/tools/query/rights.js';
import { globbyText, policyText } from '../support/arbitrary.js';
import { cases, fc } from '../support/random.js';

it('reasonsAt: has every action once, with the verdict of the place', () => {
  let judged = 0;
  const property = fc.property(fc.oneof(globbyText, policyText), (text) => {
    const { layers, diagnostics } = analyse([{ name: 'p.llp', text }]);
    if (diagnostics.some((d) => d.severity === 'error')) return;
    for (const layer of layers) {
      for (const place of layer.places) {
        for (const level of ['dir', 'file', 'below'] as const) {
          const reasons = reasonsAt(layer, place, level);
          const sum = (of: typeof reasons): number => of.reduce((mask, r) => mask | r.actions, 0);
          expect(sum(reasons.filter((r) => r.verdict === 'allow'))).toBe(allowedAt(place, level));
          expect(sum(reasons)).toBe(ALL_ACTIONS);
          expect(reasons.every((r) => r.by === undefined || r.by.rule.effect === r.verdict)).toBe(true);
          judged++;
        }
      }
    }
  });
  fc.assert(property, { numRuns: cases(1000, 1) });
  expect(judged).toBeGreaterThan(2000);
});
