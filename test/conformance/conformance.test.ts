/** The public conformance vectors, in both engines; what is compiled was accepted by the verifier before. */
import { describe, expect, it } from 'vitest';
import { ENGINE_NAMES } from '../../src/runtime/engine/names.js';
import { runRaw } from '../../src/runtime/engine/raw.js';
import { hexBytes, readVectors } from '../support/vectors.js';

const vectors = readVectors('conformance.json');
const negative = readVectors('conformance-negative.json');
if (vectors === undefined) console.warn('conformance vectors are absent: their tests are skipped');

// The one helper that a vector calls (number 5) is one that gives a value of no consequence.
const HELPERS: ReadonlyMap<number, () => number> = new Map([[5, () => 0]]);

const hex = (lo: number, hi: number): string =>
  `0x${((BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0)).toString(16)}`;

const ENGINES = ENGINE_NAMES.filter((name) => name !== 'auto');

describe.skipIf(vectors === undefined).each(ENGINES)('runRaw, conformance vectors, engine %s', (engine) => {
  for (const vector of vectors ?? []) {
    it(`${vector.group}: ${vector.name}`, () => {
      const [bytes, memory] = [hexBytes(vector.raw_insn_hex), hexBytes(vector.mem_hex)];
      const outcome = runRaw(engine, bytes, memory, { helpers: HELPERS });
      if (vector.group === 'callx') return expect(outcome.kind).toBe('refused');
      const got = outcome.kind === 'returned' ? hex(outcome.lo, outcome.hi) : JSON.stringify(outcome);
      expect(got).toBe(`0x${BigInt(vector.expected_r0 ?? 0).toString(16)}`);
      if (engine === 'interpreter') return;
      expect(outcome).toMatchObject({ memory: memoryAfter(bytes, memory) });
    });
  }
});

function memoryAfter(bytes: Uint8Array, memory: Uint8Array): Uint8Array | undefined {
  const outcome = runRaw('interpreter', bytes, memory, { helpers: HELPERS });
  return outcome.kind === 'returned' ? outcome.memory : undefined;
}

describe.skipIf(negative === undefined).each(ENGINES)('runRaw, negative vectors, engine %s', (engine) => {
  for (const vector of negative ?? []) {
    it(`refuses ${vector.name}`, () => {
      const outcome = runRaw(engine, hexBytes(vector.raw_insn_hex), new Uint8Array(64));
      const rules = outcome.kind === 'refused' ? outcome.errors.map((e) => e.rule) : outcome;
      expect(rules).toEqual(['reserved_field']);
    });
  }
});
