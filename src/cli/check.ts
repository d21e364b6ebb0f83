/** `llpc check` and `llpc build`. */
import { hasError } from '../analyse.js';
import { report } from '../diagnostics/catalogue.js';
import { compileFiles, type Depth } from './compile-files.js';
import { reasonOf, writeFiles } from './io.js';
import { print, printDiagnostics } from './output.js';
import { UsageError, type Options } from './options.js';
import type { CompileResult } from '../compile.js';

export async function checkCommand(options: Options): Promise<number> {
  const needsPlan = options.emit.some((stage) => stage === 'plan' || stage === 'asm' || stage === 'manifest');
  const result = await compileAndReport(options, needsPlan ? 'build' : 'check');
  return hasError(result.diagnostics) ? 1 : 0;
}

export async function buildCommand(options: Options): Promise<number> {
  const { out } = options;
  if (!out) throw new UsageError('where to? Write `-o DIR`');
  const result = await compileAndReport(options, 'build');
  const { artifact } = result;
  if (artifact === undefined) return 1;
  const { manifestText } = await import('../artifact/text.js');
  try {
    // The manifest last: where it is, all that it names is there.
    writeFiles(out, [...artifact.bytecode, ['manifest.json', manifestText(artifact.manifest)]]);
  } catch (error) {
    await printDiagnostics([report('LLP5013', { path: out, why: reasonOf(error) }, {})], [], options.format);
    return 1;
  }
  return 0;
}

async function compileAndReport(options: Options, depth: Depth): Promise<CompileResult> {
  if (options.positionals.length === 0) throw new UsageError('which policy? Name at least one file');
  const result = await compileFiles(options.positionals, options, depth);
  if (options.emit.length > 0) {
    const { emitStage } = await import('./emit.js');
    for (const stage of options.emit) print(emitStage(result, stage) ?? '');
    if (result.diagnostics.length > 0) await printDiagnostics(result.diagnostics, result.sources, 'text');
  } else {
    await printDiagnostics(result.diagnostics, result.sources, options.format);
  }
  return result;
}
