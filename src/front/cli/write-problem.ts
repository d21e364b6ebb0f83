/** A failed write as a diagnostic. */
import { report } from '../../diagnostics/catalogue.js';
import type { Diagnostic } from '../../diagnostics/types.js';
import { reasonOf, WriteError } from './io.js';

/** @param path what was to be written, where the error does not say */
export function writeProblem(path: string, error: unknown): Diagnostic {
  const at = error instanceof WriteError ? error.path : path;
  return report('LLP5013', { path: at, why: reasonOf(error) }, {});
}
