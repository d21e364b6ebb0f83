/** The fragments that come with the compiler: the folder `std` of the package. */
import { readFileSync } from 'node:fs';
import type { Imported } from './link.js';

/** Two levels up from `dist/src`, one from `src`: wherever this file runs, `std` is at the package's root. */
const ROOTS = ['../../std/', '../std/'];

/** The text of `std/NAME`. */
export function stdImporter(name: string): Imported {
  const rest = name.slice('std/'.length);
  if (/^[a-z0-9-]+\.llp$/.test(rest)) {
    for (const root of ROOTS) {
      try {
        return { kind: 'ok', text: readFileSync(new URL(root + rest, import.meta.url), 'utf8') };
      } catch {
        // Not at this root: try the next.
      }
    }
  }
  return { kind: 'missing', why: 'no such file comes with the compiler' };
}
