/**
 * The abstract state: what the verifier knows before an instruction on one path, about the registers and the stack of
 * each running function.
 *
 * A state belongs to one path and is changed in place; call `cloneState` where a path forks. Values and arrays of stack
 * slots are never changed, so states share them.
 */
import { STACK_SIZE } from '../../abi/hooks.js';
import type { ArgKind } from '../../abi/helpers.js';
import type { Scalar } from './scalar.js';
import { UNKNOWN, constantNumber } from './scalar.js';
import type { VerifierTarget } from './types.js';

/** Opaque pointers of a context. */
export type Handle = 'chain' | 'inode' | 'tag_object';

export type Value =
  | { readonly kind: 'unset' }
  | Scalar
  /** The offset is always 0: the verifier allows no arithmetic on it. */
  | { readonly kind: 'context' }
  /** `offset` from the frame pointer of frame number `frame` (0 is the main function); accesses check its range. */
  | { readonly kind: 'stack'; readonly frame: number; readonly offset: number }
  | { readonly kind: 'handle'; readonly handle: Handle }
  | { readonly kind: 'map'; readonly map: number }
  /** The result of a lookup. Copies of one result have the same `id`. */
  | { readonly kind: 'value_or_null'; readonly map: number; readonly id: number }
  | { readonly kind: 'value'; readonly map: number; readonly offset: Scalar }
  /** The memory of a raw program. */
  | { readonly kind: 'memory'; readonly offset: Scalar };

/** Eight bytes of stack: a whole value, or a bit set of the bytes that are written (bit 0 for the lowest address). */
export type Slot = Value | number;

export const SLOT_COUNT = STACK_SIZE / 8;
/** The bit set of a slot whose bytes are all written. */
export const WRITTEN = 255;

/** A running function. */
export interface Frame {
  /** r0 to r9. r10 follows from the number of the frame. */
  readonly regs: Value[];
  slots: readonly Slot[];
  /** Index of the local call that entered the function; −1 for the main function. */
  readonly call: number;
}

export interface State {
  /** Innermost last. */
  readonly frames: Frame[];
  /** Identifies the call stack; see `Exploration.callIds`. */
  callId: number;
}

export const UNSET: Value = { kind: 'unset' };
/** A stack of which no byte is written. */
export const NO_SLOTS: readonly Slot[] = Array.from({ length: SLOT_COUNT }, () => 0);
const FRAME_POINTERS: readonly Value[] = Array.from({ length: 8 }, (_, frame): Value => ({
  kind: 'stack',
  frame,
  offset: 0,
}));
export const MAX_FRAMES = FRAME_POINTERS.length;

/** The frame of a function that has been called with `args` in r1 and the registers after it. */
export function newFrame(call: number, args: readonly Value[]): Frame {
  const regs = Array.from({ length: 10 }, (_, r) => args[r - 1] ?? UNSET);
  return { regs, slots: NO_SLOTS, call };
}

export function initialState(target: VerifierTarget): State {
  const args: Value[] =
    target.kind === 'hook'
      ? [{ kind: 'context' }]
      : [{ kind: 'memory', offset: constantNumber(0) }, constantNumber(target.memorySize)];
  return { frames: [newFrame(-1, args)], callId: 0 };
}

export function cloneState({ frames, callId }: State): State {
  return {
    frames: frames.map(({ regs, slots, call }) => ({ regs: regs.slice(), slots, call })),
    callId,
  };
}

/** The frame of the innermost function. */
export function current(state: State): Frame {
  return state.frames[state.frames.length - 1] as Frame; // there is always one
}

export function regOf(state: State, r: number): Value {
  if (r === 10) return FRAME_POINTERS[state.frames.length - 1] ?? UNSET;
  return current(state).regs[r] ?? UNSET;
}

/** Replaces values in the registers and stack slots of all frames. */
export function replaceValues(state: State, replace: (value: Value) => Value): void {
  for (const frame of state.frames) {
    for (let r = 0; r < frame.regs.length; r++) frame.regs[r] = replace(frame.regs[r] ?? UNSET);
    const changes = frame.slots.some((slot) => typeof slot !== 'number' && replace(slot) !== slot);
    if (!changes) continue;
    frame.slots = frame.slots.map((slot) => (typeof slot === 'number' ? slot : asSlot(replace(slot))));
  }
}

/** The slot that holds a value. An unset value leaves no readable byte. */
const asSlot = (value: Value): Slot => (value.kind === 'unset' ? 0 : value);

/** The name of a value in messages. */
export function describe(value: Value): string {
  switch (value.kind) {
    case 'unset':
      return 'unset';
    case 'scalar':
      return 'a scalar';
    case 'context':
      return 'the context';
    case 'stack':
      return 'a stack pointer';
    case 'handle':
      return `the opaque pointer \`${value.handle}\``;
    case 'map':
      return 'a map';
    case 'value_or_null':
      return 'a map value that may be null';
    case 'value':
      return 'a map value';
    case 'memory':
      return 'a pointer to memory';
  }
}

/** The names of the kinds of helper arguments in messages. */
export const ARG_NAMES: Readonly<Record<ArgKind, string>> = {
  inode_map: 'an inode map',
  map: 'an array or hash map',
  map_key: 'a pointer to a key',
  map_value: 'a pointer to a value',
  inode: 'the opaque pointer `inode`',
  chain: 'the opaque pointer `chain`',
  tag_object: 'the opaque pointer `tag_object`',
  scalar: 'a scalar',
};

/** The value with which the verifier goes on after an error: an unknown number, so that no error follows from it. */
export const SANE: Scalar = UNKNOWN;
