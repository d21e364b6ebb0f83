/** Reads the sides of `llpc diff` from disk: one or more policies, which are layers, or a manifest. */
import { hasError } from '../../compile.js';
import { report } from '../../diagnostics/catalogue.js';
import type { Diagnostic, NamedSource } from '../../diagnostics/types.js';
import type { DiffSide } from '../../tools/diff/diff.js';
import { sideOfManifest, sideOfPolicy } from '../../tools/diff/sides.js';
import { placeFinder } from '../../tools/query/source-lines.js';
import { UsageError } from './arguments.js';
import { compileFiles } from './compile-files.js';
import { loadManifest, textsBeside } from './load-files.js';
import type { Options } from './options.js';

export type ReadSide =
  | { readonly kind: 'ok'; readonly side: DiffSide }
  | {
      readonly kind: 'refused';
      readonly diagnostics: readonly Diagnostic[];
      readonly sources: readonly NamedSource[];
    };

export async function readSide(files: readonly string[], options: Options): Promise<ReadSide> {
  const [first, ...others] = files;
  if (first?.endsWith('.json') !== true) return readPolicies(files, options);
  if (others.length > 0) throw new UsageError('a manifest stands alone: its layers are in it');
  return readManifest(first);
}

async function readPolicies(files: readonly string[], options: Options): Promise<ReadSide> {
  const result = await compileFiles(files, options, 'check');
  const side = hasError(result.diagnostics) ? undefined : sideOfPolicy(result);
  if (side !== undefined) return { kind: 'ok', side };
  const diagnostics = result.diagnostics.filter((d) => d.severity === 'error');
  return { kind: 'refused', diagnostics, sources: result.sources };
}

async function readManifest(file: string): Promise<ReadSide> {
  const { artifact, diagnostics } = await loadManifest(file);
  if (artifact === undefined) return { kind: 'refused', diagnostics, sources: [] };
  const { manifest } = artifact;
  const made = sideOfManifest(manifest, placeFinder(manifest, [], textsBeside(file)));
  if (made.kind === 'ok') return made;
  return { kind: 'refused', diagnostics: [report('LLP5006', { file, why: made.why }, {})], sources: [] };
}
