/**
 * The encoder of aarch64.
 *
 * `a0` to `a5` are x0 to x5, `s0` to `s5` are x19 to x24, and `ret` is x9: a system call returns in x0, which its form copies.
 * x16 holds constants that do not fit an instruction, x8 the number of a system call, x30 the return address. Source: Arm
 * Architecture Reference Manual, A64 base instructions.
 */
import { assert, assertNever } from '../../../../base/assert.js';
import type { AccessWidth, CpuCondition, CpuForm, CpuOperation, CpuReg } from './forms.js';

const NUMBER: Readonly<Record<CpuReg, number>> = {
  ret: 9,
  a0: 0,
  a1: 1,
  a2: 2,
  a3: 3,
  a4: 4,
  a5: 5,
  s0: 19,
  s1: 20,
  s2: 21,
  s3: 22,
  s4: 23,
  s5: 24,
};
const X8 = 8;
const X16 = 16;
const ZERO = 31;

/** With a shifted register; with a constant of 12 bits where the operation has that. */
const OPERATION: Readonly<Record<CpuOperation, readonly [number, number | undefined]>> = {
  add: [0x8b000000, 0x91000000],
  sub: [0xcb000000, 0xd1000000],
  and: [0x8a000000, undefined],
  or: [0xaa000000, undefined],
};
const COMPARE = [0xeb000000, 0xf1000000] as const;
const CONDITION: Readonly<Record<CpuCondition, number>> = {
  eq: 0,
  ne: 1,
  atLeast: 2,
  below: 3,
  ge: 10,
  lt: 11,
};
const LOAD: Readonly<Record<AccessWidth, number>> = { 1: 0x39400000, 4: 0xb9400000, 8: 0xf9400000 };
const STORE: Readonly<Record<AccessWidth, number>> = { 1: 0x39000000, 4: 0xb9000000, 8: 0xf9000000 };

/** svc #0; mov ret, x0 */
const SUPERVISOR_CALL = [0xd4000001, 0xaa0003e0 | NUMBER.ret] as const;

/** Returns the bytes of a form at an address. The number of bytes does not depend on where labels are. */
export function encodeAarch64(form: CpuForm, at: number, addressOf: (label: string) => number): number[] {
  return wordsOf(form, at, addressOf).flatMap((word) => [
    word & 255,
    (word >>> 8) & 255,
    (word >>> 16) & 255,
    word >>> 24,
  ]);
}

function wordsOf(form: CpuForm, at: number, addressOf: (label: string) => number): number[] {
  switch (form.kind) {
    case 'label':
      return [];
    case 'constant':
      return constantWords(NUMBER[form.to], form.value);
    case 'address':
      return addressWords(NUMBER[form.to], addressOf(form.label));
    case 'move':
      return [0xaa0003e0 | (NUMBER[form.from] << 16) | NUMBER[form.to]]; // orr to, xzr, from
    case 'stack':
      return [0x910003e0 | NUMBER[form.to]]; // add to, sp, #0
    case 'load':
    case 'store':
      return [access(form)];
    case 'operate':
      return operation(OPERATION[form.operation], NUMBER[form.to], NUMBER[form.to], form.by);
    case 'branch': {
      const compared = operation(COMPARE, ZERO, NUMBER[form.left], form.right);
      const distance = words(addressOf(form.to) - at, 19) - compared.length;
      return [...compared, 0x54000000 | ((distance & 0x7ffff) << 5) | CONDITION[form.when]];
    }
    case 'jump':
    case 'call':
      return [
        (form.kind === 'jump' ? 0x14000000 : 0x94000000) | (words(addressOf(form.to) - at, 26) & 0x3ffffff),
      ];
    case 'enter':
      return [0xf81f0ffe]; // str x30, [sp, #-16]!
    case 'leave':
      return [0xf84107fe, 0xd65f03c0]; // ldr x30, [sp], #16; ret
    case 'syscall':
      return [...constantWords(X8, BigInt(form.number)), ...SUPERVISOR_CALL];
    case 'syscall-by-number':
      return [0xaa0003e0 | (NUMBER.ret << 16) | X8, ...SUPERVISOR_CALL];
    default:
      return assertNever(form);
  }
}

/** movz or movn of one half-word, then a movk for each other half-word that differs from what the first one filled in. */
function constantWords(to: number, value: bigint): number[] {
  const halves = [0n, 16n, 32n, 48n].map((shift) => Number(BigInt.asUintN(16, value >> shift)));
  const inverted = halves.filter((h) => h === 0xffff).length > halves.filter((h) => h === 0).length;
  const filled = inverted ? 0xffff : 0;
  const different = halves.flatMap((half, i) => (half === filled ? [] : [i]));
  const [first = 0, ...others] = different;
  const half = halves[first] ?? 0;
  return [
    (inverted ? 0x92800000 : 0xd2800000) | (first << 21) | ((inverted ? half ^ 0xffff : half) << 5) | to,
    ...others.map((i) => movk(to, i, halves[i] ?? 0)),
  ];
}

function movk(to: number, index: number, half: number): number {
  return 0xf2800000 | (index << 21) | (half << 5) | to;
}

function addressWords(to: number, value: number): number[] {
  assert(value >= 0 && value <= 0xffffffff, 'an address has 32 bits');
  return [0xd2800000 | ((value & 0xffff) << 5) | to, movk(to, 1, value >>> 16)];
}

function operation(
  [register, constant]: readonly [number, number | undefined],
  to: number,
  left: number,
  by: CpuReg | number,
): number[] {
  if (typeof by === 'string') return [register | (NUMBER[by] << 16) | (left << 5) | to];
  assert(by === (by | 0), 'a constant in an operation has 32 bits');
  if (constant !== undefined && by >= 0 && by < 4096) return [constant | (by << 10) | (left << 5) | to];
  return [...constantWords(X16, BigInt(by)), register | (X16 << 16) | (left << 5) | to];
}

/** The offset is unsigned and counts in units of the width. */
function access({ kind, reg, base, offset, width }: CpuForm & { readonly kind: 'load' | 'store' }): number {
  const scaled = offset / width;
  assert(
    Number.isInteger(scaled) && scaled >= 0 && scaled < 4096,
    'an offset is a small multiple of the width',
  );
  return (kind === 'load' ? LOAD : STORE)[width] | (scaled << 10) | (NUMBER[base] << 5) | NUMBER[reg];
}

/** A distance in instructions, which must fit a signed field of so many bits. */
function words(distance: number, bits: number): number {
  const count = distance / 4;
  const limit = 2 ** (bits - 1);
  // A comparison stands before its branch, so the distance may shrink by a few instructions.
  assert(count >= -limit + 8 && count < limit, `a branch reaches ${limit} instructions`);
  return count;
}
