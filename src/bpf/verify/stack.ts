/**
 * The stack of a function: 64 slots of 8 bytes. A slot holds either one value that was stored by an aligned 8-byte
 * store, or bytes, for each of which it is known only whether it is written.
 *
 * A pointer is on the stack only as a whole value. A narrower store over a part of it makes the rest unreadable, and a
 * load of a part of it is refused, because it would turn the address into a number.
 */
import { counted } from '../../base/text.js';
import { STACK_SIZE } from '../../abi/hooks.js';
import { UNKNOWN } from './scalar.js';
import { loadedScalar, narrowed } from './scalar-alu.js';
import type { Size } from '../types.js';
import { SANE, WRITTEN, describe } from './state.js';
import type { Frame, Slot, Value } from './state.js';
import type { StepEnv } from './types.js';

/** True if the bytes at an offset from the frame pointer are on its stack. Reports them if not. */
export function inStack(offset: number, size: number, env: StepEnv): boolean {
  if (offset >= -STACK_SIZE && offset + size <= 0) return true;
  const where = `offset ${offset}, ${counted(size, 'byte')}`;
  env.report('stack', `${where}, is outside of the ${STACK_SIZE} bytes of stack`);
  return false;
}

/** The value of a load. The caller has checked that the bytes are on the stack. */
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

/** Reports the bytes of a read that are not written or that belong to a pointer. */
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
    env.report('uninitialised', `${where} are read before all of them are written`);
    return;
  }
}

/** Bit set of those bytes of a slot that are within `size` bytes from `at`. */
function bytesOf(slot: number, at: number, size: number): number {
  const from = Math.max(at - slot * 8, 0);
  const to = Math.min(at + size - slot * 8, 8);
  return ((1 << to) - 1) & ~((1 << from) - 1);
}

/** Stores a value. The caller has checked that the bytes are on the stack. */
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

/** Stores an unknown number, as an atomic operation does. */
export function spoil(frame: Frame, offset: number, size: number): void {
  writeStack(frame, offset, size, SANE);
}
