/** Runs the tests of a policy file, and reports the results as text and as data. */
import { counted, printable } from '../../base/text.js';
import { hasError, type CompileResult } from '../../compile.js';
import { diagnosticsJson } from '../../diagnostics/json.js';
import type { Diagnostic, SourceText } from '../../diagnostics/types.js';
import { countRuns, startCoverage } from '../../runtime/coverage.js';
import type { EngineName } from '../../runtime/engine/names.js';
import type { Covered } from './coverage-text.js';
import { runTests, type TestOptions, type TestReport } from './testing.js';

export interface FileReport {
  readonly file: string;
  readonly tests: readonly TestReport[];
  /** The diagnostics of the compilation and of the tests. */
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: readonly SourceText[];
  readonly compiled: boolean;
  /** Undefined if the policy did not compile. */
  readonly covered: Covered | undefined;
}

/** Runs the tests of a compiled file. Program runs are traced only for `coverage`. */
export function testFile(
  file: string,
  result: CompileResult,
  { engine, coverage: isCovered }: { readonly engine: EngineName; readonly coverage: boolean },
): FileReport {
  const coverage = startCoverage();
  const observe: TestOptions['observe'] = (policy, runs) => countRuns(coverage, [policy], runs);
  const tests = runTests(result, { engine, ...(isCovered ? { observe } : {}) }) ?? [];
  const diagnostics = [...result.diagnostics, ...tests.flatMap((t) => t.diagnostics)];
  const { artifact, sources } = result;
  const covered = artifact === undefined ? undefined : { policy: file, artifact, coverage, sources };
  return { file, tests, diagnostics, sources, compiled: !hasError(result.diagnostics), covered };
}

export function isPassed({ compiled, tests }: FileReport): boolean {
  return compiled && tests.every((t) => t.passed);
}

/** Returns a line for each test of a file. */
export function fileText({ file, tests, compiled }: FileReport): string {
  const line = (passed: boolean, what: string): string =>
    `${passed ? 'ok' : 'not ok'} - ${printable(`${file}: ${what}`)}\n`;
  const lines = tests.map((test) => line(test.passed, test.name));
  if (!compiled) lines.push(line(false, 'it does not compile'));
  else if (tests.length === 0) lines.push(line(true, 'no test in it'));
  return lines.join('');
}

/** Returns the last line of a run: the numbers of tests and expectations. */
export function totalText(reports: readonly FileReport[]): string {
  const tests = reports.flatMap((r) => r.tests);
  const failed = tests.filter((t) => !t.passed).length + reports.filter((r) => !r.compiled).length;
  const expectations = tests.reduce((sum, t) => sum + t.expectations, 0);
  return `${counted(tests.length, 'test')}, ${counted(expectations, 'expectation')}, ${failed} failed\n`;
}

/** Returns the reports as data, for `--format json`. */
export function reportJson(reports: readonly FileReport[]): object {
  const files = reports.map(({ file, compiled, tests: all, diagnostics: found, sources }) => {
    const tests = all.map(({ name, passed, expectations }) => ({ name, passed, expectations }));
    const { diagnostics } = diagnosticsJson(found, sources);
    return { file, compiled, tests, diagnostics };
  });
  return { format: 'llp-tests', version: 1, files };
}
