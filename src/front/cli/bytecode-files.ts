/**
 * Reads the input of `disasm`, `verify` and `exec` → programs as bytes.
 *
 * The name of the file gives its kind: a manifest (.json), a policy that is compiled (.llp), hex text (.hex or `-`), or
 * bytecode (any other name). The bytes are not checked here.
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
      /** Undefined for bytes without a manifest. */
      readonly artifact: Artifact | undefined;
      /** The texts of a policy; else empty. */
      readonly sources: readonly NamedSource[];
    }
  | {
      readonly kind: 'refused';
      readonly diagnostics: readonly Diagnostic[];
      readonly sources: readonly NamedSource[];
    };

/** Returns the one file argument of these commands. */
export function oneFile({ positionals }: Options, usage: string): string {
  const [file, ...rest] = positionals;
  if (file === undefined || rest.length > 0) throw new UsageError(`write \`${usage}\``);
  return file;
}

/** Returns the output format. SARIF is refused, because these commands do not print diagnostics. */
export function textOrJson({ format }: Options): 'text' | 'json' {
  if (format === 'sarif') throw new UsageError('`--format sarif`: it takes `text`, `json`');
  return format === 'json' ? 'json' : 'text';
}

const isArtifact = (file: string): boolean => /\.(?:json|llp)$/.test(file);

/** Returns whether the file has bytes without a manifest. */
export function isRaw(file: string, { hex }: Options): boolean {
  return hex || !isArtifact(file);
}

/** Reads the programs of a file. */
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

/** Returns the bytes of a hex file, or why they cannot be read. */
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

/** Reads a policy or a manifest. The compiler is loaded only here, because bytes do not need it. */
async function readArtifactFile(file: string, options: Options): Promise<BytecodeFile> {
  const { loadFile } = await import('./load-files.js');
  const { artifact, diagnostics, sources } = await loadFile(file, options);
  if (artifact === undefined) {
    return { kind: 'refused', diagnostics: diagnostics.filter((d) => d.severity === 'error'), sources };
  }
  return { kind: 'ok', programs: programsOf(artifact), artifact, sources };
}
