/**
 * Runs raw programs, with r1 = memory and r2 = its length, on the engine of a name.
 *
 * The interpreter runs everything that decodes, and checks every access. Compiled code does not check accesses, so only
 * programs that `verifyRawProgram` accepts are compiled. A raw program runs once, so compiling it would not pay, and
 * `auto` is the interpreter here.
 *
 * Invariant: no input makes it throw.
 */
import { decode } from '../../bpf/decode.js';
import type { DecodeError } from '../../bpf/decode.js';
import { verifyRawProgram } from '../../bpf/verify/verify.js';
import type { VerifierError } from '../../bpf/verify/verify.js';
import { assertNever } from '../../base/assert.js';
import { runRaw as interpretRaw } from './interpreter.js';
import { asVerifierMap } from './load-program.js';
import type { EngineName } from './names.js';
import { RAW_FUEL } from './start.js';
import type { RawOptions } from './start.js';
import { compileRaw } from './wasm/raw.js';

export type RawRun =
  /** The signed halves of r0. `memory` is a copy, as the program left it. */
  | { readonly kind: 'returned'; readonly lo: number; readonly hi: number; readonly memory: Uint8Array }
  | { readonly kind: 'refused'; readonly errors: readonly VerifierError[] }
  /** `slot` is undefined if the engine does not report it. */
  | { readonly kind: 'fault'; readonly slot: number | undefined; readonly message: string };

/** Runs a raw program once on an engine. The program writes into a copy of `memory`. */
export function runRaw(
  engine: EngineName,
  bytes: Uint8Array,
  memory: Uint8Array,
  options: RawOptions = {},
): RawRun {
  switch (engine) {
    case 'interpreter':
    case 'auto':
      return interpreted(bytes, memory, options);
    case 'wasm':
      return compiled(bytes, memory, options);
    default:
      return assertNever(engine);
  }
}

/** The number of instructions that fit the interpreter's store even if each has a constant. */
const MAX_RAW_INSTRUCTIONS = 32_000;

function interpreted(bytes: Uint8Array, memory: Uint8Array, options: RawOptions): RawRun {
  const count = decode(bytes).instructions.length;
  if (count > MAX_RAW_INSTRUCTIONS)
    return refusal(`${count} instructions are more than ${MAX_RAW_INSTRUCTIONS}`);
  const outcome = interpretRaw(bytes, memory, options);
  switch (outcome.kind) {
    case 'returned':
      return outcome;
    case 'refused':
      return { kind: 'refused', errors: outcome.errors.map(ofDecode) };
    case 'fault': {
      const [, slot, message] = /^raw: slot (\d+): (.*)$/s.exec(outcome.fault) ?? [];
      return {
        kind: 'fault',
        slot: slot === undefined ? undefined : Number(slot),
        message: message ?? outcome.fault,
      };
    }
    default:
      return assertNever(outcome);
  }
}

function refusal(message: string): RawRun {
  return { kind: 'refused', errors: [{ slot: 0, disassembly: '', rule: 'size', message, path: [] }] };
}

function ofDecode({ slot, hex, rule, message }: DecodeError): VerifierError {
  return { slot, disassembly: hex, rule, message, path: [] };
}

/** The most bytes of memory that a compiled program may have: half of the largest linear memory. */
const MAX_MEMORY = 1 << 30;

function compiled(bytes: Uint8Array, memory: Uint8Array, options: RawOptions): RawRun {
  const { helpers = new Map<number, () => number>(), maps = [], fuel = RAW_FUEL } = options;
  const verified = verifyRawProgram({
    bytes,
    memorySize: memory.length,
    maps: maps.map(asVerifierMap),
    helpers: [...helpers.keys()],
  });
  if (verified.kind === 'refused') return verified;
  const { code, facts } = verified;
  const countsFuel = facts.unprovenLoops.length > 0 || facts.steps >= fuel;
  const module = compileRaw([{ code, maps, countsFuel }], helpers);
  if (module === undefined || memory.length > MAX_MEMORY)
    return refusal('linear memory has no room for the maps and the memory of the program');
  const copy = new Uint8Array(memory);
  const run = module.run(0, copy, fuel);
  if (run.kind === 'returned') return { ...run, memory: copy };
  return { kind: 'fault', slot: code[run.index]?.slot, message: 'out of fuel' };
}
