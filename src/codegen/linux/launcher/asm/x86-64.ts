/**
 * The encoder of x86-64.
 *
 * Registers follow the convention of system calls: `ret` is rax; `a0` to `a5` are rdi, rsi, rdx, r10, r8, r9; `s0` to `s5` are
 * rbx, rbp, r12 to r15. A system call destroys rcx and r11, which no form names. Source: Intel SDM volume 2, the kernel's
 * `arch/x86/entry/calling.h`.
 *
 *     instruction   [REX 0100WRXB] [0F] opcode [ModRM mod:2 reg:3 rm:3] [SIB] [displacement 4] [constant 1/4/8]
 */
import { assert, assertNever } from '../../../../base/assert.js';
import type { CpuCondition, CpuForm, CpuOperation, CpuReg } from './forms.js';

const NUMBER: Readonly<Record<CpuReg, number>> = {
  ret: 0,
  a0: 7,
  a1: 6,
  a2: 2,
  a3: 10,
  a4: 8,
  a5: 9,
  s0: 3,
  s1: 5,
  s2: 12,
  s3: 13,
  s4: 14,
  s5: 15,
};
const RSP = 4;

/** The opcode with a register, and the extension of opcode 81 with a constant. */
const OPERATION: Readonly<Record<CpuOperation, readonly [number, number]>> = {
  add: [0x01, 0],
  or: [0x09, 1],
  and: [0x21, 4],
  sub: [0x29, 5],
};
const COMPARE = [0x39, 7] as const;
const CONDITION: Readonly<Record<CpuCondition, number>> = {
  below: 0x2,
  atLeast: 0x3,
  eq: 0x4,
  ne: 0x5,
  lt: 0xc,
  ge: 0xd,
};

/** Returns the bytes of a form at an address. The number of bytes does not depend on where labels are. */
export function encodeX86(form: CpuForm, at: number, addressOf: (label: string) => number): number[] {
  switch (form.kind) {
    case 'label':
    case 'enter':
      return [];
    case 'constant':
      return constantBytes(NUMBER[form.to], form.value);
    case 'address':
      return wordInto(NUMBER[form.to], addressOf(form.label));
    case 'move':
      return toRegister(0x89, NUMBER[form.from], NUMBER[form.to]);
    case 'stack':
      return toRegister(0x89, RSP, NUMBER[form.to]);
    case 'load':
    case 'store':
      return access(form);
    case 'operate':
      return operation(OPERATION[form.operation], form.to, form.by);
    case 'branch': {
      const compared = operation(COMPARE, form.left, form.right);
      const end = at + compared.length + 6;
      return [...compared, 0x0f, 0x80 | CONDITION[form.when], ...le32(addressOf(form.to) - end)];
    }
    case 'jump':
    case 'call':
      return [form.kind === 'jump' ? 0xe9 : 0xe8, ...le32(addressOf(form.to) - (at + 5))];
    case 'leave':
      return [0xc3];
    case 'syscall':
      return [...wordInto(NUMBER.ret, form.number), 0x0f, 0x05];
    case 'syscall-by-number':
      return [0x0f, 0x05];
    default:
      return assertNever(form);
  }
}

/** The shortest of: xor, mov of 32 bits without sign, mov of 32 bits with sign, mov of 64 bits. */
function constantBytes(reg: number, value: bigint): number[] {
  const signed = BigInt.asIntN(64, value);
  if (signed === 0n) return [...rex(false, reg, reg), 0x31, modRm(3, reg, reg)];
  if (signed > 0n && signed < 1n << 32n) return wordInto(reg, Number(signed));
  if (signed < 0n && signed >= -(1n << 31n))
    return [...rex(true, 0, reg), 0xc7, modRm(3, 0, reg), ...le32(Number(signed))];
  return [...rex(true, 0, reg), 0xb8 | (reg & 7), ...le64(signed)];
}

/** `mov r32, imm32`, which fills the upper half with zeros. */
function wordInto(reg: number, value: number): number[] {
  return [...rex(false, 0, reg), 0xb8 | (reg & 7), ...le32(value)];
}

function toRegister(opcode: number, reg: number, rm: number): number[] {
  return [...rex(true, reg, rm), opcode, modRm(3, reg, rm)];
}

/** A constant takes 1 byte where it fits, with sign; 4 bytes otherwise, for which rax has a shorter opcode. */
function operation(
  [opcode, extension]: readonly [number, number],
  to: CpuReg,
  by: CpuReg | number,
): number[] {
  const rm = NUMBER[to];
  if (typeof by === 'string') return toRegister(opcode, NUMBER[by], rm);
  assert(by === (by | 0), 'a constant in an operation has 32 bits');
  const prefix = rex(true, 0, rm);
  if (isByte(by)) return [...prefix, 0x83, modRm(3, extension, rm), by & 255];
  if (rm === NUMBER.ret) return [...prefix, opcode + 4, ...le32(by)];
  return [...prefix, 0x81, modRm(3, extension, rm), ...le32(by)];
}

function access({ kind, reg, base, offset, width }: CpuForm & { readonly kind: 'load' | 'store' }): number[] {
  const r = NUMBER[reg];
  const b = NUMBER[base];
  const opcode = kind === 'load' ? (width === 1 ? [0x0f, 0xb6] : [0x8b]) : [width === 1 ? 0x88 : 0x89];
  // A byte register needs a REX prefix, or 4 to 7 would be ah, ch, dh and bh.
  const prefix =
    width === 1 && kind === 'store' && r > 3 ? [0x40 | rexBits(false, r, b)] : rex(width === 8, r, b);
  return [...prefix, ...opcode, ...memoryOperand(r, b, offset)];
}

/** A base in r12 needs a SIB byte, and rbp and r13 have no form without a displacement. */
function memoryOperand(reg: number, base: number, offset: number): number[] {
  const sib = (base & 7) === RSP ? [0x24] : [];
  if (offset === 0 && (base & 7) !== 5) return [modRm(0, reg, base), ...sib];
  if (isByte(offset)) return [modRm(1, reg, base), ...sib, offset & 255];
  return [modRm(2, reg, base), ...sib, ...le32(offset)];
}

function isByte(value: number): boolean {
  return value >= -128 && value < 128;
}

function rexBits(wide: boolean, reg: number, rm: number): number {
  return (wide ? 8 : 0) | (reg > 7 ? 4 : 0) | (rm > 7 ? 1 : 0);
}

function rex(wide: boolean, reg: number, rm: number): number[] {
  const bits = rexBits(wide, reg, rm);
  return bits === 0 ? [] : [0x40 | bits];
}

function modRm(mod: number, reg: number, rm: number): number {
  return (mod << 6) | ((reg & 7) << 3) | (rm & 7);
}

function le32(value: number): number[] {
  assert(value >= -0x80000000 && value <= 0xffffffff, 'a distance or an address has 32 bits');
  return [value & 255, (value >> 8) & 255, (value >> 16) & 255, (value >> 24) & 255];
}

function le64(value: bigint): number[] {
  return [...le32(Number(BigInt.asUintN(32, value))), ...le32(Number(BigInt.asUintN(32, value >> 32n)))];
}
