/** `--coverage`: prints or writes the report. */
import { basename, dirname } from 'node:path';
import { coverageText, type Covered } from '../../tools/testing/coverage-text.js';
import { UsageError } from './arguments.js';
import { writeFiles } from './io.js';
import type { Options } from './options.js';
import { fail, print } from './output.js';
import { writeProblem } from './problems.js';

/** Refuses options that would print two documents to standard output. */
export function checkCoverageOptions({ coverage, coverageOut, format }: Options): void {
  if (coverage && coverageOut === undefined && format !== 'text')
    throw new UsageError(
      `with \`--format ${format}\` coverage goes to a file: write \`--coverage-out FILE\``,
    );
}

/** Prints or writes the report. Returns the exit code, which is not 0 if the file cannot be written. */
export async function reportCoverage(covered: readonly Covered[], options: Options): Promise<number> {
  const { coverageOut: out, coverageFormat } = options;
  const text = coverageText(covered, coverageFormat);
  if (out === undefined) {
    print(text);
    return 0;
  }
  try {
    writeFiles(dirname(out), [[basename(out), text]]);
    return 0;
  } catch (error) {
    return fail([writeProblem(out, error)], [], 'text');
  }
}
