/** Reports of random gaps: schema, escapes, and the verdict at the end. */
import { expect, it } from 'vitest';
import { TARGETS } from '../../src/codegen/targets.js';
import { NEWEST_MACHINE } from '../../src/artifact/enforcement-plan.js';
import { renderText } from '../../src/diagnostics/render.js';
import { validateAgainst } from '../../src/runtime/schema.js';
import { reportGaps } from '../../src/tools/gaps/gaps.js';
import { gapsText } from '../../src/tools/gaps/gaps-text.js';
import { anyGap, GAPPED } from '../support/gaps.js';
import { checkedOf } from '../support/policy.js';
import { cases, fc } from '../support/random.js';

const { policy, sources } = checkedOf(GAPPED);
const SUBJECT = { policy, sources, target: TARGETS.linux, machine: NEWEST_MACHINE, exact: false } as const;

it('the report of gaps keeps to its schema, escapes what it shows, and is enforceable when there is nothing to accept', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyGap(), { maxLength: 5 }), async (found) => {
      const { report, diagnostics } = reportGaps(found, SUBJECT);
      expect(await validateAgainst('gaps-1.json', JSON.parse(JSON.stringify(report)))).toEqual([]);
      const text = gapsText(report) + renderText(diagnostics, sources, { colour: false });
      // eslint-disable-next-line no-control-regex
      expect(text).not.toMatch(/[\0-\x09\x0b-\x1f\x7f-\x9f\u2028\u202e]/);
      expect(report.enforceable).toBe(report.accept === null);
    }),
    { numRuns: cases(100) },
  );
});
