/** Reads the standard library: the fragments in the folder `std` of the package. */
import { packageFile, type PackageFile } from '../base/package.js';
import type { Imported } from './link.js';

/** The importer for `std/NAME`. */
export function stdImporter(name: string): Imported {
  const found = readStd(name);
  if (found === undefined) return { kind: 'missing', why: 'no such file comes with the compiler' };
  return { kind: 'ok', text: found.text };
}

/** The URL of `std/NAME` on disk; undefined if there is no such file. */
export function stdUrl(name: string): URL | undefined {
  return readStd(name)?.url;
}

function readStd(name: string): PackageFile | undefined {
  return /^std\/[a-z0-9-]+\.llp$/.test(name) ? packageFile(name) : undefined;
}
