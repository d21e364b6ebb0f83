/**
 * The two engines on random programs: the same r0, memory, maps and end.
 */
import { describe, expect, it } from 'vitest';
import { defined } from '../../src/base/assert.js';
import { compileRaw } from '../../src/runtime/engine/wasm/raw.js';
import { BATCH, compiled, interpreted, verified } from '../support/both-engines.js';
import { engineMaps, randomProgram, samplePrograms } from '../support/random-program.js';
import type { RandomProgram } from '../support/random-program.js';
import { cases, fc, SEED } from '../support/random.js';

const PROGRAMS = cases(50_000);
const FUEL = 1 << 20;

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

describe('interpreter and compileRaw', () => {
  it(`give the same results on ${PROGRAMS} programs`, () => {
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
      { numRuns: 50 },
    );
  });
});

/** Finds a small program that the engines differ on, and fails with it. */
function shrink(count: number): never {
  fc.assert(
    fc.property(randomProgram(), (program) => {
      expect(disagreements([program])).toEqual([]);
    }),
    { numRuns: 20_000 },
  );
  throw new Error(`the engines differ on ${count} programs of the series`);
}
