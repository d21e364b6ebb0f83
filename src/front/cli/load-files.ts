/** A policy or a manifest on disk → an artifact, for the commands that run artifacts. */
import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Artifact } from '../../artifact/manifest.js';
import { hasError } from '../../compile.js';
import type { CompileResult } from '../../compile.js';
import type { Diagnostic, NamedSource, SourceText } from '../../diagnostics/types.js';
import { toDiagnostics } from '../../tools/query/locate.js';
import type { TextsOf } from '../../tools/query/source-lines.js';
import { readArtifact, type UnreadBytecode } from '../../runtime/artifact-file.js';
import { compileFiles } from './compile-files.js';
import { readBytes, readText, reasonOf } from './io.js';
import type { Options } from './options.js';
import { unreadable } from './problems.js';

export interface LoadedFile {
  readonly artifact: Artifact | undefined;
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: readonly NamedSource[];
  /** For a policy: the whole result of its compilation. */
  readonly compiled?: CompileResult;
}

/** Loads a file: a name that ends in .json is a manifest, any other a policy. */
export async function loadFile(path: string, options: Options): Promise<LoadedFile> {
  if (path.endsWith('.json')) return loadManifest(path);
  const result = await compileFiles([path], options);
  const { diagnostics, sources } = result;
  const artifact = hasError(diagnostics) ? undefined : result.artifact;
  return { artifact, diagnostics, sources, compiled: result };
}

/** Reads a manifest and its bytecode from disk. */
export async function loadManifest(path: string): Promise<LoadedFile> {
  const none = { artifact: undefined, sources: [] };
  const read = readText(path);
  if (read.kind === 'missing') return { ...none, diagnostics: [unreadable(path, read.why)] };
  const result = await readArtifact(path, read.text, (name) => readBytecode(join(dirname(path), name)));
  if (result.kind === 'refused') return { ...none, diagnostics: toDiagnostics(result.problems, []) };
  return { ...none, artifact: result.artifact, diagnostics: [] };
}

/** Returns a function that looks for a source of a manifest beside it, in the folder above it and in the working directory. */
export function textsBeside(manifest: string): TextsOf {
  const folder = dirname(manifest);
  return (name) => [join(folder, name), join(folder, '..', name), name].flatMap(plainText);
}

/** Reads a plain file. A manifest could also name a device or a pipe, which is not read. */
function plainText(path: string): readonly SourceText[] {
  const read = isPlainFile(path) ? readText(path) : undefined;
  return read?.kind === 'ok' ? [{ name: path, text: read.text }] : [];
}

function isPlainFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function readBytecode(path: string): Uint8Array | UnreadBytecode | undefined {
  try {
    return readBytes(path);
  } catch (error) {
    return existsSync(path) ? { why: reasonOf(error) } : undefined;
  }
}
