/**
 * Constructors that read as assembly. Each returns an instruction without a label. `at` adds a label to it, and
 * `from` adds the place in the policy that it comes from:
 *
 *     const program = [
 *       mov64(R6, R1),
 *       ldx(8, R2, R6, 16),
 *       ldMap(R1, 'inodes'),
 *       callHelper(60),
 *       jeqImm(R0, 0, 'none'),
 *       exit(),
 *       at('none', movImm64(R0, 1)),
 *       exit(),
 *     ];
 *
 * Names: `…64` and `…32` give the width; `…Imm` takes an immediate in place of the second register. Immediates
 * are signed 32-bit numbers (0xffffffff is accepted for −1); 64-bit operations sign-extend them.
 */
import type {
  AluOp,
  AsmInstruction,
  AsmOp,
  AtomicOp,
  Endian,
  JumpOp,
  Movsx,
  Operand,
  Origin,
  Reg,
  Size,
  Width,
} from './types.js';
import { i16, i32, reg } from './types.js';
import { assert } from '../base/assert.js';

export const R0 = reg(0);
export const R1 = reg(1);
export const R2 = reg(2);
export const R3 = reg(3);
export const R4 = reg(4);
export const R5 = reg(5);
export const R6 = reg(6);
export const R7 = reg(7);
export const R8 = reg(8);
export const R9 = reg(9);
export const R10 = reg(10);

const plain = (op: AsmOp): AsmInstruction => ({ op });
const byReg = (r: Reg): Operand => ({ kind: 'reg', reg: r });
const byImm = (n: number): Operand => ({ kind: 'imm', imm: i32(n) });

/** Returns the instruction with a label that jumps can name as their target. */
export function at(label: string, instruction: AsmInstruction): AsmInstruction {
  return { ...instruction, label };
}

/** Returns the instruction with its origin: the place in a policy that it comes from. */
export function from(origin: Origin | undefined, instruction: AsmInstruction): AsmInstruction {
  return { ...instruction, origin };
}

/** Any arithmetic instruction. The named constructors below call it. */
export function alu(width: Width, op: AluOp, dst: Reg, src: Operand): AsmInstruction {
  return plain({ kind: 'alu', width, op, dst, src });
}

type RegForm = (dst: Reg, src: Reg) => AsmInstruction;
type ImmForm = (dst: Reg, imm: number) => AsmInstruction;
const aluReg =
  (width: Width, op: AluOp): RegForm =>
  (dst, src) =>
    alu(width, op, dst, byReg(src));
const aluImm =
  (width: Width, op: AluOp): ImmForm =>
  (dst, imm) =>
    alu(width, op, dst, byImm(imm));

export const mov64 = aluReg(64, 'mov');
export const mov32 = aluReg(32, 'mov');
export const movImm64 = aluImm(64, 'mov');
export const movImm32 = aluImm(32, 'mov');
export const add64 = aluReg(64, 'add');
export const add32 = aluReg(32, 'add');
export const addImm64 = aluImm(64, 'add');
export const addImm32 = aluImm(32, 'add');
export const sub64 = aluReg(64, 'sub');
export const sub32 = aluReg(32, 'sub');
export const subImm64 = aluImm(64, 'sub');
export const subImm32 = aluImm(32, 'sub');
export const mul64 = aluReg(64, 'mul');
export const mul32 = aluReg(32, 'mul');
export const mulImm64 = aluImm(64, 'mul');
export const mulImm32 = aluImm(32, 'mul');
export const div64 = aluReg(64, 'div');
export const div32 = aluReg(32, 'div');
export const divImm64 = aluImm(64, 'div');
export const divImm32 = aluImm(32, 'div');
export const mod64 = aluReg(64, 'mod');
export const mod32 = aluReg(32, 'mod');
export const modImm64 = aluImm(64, 'mod');
export const modImm32 = aluImm(32, 'mod');
export const or64 = aluReg(64, 'or');
export const or32 = aluReg(32, 'or');
export const orImm64 = aluImm(64, 'or');
export const orImm32 = aluImm(32, 'or');
export const and64 = aluReg(64, 'and');
export const and32 = aluReg(32, 'and');
export const andImm64 = aluImm(64, 'and');
export const andImm32 = aluImm(32, 'and');
export const xor64 = aluReg(64, 'xor');
export const xor32 = aluReg(32, 'xor');
export const xorImm64 = aluImm(64, 'xor');
export const xorImm32 = aluImm(32, 'xor');
export const lsh64 = aluReg(64, 'lsh');
export const lsh32 = aluReg(32, 'lsh');
export const lshImm64 = aluImm(64, 'lsh');
export const lshImm32 = aluImm(32, 'lsh');
export const rsh64 = aluReg(64, 'rsh');
export const rsh32 = aluReg(32, 'rsh');
export const rshImm64 = aluImm(64, 'rsh');
export const rshImm32 = aluImm(32, 'rsh');
export const arsh64 = aluReg(64, 'arsh');
export const arsh32 = aluReg(32, 'arsh');
export const arshImm64 = aluImm(64, 'arsh');
export const arshImm32 = aluImm(32, 'arsh');

export const neg64 = (dst: Reg): AsmInstruction => plain({ kind: 'neg', width: 64, dst });
export const neg32 = (dst: Reg): AsmInstruction => plain({ kind: 'neg', width: 32, dst });

/** Converts the byte order of `dst`: `le` and `be` truncate to `bits`, `swap` always reverses the bytes. */
export function endian(order: Endian['order'], bits: Endian['bits'], dst: Reg): AsmInstruction {
  return plain({ kind: 'endian', order, bits, dst });
}

/** `dst = (width)(signed bits)src`: sign-extends the low `bits` of `src`. `bits` must be less than `width`. */
export function movsx(width: Width, bits: Movsx['bits'], dst: Reg, src: Reg): AsmInstruction {
  assert(bits < width, `movsx of ${bits} bits to ${width}`);
  return plain({ kind: 'movsx', width, bits, dst, src });
}

/** `dst = *(size *)(src + offset)`, size in bytes, zero-extended. */
export function ldx(size: Size, dst: Reg, src: Reg, offset: number): AsmInstruction {
  return plain({ kind: 'load', size, signed: false, dst, src, offset: i16(offset) });
}

/** As `ldx`, sign-extended. */
export function ldxs(size: 1 | 2 | 4, dst: Reg, src: Reg, offset: number): AsmInstruction {
  return plain({ kind: 'load', size, signed: true, dst, src, offset: i16(offset) });
}

/** `*(size *)(dst + offset) = src`. */
export function stx(size: Size, dst: Reg, offset: number, src: Reg): AsmInstruction {
  return plain({ kind: 'store', size, dst, offset: i16(offset), src });
}

/** `*(size *)(dst + offset) = imm`. */
export function st(size: Size, dst: Reg, offset: number, imm: number): AsmInstruction {
  return plain({ kind: 'store_imm', size, dst, offset: i16(offset), imm: i32(imm) });
}

/** `*(dst + offset) op= src`. With `fetch` a register receives the old value; `xchg` and `cmpxchg` always fetch. */
export function atomic(
  width: Width,
  op: AtomicOp,
  fetch: boolean,
  dst: Reg,
  offset: number,
  src: Reg,
): AsmInstruction {
  assert(fetch || (op !== 'xchg' && op !== 'cmpxchg'), `atomic ${op} without fetch`);
  return plain({ kind: 'atomic', width, op, fetch, dst, offset: i16(offset), src });
}

/** `dst` = a 64-bit constant, given as its low and its high 32 bits. */
export function ldImm64(dst: Reg, lo: number, hi: number): AsmInstruction {
  return plain({ kind: 'ld_imm64', dst, source: { kind: 'imm', lo: i32(lo), hi: i32(hi) } });
}

/** `dst` = the map of the program with this name. */
export function ldMap(dst: Reg, map: string): AsmInstruction {
  return plain({ kind: 'ld_imm64', dst, source: { kind: 'map', map } });
}

/** `dst` = address of byte `offset` of the value of an array map with one entry. */
export function ldMapValue(dst: Reg, map: string, offset: number): AsmInstruction {
  return plain({ kind: 'ld_imm64', dst, source: { kind: 'map_value', map, offset: i32(offset) } });
}

export const callHelper = (helper: number): AsmInstruction =>
  plain({ kind: 'call_helper', helper: i32(helper) });
export const callLocal = (target: string): AsmInstruction => ({ op: { kind: 'call_local' }, target });
export const exit = (): AsmInstruction => plain({ kind: 'exit' });

export const ja = (target: string): AsmInstruction => ({ op: { kind: 'ja', wide: false }, target });
/** A jump of any distance (its 32-bit form). */
export const jaWide = (target: string): AsmInstruction => ({ op: { kind: 'ja', wide: true }, target });

/** Any conditional jump. The named constructors below call it. */
export function jump(width: Width, op: JumpOp, dst: Reg, src: Operand, target: string): AsmInstruction {
  return { op: { kind: 'jump', width, op, dst, src }, target };
}

type JumpRegForm = (dst: Reg, src: Reg, target: string) => AsmInstruction;
type JumpImmForm = (dst: Reg, imm: number, target: string) => AsmInstruction;
const jumpReg =
  (width: Width, op: JumpOp): JumpRegForm =>
  (dst, src, target) =>
    jump(width, op, dst, byReg(src), target);
const jumpImm =
  (width: Width, op: JumpOp): JumpImmForm =>
  (dst, imm, target) =>
    jump(width, op, dst, byImm(imm), target);

// A bare name is the 64-bit comparison, as in the mnemonics.
export const jeq = jumpReg(64, 'jeq');
export const jeqImm = jumpImm(64, 'jeq');
export const jne = jumpReg(64, 'jne');
export const jneImm = jumpImm(64, 'jne');
export const jset = jumpReg(64, 'jset');
export const jsetImm = jumpImm(64, 'jset');
export const jgt = jumpReg(64, 'jgt');
export const jgtImm = jumpImm(64, 'jgt');
export const jge = jumpReg(64, 'jge');
export const jgeImm = jumpImm(64, 'jge');
export const jlt = jumpReg(64, 'jlt');
export const jltImm = jumpImm(64, 'jlt');
export const jle = jumpReg(64, 'jle');
export const jleImm = jumpImm(64, 'jle');
export const jsgt = jumpReg(64, 'jsgt');
export const jsgtImm = jumpImm(64, 'jsgt');
export const jsge = jumpReg(64, 'jsge');
export const jsgeImm = jumpImm(64, 'jsge');
export const jslt = jumpReg(64, 'jslt');
export const jsltImm = jumpImm(64, 'jslt');
export const jsle = jumpReg(64, 'jsle');
export const jsleImm = jumpImm(64, 'jsle');
export const jeq32 = jumpReg(32, 'jeq');
export const jeqImm32 = jumpImm(32, 'jeq');
export const jne32 = jumpReg(32, 'jne');
export const jneImm32 = jumpImm(32, 'jne');
export const jset32 = jumpReg(32, 'jset');
export const jsetImm32 = jumpImm(32, 'jset');
