/** Runs random programs in both engines, and returns everything that a run changes. */
import { encodeInstructions } from '../../src/bpf/encode.js';
import type { Placed } from '../../src/bpf/types.js';
import { verifyRawProgram } from '../../src/bpf/verify/verify.js';
import type { ProgramFacts, VerifierMap } from '../../src/bpf/verify/verify.js';
import { runRaw } from '../../src/runtime/engine/interpreter.js';
import type { PlainTable } from '../../src/runtime/engine/maps.js';
import type { RawModule } from '../../src/runtime/engine/wasm/raw.js';
import { MAPS, engineMaps } from './random-program.js';
import type { RandomProgram } from './random-program.js';

/** Number of programs in one module. */
export const BATCH = 250;

export const VERIFIER_MAPS: readonly VerifierMap[] = MAPS.map(({ name, valueSize, entries }) => {
  return { name, type: 'array', keySize: 4, valueSize, maxEntries: entries };
});

export interface Verified {
  readonly bytes: Uint8Array;
  readonly code: readonly Placed[];
  readonly facts: ProgramFacts;
}

/** Returns a verified program. Throws if the verifier refuses it: the generator makes only programs that it accepts. */
export function verified({ instructions, memory }: RandomProgram): Verified {
  const bytes = encodeInstructions(instructions);
  const outcome = verifyRawProgram({ bytes, memorySize: memory.length, maps: VERIFIER_MAPS });
  if (outcome.kind === 'refused') throw new Error(JSON.stringify(outcome.errors[0]));
  return { bytes, code: outcome.code, facts: outcome.facts };
}

const valuesOf = (map: PlainTable): Uint8Array =>
  new Uint8Array(map.view.buffer, map.view.byteOffset, map.view.byteLength);

/** Returns the result, the memory and the maps of a run as one text. */
function trace(run: object, memory: Uint8Array, maps: readonly PlainTable[]): string {
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
  return JSON.stringify([run, hex(memory), ...maps.map((map) => hex(valuesOf(map)))]);
}

export function interpreted({ memory, values }: RandomProgram, { bytes }: Verified, fuel: number): string {
  const maps = engineMaps(values);
  const outcome = runRaw(bytes, memory, { maps, fuel });
  if (outcome.kind === 'refused') throw new Error(JSON.stringify(outcome.errors));
  if (outcome.kind === 'fault') return outcome.fault;
  return trace({ lo: outcome.lo, hi: outcome.hi }, outcome.memory, maps);
}

export function compiled(
  module: RawModule,
  which: number,
  { memory, values }: RandomProgram,
  maps: readonly PlainTable[],
  { code }: Verified,
  fuel: number,
): string {
  maps.forEach((map, i) => valuesOf(map).set(values[i] ?? []));
  const copy = memory.slice();
  const run = module.run(which, copy, fuel);
  if (run.kind === 'out_of_fuel') return `raw: slot ${code[run.index]?.slot}: out of fuel`;
  return trace({ lo: run.lo, hi: run.hi }, copy, maps);
}
