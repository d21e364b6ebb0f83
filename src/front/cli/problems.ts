/** Makes diagnostics for files that cannot be read or written. */
import { readdirSync, statSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { report } from '../../diagnostics/catalogue.js';
import { nearestName } from '../../diagnostics/suggest.js';
import type { Diagnostic } from '../../diagnostics/types.js';
import { isOneOf, reasonOf, WriteError } from './io.js';

/**
 * Returns a diagnostic for a failed write.
 *
 * @param path the file to be written, used if the error does not name it
 */
export function writeProblem(path: string, error: unknown): Diagnostic {
  const at = error instanceof WriteError ? error.path : path;
  return report('LLP5013', { path: at, why: reasonOf(error) }, {});
}

/** Returns a diagnostic if an output would replace an input. */
export function inputProblem(path: string, inputs: readonly string[]): Diagnostic | undefined {
  if (!isOneOf(path, inputs)) return undefined;
  return report('LLP5013', { path, why: 'it is one of the files that are read' }, {});
}

/** Returns a diagnostic for a failed read. The help names an existing file with a similar name. */
export function unreadable(path: string, why: string): Diagnostic {
  const help = path === '-' ? undefined : helpFor(path);
  return report('LLP2017', { path, why }, help === undefined ? {} : { help });
}

function helpFor(path: string): string | undefined {
  if (isFolder(path)) return 'name the files in it';
  const near = nearName(path);
  return near === undefined ? undefined : `did you mean \`${near}\`?`;
}

/** Returns the nearest name in the folder; undefined if the name itself exists and so is not misspelt. */
function nearName(path: string): string | undefined {
  const [folder, name] = [dirname(path), basename(path)];
  const names = namesIn(folder);
  if (names.includes(name)) return undefined;
  const near = nearestName(name, names);
  return near === undefined ? undefined : path.slice(0, path.length - name.length) + near;
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false;
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
