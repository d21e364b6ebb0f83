/** `llpc test`: runs the tests of each policy file. */
import { hasError } from '../../compile.js';
import { together } from '../../diagnostics/together.js';
import {
  fileText,
  isPassed,
  reportJson,
  testFile,
  totalText,
  type FileReport,
} from '../../tools/testing/file-report.js';
import { UsageError } from './arguments.js';
import { compileFiles } from './compile-files.js';
import { checkCoverageOptions, reportCoverage } from './coverage.js';
import type { ReadFile } from './io.js';
import type { Options } from './options.js';
import { fail, print, printDiagnostics, printJson } from './output.js';
import { watching } from './watch.js';

export async function testCommand(options: Options): Promise<number> {
  if (options.positionals.length === 0) throw new UsageError('which policy? Name at least one file');
  checkGenerate(options);
  checkCoverageOptions(options);
  if (options.generate) return generate(options);
  return watching(options, (readFile) => testFiles(options, readFile));
}

/** Prints generated tests for each policy. They have passed before. */
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

/** Refuses options that do not fit `--generate`: it runs no tests of the policy, and its output is policy text. */
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
  for (const file of options.positionals)
    reports.push(testFile(file, await compileFiles([file], options, 'build', readFile), options));
  await printReports(reports, options);
  const covered = reports.flatMap((r) => r.covered ?? []);
  const written = options.coverage ? await reportCoverage(covered, options) : 0;
  return reports.every(isPassed) ? written : 1;
}

async function printReports(reports: readonly FileReport[], { format }: Options): Promise<void> {
  if (format === 'json') return printJson(reportJson(reports));
  if (format === 'sarif') {
    // SARIF needs one log for all files.
    const { diagnostics, sources } = together(reports);
    return printDiagnostics(diagnostics, sources, format);
  }
  for (const report of reports) {
    await printDiagnostics(report.diagnostics, report.sources, 'text');
    print(fileText(report));
  }
  print(totalText(reports));
}
