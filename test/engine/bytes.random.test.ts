/**
 * Random bytes: the loader and the verifier never throw and never hang. Programs that they accept run without a fault, with
 * the same result in both engines.
 */
import { describe, expect, it } from 'vitest';
import { encodeInstructions } from '../../src/bpf/encode.js';
import { i32, reg } from '../../src/bpf/types.js';
import { verifyProgram, verifyRawProgram } from '../../src/bpf/verify/verify.js';
import { defined } from '../../src/base/assert.js';
import { compileRaw } from '../../src/runtime/engine/wasm/raw.js';
import { BATCH, VERIFIER_MAPS, compiled, interpreted } from '../support/both-engines.js';
import type { Verified } from '../support/both-engines.js';
import { engineMaps, samplePrograms } from '../support/random-program.js';
import type { RandomProgram } from '../support/random-program.js';
import { cases, SEED } from '../support/random.js';

const BYTES = cases(200_000);
/** Instructions that are explored or run: most of the rest of such bytes goes nowhere. */
const SMALL_BUDGET = 5_000;

describe('verifyRawProgram and verifyProgram, random bytes', () => {
  it(`never throw, and an accepted program never faults: ${BYTES} inputs`, () => {
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
  });
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
