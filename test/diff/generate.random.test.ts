/** Generated expectations and coverage: on all examples and on random policies; the set cover against trying all choices. */
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { actionsAskedOf, DIRECTORY_ACTIONS, WALK } from '../../src/abi/actions.js';
import { defined } from '../../src/base/assert.js';
import { fileImporter } from '../../src/front/cli/io.js';
import { compile } from '../support/compile.js';
import { type CompileResult } from '../../src/compile.js';
import { generateExpectations, testBlocks, type RuleInScope } from '../../src/tools/generate/generate.js';
import type { CheckedPolicy, Layer, Scope } from '../../src/ir/check/policy.js';
import { refusals } from '../../src/ir/analysis/requirements.js';
import { sumEffects } from '../../src/ir/check/scopes.js';
import { coverageOf, countRuns, startCoverage, type RuleCoverage } from '../../src/runtime/coverage.js';
import { smallCover } from '../../src/base/set-cover.js';
import { runTests, type TestReport } from '../../src/tools/testing/testing.js';
import { policyText } from '../support/arbitrary.js';
import { everyPath } from '../support/paths.js';
import { masksOnPath } from '../support/reference.js';
import { cases, fc } from '../support/random.js';

const RUNS = cases(40, 1 / 2);
const EXAMPLES = fileURLToPath(new URL('../../examples/', import.meta.url));

interface Tried {
  readonly result: CompileResult;
  readonly reports: readonly TestReport[];
  readonly rules: readonly RuleCoverage[];
}

/** The tests of a text, with coverage. */
function tryText(text: string): Tried {
  const result = compile(text, { importer: fileImporter });
  expect(result.diagnostics.filter((d) => d.severity === 'error')).toEqual([]);
  const coverage = startCoverage();
  const reports = runTests(result, { observe: (policy, runs) => countRuns(coverage, [policy], runs) });
  const artifact = defined(result.artifact, 'it compiles');
  return { result, reports: reports ?? [], rules: coverageOf(artifact, coverage).flatMap((l) => l.rules) };
}

const nameOf = ({ layer, scope, rule }: RuleInScope): string =>
  `${layer} ${scope.object} ${scope.id} ${rule.span.start}`;

/** Appends what is generated, and judges it. */
function judge(text: string, policy: CheckedPolicy): number {
  const generated = generateExpectations(policy);
  const block = testBlocks(generated, policy, []);
  const { result, reports, rules } = tryText(`${text}\n${block}`);
  const own = reports.slice(policy.tests.length);
  expect(own.flatMap((r) => r.diagnostics.map((d) => d.message))).toEqual([]);
  const count = generated.groups.flat().length;
  expect(own.reduce((sum, r) => sum + r.expectations, 0)).toBe(count);
  expect(generated.atLeast).toBeLessThanOrEqual(count);
  // Every rule that decides is counted where it stands.
  const layers = defined(result.stages.policy, 'it compiles').layers;
  const counted = new Set(
    layers
      .flatMap((l) =>
        l.scopes.flatMap((scope) => scope.rules.map((rule) => ({ layer: l.name, scope, rule }))),
      )
      .filter(({ layer, scope, rule }) =>
        rules.some(
          (r) =>
            r.count > 0 &&
            r.layer === layer &&
            isAt(r, scope) &&
            isSpan(result, r, rule.span.source, rule.span.start),
        ),
      )
      .map(nameOf),
  );
  expect(generated.covered.map(nameOf).filter((n) => !counted.has(n))).toEqual([]);
  return count;
}

const isAt = ({ scope }: RuleCoverage, { object, path }: Scope): boolean =>
  scope === `${object} "/${path.map((c) => ('glob' in c ? c.glob : c.literal)).join('/')}"`;

function isSpan({ sources }: CompileResult, { span }: RuleCoverage, source: number, start: number): boolean {
  const lines = defined(sources[source], 'a source').text.slice(0, start).split('\n');
  return (
    span.source === source && span.line === lines.length && span.column === (lines.at(-1) ?? '').length + 1
  );
}

describe('generateExpectations', () => {
  const folders = readdirSync(EXAMPLES, { withFileTypes: true }).filter(
    (e) => e.isDirectory() && e.name !== 'integrations',
  );
  it.each(folders.map((e) => e.name))('the expectations pass and cover every rule: example %s', (name) => {
    const text = readFileSync(`${EXAMPLES}${name}/policy.llp`, 'utf8');
    const { policy } = compile(text, { importer: fileImporter }).stages;
    expect(judge(text, defined(policy, 'it compiles'))).toBeGreaterThan(8);
  });

  it('a file is asked an action that is mostly asked of directories', () => {
    const text = `llp 1; policy "p" { default allow; file? "/b" { allow mounton, open; deny read; } }`;
    expect(judge(text, defined(compile(text).stages.policy, 'it compiles'))).toBe(2);
  });

  it(`pass and cover: ${RUNS} random policies`, () => {
    const count = { policies: 0, expectations: 0, silent: 0, noLoad: 0 };
    const property = fc.property(policyText, (text) => {
      const result = compile(text);
      const { policy } = result.stages;
      if (result.artifact === undefined || policy === undefined) return;
      count.policies++;
      // Some policies load on no tree: they require both kinds of one object.
      const probe = compile(`${text}\ntest "t" { expect allow open "/"; }`);
      if (
        runTests(probe)?.some((r) =>
          r.diagnostics.some((d) => d.code.startsWith('LLP500') && d.code !== 'LLP5009'),
        )
      ) {
        count.noLoad++;
        return;
      }
      count.expectations += judge(text, policy);
      for (const silent of generateExpectations(policy).silent) {
        judgeSilent(policy, silent);
        count.silent++;
      }
    });
    fc.assert(property, { numRuns: RUNS });
    console.log('generated', count);
    expect(count.expectations).toBeGreaterThan(count.policies);
    expect(count.silent).toBeGreaterThan(0);
  });
});

/** Without a rule that decides nothing, no request that gets to its object is answered otherwise. */
function judgeSilent(policy: CheckedPolicy, { layer: name, scope, rule }: RuleInScope): void {
  if (rule.effect === 'forbid') return;
  const drop = (s: Scope): Scope =>
    s === scope
      ? { ...s, region: sumEffects(s.rules, false, rule), self: sumEffects(s.rules, true, rule) }
      : s;
  const layer = defined(
    policy.layers.find((l) => l.name === name),
    'its layer',
  );
  // That these trees are refused, and no others, is what the test of `diff` finds out by loading them.
  const refused = refusals(policy.layers);
  const without: Layer = { ...layer, scopes: layer.scopes.map(drop) };
  const restricted = layer.scopes.reduce(
    (m, { region, self }) => m | region.deny | region.forbid | self.deny | self.forbid,
    0,
  );
  for (const names of everyPath(layer).slice(0, 3_000)) {
    const reached = names.every((_, i) =>
      policy.layers.every((l) => (masksOnPath(l, names.slice(0, i), 'dir').self & WALK) !== 0),
    );
    if (!reached) continue;
    for (const kind of names.length === 0 ? (['dir'] as const) : (['dir', 'file'] as const)) {
      const asked = rule.actions & actionsAskedOf(kind) & (kind === 'file' ? ~DIRECTORY_ACTIONS : ~0);
      const differ =
        (masksOnPath(layer, names, kind).self ^ masksOnPath(without, names, kind).self) & asked & restricted;
      const heard = policy.layers.slice(policy.layers.indexOf(layer) + 1);
      const open = heard.reduce((m, l) => m & masksOnPath(l, names, kind).self, differ);
      if (!refused(names, kind)) expect(open, `/${names.join('/')} ${kind}`).toBe(0);
    }
  }
}

describe('smallCover', () => {
  const sets = fc
    .array(fc.uniqueArray(fc.nat({ max: 7 }), { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 9 })
    .map((list) => list.map((s) => new Set(s)));

  it('covers everything, gives a lower bound, and is mostly proved to be a smallest cover', () => {
    const count = { smallest: 0, proved: 0 };
    fc.assert(
      fc.property(sets, (all) => {
        const elements = new Set(all.flatMap((s) => [...s]));
        const covers = (mask: number): boolean =>
          new Set(all.flatMap((s, i) => ((mask >> i) & 1 ? [...s] : []))).size === elements.size;
        const ones = (mask: number): number => mask.toString(2).replaceAll('0', '').length;
        const best = Math.min(
          ...Array.from({ length: 1 << all.length }, (_, m) => (covers(m) ? ones(m) : 99)),
        );
        const { chosen, atLeast } = smallCover(all);
        expect(covers(chosen.reduce((m, i) => m | (1 << i), 0))).toBe(true);
        expect(atLeast).toBeLessThanOrEqual(best);
        count.smallest += Number(chosen.length === best);
        count.proved += Number(chosen.length === atLeast);
      }),
      { numRuns: 500 },
    );
    console.log('set cover', count);
    expect(count.smallest).toBeGreaterThan(480);
    expect(count.proved).toBeGreaterThan(400);
  });

  it('finds a smaller cover than the greedy one', () => {
    const list = [
      [0, 1, 2, 3],
      [0, 1, 4],
      [2, 3, 5],
    ];
    expect(smallCover(list.map((s) => new Set(s))).chosen).toEqual([1, 2]);
  });
});
