/**
 * One instruction of the abstract interpretation: the state before it to the states after it.
 *
 * After an error the step goes on as if the result were a scalar, so that one fault is reported once and the rest
 * of the program is still looked at.
 */
import { access, readReg, readScalar, writeReg } from './verify-access.js';
import { checkCall } from './verify-call.js';
import { SCALAR, describe } from './verify-state.js';
import type { State, Value } from './verify-state.js';
import type { Alu, Atomic, I32, Instruction, Jump, LdImm64, Operand, Reg } from './types.js';
import type { StepEnv } from './verify-types.js';
import { assertNever } from '../assert.js';

/** States after an instruction: on falling through, and on its jump. */
export interface Successors {
  readonly next: State;
  readonly taken: State;
}

const both = (state: State): Successors => ({ next: state, taken: state });

export function step(op: Instruction, state: State, env: StepEnv): Successors {
  switch (op.kind) {
    case 'alu':
      return both(writeReg(state, op.dst, aluResult(op, state, env), env));
    case 'neg':
    case 'endian':
      readScalar(state, op.dst, 'arithmetic', env);
      return both(writeReg(state, op.dst, SCALAR, env));
    case 'movsx':
      readScalar(state, op.src, 'arithmetic', env);
      return both(writeReg(state, op.dst, SCALAR, env));
    case 'load': {
      const value = access(state, op.src, op.offset, op.size, 'load', env).value;
      return both(writeReg(state, op.dst, value, env));
    }
    case 'store':
      checkStored(readReg(state, op.src, env), env);
      return both(access(state, op.dst, op.offset, op.size, 'store', env).state);
    case 'store_imm':
      return both(access(state, op.dst, op.offset, op.size, 'store', env).state);
    case 'atomic':
      return both(atomic(op, state, env));
    case 'jump':
      return jump(op, state, env);
    case 'ja':
      return both(state);
    case 'call_helper':
      return both(checkCall(op.helper, state, env));
    case 'call_local':
      env.report('unsupported', 'calls of local functions are not supported');
      return both(state);
    case 'exit':
      readScalar(state, 0 as Reg, 'a return', env);
      return both(state);
    case 'ld_imm64':
      return both(writeReg(state, op.dst, wideValue(op, env), env));
    default:
      return assertNever(op);
  }
}

function aluResult(op: Alu, state: State, env: StepEnv): Value {
  if (op.op === 'mov') return moved(op, state, env);
  const dst = readReg(state, op.dst, env);
  const moves = op.width === 64 && (op.op === 'add' || op.op === 'sub') && op.src.kind === 'imm';
  if (moves && (dst.kind === 'stack' || dst.kind === 'value')) {
    const offset = dst.offset + (op.op === 'add' ? op.src.imm : -op.src.imm);
    if (Math.abs(offset) <= MAX_OFFSET) return { ...dst, offset };
    env.report('pointer', `${describe(dst)} is moved out of all bounds`);
    return SCALAR;
  }
  if (dst.kind !== 'scalar') env.report('pointer', `arithmetic of r${op.dst}, which is ${describe(dst)}`);
  if (op.src.kind === 'reg') readScalar(state, op.src.reg, 'arithmetic', env);
  return SCALAR;
}

/** Further than any region is large, and far from an overflow of 32 bits. */
const MAX_OFFSET = 1 << 28;

function moved(op: Alu, state: State, env: StepEnv): Value {
  if (op.src.kind === 'imm') return SCALAR;
  const value = readReg(state, op.src.reg, env);
  if (op.width === 64 || value.kind === 'scalar') return value;
  env.report('pointer', `a 32-bit move of r${op.src.reg}, which is ${describe(value)}`);
  return SCALAR;
}

function checkStored(value: Value, env: StepEnv): void {
  if (value.kind === 'scalar') return;
  env.report('pointer', `a store of ${describe(value)} to memory is not supported`);
}

function atomic(op: Atomic, state: State, env: StepEnv): State {
  readScalar(state, op.src, 'an atomic operand', env);
  if (op.op === 'cmpxchg') readScalar(state, 0 as Reg, 'a comparison', env);
  const after = access(state, op.dst, op.offset, op.width / 8, 'atomic', env).state;
  if (!op.fetch) return after;
  return writeReg(after, op.op === 'cmpxchg' ? (0 as Reg) : op.src, SCALAR, env);
}

function jump(op: Jump, state: State, env: StepEnv): Successors {
  const dst = readReg(state, op.dst, env);
  if (isNullCheck(op, op.src) && (dst.kind === 'value_or_null' || dst.kind === 'value')) {
    if (dst.kind === 'value') return both(state);
    const found = resolveNull(state, dst.id, { kind: 'value', map: dst.map, offset: 0 });
    const none = resolveNull(state, dst.id, SCALAR);
    return op.op === 'jeq' ? { next: found, taken: none } : { next: none, taken: found };
  }
  if (dst.kind !== 'scalar') env.report('pointer', `a comparison of r${op.dst}, which is ${describe(dst)}`);
  if (op.src.kind === 'reg') readScalar(state, op.src.reg, 'a comparison', env);
  return both(state);
}

function isNullCheck(op: Jump, src: Operand): boolean {
  return op.width === 64 && (op.op === 'jeq' || op.op === 'jne') && src.kind === 'imm' && src.imm === 0;
}

function resolveNull(state: State, id: number, value: Value): State {
  const regs = state.regs.map((v) => (v.kind === 'value_or_null' && v.id === id ? value : v));
  return { ...state, regs };
}

function wideValue(op: LdImm64<I32>, env: StepEnv): Value {
  const source = op.source;
  if (source.kind === 'imm') return SCALAR;
  const map = env.maps[source.map];
  if (map === undefined) {
    env.report('map', `the program has ${env.maps.length} maps, none with index ${source.map}`);
    return SCALAR;
  }
  if (source.kind === 'map') return { kind: 'map', map: source.map };
  if (map.type !== 'array' || map.maxEntries !== 1) {
    env.report('map', `\`${map.name}\` is no array of one entry: its value has no fixed address`);
  } else if (source.offset < 0 || source.offset >= map.valueSize) {
    env.report('map_value', `offset ${source.offset} is outside of a value of \`${map.name}\``);
  }
  return { kind: 'value', map: source.map, offset: source.offset };
}
