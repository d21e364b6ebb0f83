/** Random programs on random trees: whatever they did, the policy learned from it allows it, and the lists are right. */
import { describe, expect, it } from 'vitest';
import { TRIGGERS, maskOf } from '../../src/abi/actions.js';
import { stateAt } from '../../src/ir/hierarchy/walker.js';
import { allowedWithin } from '../../src/tools/learn/automaton.js';
import { assertionOf, learn, type LearnOptions } from '../../src/tools/learn/learn.js';
import type { Never } from '../../src/tools/learn/needs-tree.js';
import { recordScenario } from '../../src/tools/learn/record.js';
import { checkText } from '../support/policy.js';
import { defined } from '../../src/base/assert.js';
import { compile } from '../support/compile.js';
import { runScenario } from '../../src/runtime/scenario/run.js';
import type { Vfs } from '../../src/runtime/kernel/vfs.js';
import { buildTree } from '../../src/runtime/kernel/build-tree.js';
import { treeEntry } from '../../src/runtime/scenario/tree.js';
import type { Scenario, ScenarioStep, TreeItem } from '../../src/runtime/scenario/types.js';
import { cases, fc } from '../support/random.js';

const NAMES = ['a', 'b', '.c', 'v1.2', 'v1.10', 'x*y'] as const;
const path = fc
  .array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 4 })
  .map((names) => '/' + names.join('/'));
const item: fc.Arbitrary<TreeItem> = fc.oneof(
  path.map((dir) => ({ dir })),
  { arbitrary: path.map((file) => ({ file })), weight: 3 },
  fc.record({ link: path, target: fc.oneof(path, fc.constantFrom('a', '..', 'b/a', '../a')) }),
);
const relative = fc.oneof(path, fc.constantFrom('a', 'b/a', '..', '../v1.2', './a', 'a/..'));
const flags = fc.constantFrom(
  ['O_RDONLY'],
  ['O_WRONLY'],
  ['O_RDWR', 'O_CREAT'],
  ['O_WRONLY', 'O_CREAT', 'O_TRUNC'],
  ['O_DIRECTORY'],
  ['O_WRONLY', 'O_APPEND'],
);
const one = (...calls: readonly string[]): fc.Arbitrary<ScenarioStep> =>
  fc.record({ call: fc.constantFrom(...calls), path: relative });
const step: fc.Arbitrary<ScenarioStep> = fc.oneof(
  { arbitrary: fc.record({ call: fc.constant('open'), path: relative, flags }), weight: 4 },
  one('stat', 'lstat', 'readlink', 'chmod', 'lchown', 'statfs', 'truncate', 'execve'),
  one('mkdir', 'rmdir', 'unlink', 'chdir'),
  fc.record({ call: fc.constantFrom('rename', 'link'), path: relative, to: relative }),
  fc.record({ call: fc.constant('symlink'), path: relative, target: fc.constantFrom('a', '/b', '..') }),
);

function scenarioFrom(items: readonly TreeItem[], steps: readonly ScenarioStep[]): Scenario {
  const kept: TreeItem[] = [];
  for (const entry of items) {
    // What cannot be made beside the others is left out.
    if (buildTree([...kept, entry].map(treeEntry)).problems.length === 0) kept.push(entry);
  }
  return { format: 'llp-scenario', version: 1, tree: kept, steps };
}

function vfsOf(scenario: Scenario): Vfs {
  return buildTree((scenario.tree as readonly TreeItem[]).map(treeEntry)).vfs;
}

function learnFrom(scenario: Scenario, nevers: readonly Never[], off: LearnOptions['off'], siblings: number) {
  const trees = [0, 1, 2].map(() => buildTree((scenario.tree as readonly TreeItem[]).map(treeEntry)).vfs);
  const [own, ...others] = trees;
  if (own === undefined) throw new Error('no tree');
  const recording = recordScenario(scenario, own, { input: 0, assertionOf: assertionOf(nevers) });
  const inputs = [{ name: 's.json', what: 's.json', recording, trees: others }];
  return {
    recording,
    learned: learn(inputs, {
      name: 'p',
      off,
      siblings,
      home: undefined,
      nevers,
      verify: true,
      ignoreRefused: false,
    }),
  };
}

describe('learn, on random programs', () => {
  it('the learned policy denies no step of the program', () => {
    fc.assert(
      fc.property(
        fc.array(item, { minLength: 1, maxLength: 8 }),
        fc.array(step, { minLength: 1, maxLength: 15 }),
        fc.boolean(),
        (items, steps, plain) => {
          const off = new Set(
            plain ? (['fragments', 'siblings', 'versions'] as const) : (['fragments'] as const),
          );
          const { learned } = learnFrom(scenarioFrom(items, steps), [], off, 2);
          expect([learned.faults, learned.replays.flatMap((r) => [...r.denied, ...r.differing])]).toEqual([
            [],
            [],
          ]);
        },
      ),
      { numRuns: cases(300, 1) },
    );
  });

  it('stillAllowed lists exactly the refused calls that the learned policy allows', () => {
    let allowed = 0;
    let denied = 0;
    fc.assert(
      fc.property(
        fc.array(item, { minLength: 1, maxLength: 8 }),
        fc.array(fc.tuple(step, fc.boolean()), { minLength: 1, maxLength: 12 }),
        (items, steps) => {
          const marked = steps.map(([s, refused]): ScenarioStep =>
            refused ? { ...s, expect: 'EACCES' } : s,
          );
          const scenario = scenarioFrom(items, marked);
          const { learned, recording } = learnFrom(scenario, [], new Set(['fragments']), 2);
          const { artifact } = compile([{ name: 'p.llp', text: learned.text }]);
          if (artifact === undefined) throw new Error('no artifact');
          const told = new Set(learned.stillAllowed.map((s) => s.refused));
          for (const refused of recording.refused) {
            const before = scenario.steps
              .slice(0, refused.origin.line - 1)
              .filter((s) => s.expect === undefined);
            const call = defined(scenario.steps[refused.origin.line - 1], 'it is a step');
            const bare: Scenario = { ...scenario, steps: [...before, { ...call, expect: 'allow' }] };
            const free = runScenario(bare, new Map(), vfsOf(scenario)).steps.at(-1)?.result;
            const enforced = { ...bare, steps: [{ call: 'enforce' }, ...bare.steps] };
            const { steps: results } = runScenario(enforced, new Map([['main', artifact]]), vfsOf(scenario));
            const passes = results.at(-1)?.result === 'allow';
            // What fails by itself, or asks nothing, says nothing of a policy.
            if (free !== 'allow' || refused.needs.length === 0) continue;
            expect([refused.call, told.has(refused)]).toEqual([refused.call, passes]);
            if (passes) allowed++;
            else denied++;
          }
        },
      ),
      { numRuns: cases(300, 1) },
    );
    expect(Math.min(allowed, denied)).toBeGreaterThan(0);
  });

  it('the learned policy allows nothing that a never-assertion excludes', () => {
    const never = fc.record({
      actions: fc.constantFrom(...TRIGGERS).map((action) => maskOf(action)),
      path: fc.array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 2 }),
      text: fc.constant('never'),
    });
    fc.assert(
      fc.property(
        fc.array(item, { minLength: 1, maxLength: 8 }),
        fc.array(step, { minLength: 1, maxLength: 15 }),
        fc.array(never, { minLength: 1, maxLength: 2 }),
        (items, steps, nevers) => {
          const { learned } = learnFrom(scenarioFrom(items, steps), nevers, new Set(['fragments']), 2);
          expect(learned.faults).toEqual([]);
          const [automaton] = checkText(learned.text).hierarchies;
          if (automaton === undefined) throw new Error('no automaton');
          for (const { path, actions } of nevers)
            expect(allowedWithin(automaton, stateAt(automaton, path), actions)).toBeUndefined();
        },
      ),
      { numRuns: cases(300, 1) },
    );
  });
});
