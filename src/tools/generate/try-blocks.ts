/**
 * Makes the text that `llpc test --generate` prints: generated `test` blocks, beneath a comment that says what they cover.
 *
 * Invariant: the blocks are appended to the policy and run before they are returned, so the comment is true. A failure of this
 * run is a compiler bug.
 */
import { assert } from '../../base/assert.js';
import { counted, printable } from '../../base/text.js';
import type { CompileResult } from '../../compile.js';
import { positionAt } from '../../diagnostics/lines.js';
import type { CheckedPolicy } from '../../ir/check/policy.js';
import { coverageOf, countRuns, startCoverage } from '../../runtime/coverage.js';
import { recompile, type RecompileOptions } from '../edits/recompile.js';
import { runTests } from '../testing/testing.js';
import { generateExpectations, testBlocks, type Generated } from './generate.js';

/** Returns tests for a policy that compiles, as text. */
export function generateTests(
  result: CompileResult,
  policy: CheckedPolicy,
  options: RecompileOptions,
): string {
  const generated = generateExpectations(policy);
  const text = testBlocks(generated, policy, commentOf(generated, result));
  tryBlocks(result, text, generated, options);
  return text;
}

function commentOf(generated: Generated, { sources }: CompileResult): string[] {
  const { groups, atLeast, covered, silent } = generated;
  const count = groups.reduce((sum, g) => sum + g.length, 0);
  const rules = `${counted(count, 'expectation')} for ${counted(covered.length, 'rule')}, inside the scope of each rule and just outside it`;
  const bound = count <= atLeast ? 'no smaller set does this' : `no set of fewer than ${atLeast} does this`;
  const own = silent.filter(({ rule }) => sources[rule.span.source]?.id.startsWith('std/') === false);
  return [
    `made by \`llpc test --generate\`: ${rules}; ${bound}`,
    ...own.map(({ rule, scope }) => {
      const source = sources[rule.span.source];
      const line = source === undefined ? 0 : positionAt(source, rule.span.start).line;
      const path =
        scope.path.length === 0 ? '/' : scope.path.map((c) => ('glob' in c ? c.glob : c.literal)).join('/');
      return printable(
        `no request is decided by ${source?.name ?? ''}:${line}: ${rule.effect} in ${scope.object} ${path}`,
      );
    }),
  ];
}

/** Runs the blocks, appended to the policy. Throws if one fails, or if they do not cover all that they should. */
function tryBlocks(
  result: CompileResult,
  text: string,
  { covered }: Generated,
  options: RecompileOptions,
): void {
  const entry = result.sources[0];
  if (entry === undefined) return;
  const texts = new Map([[entry.id, `${entry.text}\n${text}`]]);
  const appended = recompile(result, texts, options);
  const coverage = startCoverage();
  const reports =
    runTests(appended, { observe: (policy, runs) => countRuns(coverage, [policy], runs) }) ?? [];
  const own = reports.slice(result.stages.policy?.tests.length ?? 0);
  assert(own.length > 0 || covered.length === 0, 'the generated tests are read');
  assert(
    own.every((r) => r.passed),
    'the generated tests pass',
  );
  const counted = appended.artifact === undefined ? [] : coverageOf(appended.artifact, coverage);
  const decided = counted.flatMap((l) => l.rules).filter((r) => r.count > 0).length;
  assert(decided >= covered.length, 'the generated tests cover every rule that decides');
}
