/** `llpc test`: each policy's own tests, file by file. */
import { counted, printable } from '../../base/text.js';
import { hasError } from '../../compile.js';
import { together } from '../../diagnostics/together.js';
import type { Diagnostic, SourceText } from '../../diagnostics/types.js';
import { countRuns, startCoverage } from '../../runtime/coverage.js';
import type { Covered } from '../../tools/testing/coverage-text.js';
import { runTests, type TestOptions, type TestReport } from '../../tools/testing/testing.js';
import { diagnosticsJson } from '../../diagnostics/json.js';
import { compileFiles } from './compile-files.js';
import { checkCoverageOptions, reportCoverage } from './coverage.js';
import { fail, print, printDiagnostics, printJson } from './output.js';
import type { ReadFile } from './io.js';
import { UsageError } from './arguments.js';
import type { Options } from './options.js';
import { watching } from './watch.js';

interface FileReport {
  readonly file: string;
  readonly tests: readonly TestReport[];
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: readonly SourceText[];
  readonly compiled: boolean;
  readonly covered: Covered | undefined;
}

export async function testCommand(options: Options): Promise<number> {
  if (options.positionals.length === 0) throw new UsageError('which policy? Name at least one file');
  checkGenerate(options);
  checkCoverageOptions(options);
  if (options.generate) return generate(options);
  return watching(options, (readFile) => testFiles(options, readFile));
}

/** Prints expectations for each policy. They were tried before. */
async function generate(options: Options): Promise<number> {
  const { generateTests } = await import('../../tools/generate/try-blocks.js');
  const { positionals, format, defines } = options;
  let code = 0;
  for (const file of positionals) {
    const result = await compileFiles([file], options);
    const { policy } = result.stages;
    if (policy === undefined || hasError(result.diagnostics))
      code = await fail(result.diagnostics, result.sources, format);
    else print(generateTests(result, policy, { defines }));
  }
  return code;
}

/** `--generate` runs nothing that could be covered or watched, and prints a policy's text. */
function checkGenerate({ generate, coverage, coverageOut, watch }: Options): void {
  if (!generate) return;
  if (coverage || coverageOut !== undefined)
    throw new UsageError(
      '`--generate` and `--coverage` do not go together: one is instead of running the tests',
    );
  if (watch) throw new UsageError('`--generate` and `--watch` do not go together');
}

async function testFiles(options: Options, readFile: ReadFile): Promise<number> {
  const reports: FileReport[] = [];
  for (const file of options.positionals) reports.push(await testFile(file, options, readFile));
  switch (options.format) {
    case 'text':
    case 'markdown':
      for (const report of reports) await printText(report);
      printTotal(reports);
      break;
    case 'json':
      printJson({ format: 'llp-tests', version: 1, files: reports.map(jsonOf) });
      break;
    case 'sarif':
      await printSarif(reports);
      break;
  }
  const failed = reports.some((r) => !r.compiled || r.tests.some((t) => !t.passed));
  const written = options.coverage
    ? reportCoverage(
        reports.flatMap((r) => r.covered ?? []),
        options,
      )
    : 0;
  return failed ? 1 : written;
}

async function testFile(file: string, options: Options, readFile: ReadFile): Promise<FileReport> {
  const result = await compileFiles([file], options, 'build', readFile);
  const coverage = startCoverage();
  const observe: TestOptions['observe'] = (policy, runs) => countRuns(coverage, [policy], runs);
  const tests = runTests(result, { engine: options.engine, ...(options.coverage ? { observe } : {}) }) ?? [];
  const diagnostics = [...result.diagnostics, ...tests.flatMap((t) => t.diagnostics)];
  const { artifact, sources } = result;
  const covered = artifact === undefined ? undefined : { policy: file, artifact, coverage, sources };
  return { file, tests, diagnostics, sources, compiled: !hasError(result.diagnostics), covered };
}

async function printText(report: FileReport): Promise<void> {
  await printDiagnostics(report.diagnostics, report.sources, 'text');
  const say = (passed: boolean, what: string): void =>
    print(`${passed ? 'ok' : 'not ok'} - ${printable(`${report.file}: ${what}`)}\n`);
  for (const test of report.tests) say(test.passed, test.name);
  if (!report.compiled) say(false, 'it does not compile');
  else if (report.tests.length === 0) say(true, 'no test in it');
}

function printTotal(reports: readonly FileReport[]): void {
  const tests = reports.flatMap((r) => r.tests);
  const failed = tests.filter((t) => !t.passed).length + reports.filter((r) => !r.compiled).length;
  const expectations = tests.reduce((sum, t) => sum + t.expectations, 0);
  print(`${counted(tests.length, 'test')}, ${counted(expectations, 'expectation')}, ${failed} failed\n`);
}

function jsonOf(report: FileReport): object {
  const tests = report.tests.map(({ name, passed, expectations }) => ({ name, passed, expectations }));
  const { diagnostics } = diagnosticsJson(report.diagnostics, report.sources);
  return { file: report.file, compiled: report.compiled, tests, diagnostics };
}

/** One log for all files. */
async function printSarif(reports: readonly FileReport[]): Promise<void> {
  const { diagnostics, sources } = together(reports);
  await printDiagnostics(diagnostics, sources, 'sarif');
}
