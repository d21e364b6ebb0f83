/** Compiles policies for a test suite, and prints their stages. */
import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CompileOptions } from '../../compile.js';
import type { Artifact } from '../../artifact/manifest.js';
import { fileImporter, identify, readText } from '../cli/io.js';
import { TARGETS, targetOf } from '../../codegen/targets.js';
import { compileFor, NO_STAGES, type CompileResult } from '../../compile.js';
import { report } from '../../diagnostics/catalogue.js';
import { renderText } from '../../diagnostics/render.js';
import type { Diagnostic, NamedSource } from '../../diagnostics/types.js';

export type PolicyOptions = Pick<CompileOptions, 'defines' | 'target'>;

/** A policy: a path from the working directory, a `file:` URL, the result of a compilation, or an artifact. */
export type PolicyInput = string | URL | CompileResult | Artifact;

/** Compiles a policy file and what it imports, as `llpc build` does. */
export function compileFile(file: string | URL, options: PolicyOptions = {}): CompileResult {
  const path = pathOf(file);
  const read = readText(path);
  if (read.kind === 'ok')
    return compileFor(targetOf(options), identify([path], [read.text]), {
      ...options,
      importer: fileImporter,
    });
  const missing = report('LLP2017', { path, why: read.why }, {});
  return { artifact: undefined, diagnostics: [missing], sources: [], stages: NO_STAGES };
}

/** The path of a file as diagnostics show it: relative if the file is beneath the working directory. */
export function pathOf(file: string | URL): string {
  if (typeof file === 'string') return file;
  const path = fileURLToPath(file);
  const shown = relative(process.cwd(), path);
  return shown.startsWith('..') ? path : shown.split(sep).join('/');
}

/** The artifact of a policy and its sources. Throws an error with all diagnostics if the policy does not compile. */
export function artifactOf(policy: PolicyInput): {
  readonly artifact: Artifact;
  readonly sources: readonly NamedSource[];
} {
  if (typeof policy === 'object' && 'bytecode' in policy) return { artifact: policy, sources: [] };
  const result = typeof policy === 'string' || policy instanceof URL ? compileFile(policy) : policy;
  const { artifact, diagnostics, sources } = result;
  if (artifact !== undefined) return { artifact, sources };
  throw new Error(`the policy does not compile\n${rendered(diagnostics, sources)}`);
}

export function rendered(diagnostics: readonly Diagnostic[], sources: readonly NamedSource[]): string {
  return renderText(diagnostics, sources, { colour: false }).trimEnd();
}

/** The stages of a policy as text, by file name. For an artifact, only its programs and its manifest. */
export function stageFiles(policy: PolicyInput): ReadonlyMap<string, string> {
  if (typeof policy === 'object' && 'bytecode' in policy) {
    const { show } = TARGETS[policy.manifest.target];
    return filesOf(['asm', 'manifest'], (stage) => show(stage, { artifact: policy }));
  }
  const result = typeof policy === 'string' || policy instanceof URL ? compileFile(policy) : policy;
  artifactOf(result);
  return filesOf(['policy', 'hierarchy', 'plan', 'asm', 'manifest'], result.stages.show);
}

function filesOf<S extends string>(
  stages: readonly S[],
  show: (stage: S) => string | undefined,
): Map<string, string> {
  const extension = (stage: S): string => (stage === 'manifest' ? 'json' : 'txt');
  return new Map(stages.map((stage) => [`${stage}.${extension(stage)}`, show(stage) ?? '']));
}
