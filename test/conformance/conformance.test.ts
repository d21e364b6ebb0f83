import { describe, expect, it } from 'vitest';
import { decode } from '../../src/bpf/decode.js';
import { runRaw } from '../../src/runtime/engine/interpreter.js';
import { hexBytes, readVectors } from './vectors.js';

const vectors = readVectors('conformance.json');
const negative = readVectors('conformance-negative.json');
if (vectors === undefined) console.warn('conformance vectors are absent: their tests are skipped');

// The one helper that a vector calls (number 5) is one that gives a value of no consequence.
const HELPERS: ReadonlyMap<number, () => number> = new Map([[5, () => 0]]);

const hex = (lo: number, hi: number): string =>
  `0x${((BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0)).toString(16)}`;

describe.skipIf(vectors === undefined)('conformance vectors', () => {
  for (const vector of vectors ?? []) {
    it(`${vector.group}: ${vector.name}`, () => {
      const outcome = runRaw(hexBytes(vector.raw_insn_hex), hexBytes(vector.mem_hex), { helpers: HELPERS });
      if (vector.group === 'callx') return expect(outcome.kind).toBe('refused');
      const got = outcome.kind === 'returned' ? hex(outcome.lo, outcome.hi) : JSON.stringify(outcome);
      expect(got).toBe(`0x${BigInt(vector.expected_r0 ?? 0).toString(16)}`);
    });
  }
});

describe.skipIf(negative === undefined)('negative vectors', () => {
  for (const vector of negative ?? []) {
    it(`refuses ${vector.name}`, () => {
      const { errors } = decode(hexBytes(vector.raw_insn_hex));
      expect(errors.map((e) => e.rule)).toEqual(['reserved_field']);
    });
  }
});
