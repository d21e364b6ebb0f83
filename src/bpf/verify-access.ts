/** Reads and writes of registers and memory, checked against what is known of them. */
import { STACK_SIZE } from '../abi/hooks.js';
import type { Reg } from './types.js';
import { SCALAR, describe, setReg, stackBits } from './verify-state.js';
import type { State, Value } from './verify-state.js';
import type { StepEnv } from './verify-types.js';

/** The value of a register that is read; an unusable one is reported. */
export function readReg(state: State, r: number, env: StepEnv): Value {
  const value = state.regs[r] ?? SCALAR;
  if (value.kind !== 'unset' && value.kind !== 'mixed') return value;
  env.report('uninitialised', `r${r} is ${describe(value)}`);
  return SCALAR;
}

export function readScalar(state: State, r: Reg, use: string, env: StepEnv): void {
  const value = readReg(state, r, env);
  if (value.kind !== 'scalar') env.report('pointer', `${use} of r${r}, which is ${describe(value)}`);
}

export function writeReg(state: State, r: Reg, value: Value, env: StepEnv): State {
  if (r !== 10) return setReg(state, r, value);
  env.report('read_only', 'the frame pointer r10 is read only');
  return state;
}

type Access = 'load' | 'store' | 'atomic';

/** Checks an access; gives what a load finds and the state after a store. */
export function access(
  state: State,
  base: Reg,
  displacement: number,
  size: number,
  how: Access,
  env: StepEnv,
): { readonly value: Value; readonly state: State } {
  const pointer = readReg(state, base, env);
  switch (pointer.kind) {
    case 'context':
      return { value: contextField(displacement, size, how, env), state };
    case 'stack':
      return { value: SCALAR, state: stackAccess(state, pointer.offset + displacement, size, how, env) };
    case 'value':
      checkValueBounds(pointer.map, pointer.offset + displacement, size, env);
      return { value: SCALAR, state };
    default:
      env.report('pointer', `a memory access through r${base}, which is ${describe(pointer)}`);
      return { value: SCALAR, state };
  }
}

function contextField(offset: number, size: number, how: Access, env: StepEnv): Value {
  const field = env.hook.context.find((f) => offset >= f.offset && offset + size <= f.offset + f.size);
  if (field === undefined) {
    const where = `bytes ${offset} to ${offset + size - 1}`;
    env.report('context', `${where} of the context are not within one field of \`${env.hook.name}\``);
    return SCALAR;
  }
  const whole = size === field.size && offset === field.offset;
  if (how === 'atomic') env.report('unsupported', 'an atomic access to the context is not supported');
  else if (how === 'store' && !field.writable) {
    env.report('context', `\`${field.name}\` is read only in \`${env.hook.name}\``);
  } else if (!whole && !field.narrow) {
    env.report('context', `\`${field.name}\` can only be read as a whole: ${field.size} bytes`);
  } else if (offset % size !== 0) {
    env.report('alignment', `${size} bytes at offset ${offset} of the context are not aligned`);
  }
  return field.kind === 'scalar' || !whole ? SCALAR : { kind: 'handle', handle: field.kind };
}

function stackAccess(state: State, offset: number, size: number, how: Access, env: StepEnv): State {
  if (!inStack(offset, size, env)) return state;
  if (offset % size !== 0) {
    env.report('alignment', `${size} bytes at offset ${offset} of the stack are not aligned`);
  }
  const bits = stackBits(offset, size);
  if (how !== 'store') checkWritten(state, offset, size, env);
  return { ...state, stack: state.stack | bits };
}

function inStack(offset: number, size: number, env: StepEnv): boolean {
  if (offset >= -STACK_SIZE && offset + size <= 0) return true;
  const where = `offset ${offset}, ${size} bytes`;
  env.report('stack', `${where}, is outside of the ${STACK_SIZE} bytes of stack`);
  return false;
}

function checkWritten(state: State, offset: number, size: number, env: StepEnv): void {
  const bits = stackBits(offset, size);
  if ((state.stack & bits) === bits) return;
  env.report('uninitialised', `stack bytes ${offset} to ${offset + size - 1} are not all written before`);
}

function checkValueBounds(map: number, offset: number, size: number, env: StepEnv): void {
  const abi = env.maps[map];
  const valueSize = abi === undefined || abi.type === 'inode' ? 0 : abi.valueSize;
  if (offset < 0 || offset + size > valueSize) {
    const where = `offset ${offset}, ${size} bytes`;
    env.report('map_value', `${where}, is outside of the ${valueSize} bytes of a value of \`${abi?.name}\``);
  } else if (offset % size !== 0) {
    env.report('alignment', `${size} bytes at offset ${offset} of a map value are not aligned`);
  }
}

/** Checks that a helper may read `size` bytes at a pointer. */
export function checkReadable(pointer: Value, size: number, what: string, state: State, env: StepEnv): void {
  if (pointer.kind === 'stack') {
    if (inStack(pointer.offset, size, env)) checkWritten(state, pointer.offset, size, env);
  } else if (pointer.kind === 'value') {
    const abi = env.maps[pointer.map];
    const valueSize = abi === undefined || abi.type === 'inode' ? 0 : abi.valueSize;
    if (pointer.offset >= 0 && pointer.offset + size <= valueSize) return;
    env.report('map_value', `${size} bytes for ${what} reach beyond a value of \`${abi?.name}\``);
  } else {
    env.report('helper', `${what} is ${describe(pointer)}`);
  }
}
