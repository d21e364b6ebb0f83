/**
 * Applies one instruction to the state, except jumps, local calls and `exit`.
 *
 * After an error the step goes on as if the result were a scalar, so that one fault is reported once and the rest of
 * the program is still checked.
 */
import { counted } from '../../base/text.js';
import { access, readReg, readScalar, valueAt, writeReg } from './access.js';
import { callHelper } from './call.js';
import { STACK_SIZE } from '../../abi/hooks.js';
import type { Scalar } from './scalar.js';
import { ZERO, constant, constantNumber, knownNumber } from './scalar.js';
import { aluScalar, endianScalar, loadedScalar, lowHalf, movsxScalar, negScalar } from './scalar-alu.js';
import { SANE, describe } from './state.js';
import type { State, Value } from './state.js';
import type { Alu, Atomic, I32, Instruction, LdImm64, Operand } from '../types.js';
import type { StepEnv } from './types.js';
import { assertNever } from '../../base/assert.js';

/** Instructions that are always followed by the next one. */
export type Straight = Exclude<Instruction, { kind: 'jump' | 'ja' | 'call_local' | 'exit' }>;

/** Applies an instruction to the state, and reports the rules that it breaks. */
export function step(op: Straight, state: State, env: StepEnv): void {
  switch (op.kind) {
    case 'alu':
      return writeReg(state, op.dst, aluResult(op, state, env), env);
    case 'neg':
      return writeReg(state, op.dst, negScalar(op.width, readScalar(state, op.dst, 'arithmetic', env)), env);
    case 'endian': {
      const value = readScalar(state, op.dst, 'arithmetic', env);
      return writeReg(state, op.dst, endianScalar(op.order, op.bits, value), env);
    }
    case 'movsx': {
      const value = readScalar(state, op.src, 'arithmetic', env);
      return writeReg(state, op.dst, movsxScalar(op.width, op.bits, value), env);
    }
    case 'load': {
      const how = { kind: 'load', signed: op.signed } as const;
      return writeReg(state, op.dst, access(state, op.src, op.offset, op.size, how, env), env);
    }
    case 'store': {
      const how = { kind: 'store', value: readReg(state, op.src, env) } as const;
      return void access(state, op.dst, op.offset, op.size, how, env);
    }
    case 'store_imm': {
      const how = { kind: 'store', value: constantNumber(op.imm) } as const;
      return void access(state, op.dst, op.offset, op.size, how, env);
    }
    case 'atomic':
      return atomic(op, state, env);
    case 'call_helper':
      return callHelper(op.helper, state, env);
    case 'ld_imm64':
      return writeReg(state, op.dst, wideValue(op, env), env);
    default:
      return assertNever(op);
  }
}

/** The value of a second operand, which may be a pointer. */
export function operandValue(operand: Operand, state: State, env: StepEnv): Value {
  return operand.kind === 'imm' ? constantNumber(operand.imm) : readReg(state, operand.reg, env);
}

function aluResult(op: Alu, state: State, env: StepEnv): Value {
  if (op.op === 'mov') return moved(op, state, env);
  const isSame = op.src.kind === 'reg' && op.src.reg === op.dst;
  const a = readReg(state, op.dst, env);
  const b = isSame ? a : operandValue(op.src, state, env);
  if (op.src.kind === 'imm') checkImmediate(op, op.src.imm, env);
  if (a.kind !== 'scalar' || b.kind !== 'scalar') {
    const result = op.width === 64 ? pointerResult(op, a, b, env) : undefined;
    if (result !== undefined) return result;
    const name = a.kind === 'scalar' && op.src.kind === 'reg' ? op.src.reg : op.dst;
    env.report('pointer', `arithmetic of r${name}, which is ${describe(a.kind === 'scalar' ? b : a)}`);
    return SANE;
  }
  if (isSame && (op.op === 'sub' || op.op === 'xor')) return ZERO;
  return aluScalar(op.op, op.width, a, b);
}

/** Reports shifts and divisions that RFC 9669 defines but the kernel refuses. */
function checkImmediate(op: Alu, imm: number, env: StepEnv): void {
  if (env.target.kind === 'raw') return;
  const isShift = op.op === 'lsh' || op.op === 'rsh' || op.op === 'arsh';
  if (isShift && (imm < 0 || imm >= op.width)) {
    env.report('shift', `a shift by ${imm} is not within 0 to ${op.width - 1}`);
  }
  const divides = op.op === 'div' || op.op === 'sdiv' || op.op === 'mod' || op.op === 'smod';
  if (divides && imm === 0) env.report('division', 'a division by 0');
}

/** A moved pointer, or the distance of two pointers; undefined if pointers do not allow the operation. */
function pointerResult(op: Alu, a: Value, b: Value, env: StepEnv): Value | undefined {
  if (op.op === 'add') {
    if (b.kind === 'scalar') return movedPointer('add', a, b, env);
    return a.kind === 'scalar' ? movedPointer('add', b, a, env) : undefined;
  }
  if (op.op !== 'sub') return undefined;
  return b.kind === 'scalar' ? movedPointer('sub', a, b, env) : distance(a, b);
}

/** The largest offset of a stack pointer: far beyond the size of any stack, and far from an overflow of 32 bits. */
const MAX_OFFSET = 1 << 28;

function movedPointer(op: 'add' | 'sub', pointer: Value, by: Scalar, env: StepEnv): Value | undefined {
  if (pointer.kind === 'value' || pointer.kind === 'memory') {
    return { ...pointer, offset: aluScalar(op, 64, pointer.offset, by) };
  }
  const n = knownNumber(by);
  if (pointer.kind !== 'stack' || n === undefined) return undefined;
  const offset = pointer.offset + (op === 'add' ? n : -n);
  if (Math.abs(offset) <= MAX_OFFSET) return { ...pointer, offset };
  env.report('pointer', `${describe(pointer)} is moved further than ${MAX_OFFSET} bytes`);
  return { ...pointer, offset: -STACK_SIZE };
}

function distance(a: Value, b: Value): Scalar | undefined {
  if (a.kind === 'memory' && b.kind === 'memory') return aluScalar('sub', 64, a.offset, b.offset);
  const isSameFrame = a.kind === 'stack' && b.kind === 'stack' && a.frame === b.frame;
  return isSameFrame ? constantNumber(a.offset - b.offset) : undefined;
}

function moved(op: Alu, state: State, env: StepEnv): Value {
  const value = operandValue(op.src, state, env);
  if (op.width === 64) return value;
  if (value.kind === 'scalar') return lowHalf(value);
  const name = op.src.kind === 'reg' ? `r${op.src.reg}` : '';
  env.report('pointer', `a 32-bit move of ${name}, which is ${describe(value)}`);
  return SANE;
}

function atomic(op: Atomic, state: State, env: StepEnv): void {
  readScalar(state, op.src, 'an atomic operand', env);
  if (op.op === 'cmpxchg') readScalar(state, 0, 'a comparison', env);
  const size = op.width === 64 ? 8 : 4;
  access(state, op.dst, op.offset, size, { kind: 'atomic' }, env);
  if (!op.fetch) return;
  if (op.op === 'cmpxchg' && state.frames.length > 0) return void setResult(state, loadedScalar(size, false));
  writeReg(state, op.src, loadedScalar(size, false), env);
}

function setResult(state: State, value: Value): void {
  const frame = state.frames.at(-1);
  if (frame !== undefined) frame.regs[0] = value;
}

function wideValue(op: LdImm64<I32>, env: StepEnv): Value {
  const source = op.source;
  if (source.kind === 'imm') return wideConstant(source.lo, source.hi);
  const map = env.maps[source.map];
  if (map === undefined) {
    env.report('map', `the program has ${counted(env.maps.length, 'map')}, none with index ${source.map}`);
    return SANE;
  }
  if (source.kind === 'map') return { kind: 'map', map: source.map };
  if (map.type !== 'array' || map.maxEntries !== 1) {
    env.report('map', `\`${map.name}\` is not an array with one entry, so its value has no fixed address`);
  } else if (source.offset < 0 || source.offset >= map.valueSize) {
    env.report('map_value', `offset ${source.offset} is outside of a value of \`${map.name}\``);
  }
  return valueAt(source.map, source.offset);
}

function wideConstant(lo: number, hi: number): Scalar {
  if (hi === lo >> 31) return constantNumber(lo);
  return constant(64, (BigInt(hi) << 32n) | BigInt(lo >>> 0));
}
