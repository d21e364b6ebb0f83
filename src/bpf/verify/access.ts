/** Reads and writes of registers and memory, checked against what is known of them. */
import { counted } from '../../base/counted.js';
import { STACK_SIZE } from '../../abi/hooks.js';
import type { Scalar } from './scalar.js';
import { constantNumber } from './scalar.js';
import { loadedScalar } from './scalar-alu.js';
import type { Reg, Size } from '../types.js';
import { checkWritten, inStack, readStack, spoil, writeStack } from './stack.js';
import { SANE, current, describe, regOf } from './state.js';
import type { Frame, State, Value } from './state.js';
import type { StepEnv, VerifierMap, VerifierRule } from './types.js';

/** The value of a register that is read; an unset one is reported. */
export function readReg(state: State, r: number, env: StepEnv): Value {
  const value = regOf(state, r);
  if (value.kind !== 'unset') return value;
  env.report('uninitialised', `r${r} is unset`);
  return SANE;
}

export function readScalar(state: State, r: number, use: string, env: StepEnv): Scalar {
  const value = readReg(state, r, env);
  if (value.kind === 'scalar') return value;
  env.report('pointer', `${use} of r${r}, which is ${describe(value)}`);
  return SANE;
}

export function writeReg(state: State, r: Reg, value: Value, env: StepEnv): void {
  if (r === 10) env.report('read_only', 'the frame pointer r10 is read only');
  else current(state).regs[r] = value;
}

/** How memory is accessed; what is stored is a value, what is loaded may be sign-extended. */
export type Access =
  | { readonly kind: 'load'; readonly signed: boolean }
  | { readonly kind: 'store'; readonly value: Value }
  | { readonly kind: 'atomic' };

/** Checks an access and does it; gives what a load finds. */
export function access(
  state: State,
  base: Reg,
  displacement: number,
  size: Size,
  how: Access,
  env: StepEnv,
): Value {
  const pointer = readReg(state, base, env);
  const found = (): Value => loadedScalar(size, how.kind === 'load' && how.signed);
  if (how.kind === 'store' && how.value.kind !== 'scalar') {
    if (pointer.kind !== 'stack' || size !== 8) return leaks(how.value, env);
  }
  switch (pointer.kind) {
    case 'context':
      return contextAccess(displacement, size, how, env) ?? found();
    case 'stack':
      return stackAccess(state, pointer, displacement, size, how, env) ?? found();
    case 'value':
    case 'memory':
      checkRegion(pointer, displacement, size, size, how.kind === 'atomic', env);
      return found();
    default:
      env.report('pointer', `a memory access through r${base}, which is ${describe(pointer)}`);
      return found();
  }
}

function leaks(value: Value, env: StepEnv): Value {
  const where = 'anywhere but 8 bytes of stack';
  env.report('pointer', `a store of ${describe(value)} to ${where} is not supported`);
  return SANE;
}

function contextAccess(offset: number, size: Size, how: Access, env: StepEnv): Value | undefined {
  if (env.target.kind !== 'hook') return undefined;
  const { hook } = env.target;
  const field = hook.context.find((f) => offset >= f.offset && offset + size <= f.offset + f.size);
  if (field === undefined) {
    const where = `bytes ${offset} to ${offset + size - 1}`;
    env.report('context', `${where} of the context are not within one field of \`${hook.name}\``);
    return undefined;
  }
  const whole = size === field.size && offset === field.offset;
  if (how.kind === 'atomic') {
    env.report('unsupported', 'an atomic access to the context is not supported');
  } else if (how.kind === 'store' && !field.writable) {
    env.report('context', `\`${field.name}\` is read only in \`${hook.name}\``);
  } else if (!whole && !field.narrow) {
    env.report('context', `\`${field.name}\` can only be read as a whole: ${field.size} bytes`);
  } else if (offset % size !== 0) {
    env.report('alignment', `${size} bytes at offset ${offset} of the context are not aligned`);
  }
  return field.kind === 'scalar' || !whole ? undefined : { kind: 'handle', handle: field.kind };
}

type StackPointer = Extract<Value, { kind: 'stack' }>;

/** The frame that a stack pointer points into. */
function frameOf(state: State, pointer: StackPointer): Frame {
  return state.frames[pointer.frame] ?? current(state);
}

function stackAccess(
  state: State,
  pointer: StackPointer,
  displacement: number,
  size: Size,
  how: Access,
  env: StepEnv,
): Value | undefined {
  const offset = pointer.offset + displacement;
  const frame = frameOf(state, pointer);
  if (!inStack(offset, size, env)) return undefined;
  if (pointer.offset < -STACK_SIZE) startsBefore(pointer.offset, env);
  const mustAlign = env.target.kind === 'hook' || how.kind === 'atomic' || isPointerStore(how);
  if (mustAlign && offset % size !== 0) {
    env.report('alignment', `${size} bytes at offset ${offset} of the stack are not aligned`);
    return undefined;
  }
  if (how.kind === 'load') return readStack(frame, offset, size, how.signed, env);
  if (how.kind === 'store') writeStack(frame, offset, size, how.value);
  else {
    checkWritten(frame, offset, size, env);
    spoil(frame, offset, size);
  }
  return undefined;
}

const isPointerStore = (how: Access): boolean => how.kind === 'store' && how.value.kind !== 'scalar';

/** Engines add the displacement last: a pointer before its region would not be one of theirs. */
function startsBefore(offset: number | bigint, env: StepEnv): void {
  const where = `at offset ${offset} without the displacement`;
  env.report('pointer', `the pointer itself, ${where}, lies before what it points to`);
}

/** A region whose pointers have offsets from its start: what it is, and how large. */
interface Region {
  readonly rule: VerifierRule;
  readonly name: string;
  readonly size: number;
}

type RegionPointer = Extract<Value, { kind: 'value' | 'memory' }>;

function regionOf(pointer: RegionPointer, env: StepEnv): Region {
  if (pointer.kind === 'memory') {
    const size = env.target.kind === 'raw' ? env.target.memorySize : 0;
    return { rule: 'memory', name: 'memory', size };
  }
  const map: VerifierMap | undefined = env.maps[pointer.map];
  const size = map === undefined || map.type === 'inode' ? 0 : map.valueSize;
  return { rule: 'map_value', name: `a value of \`${map?.name}\``, size };
}

/** Whether a pointer is a place of its region, or its end: only then does it compare as its offset does. */
export function isInRegion(pointer: RegionPointer, env: StepEnv): boolean {
  const { smin, smax } = pointer.offset;
  return smin >= 0n && smax <= BigInt(regionOf(pointer, env).size);
}

/** Checks that `length` bytes behind a pointer are of its region; `size` is what has to be aligned to. */
function checkRegion(
  pointer: RegionPointer,
  displacement: number,
  length: number,
  size: number,
  isAtomic: boolean,
  env: StepEnv,
): void {
  const region = regionOf(pointer, env);
  const { offset } = pointer;
  const low = offset.smin + BigInt(displacement);
  const high = offset.smax + BigInt(displacement);
  const where = low === high ? `offset ${low}` : `offset ${low} to ${high}`;
  if (low < 0n || high + BigInt(length) > BigInt(region.size)) {
    const message = `${where}, ${counted(length, 'byte')}, is outside of the ${counted(region.size, 'byte')} of ${region.name}`;
    env.report(region.rule, message);
  } else if (offset.smin < 0n) {
    startsBefore(offset.smin, env);
  } else if ((env.target.kind === 'hook' || isAtomic) && !isAligned(offset, displacement, size)) {
    const what = pointer.kind === 'value' ? 'a map value' : 'memory';
    env.report('alignment', `${size} bytes at ${where} of ${what} are not aligned`);
  }
}

function isAligned(offset: Scalar, displacement: number, size: number): boolean {
  const low = BigInt(size - 1);
  return (offset.mask & low) === 0n && ((offset.value + BigInt(displacement)) & low) === 0n;
}

/** Checks that a helper may read `size` bytes at a pointer. */
export function checkReadable(pointer: Value, size: number, what: string, state: State, env: StepEnv): void {
  if (pointer.kind === 'stack') {
    if (inStack(pointer.offset, size, env)) checkWritten(frameOf(state, pointer), pointer.offset, size, env);
  } else if (pointer.kind === 'value' || pointer.kind === 'memory') {
    checkReach(pointer, size, what, env);
  } else {
    env.report('helper', `${what} is ${describe(pointer)}`);
  }
}

function checkReach(pointer: RegionPointer, size: number, what: string, env: StepEnv): void {
  const { rule, name, size: available } = regionOf(pointer, env);
  const { smin, smax } = pointer.offset;
  if (smin >= 0n && smax + BigInt(size) <= BigInt(available)) return;
  env.report(rule, `${counted(size, 'byte')} for ${what} reach${size === 1 ? 'es' : ''} beyond ${name}`);
}

/** A pointer to the value of a map of one entry. */
export function valueAt(map: number, offset: number): Value {
  return { kind: 'value', map, offset: constantNumber(offset) };
}
