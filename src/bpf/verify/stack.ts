/**
 * The stack of a function: 64 slots of 8 bytes. A slot holds one whole value, stored at once and aligned, or bytes of
 * which only is known which are written.
 *
 * A pointer lies on the stack as a whole value only: a narrower store over a part of it makes the rest unreadable, and
 * a load of a part of it is refused, because bytes of a pointer are a number.
 */
import { counted } from '../../base/counted.js';
import { STACK_SIZE } from '../../abi/hooks.js';
import { UNKNOWN } from './scalar.js';
import { loadedScalar, narrowed } from './scalar-alu.js';
import type { Size } from '../types.js';
import { SANE, WRITTEN, describe } from './state.js';
import type { Frame, Slot, Value } from './state.js';
import type { StepEnv } from './types.js';

/** Whether bytes at an offset from a frame pointer are of its stack; reported when not. */
export function inStack(offset: number, size: number, env: StepEnv): boolean {
  if (offset >= -STACK_SIZE && offset + size <= 0) return true;
  const where = `offset ${offset}, ${counted(size, 'byte')}`;
  env.report('stack', `${where}, is outside of the ${STACK_SIZE} bytes of stack`);
  return false;
}

/** The value that a load finds; the bytes are of the stack. */
export function readStack(frame: Frame, offset: number, size: Size, signed: boolean, env: StepEnv): Value {
  const at = offset + STACK_SIZE;
  const slot = frame.slots[at >> 3] ?? 0;
  if (typeof slot !== 'number' && (at & 7) === 0) {
    if (size === 8) return slot;
    if (slot.kind === 'scalar') return narrowed(size, signed, slot);
  }
  checkWritten(frame, offset, size, env);
  return loadedScalar(size, signed);
}

/** Reports bytes that are not written, and bytes of a pointer. */
export function checkWritten(frame: Frame, offset: number, size: number, env: StepEnv): void {
  const at = offset + STACK_SIZE;
  for (let i = at >> 3; i << 3 < at + size; i++) {
    const slot = frame.slots[i] ?? 0;
    if (typeof slot !== 'number') {
      if (slot.kind === 'scalar') continue;
      const where = `stack bytes ${offset} to ${offset + size - 1}`;
      env.report('pointer', `${where} are read as a number and hold ${describe(slot)}`);
      return;
    }
    const wanted = bytesOf(i, at, size);
    if ((slot & wanted) === wanted) continue;
    const where = `stack bytes ${offset} to ${offset + size - 1}`;
    env.report('uninitialised', `${where} are not all written before`);
    return;
  }
}

/** The bits of a slot's bytes that are within `size` bytes from `at`. */
function bytesOf(slot: number, at: number, size: number): number {
  const from = Math.max(at - slot * 8, 0);
  const to = Math.min(at + size - slot * 8, 8);
  return ((1 << to) - 1) & ~((1 << from) - 1);
}

/** Stores a value; the bytes are of the stack. */
export function writeStack(frame: Frame, offset: number, size: number, value: Value): void {
  const at = offset + STACK_SIZE;
  const slots = frame.slots.slice();
  for (let i = at >> 3; i << 3 < at + size; i++) {
    const bytes = bytesOf(i, at, size);
    slots[i] = bytes === WRITTEN ? wholeSlot(value) : writtenBytes(slots[i] ?? 0) | bytes;
  }
  frame.slots = slots;
}

function wholeSlot(value: Value): Slot {
  return value === UNKNOWN || value.kind === 'unset' ? WRITTEN : value;
}

function writtenBytes(slot: Slot): number {
  if (typeof slot === 'number') return slot;
  return slot.kind === 'scalar' ? WRITTEN : 0;
}

/** What is on the stack after an atomic operation: a number, unknown. */
export function spoil(frame: Frame, offset: number, size: number): void {
  writeStack(frame, offset, size, SANE);
}
