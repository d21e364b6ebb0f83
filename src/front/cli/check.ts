/** `llpc check` and `llpc build`. */
import { relative, resolve, posix } from 'node:path';
import { hasError } from '../../compile.js';
import type { Artifact } from '../../artifact/manifest.js';
import type { CompileResult } from '../../compile.js';
import { TARGET_STAGES, type StageName } from '../../codegen/target.js';
import { report } from '../../diagnostics/catalogue.js';
import type { Diagnostic } from '../../diagnostics/types.js';
import { compileFiles, type Depth } from './compile-files.js';
import { depfileText } from './depfile.js';
import { recording, writeFiles, type FileToWrite, type ReadFile, type ReadText } from './io.js';
import { inputProblem, writeProblem } from './problems.js';
import { print, printDiagnostics } from './output.js';
import { UsageError } from './arguments.js';
import type { Options } from './options.js';
import { together } from '../../diagnostics/together.js';
import { watching } from './watch.js';

export async function checkCommand(options: Options): Promise<number> {
  const targetStages: readonly StageName[] = TARGET_STAGES;
  const depth = options.emit.some((stage) => targetStages.includes(stage)) ? 'build' : 'check';
  if (!options.each) needFiles(options);
  else if (options.emit.length > 0) throw new UsageError('`--each` and `--emit` do not go together');
  return watching(options, async (readFile) => {
    if (options.each) return checkEach(options, readFile);
    const result = await compileAndReport(options, depth, readFile);
    return hasError(result.diagnostics) ? 1 : 0;
  });
}

/** Checks each file as a policy of its own. An empty file list is allowed: a hook for changed files may pass none. */
async function checkEach(options: Options, readFile: ReadFile): Promise<number> {
  const results: CompileResult[] = [];
  for (const file of options.positionals)
    results.push(await compileFiles([file], options, 'check', readFile));
  const { diagnostics, sources } = together(results);
  await printDiagnostics(diagnostics, sources, options.format);
  return hasError(diagnostics) ? 1 : 0;
}

export async function buildCommand(options: Options): Promise<number> {
  const { out } = options;
  if (!out) throw new UsageError('where to? Write `-o DIR`');
  needFiles(options);
  return watching(options, (readFile) => buildOnce(options, out, readFile));
}

async function buildOnce(options: Options, out: string, readFile: ReadFile): Promise<number> {
  const seen = new Map<string, ReadText>();
  const { loadTarget } = await import('../../codegen/load-target.js');
  const { dependsOnMachine } = await loadTarget(options.target);
  if (options.portable && !dependsOnMachine)
    throw new UsageError(`\`--portable\`: what is built for ${options.target} is the same on every machine`);
  const read = recording(readFile, seen);
  const made = dependsOnMachine ? await buildHere(options, read) : await buildAnywhere(options, read);
  if (made === undefined) return 1;
  const failure = await write(made.artifact, made.launcher, out, options.depfile, [...seen.keys()]);
  if (failure === undefined) return 0;
  await printDiagnostics([failure], [], options.format);
  return 1;
}

interface Built {
  readonly artifact: Artifact;
  readonly launcher: readonly FileToWrite[];
}

async function buildAnywhere(options: Options, readFile: ReadFile): Promise<Built | undefined> {
  const { artifact } = await compileAndReport(options, 'build', readFile);
  return artifact && { artifact, launcher: [] };
}

/** Builds for a machine: its gaps are decided on the tree of this one, or with `--portable` on the policy alone. */
async function buildHere(options: Options, readFile: ReadFile): Promise<Built | undefined> {
  const { buildMachine, launcherFiles } = await import('./build-launcher.js');
  const machine = await buildMachine(options);
  const depth = options.portable ? 'build' : 'load';
  // The cache keeps artifacts only, and the gaps on this tree need the policy.
  const compiled = await compileAndReport({ ...options, machine, cache: undefined }, depth, readFile);
  const { artifact } = compiled;
  if (artifact === undefined || hasError(compiled.diagnostics)) return undefined;
  const launcher = await launcherFiles(compiled, machine, options);
  return launcher && { artifact, launcher };
}

/**
 * Writes the files of a build. The depfile comes first, so that a new manifest always has one. The manifest comes last, so that
 * all files that it names exist. Only the manifest is a target of the depfile: the names of the other files are not known before
 * the policy is compiled, and Ninja refuses targets that its rule does not name. The standard library is not among the inputs,
 * because it is part of the compiler.
 */
async function write(
  artifact: Artifact,
  launcher: readonly FileToWrite[],
  out: string,
  depfile: string | undefined,
  inputs: readonly string[],
): Promise<Diagnostic | undefined> {
  const { manifestText } = await import('../../artifact/text.js');
  const files: FileToWrite[] = [
    ...artifact.bytecode,
    ...launcher,
    ['manifest.json', manifestText(artifact.manifest)],
  ];
  if (depfile !== undefined) {
    const made = depfileText(
      posix.join(out, 'manifest.json'),
      inputs.filter((name) => name !== '-'),
    );
    if (made.kind === 'refused') {
      const why = `no quoting of the name \`${made.name}\` is read alike by Make and Ninja`;
      return report('LLP5013', { path: depfile, why }, {});
    }
    files.unshift([relative(out, depfile), made.text]);
  }
  for (const [name] of files) {
    const path = resolve(out, name);
    const replaced = inputProblem(path, inputs);
    if (replaced !== undefined) return replaced;
  }
  try {
    writeFiles(out, files);
  } catch (error) {
    return writeProblem(out, error);
  }
  return undefined;
}

function needFiles(options: Options): void {
  if (options.positionals.length === 0) throw new UsageError('which policy? Name at least one file');
}

async function compileAndReport(options: Options, depth: Depth, readFile: ReadFile): Promise<CompileResult> {
  const result = await compileFiles(options.positionals, options, depth, readFile);
  if (options.emit.length > 0) {
    for (const stage of options.emit) print(result.stages.show(stage) ?? '');
    if (result.diagnostics.length > 0) await printDiagnostics(result.diagnostics, result.sources, 'text');
  } else {
    await printDiagnostics(result.diagnostics, result.sources, options.format);
  }
  return result;
}
