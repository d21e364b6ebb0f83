/** Every transfer function on random members: what an operation gives is what the abstract one allows. */
import { describe, expect, it } from 'vitest';
import { compare } from '../../src/bpf/verify/refine.js';
import {
  UNKNOWN,
  constant,
  covers,
  intersect,
  isConstant,
  lowBits,
  reduce,
  unknown,
} from '../../src/bpf/verify/scalar.js';
import type { Scalar } from '../../src/bpf/verify/scalar.js';
import {
  aluScalar,
  endianScalar,
  loadedScalar,
  lowHalf,
  movsxScalar,
  narrowed,
  negScalar,
} from '../../src/bpf/verify/scalar-alu.js';
import type { ScalarOp } from '../../src/bpf/verify/scalar-alu.js';
import type { JumpOp, Width } from '../../src/bpf/types.js';
import { fc } from '../support/random.js';

const u = (bits: number, n: bigint): bigint => BigInt.asUintN(bits, n);
const s = (bits: number, n: bigint): bigint => BigInt.asIntN(bits, n);

/** The members of a scalar, by its definition. */
const has = (a: Scalar, n: bigint): boolean =>
  (n & ~a.mask) === a.value && n >= a.umin && n <= a.umax && s(64, n) >= a.smin && s(64, n) <= a.smax;

const EDGES = [0n, 1n, 2n, 7n, 31n, 63n, 100n, 1n << 31n, 1n << 32n, 1n << 63n].flatMap((n) => [
  n,
  n - 1n,
  -n,
]);
const number = fc.oneof(
  fc.constantFrom(...EDGES).map((n) => u(64, n)),
  fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
  fc.bigInt({ min: 0n, max: 300n }),
  fc.bigInt({ min: -300n, max: -1n }).map((n) => u(64, n)),
);

interface Sample {
  readonly scalar: Scalar;
  readonly members: readonly bigint[];
}

/** What holds of some numbers, and a little less than that. */
const sample: fc.Arbitrary<Sample> = fc
  .tuple(fc.array(number, { minLength: 1, maxLength: 3 }), number, fc.nat({ max: 3 }), number)
  .map(([members, noise, forget, slack]): Sample => {
    const least = (ns: readonly bigint[]): bigint => ns.reduce((a, b) => (a < b ? a : b));
    const most = (ns: readonly bigint[]): bigint => ns.reduce((a, b) => (a > b ? a : b));
    const signedMembers = members.map((n) => s(64, n));
    const first = members[0] ?? 0n;
    const mask = members.reduce(
      (sum, n) => sum | (n ^ first),
      forget === 0 ? (1n << 64n) - 1n : noise & slack,
    );
    const ufree = forget === 1 ? (1n << 64n) - 1n : most(members);
    const sfree = forget === 2 ? -(1n << 63n) : least(signedMembers);
    const bits = { value: first & ~mask, mask };
    const made = reduce(64, bits, least(members), ufree, sfree, most(signedMembers));
    return { scalar: made ?? UNKNOWN, members };
  });

const RUNS = { numRuns: 1500 };

describe('scalar', () => {
  it('allows the numbers that it was made from', () => {
    fc.assert(
      fc.property(sample, ({ scalar, members }) => {
        for (const n of members) expect(has(scalar, n)).toBe(true);
      }),
      RUNS,
    );
  });

  it('covers: true for a narrower scalar; intersect: the numbers that both allow', () => {
    fc.assert(
      fc.property(sample, sample, number, (a, b, n) => {
        const both = intersect(64, a.scalar, b.scalar);
        const shared = [n, ...a.members, ...b.members].filter((m) => has(a.scalar, m) && has(b.scalar, m));
        for (const m of shared) expect(both !== undefined && has(both, m)).toBe(true);
        if (covers(a.scalar, b.scalar)) for (const m of b.members) expect(has(a.scalar, m)).toBe(true);
        expect(covers(UNKNOWN, a.scalar) && covers(a.scalar, a.scalar)).toBe(true);
      }),
      RUNS,
    );
  });

  it('lowBits: the bits that are known', () => {
    fc.assert(
      fc.property(sample, fc.constantFrom(8 as const, 16 as const, 32 as const), (a, bits) => {
        const low = lowBits(bits, a.scalar);
        for (const n of a.members) {
          const m = u(bits, n);
          expect((m & ~low.mask) === low.value && m >= low.umin && m <= low.umax).toBe(true);
          expect(s(bits, m) >= low.smin && s(bits, m) <= low.smax).toBe(true);
        }
      }),
      RUNS,
    );
  });
});

/** RFC 9669, section 4.1, on numbers of a width. */
const CONCRETE: Readonly<Record<ScalarOp, (w: Width, a: bigint, b: bigint) => bigint>> = {
  add: (_, a, b) => a + b,
  sub: (_, a, b) => a - b,
  mul: (_, a, b) => a * b,
  div: (_, a, b) => (b === 0n ? 0n : a / b),
  sdiv: (w, a, b) => (b === 0n ? 0n : s(w, a) / s(w, b)),
  mod: (_, a, b) => (b === 0n ? a : a % b),
  smod: (w, a, b) => (b === 0n ? a : s(w, a) % s(w, b)),
  or: (_, a, b) => a | b,
  and: (_, a, b) => a & b,
  xor: (_, a, b) => a ^ b,
  lsh: (w, a, b) => a << (b & BigInt(w - 1)),
  rsh: (w, a, b) => a >> (b & BigInt(w - 1)),
  arsh: (w, a, b) => s(w, a) >> (b & BigInt(w - 1)),
};

describe('scalar-alu', () => {
  for (const op of Object.keys(CONCRETE) as ScalarOp[]) {
    for (const width of [32, 64] as const) {
      it(`${op}${width}`, () => {
        fc.assert(
          fc.property(sample, sample, (a, b) => {
            const result = aluScalar(op, width, a.scalar, b.scalar);
            for (const m of a.members) {
              for (const n of b.members) {
                expect(has(result, u(width, CONCRETE[op](width, u(width, m), u(width, n))))).toBe(true);
              }
            }
          }),
          RUNS,
        );
      });

      it(`${op}${width} of constants is a constant`, () => {
        fc.assert(
          fc.property(number, number, (m, n) => {
            const isExact = !['div', 'mod'].includes(op) || u(width, n) !== 0n;
            const result = aluScalar(op, width, constant(64, m), constant(64, n));
            expect(isConstant(result) || !isExact).toBe(true);
          }),
        );
      });
    }
  }

  it('operations with one operand: negation, halves, extension, byte order', () => {
    const reversed = (bits: number, n: bigint): bigint =>
      BigInt(
        `0x${(
          u(bits, n)
            .toString(16)
            .padStart(bits / 4, '0')
            .match(/../g) ?? []
        )
          .reverse()
          .join('')}`,
      );
    fc.assert(
      fc.property(sample, ({ scalar, members }) => {
        for (const n of members) {
          for (const w of [32, 64] as const) expect(has(negScalar(w, scalar), u(w, -n))).toBe(true);
          expect(has(lowHalf(scalar), u(32, n))).toBe(true);
          for (const bits of [8, 16, 32] as const) {
            expect(has(movsxScalar(64, bits, scalar), u(64, s(bits, n)))).toBe(true);
            if (bits < 32) expect(has(movsxScalar(32, bits, scalar), u(32, s(bits, n)))).toBe(true);
          }
          for (const bits of [16, 32, 64] as const) {
            expect(has(endianScalar('le', bits, scalar), u(bits, n))).toBe(true);
            expect(has(endianScalar('be', bits, scalar), reversed(bits, n))).toBe(true);
            expect(has(endianScalar('swap', bits, scalar), reversed(bits, n))).toBe(true);
          }
        }
      }),
      RUNS,
    );
  });

  it('loaded and narrowed numbers', () => {
    fc.assert(
      fc.property(sample, fc.constantFrom(1 as const, 2 as const, 4 as const, 8 as const), (a, size) => {
        for (const n of a.members) {
          expect(has(narrowed(size, false, a.scalar), u(size * 8, n))).toBe(true);
          expect(has(narrowed(size, true, a.scalar), u(64, s(size * 8, n)))).toBe(true);
          expect(has(loadedScalar(size, false), u(size * 8, n))).toBe(true);
        }
      }),
      RUNS,
    );
    expect(loadedScalar(1, false)).toMatchObject({ umax: 255n, smin: 0n });
    expect(loadedScalar(1, true)).toMatchObject({ smin: -128n, smax: 127n });
  });
});

const HOLDS: Readonly<Record<JumpOp, (w: Width, a: bigint, b: bigint) => boolean>> = {
  jeq: (_, a, b) => a === b,
  jne: (_, a, b) => a !== b,
  jset: (_, a, b) => (a & b) !== 0n,
  jgt: (_, a, b) => a > b,
  jge: (_, a, b) => a >= b,
  jlt: (_, a, b) => a < b,
  jle: (_, a, b) => a <= b,
  jsgt: (w, a, b) => s(w, a) > s(w, b),
  jsge: (w, a, b) => s(w, a) >= s(w, b),
  jslt: (w, a, b) => s(w, a) < s(w, b),
  jsle: (w, a, b) => s(w, a) <= s(w, b),
};

describe('compare', () => {
  for (const op of Object.keys(HOLDS) as JumpOp[]) {
    for (const width of [32, 64] as const) {
      it(`${op}${width}`, () => {
        fc.assert(
          fc.property(sample, sample, (a, b) => {
            const ways = compare(op, width, a.scalar, b.scalar);
            for (const m of a.members) {
              for (const n of b.members) {
                const way = HOLDS[op](width, u(width, m), u(width, n)) ? ways.taken : ways.fall;
                expect(way !== undefined && has(way[0], m) && has(way[1], n)).toBe(true);
              }
            }
          }),
          RUNS,
        );
      });

      it(`${op}${width} of constants goes one way only`, () => {
        fc.assert(
          fc.property(number, number, (m, n) => {
            const { taken, fall } = compare(op, width, constant(64, m), constant(64, n));
            const holds = HOLDS[op](width, u(width, m), u(width, n));
            expect([taken !== undefined, fall !== undefined]).toEqual([holds, !holds]);
          }),
        );
      });
    }
  }

  it('narrows a scalar on both ways', () => {
    const { taken, fall } = compare('jlt', 64, UNKNOWN, constant(64, 100n));
    expect(taken?.[0]).toMatchObject({ umin: 0n, umax: 99n, smin: 0n, smax: 99n, mask: 127n });
    expect(fall?.[0]).toMatchObject({ umin: 100n });
    expect(compare('jset', 64, UNKNOWN, constant(64, 4n)).fall?.[0].mask).toBe((1n << 64n) - 5n);
    expect(compare('jsgt', 32, UNKNOWN, constant(64, -1n)).taken?.[0].mask).toBe(
      ((1n << 64n) - 1n) ^ (1n << 31n),
    );
    expect(unknown(64)).toBe(UNKNOWN);
  });
});
