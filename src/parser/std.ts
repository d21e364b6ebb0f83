/** The fragments that come with the compiler: the folder `std` of the package. */
import { readFileSync } from 'node:fs';
import type { Imported } from './link.js';

/** Three levels up from `dist/src/parser`, two from `src/parser`: wherever this file runs, `std` is at the package's root. */
const ROOTS = ['../../../std/', '../../std/'];

/** The text of `std/NAME`. */
export function stdImporter(name: string): Imported {
  return readStd(name) ?? { kind: 'missing', why: 'no such file comes with the compiler' };
}

/** Where `std/NAME` is on disk. */
export function stdUrl(name: string): URL | undefined {
  return readStd(name)?.url;
}

function readStd(
  name: string,
): { readonly kind: 'ok'; readonly text: string; readonly url: URL } | undefined {
  const rest = name.slice('std/'.length);
  if (!/^[a-z0-9-]+\.llp$/.test(rest)) return undefined;
  for (const root of ROOTS) {
    try {
      const url = new URL(root + rest, import.meta.url);
      return { kind: 'ok', text: readFileSync(url, 'utf8'), url };
    } catch {
      // Not at this root: try the next.
    }
  }
  return undefined;
}
