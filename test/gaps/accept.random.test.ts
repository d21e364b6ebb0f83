/** `accept unenforced` against gaps: every action of every gap is judged by itself, and compared. */
import { describe, expect, it } from 'vitest';
import { ACTIONS, actionBit, hasAction, maskOf, type ActionName } from '../../src/abi/actions.js';
import type { FoundGap } from '../../src/artifact/gap.js';
import { TARGET_NAMES } from '../../src/artifact/manifest.js';
import { acceptGaps, idleAcceptances } from '../../src/ir/analysis/accept-gaps.js';
import { acceptingLine } from '../../src/ir/analysis/check-gaps.js';
import { defined } from '../../src/base/assert.js';
import type { CheckedPolicy } from '../../src/ir/check/policy.js';
import { printPolicy } from '../../src/ir/check/print.js';
import { anyGap, GAPPED } from '../support/gaps.js';
import { policyText } from '../support/arbitrary.js';
import { checkedOf, meaningful } from '../support/policy.js';
import { cases, fc } from '../support/random.js';

/** One `accept unenforced` statement. */
interface Written {
  readonly where: 'top' | 'files' | 'calls';
  readonly actions: readonly ActionName[];
  readonly target: string;
}

const written: fc.Arbitrary<Written> = fc.record({
  where: fc.constantFrom('top', 'files', 'calls'),
  actions: fc.subarray([...ACTIONS], { minLength: 1 }),
  target: fc.constantFrom(...TARGET_NAMES),
});

function policyWith(statements: readonly Written[]): CheckedPolicy {
  const lines = (where: Written['where']): string =>
    statements
      .filter((s) => s.where === where)
      .map((s) => `accept unenforced ${s.actions.join(', ')} on ${s.target};\n`)
      .join('');
  const text = GAPPED.replace('llp 1;\n', `llp 1;\n${lines('top')}`)
    .replace('policy "files" {\n', `policy "files" {\n${lines('files')}`)
    .replace('policy "calls" {\n', `policy "calls" {\n${lines('calls')}`);
  return checkedOf(text).policy;
}

const has = (gap: FoundGap, action: ActionName): boolean => hasAction(gap.actions, actionBit(action));

/** Whether the statements accept one action of a gap on `linux`: each layer of the gap needs a statement that is about it. */
function isAccepted(gap: FoundGap, action: ActionName, statements: readonly Written[]): boolean {
  if (gap.direction !== 'looser') return false;
  return gap.layers.every((layer) =>
    statements.some(
      (s) => s.target === 'linux' && s.actions.includes(action) && (s.where === 'top' || s.where === layer),
    ),
  );
}

describe('acceptGaps', () => {
  it('accepts exactly what is accepted action by action, and loses nothing', () => {
    fc.assert(
      fc.property(
        fc.array(anyGap(), { maxLength: 4 }),
        fc.array(written, { maxLength: 4 }),
        (found, statements) => {
          const gaps = acceptGaps(found, policyWith(statements), 'linux');
          const flat = gaps.flatMap((gap) =>
            ACTIONS.filter((a) => has(gap, a)).map((a) => [gap.witness, a, gap.accepted] as const),
          );
          const wanted = found.flatMap((gap) => {
            const own = ACTIONS.filter((a) => has(gap, a));
            const [open, accepted] = [false, true].map((is) =>
              own
                .filter((a) => isAccepted(gap, a, statements) === is)
                .map((a) => [gap.witness, a, is] as const),
            );
            return [...(open ?? []), ...(accepted ?? [])];
          });
          expect(flat).toEqual(wanted);
        },
      ),
      { numRuns: cases(300) },
    );
  });

  it('the line of the help accepts everything that is looser', () => {
    fc.assert(
      fc.property(
        fc.array(anyGap(), { maxLength: 4 }),
        fc.array(written, { maxLength: 3 }),
        (found, statements) => {
          const line = acceptingLine(acceptGaps(found, policyWith(statements), 'linux'), 'linux');
          if (line === undefined) return;
          const actions = /^accept unenforced (.*) on linux;$/.exec(line)?.[1]?.split(', ') as ActionName[];
          const mended = acceptGaps(
            found,
            policyWith([...statements, { where: 'top', actions, target: 'linux' }]),
            'linux',
          );
          expect(mended.filter((gap) => gap.direction === 'looser' && !gap.accepted)).toEqual([]);
        },
      ),
      { numRuns: cases(200) },
    );
  });
});

describe('idleAcceptances', () => {
  it('returns the statements of the target that touch no looser gap', () => {
    fc.assert(
      fc.property(
        fc.array(anyGap(), { maxLength: 3 }),
        fc.array(written, { maxLength: 4 }),
        (found, statements) => {
          const policy = policyWith(statements);
          const idle = idleAcceptances(found, policy, 'linux');
          for (const accepted of policy.unenforced) {
            const layers = found.filter(
              (gap) =>
                gap.direction === 'looser' &&
                ACTIONS.some((a) => has(gap, a) && hasAction(accepted.actions, actionBit(a))) &&
                (accepted.layer === undefined || gap.layers.includes(accepted.layer.name)),
            );
            expect(idle.includes(accepted)).toBe(accepted.target === 'linux' && layers.length === 0);
          }
        },
      ),
      { numRuns: cases(200) },
    );
  });
});

describe('accept unenforced', () => {
  it('changes nothing but the list of what is accepted', () => {
    const property = fc.property(
      policyText,
      fc.subarray([...ACTIONS], { minLength: 1 }),
      fc.constantFrom('linux', 'landlock-v8'),
      fc.boolean(),
      (text, actions, target, inside) => {
        const plain = meaningful(text);
        if (plain === undefined) return;
        const line = `accept unenforced ${actions.join(', ')} on ${target};`;
        const added = meaningful(inside ? text.replace(/\}\s*$/, ` ${line} }`) : `${text}\n${line}`);
        const { policy, diagnostics } = defined(added, 'it means the same');
        expect(diagnostics.map((d) => d.code)).toEqual(plain.diagnostics.map((d) => d.code));
        const layers = policy.layers.map((l) => printPolicy({ ...policy, layers: [l], unenforced: [] }));
        expect(layers).toEqual(plain.policy.layers.map((l) => printPolicy({ ...plain.policy, layers: [l] })));
        const own = inside ? policy.layers.at(-1) : undefined;
        expect(policy.unenforced).toMatchObject([{ actions: maskOf(...actions), target, layer: own }]);
      },
    );
    fc.assert(property, { numRuns: cases(400) });
  });
});
