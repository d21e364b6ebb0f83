/** Emits arithmetic, byte order and comparisons. Results go to a register; a comparison leaves an i32 on the stack. */
import type { Alu, Endian, Instruction, JumpOp, Movsx, Neg, Operand, Width } from '../../../bpf/types.js';
import { assertNever } from '../../../base/assert.js';
import { I32, I64, OP, i32Const, i64Const, local } from './encode.js';
import type { Bytes } from './encode.js';
import { getReg, setReg } from './frame.js';
import type { FrameLocals } from './frame.js';

/** Pushes a register, in the width of an operation. */
function getWidth(out: Bytes, frame: FrameLocals, reg: number, width: Width): void {
  getReg(out, frame, reg);
  if (width === 32) out.push(OP.i32WrapI64);
}

function getOperand(out: Bytes, frame: FrameLocals, operand: Operand, width: Width): void {
  if (operand.kind === 'reg') getWidth(out, frame, operand.reg, width);
  else constant(out, width, operand.imm);
}

function constant(out: Bytes, width: Width, value: number): void {
  if (width === 64) i64Const(out, BigInt(value));
  else i32Const(out, value);
}

/** Pops a value, in the width of an operation, into a register. */
function setWidth(out: Bytes, frame: FrameLocals, reg: number, width: Width): void {
  if (width === 32) out.push(OP.i64ExtendI32U);
  setReg(out, frame, reg);
}

export function emitAlu(out: Bytes, frame: FrameLocals, op: Alu): void {
  if (op.op === 'mov') getOperand(out, frame, op.src, op.width);
  else if (op.op === 'div' || op.op === 'sdiv' || op.op === 'mod' || op.op === 'smod')
    emitDivision(out, frame, op);
  else {
    getWidth(out, frame, op.dst, op.width);
    getOperand(out, frame, op.src, op.width);
    out.push(plainOp(op));
  }
  setWidth(out, frame, op.dst, op.width);
}

function plainOp({ op, width }: Alu): number {
  const wide = width === 64;
  switch (op) {
    case 'add':
      return wide ? OP.i64Add : OP.i32Add;
    case 'sub':
      return wide ? OP.i64Sub : OP.i32Sub;
    case 'mul':
      return wide ? OP.i64Mul : OP.i32Mul;
    case 'or':
      return wide ? OP.i64Or : OP.i32Or;
    case 'and':
      return wide ? OP.i64And : OP.i32And;
    case 'xor':
      return wide ? OP.i64Xor : OP.i32Xor;
    case 'lsh':
      return wide ? OP.i64Shl : OP.i32Shl;
    case 'rsh':
      return wide ? OP.i64ShrU : OP.i32ShrU;
    case 'arsh':
      return wide ? OP.i64ShrS : OP.i32ShrS;
    case 'mov':
    case 'div':
    case 'sdiv':
    case 'mod':
    case 'smod':
      throw new Error(`${op} is handled by the caller`);
    default:
      return assertNever(op);
  }
}

/** Emits a division. By zero, a quotient is 0 and a remainder is dst. The lowest number divided by −1 is itself. */
function emitDivision(out: Bytes, frame: FrameLocals, op: Alu): void {
  const { width, dst, src } = op;
  const type = width === 64 ? I64 : I32;
  const isZero = width === 64 ? OP.i64Eqz : OP.i32Eqz;
  const divides = (): void => {
    getWidth(out, frame, dst, width);
    getOperand(out, frame, src, width);
    out.push(divisionOp(op));
  };
  const byMinusOne = op.op === 'sdiv' && (src.kind === 'reg' || src.imm === -1);
  const withMinusOne = (): void => {
    if (!byMinusOne) return divides();
    getOperand(out, frame, src, width);
    constant(out, width, -1);
    out.push(width === 64 ? OP.i64Eq : OP.i32Eq, OP.if, type);
    constant(out, width, 0);
    getWidth(out, frame, dst, width);
    out.push(width === 64 ? OP.i64Sub : OP.i32Sub, OP.else);
    divides();
    out.push(OP.end);
  };
  if (src.kind === 'imm' && src.imm !== 0) return withMinusOne();
  getOperand(out, frame, src, width);
  out.push(isZero, OP.if, type);
  if (op.op === 'div' || op.op === 'sdiv') constant(out, width, 0);
  else getWidth(out, frame, dst, width);
  out.push(OP.else);
  withMinusOne();
  out.push(OP.end);
}

function divisionOp({ op, width }: Alu): number {
  if (op === 'div') return width === 64 ? OP.i64DivU : OP.i32DivU;
  if (op === 'sdiv') return width === 64 ? OP.i64DivS : OP.i32DivS;
  if (op === 'mod') return width === 64 ? OP.i64RemU : OP.i32RemU;
  return width === 64 ? OP.i64RemS : OP.i32RemS;
}

export function emitNeg(out: Bytes, frame: FrameLocals, { dst, width }: Neg): void {
  constant(out, width, 0);
  getWidth(out, frame, dst, width);
  out.push(width === 64 ? OP.i64Sub : OP.i32Sub);
  setWidth(out, frame, dst, width);
}

export function emitMovsx(out: Bytes, frame: FrameLocals, { dst, src, bits, width }: Movsx): void {
  getWidth(out, frame, src, width);
  if (width === 64) out.push(bits === 8 ? OP.i64Extend8S : bits === 16 ? OP.i64Extend16S : OP.i64Extend32S);
  else if (bits !== 32) out.push(bits === 8 ? OP.i32Extend8S : OP.i32Extend16S);
  setWidth(out, frame, dst, width);
}

export function emitEndian(out: Bytes, frame: FrameLocals, { dst, order, bits }: Endian): void {
  if (order === 'le') {
    if (bits === 64) return;
    getReg(out, frame, dst);
    i64Const(out, bits === 16 ? 0xffffn : 0xffff_ffffn);
    out.push(OP.i64And);
  } else if (bits === 64) {
    swap64(out, frame, dst);
  } else {
    getWidth(out, frame, dst, 32);
    swap32(out, frame);
    if (bits === 16) {
      i32Const(out, 16);
      out.push(OP.i32ShrU);
    }
    out.push(OP.i64ExtendI32U);
  }
  setReg(out, frame, dst);
}

/** Reverses the bytes of the i32 on the stack: odd and even bytes rotate in opposite directions. */
function swap32(out: Bytes, frame: FrameLocals): void {
  const part = (rotation: number, mask: number): void => {
    i32Const(out, rotation);
    out.push(OP.i32Rotl);
    i32Const(out, mask);
    out.push(OP.i32And);
  };
  local(out, OP.localTee, frame.scratch32);
  part(8, 0x00ff_00ff);
  local(out, OP.localGet, frame.scratch32);
  part(24, 0xff00_ff00);
  out.push(OP.i32Or);
}

/** Pushes a register with its bytes reversed: swaps neighbouring bytes, then pairs of bytes, then the halves. */
function swap64(out: Bytes, frame: FrameLocals, reg: number): void {
  const exchange = (bits: bigint, mask: bigint): void => {
    local(out, OP.localTee, frame.scratch64);
    i64Const(out, bits);
    out.push(OP.i64ShrU);
    i64Const(out, mask);
    out.push(OP.i64And);
    local(out, OP.localGet, frame.scratch64);
    i64Const(out, mask);
    out.push(OP.i64And);
    i64Const(out, bits);
    out.push(OP.i64Shl, OP.i64Or);
  };
  getReg(out, frame, reg);
  exchange(8n, 0x00ff_00ff_00ff_00ffn);
  exchange(16n, 0x0000_ffff_0000_ffffn);
  i64Const(out, 32n);
  out.push(OP.i64Rotl);
}

type Conditional = Extract<Instruction, { kind: 'jump' }>;

/** Pushes an i32 that is not 0 if a conditional jump is taken. */
export function emitJump(out: Bytes, frame: FrameLocals, { op, width, dst, src }: Conditional): void {
  getWidth(out, frame, dst, width);
  getOperand(out, frame, src, width);
  if (op === 'jset') {
    out.push(width === 64 ? OP.i64And : OP.i32And);
    if (width === 32) return;
    i64Const(out, 0n);
    out.push(OP.i64Ne);
    return;
  }
  out.push((width === 64 ? COMPARE_64 : COMPARE_32)[op]);
}

const COMPARE_64: Readonly<Record<Exclude<JumpOp, 'jset'>, number>> = {
  jeq: OP.i64Eq,
  jne: OP.i64Ne,
  jgt: OP.i64GtU,
  jge: OP.i64GeU,
  jlt: OP.i64LtU,
  jle: OP.i64LeU,
  jsgt: OP.i64GtS,
  jsge: OP.i64GeS,
  jslt: OP.i64LtS,
  jsle: OP.i64LeS,
};

const COMPARE_32: Readonly<Record<Exclude<JumpOp, 'jset'>, number>> = {
  jeq: OP.i32Eq,
  jne: OP.i32Ne,
  jgt: OP.i32GtU,
  jge: OP.i32GeU,
  jlt: OP.i32LtU,
  jle: OP.i32LeU,
  jsgt: OP.i32GtS,
  jsge: OP.i32GeS,
  jslt: OP.i32LtS,
  jsle: OP.i32LeS,
};
