/**
 * `llpc exec --plugin`: implements the plugin protocol of the public bpf_conformance suite.
 *
 *     plugin [MEMORY] [plugin options] [--elf] < PROGRAM
 *
 * Memory and program are bytes in hex, separated by white space. On success, standard output is r0 in hex and the exit code is
 * 0. Otherwise a message is on standard error, standard output is empty and the exit code is not 0.
 *
 * The suite's runner passes the memory before the options, and omits it if a test has none. Old runners pass an empty argument
 * in place of the memory, or where two blanks separate options. The suite's Linux plugin also takes `--program HEX` and
 * `--debug`.
 */
import { parseHex } from '../../base/hex.js';
import type { ReadText } from './io.js';
import { readHex, UsageError } from './arguments.js';
import type { Options } from './options.js';
import { failureText, r0Hex } from '../../runtime/engine/raw-text.js';
import { runRaw } from '../../runtime/engine/raw.js';

export interface PluginResult {
  readonly out: string;
  readonly err: string;
  readonly code: 0 | 1;
}

/** The one helper that tests of the suite call has the number 5. Its result does not matter. */
const HELPERS: ReadonlyMap<number, () => number> = new Map([[5, () => 0]]);

/** Runs the plugin once. Arguments that cannot be read are a usage error. */
export function runPlugin(options: Options, readInput: () => ReadText): PluginResult {
  const [memoryText, ...rest] = options.positionals.filter((p) => p !== '');
  if (rest.length > 0) throw new UsageError('write `llpc exec --plugin [MEM]`: the memory is one argument');
  if (options.elf) return failed('--elf: ELF files are not supported, only bytecode');
  const memory = readHex('MEM', memoryText) ?? options.mem ?? new Uint8Array();
  const program = readHex('--program', options.program) ?? readProgram(readInput());
  if (typeof program === 'string') return failed(program);
  const run = runRaw(options.engine, program, memory, { helpers: HELPERS, fuel: options.fuel });
  if (run.kind === 'returned') return { out: `${r0Hex(run)}\n`, err: '', code: 0 };
  return { out: '', err: failureText('program', program, run), code: 1 };
}

function readProgram(read: ReadText): Uint8Array | string {
  if (read.kind === 'missing') return `standard input: ${read.why}`;
  const parsed = parseHex(read.text);
  return parsed.kind === 'ok' ? parsed.bytes : `standard input: ${parsed.why}`;
}

function failed(message: string): PluginResult {
  return { out: '', err: `${message}\n`, code: 1 };
}
