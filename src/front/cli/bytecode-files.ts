/**
 * What `disasm`, `verify` and `exec` are given → programs as bytes: a manifest, a policy (compiled), hex text or bytecode.
 *
 * The name of the file decides which: .json, .llp, .hex or `-`, anything else. Nothing is said here about the bytes.
 */
import type { Artifact } from '../../artifact/manifest.js';
import { programsOf, type BytecodeProgram } from '../../bpf/program-text.js';
import type { Diagnostic, NamedSource } from '../../diagnostics/types.js';
import { parseHex } from '../../base/hex.js';
import { readBytes, readText, reasonOf } from './io.js';
import { UsageError } from './arguments.js';
import type { Options } from './options.js';
import { unreadable } from './problems.js';

export type BytecodeFile =
  | {
      readonly kind: 'ok';
      readonly programs: readonly BytecodeProgram[];
      /** Undefined for bytes alone. */
      readonly artifact: Artifact | undefined;
      /** Texts that are at hand: those of a policy. */
      readonly sources: readonly NamedSource[];
    }
  | {
      readonly kind: 'refused';
      readonly diagnostics: readonly Diagnostic[];
      readonly sources: readonly NamedSource[];
    };

/** The one file that these commands take. */
export function oneFile({ positionals }: Options, usage: string): string {
  const [file, ...rest] = positionals;
  if (file === undefined || rest.length > 0) throw new UsageError(`write \`${usage}\``);
  return file;
}

/** SARIF is for diagnostics, and these commands print something else. */
export function textOrJson({ format }: Options): 'text' | 'json' {
  if (format === 'sarif') throw new UsageError('`--format sarif`: it takes `text`, `json`');
  return format === 'json' ? 'json' : 'text';
}

const isArtifact = (file: string): boolean => /\.(?:json|llp)$/.test(file);

/** Whether the file names bytes alone, of which no manifest says what they are. */
export function isRaw(file: string, { hex }: Options): boolean {
  return hex || !isArtifact(file);
}

/** Reads what the path names. */
export async function readBytecode(file: string, options: Options): Promise<BytecodeFile> {
  if (!isRaw(file, options)) return readArtifactFile(file, options);
  const isHex = options.hex || file === '-' || file.endsWith('.hex');
  const read = isHex ? readHexFile(file) : readBinary(file);
  if (typeof read === 'string') {
    return { kind: 'refused', diagnostics: [unreadable(file, read)], sources: [] };
  }
  const name = file === '-' ? '<stdin>' : file;
  return { kind: 'ok', programs: [{ name, bytes: read, row: undefined }], artifact: undefined, sources: [] };
}

/** The bytes, or why there are none. */
function readHexFile(file: string): Uint8Array | string {
  const read = readText(file);
  if (read.kind === 'missing') return read.why;
  const parsed = parseHex(read.text);
  return parsed.kind === 'ok' ? parsed.bytes : parsed.why;
}

function readBinary(file: string): Uint8Array | string {
  try {
    return readBytes(file);
  } catch (error) {
    return reasonOf(error);
  }
}

/** The compiler is loaded only for what needs it. */
async function readArtifactFile(file: string, options: Options): Promise<BytecodeFile> {
  const { loadFile } = await import('./load-files.js');
  const { artifact, diagnostics, sources } = await loadFile(file, options);
  if (artifact === undefined) {
    return { kind: 'refused', diagnostics: diagnostics.filter((d) => d.severity === 'error'), sources };
  }
  return { kind: 'ok', programs: programsOf(artifact), artifact, sources };
}
