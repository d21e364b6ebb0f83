/**
 * Converts instructions to fields and back, by the rows of the opcode table: the fixed fields come from the row, the
 * operands from the instruction. `fieldsOf` and `instructionOf` are inverse functions.
 */
import { rowOf } from './isa.js';
import type { OpRow, RawFields } from './isa.js';
import type { I16, I32, Instruction, Operand, Reg, WideSource } from './types.js';
import { assertNever } from '../base/assert.js';

/** The fields of an instruction. `next` is the immediate of the second slot of LD_IMM64, else undefined. */
export interface SlotFields extends RawFields {
  readonly next: number | undefined;
}

interface Operands {
  readonly dst?: number;
  readonly src?: number;
  readonly off?: number;
  readonly imm?: number;
  readonly next?: number;
}

/** The fields of an instruction. A field that is not an operand has the value that the row fixes, or 0. */
export function fieldsOf(op: Instruction): SlotFields {
  const { opcode, fixed } = rowOf(op);
  const own = operandsOf(op);
  return {
    opcode,
    dst: fixed.dst ?? own.dst ?? 0,
    src: fixed.src ?? own.src ?? 0,
    off: fixed.off ?? own.off ?? 0,
    imm: fixed.imm ?? own.imm ?? 0,
    next: op.kind === 'ld_imm64' ? (own.next ?? 0) : undefined,
  };
}

function operandsOf(op: Instruction): Operands {
  switch (op.kind) {
    case 'alu':
      return { dst: op.dst, ...secondOperand(op.src) };
    case 'neg':
    case 'endian':
      return { dst: op.dst };
    case 'movsx':
      return { dst: op.dst, src: op.src };
    case 'load':
    case 'store':
    case 'atomic':
      return { dst: op.dst, src: op.src, off: op.offset };
    case 'store_imm':
      return { dst: op.dst, off: op.offset, imm: op.imm };
    case 'jump':
      return { dst: op.dst, off: op.offset, ...secondOperand(op.src) };
    case 'ja':
      return op.wide ? { imm: op.offset } : { off: op.offset };
    case 'call_local':
      return { imm: op.offset };
    case 'call_helper':
      return { imm: op.helper };
    case 'exit':
      return {};
    case 'ld_imm64':
      return { dst: op.dst, ...wideOperands(op.source) };
    default:
      return assertNever(op);
  }
}

function secondOperand(operand: Operand): Operands {
  return operand.kind === 'reg' ? { src: operand.reg } : { imm: operand.imm };
}

function wideOperands(source: WideSource<I32>): Operands {
  switch (source.kind) {
    case 'imm':
      return { imm: source.lo, next: source.hi };
    case 'map':
      return { imm: source.map };
    case 'map_value':
      return { imm: source.map, next: source.offset };
    default:
      return assertNever(source);
  }
}

/** The instruction of a row with these operands. The caller has checked that every field is in range. */
export function instructionOf(row: OpRow, fields: SlotFields): Instruction {
  const shape = row.shape;
  const dst = fields.dst as Reg;
  const src = fields.src as Reg;
  const offset = fields.off as I16;
  const imm = fields.imm as I32;
  switch (shape.kind) {
    case 'alu':
      return { ...shape, dst, src: operand(shape.src.kind, src, imm) };
    case 'neg':
    case 'endian':
      return { ...shape, dst };
    case 'movsx':
      return { ...shape, dst, src };
    case 'load':
    case 'store':
    case 'atomic':
      return { ...shape, dst, src, offset };
    case 'store_imm':
      return { ...shape, dst, offset, imm };
    case 'jump':
      return { ...shape, dst, offset, src: operand(shape.src.kind, src, imm) };
    case 'ja':
      return { ...shape, offset: shape.wide ? imm : (fields.off as I32) };
    case 'call_local':
      return { ...shape, offset: imm };
    case 'call_helper':
      return { ...shape, helper: imm };
    case 'exit':
      return shape;
    case 'ld_imm64':
      return { ...shape, dst, source: wideSource(shape.source.kind, imm, (fields.next ?? 0) as I32) };
    default:
      return assertNever(shape);
  }
}

function operand(kind: Operand['kind'], src: Reg, imm: I32): Operand {
  return kind === 'reg' ? { kind, reg: src } : { kind, imm };
}

function wideSource(kind: WideSource<I32>['kind'], imm: I32, next: I32): WideSource<I32> {
  switch (kind) {
    case 'imm':
      return { kind, lo: imm, hi: next };
    case 'map':
      return { kind, map: imm };
    case 'map_value':
      return { kind, map: imm, offset: next };
    default:
      return assertNever(kind);
  }
}

/**
 * The distance in slots that a jump or a local call goes, counted from the slot after the instruction; undefined for
 * other instructions.
 */
export function distanceOf(op: Instruction): number | undefined {
  return op.kind === 'jump' || op.kind === 'ja' || op.kind === 'call_local' ? op.offset : undefined;
}
