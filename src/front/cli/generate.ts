/** `llpc test --generate`: expectations for a policy, tried before they are printed. */
import { counted } from '../../base/counted.js';
import { hasError } from '../../analyse.js';
import { assert } from '../../base/assert.js';
import type { CompileResult } from '../../compile.js';
import { positionAt } from '../../diagnostics/lines.js';
import { generateExpectations, testBlocks, type Generated } from '../../tools/generate/generate.js';
import { coverageOf, countRuns, startCoverage } from '../../runtime/coverage.js';
import { runTests } from '../../tools/testing/testing.js';
import { compileFiles } from './compile-files.js';
import type { Options } from './options.js';
import { print, printDiagnostics } from './output.js';
import { printable } from '../../base/printable.js';
import { recompile } from './recompile.js';

export async function generateCommand(options: Options): Promise<number> {
  let code = 0;
  for (const file of options.positionals) {
    const result = await compileFiles([file], options);
    const { policy } = result.stages;
    if (policy === undefined || hasError(result.diagnostics)) {
      await printDiagnostics(result.diagnostics, result.sources, options.format);
      code = 1;
      continue;
    }
    const generated = generateExpectations(policy);
    const text = testBlocks(generated, policy, commentOf(generated, result));
    tryBlocks(result, text, generated, options);
    print(text);
  }
  return code;
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

/** Appended to the policy, the blocks pass and cover; anything else is a fault of the generator. */
function tryBlocks(result: CompileResult, text: string, { covered }: Generated, options: Options): void {
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
