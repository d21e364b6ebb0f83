/**
 * The two engines on random programs: the same r0, memory, maps and end, and all that the verifier accepts runs without a
 * fault. `LLP_PROGRAMS` and `LLP_BYTES` ask for more, `LLP_SEED` for others.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeInstructions } from '../../src/bpf/encode.js';
import type { Placed } from '../../src/bpf/types.js';
import { i32, reg } from '../../src/bpf/types.js';
import { verifyProgram, verifyRawProgram } from '../../src/bpf/verify.js';
import type { ProgramFacts, VerifierMap } from '../../src/bpf/verify.js';
import { defined } from '../../src/assert.js';
import { runRaw } from '../../src/runtime/engine/interpreter.js';
import type { PlainTable } from '../../src/runtime/engine/maps.js';
import { compileRaw } from '../../src/runtime/engine/wasm/raw.js';
import type { RawModule } from '../../src/runtime/engine/wasm/raw.js';
import { MAPS, engineMaps, randomProgram, samplePrograms } from './random-program.js';
import type { RandomProgram } from './random-program.js';

const PROGRAMS = Number(process.env['LLP_PROGRAMS'] ?? 50_000);
const BYTES = Number(process.env['LLP_BYTES'] ?? 200_000);
const SEED = Number(process.env['LLP_SEED'] ?? 9_669);
/** Programs in one module. */
const BATCH = 250;
const FUEL = 1 << 20;
/** Of bytes that nobody wrote: most of the rest of them goes nowhere. */
const SMALL_BUDGET = 20_000;

const VERIFIER_MAPS: readonly VerifierMap[] = MAPS.map(({ name, valueSize, entries }) => {
  return { name, type: 'array', keySize: 4, valueSize, maxEntries: entries };
});

interface Verified {
  readonly bytes: Uint8Array;
  readonly code: readonly Placed[];
  readonly facts: ProgramFacts;
}

function verified({ instructions, memory }: RandomProgram): Verified {
  const bytes = encodeInstructions(instructions);
  const outcome = verifyRawProgram({ bytes, memorySize: memory.length, maps: VERIFIER_MAPS });
  if (outcome.kind === 'refused') throw new Error(JSON.stringify(outcome.errors[0]));
  return { bytes, code: outcome.code, facts: outcome.facts };
}

const valuesOf = (map: PlainTable): Uint8Array =>
  new Uint8Array(map.view.buffer, map.view.byteOffset, map.view.byteLength);

/** What a run leaves behind, in one text. */
function trace(run: object, memory: Uint8Array, maps: readonly PlainTable[]): string {
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
  return JSON.stringify([run, hex(memory), ...maps.map((map) => hex(valuesOf(map)))]);
}

function interpreted({ memory, values }: RandomProgram, { bytes }: Verified, fuel: number): string {
  const maps = engineMaps(values);
  const outcome = runRaw(bytes, memory, { maps, fuel });
  if (outcome.kind === 'refused') throw new Error(JSON.stringify(outcome.errors));
  if (outcome.kind === 'fault') return outcome.fault;
  return trace({ lo: outcome.lo, hi: outcome.hi }, outcome.memory, maps);
}

function compiled(
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

/** The programs of which the engines differ; `fuel` is counted where it is given. */
function disagreements(programs: readonly RandomProgram[], fuel?: number): readonly RandomProgram[] {
  const all = programs.map(verified);
  const maps = engineMaps(programs[0]?.values ?? []);
  const module = defined(
    compileRaw(all.map(({ code }) => ({ code, maps, countsFuel: fuel !== undefined }))),
    'room in linear memory',
  );
  return programs.filter((program, i) => {
    const one = defined(all[i], 'a verified program');
    const expected = interpreted(program, one, fuel ?? FUEL);
    return compiled(module, i, program, maps, one, fuel ?? FUEL) !== expected;
  });
}

describe('the interpreter and compiled code', () => {
  it(`agree on ${PROGRAMS} programs`, { timeout: 60_000 + PROGRAMS * 10 }, () => {
    let batch: RandomProgram[] = [];
    const wrong: RandomProgram[] = [];
    let done = 0;
    for (const program of samplePrograms(SEED, PROGRAMS)) {
      batch.push(program);
      if (batch.length < BATCH && done + batch.length < PROGRAMS) continue;
      done += batch.length;
      wrong.push(...disagreements(batch));
      batch = [];
    }
    expect(done).toBe(PROGRAMS);
    if (wrong.length > 0) shrink(wrong.length);
  });

  it('run out of fuel at the same jump', () => {
    const fuel = fc.integer({ min: 1, max: 300 });
    fc.assert(
      fc.property(fc.array(randomProgram(), { minLength: 20, maxLength: 20 }), fuel, (programs, limit) => {
        expect(disagreements(programs, limit)).toEqual([]);
      }),
      { numRuns: 50, seed: SEED },
    );
  });
});

/** Finds a small program that the engines differ on, and fails with it. */
function shrink(count: number): never {
  fc.assert(
    fc.property(randomProgram(), (program) => {
      expect(disagreements([program])).toEqual([]);
    }),
    { numRuns: 20_000, seed: SEED },
  );
  throw new Error(`the engines differ on ${count} programs of the series`);
}

describe('bytes that nobody wrote', () => {
  it(
    `never make the verifier throw, and what it accepts never faults: ${BYTES} inputs`,
    {
      timeout: 120_000 + BYTES * 2,
    },
    () => {
      const count = { inputs: 0, raw: 0, hooks: 0 };
      const random = series(SEED);
      let kept: Accepted[] = [];
      const flush = (): void => {
        expect(differing(kept)).toEqual([]);
        kept = [];
      };
      for (const program of samplePrograms(SEED + 1, Math.ceil(BYTES / MUTANTS))) {
        const bytes = encodeInstructions(program.instructions);
        for (let i = 0; i < MUTANTS && count.inputs < BYTES; i++) {
          count.inputs++;
          const input = mutant(bytes, random);
          if (acceptedHook(input)) count.hooks++;
          const one = acceptedRaw(input, program);
          if (one === undefined) continue;
          count.raw++;
          kept.push(one);
          if (kept.length === BATCH) flush();
        }
      }
      flush();
      console.log('random bytes', count);
      expect(count.inputs).toBe(BYTES);
      expect(count.raw).toBeGreaterThan(BYTES / 100);
      expect(count.hooks).toBeGreaterThan(0);
    },
  );
});

/** Inputs that are made from one program: itself with a few bytes changed, cut, doubled, or wholly random ones. */
const MUTANTS = 20;

type Series = (n: number) => number;

function series(seed: number): Series {
  let state = seed | 0;
  return (n) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    return Math.floor(((state >>> 8) / 0x100_0000) * n);
  };
}

function mutant(bytes: Uint8Array, random: Series): Uint8Array {
  const kind = random(8);
  if (kind === 0) return Uint8Array.from({ length: random(160) }, () => random(256));
  if (kind === 1) return bytes.subarray(0, random(bytes.length));
  const copy = new Uint8Array(bytes);
  if (kind === 2) {
    // Two instructions change places.
    const [a, b] = [8 * random(bytes.length / 8), 8 * random(bytes.length / 8)];
    copy.set(bytes.subarray(a, a + 8), b);
    copy.set(bytes.subarray(b, b + 8), a);
    return copy;
  }
  const [end, small] = [1 + random(3), random(2) === 0];
  for (let i = 0; i < end; i++) {
    const at = random(copy.length);
    copy[at] = small ? (copy[at] as number) ^ (1 << random(8)) : random(256);
  }
  return copy;
}

function acceptedHook(bytes: Uint8Array): boolean {
  // A hook has no memory: such bytes begin with the address of a map's value.
  const hook = Buffer.concat([HOOK_START, bytes]);
  const program = { name: 'p', hook: 'fs_pick', triggerMask: 1, bytes: hook, maps: VERIFIER_MAPS } as const;
  return verifyProgram(program, { budget: SMALL_BUDGET }).kind === 'accepted';
}

const HOOK_START = encodeInstructions([
  { kind: 'ld_imm64', dst: reg(1), source: { kind: 'map_value', map: i32(0), offset: i32(0) } },
  { kind: 'alu', width: 64, op: 'mov', dst: reg(2), src: { kind: 'imm', imm: i32(64) } },
]);

interface Accepted extends Verified {
  readonly program: RandomProgram;
}

function acceptedRaw(bytes: Uint8Array, program: RandomProgram): Accepted | undefined {
  const { memory } = program;
  const raw = { bytes, memorySize: memory.length, maps: VERIFIER_MAPS, budget: SMALL_BUDGET };
  const outcome = verifyRawProgram(raw);
  return outcome.kind === 'refused' ? undefined : { bytes, program, ...outcome };
}

/** Those that end otherwise when they are compiled, or with a fault that no verified program has. */
function differing(all: readonly Accepted[]): readonly string[] {
  const maps = engineMaps(all[0]?.program.values ?? []);
  const countsFuel = ({ facts }: Accepted): boolean => facts.unprovenLoops.length > 0;
  const module = defined(
    compileRaw(all.map((one) => ({ code: one.code, maps, countsFuel: countsFuel(one) }))),
    'room in linear memory',
  );
  return all.flatMap((one, i) => {
    const expected = interpreted(one.program, one, SMALL_BUDGET);
    const got = compiled(module, i, one.program, maps, one, SMALL_BUDGET);
    const isFault = expected.startsWith('raw: ') && !(countsFuel(one) && expected.endsWith('out of fuel'));
    return got === expected && !isFault
      ? []
      : [`${Buffer.from(one.bytes).toString('hex')}: ${expected}; ${got}`];
  });
}
