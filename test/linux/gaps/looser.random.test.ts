/** What a plan never leaves unstopped where masks can be laid: reading, writing, creating, listing, removing and moving. */
import { describe, expect, it } from 'vitest';
import { actionNames, intersection, maskOf } from '../../../src/abi/actions.js';
import { NEWEST_MACHINE } from '../../../src/artifact/enforcement-plan.js';
import type { FoundGap } from '../../../src/artifact/gap.js';
import { gapsOf } from '../../../src/codegen/linux/gaps/gaps.js';
import { policyText } from '../../support/arbitrary.js';
import { meaningful } from '../../support/policy.js';
import { cases, fc } from '../../support/random.js';

const HELD = maskOf('read', 'write', 'create', 'readdir', 'unlink', 'rmdir', 'rename', 'renameto');

describe('plans of the target linux', () => {
  it('leave no reading, writing, creating, listing, removing or moving unstopped', () => {
    let policies = 0;
    fc.assert(
      fc.property(policyText, (text) => {
        const checked = meaningful(text);
        if (checked === undefined) return;
        policies++;
        const { policy, hierarchies } = checked;
        const loose = gapsOf({ policy, hierarchies }, NEWEST_MACHINE).filter(isLoose);
        expect(loose.map(({ actions, witness }) => [actionNames(actions), witness.call])).toEqual([]);
      }),
      { numRuns: cases(400) },
    );
    expect(policies).toBeGreaterThan(30);
  });
});

function isLoose({ direction, actions }: FoundGap): boolean {
  return direction === 'looser' && intersection(actions, HELD) !== 0;
}
