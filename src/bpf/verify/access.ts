/** Reads and writes registers and memory in an abstract state, and reports accesses that break a rule. */
import { counted } from '../../base/text.js';
import { STACK_SIZE, type HookAbi } from '../../abi/hooks.js';
import type { Scalar } from './scalar.js';
import { constantNumber } from './scalar.js';
import { loadedScalar } from './scalar-alu.js';
import type { Reg, Size } from '../types.js';
import { checkWritten, inStack, readStack, spoil, writeStack } from './stack.js';
import { SANE, current, describe, regOf } from './state.js';
import type { Frame, State, Value } from './state.js';
import type { StepEnv, VerifierMap, VerifierRule } from './types.js';

/** The value of a register. Reports a register that is unset. */
export function readReg(state: State, r: number, env: StepEnv): Value {
  const value = regOf(state, r);
  if (value.kind !== 'unset') return value;
  env.report('uninitialised', `r${r} is unset`);
  return SANE;
}

/** The value of a register that has to hold a number. `use` names the operation in the message. */
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

/** How memory is accessed. `signed`: the loaded bytes are sign-extended. */
export type Access =
  | { readonly kind: 'load'; readonly signed: boolean }
  | { readonly kind: 'store'; readonly value: Value }
  | { readonly kind: 'atomic' };

/** Checks a memory access and applies it to the state. Returns the loaded value (meaningless for stores). */
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
  env.report('pointer', `a store of ${describe(value)} is only supported to 8 bytes of stack`);
  return SANE;
}

function contextAccess(offset: number, size: Size, how: Access, env: StepEnv): Value | undefined {
  if (env.target.kind !== 'hook') return undefined;
  const { hook } = env.target;
  const field = hook.context.find((f) => offset === f.offset && size <= f.size);
  if (field === undefined) {
    env.report('context', outsideFields(offset, size, hook));
    return undefined;
  }
  const whole = size === field.size;
  if (how.kind === 'atomic') {
    env.report('unsupported', 'an atomic access to the context is not supported');
  } else if (how.kind === 'store' && !field.writable) {
    env.report('context', `\`${field.name}\` is read only in \`${hook.name}\``);
  } else if (!whole && !field.narrow) {
    env.report('context', `\`${field.name}\` can only be read as a whole: ${field.size} bytes`);
  }
  return field.kind === 'scalar' || !whole ? undefined : { kind: 'handle', handle: field.kind };
}

/** What is wrong with an access that does not begin where a field begins, or that ends outside of the field. */
function outsideFields(offset: number, size: Size, { name, context }: HookAbi): string {
  const around = context.find((f) => offset > f.offset && offset + size <= f.offset + f.size);
  if (around === undefined) {
    return `bytes ${offset} to ${offset + size - 1} of the context are not within one field of \`${name}\``;
  }
  return `\`${around.name}\` can only be accessed from its first byte, at offset ${around.offset}`;
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

/** Reports a pointer before the start of its region: engines cannot represent it, as they add the displacement last. */
function startsBefore(offset: number | bigint, env: StepEnv): void {
  env.report('pointer', `without the displacement, the pointer is at offset ${offset}, before its region`);
}

/** A region of memory whose pointers are offsets from its start. `rule` is the rule that an access outside breaks. */
interface MemoryRegion {
  readonly rule: VerifierRule;
  readonly name: string;
  readonly size: number;
}

type RegionPointer = Extract<Value, { kind: 'value' | 'memory' }>;

function regionOf(pointer: RegionPointer, env: StepEnv): MemoryRegion {
  if (pointer.kind === 'memory') {
    const size = env.target.kind === 'raw' ? env.target.memorySize : 0;
    return { rule: 'memory', name: 'memory', size };
  }
  const map: VerifierMap | undefined = env.maps[pointer.map];
  const size = map === undefined || map.type === 'inode' ? 0 : map.valueSize;
  return { rule: 'map_value', name: `a value of \`${map?.name}\``, size };
}

/** True if a pointer is within its region or at its end. Only then do pointers compare like their offsets. */
export function isInRegion(pointer: RegionPointer, env: StepEnv): boolean {
  const { smin, smax } = pointer.offset;
  return smin >= 0n && smax <= BigInt(regionOf(pointer, env).size);
}

/** Checks that `length` bytes at a pointer are within its region. Where alignment matters, it is to `size` bytes. */
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

/** Checks that a helper may read `size` bytes at a pointer. `what` names the argument in messages. */
export function checkReadable(pointer: Value, size: number, what: string, state: State, env: StepEnv): void {
  if (pointer.kind === 'stack') {
    if (inStack(pointer.offset, size, env)) checkWritten(frameOf(state, pointer), pointer.offset, size, env);
  } else if (pointer.kind === 'value' || pointer.kind === 'memory') {
    checkReach(pointer, size, what, env);
  } else {
    env.report('helper', `${what} is ${describe(pointer)}, expected a pointer to memory`);
  }
}

function checkReach(pointer: RegionPointer, size: number, what: string, env: StepEnv): void {
  const { rule, name, size: available } = regionOf(pointer, env);
  const { smin, smax } = pointer.offset;
  if (smin >= 0n && smax + BigInt(size) <= BigInt(available)) return;
  env.report(rule, `${counted(size, 'byte')} for ${what} reach${size === 1 ? 'es' : ''} beyond ${name}`);
}

/** A pointer to byte `offset` of a value of a map. */
export function valueAt(map: number, offset: number): Value {
  return { kind: 'value', map, offset: constantNumber(offset) };
}
