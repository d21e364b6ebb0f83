/** Files → a compilation, for all commands that take policies. */
import type { CompileOptions } from '../../compile.js';
import { checkSources, compileFor, NO_STAGES, type CompileResult } from '../../compile.js';
import type { Diagnostic } from '../../diagnostics/types.js';
import type { SourceInput } from '../../parser/link.js';
import { identify, readText, type ReadFile } from './io.js';
import { progressLine } from './output.js';
import type { Options } from './options.js';
import { unreadable } from './problems.js';

/**
 * The passes to run: `check` stops before the passes of the target. `load` leaves out the gaps on the policy's own tree, for a
 * caller that decides them on another tree.
 */
export type Depth = 'check' | 'build' | 'load';

/** Compiles files as layers. A file that cannot be read is reported, and the others are still checked for errors. */
export async function compileFiles(
  paths: readonly string[],
  options: Options,
  depth: Depth = 'build',
  readFile: ReadFile = readText,
): Promise<CompileResult> {
  const missing: Diagnostic[] = [];
  const readable: string[] = [];
  const texts: string[] = [];
  for (const path of paths) {
    const read = readFile(path);
    if (read.kind === 'ok') {
      readable.push(path);
      texts.push(read.text);
    } else {
      missing.push(unreadable(path, read.why));
    }
  }
  if (readable.length === 0)
    return { artifact: undefined, diagnostics: missing, sources: [], stages: NO_STAGES };
  const progress = progressLine();
  const compileOptions = {
    defines: options.defines,
    target: options.target,
    machine: options.machine,
    exact: options.exact,
    gaps: depth !== 'load',
    importer: readFile,
    progress: progress.step,
  };
  const inputs = identify(readable, texts);
  const result =
    depth !== 'check'
      ? await compileOrRemember(inputs, options, compileOptions, readFile)
      : { ...checkSources(inputs, compileOptions), artifact: undefined };
  const diagnostics = await confirmed(result);
  progress.done();
  if (missing.length === 0) return { ...result, diagnostics };
  return { ...result, artifact: undefined, diagnostics: [...missing, ...diagnostics] };
}

/** Confirms warnings about moves by runs. The runtime is loaded only if there is such a warning. */
async function confirmed(result: CompileResult): Promise<readonly Diagnostic[]> {
  if ((result.stages.gains ?? []).length === 0) return result.diagnostics;
  return (await import('../../tools/testing/confirm-gains.js')).confirmGains(result);
}

/** Compiles, or returns the result from the cache. The cache has no stages, so it is not used with `--emit`. */
async function compileOrRemember(
  inputs: readonly SourceInput[],
  { cache, emit, target }: Options,
  compileOptions: CompileOptions,
  readFile: ReadFile,
): Promise<CompileResult> {
  const kept = cache === undefined || emit.length > 0 ? undefined : await import('./cache.js');
  const slot = kept?.cacheSlot(cache ?? '', inputs, compileOptions);
  const known = slot === undefined ? undefined : kept?.readCached(slot, readFile);
  if (known !== undefined) return known;
  const { loadTarget } = await import('../../codegen/load-target.js');
  const result = compileFor(await loadTarget(target), inputs, compileOptions);
  const failure = slot === undefined ? undefined : kept?.writeCached(slot, result);
  return failure === undefined ? result : { ...result, diagnostics: [...result.diagnostics, failure] };
}
