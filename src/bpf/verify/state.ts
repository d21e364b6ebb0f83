/**
 * What the verifier knows before an instruction, on one path: the registers and the stack of each function that is
 * running.
 *
 * A state belongs to the path that it is on and is changed there; `cloneState` is what paths part with.
 * Values and arrays of stack slots are never changed, so that states share them.
 */
import { STACK_SIZE } from '../../abi/hooks.js';
import type { ArgKind } from '../../abi/helpers.js';
import type { Scalar } from './scalar.js';
import { UNKNOWN, constantNumber } from './scalar.js';
import type { Target } from './types.js';

/** Opaque pointers of a context. */
export type Handle = 'chain' | 'inode' | 'tag_object';

export type Value =
  | { readonly kind: 'unset' }
  | Scalar
  /** Offset 0 only: the verifier allows no arithmetic on it. */
  | { readonly kind: 'context' }
  /** `offset` from the frame pointer of function number `frame` (0 is the program's): −512 to 0. */
  | { readonly kind: 'stack'; readonly frame: number; readonly offset: number }
  | { readonly kind: 'handle'; readonly handle: Handle }
  | { readonly kind: 'map'; readonly map: number }
  /** What a lookup gives; `id` ties copies of one result together. */
  | { readonly kind: 'value_or_null'; readonly map: number; readonly id: number }
  | { readonly kind: 'value'; readonly map: number; readonly offset: Scalar }
  /** The memory that a raw program is given. */
  | { readonly kind: 'memory'; readonly offset: Scalar };

/** Eight bytes of stack: a whole value that lies there, or the set of bytes that are written (bit 0 the lowest). */
export type Slot = Value | number;

export const SLOT_COUNT = STACK_SIZE / 8;
export const WRITTEN = 255;

/** A running function. */
export interface Frame {
  /** r0 to r9; r10 follows from the number of the frame. */
  readonly regs: Value[];
  slots: readonly Slot[];
  /** Index of the local call that it returns behind; −1 for the program itself. */
  readonly call: number;
}

export interface State {
  /** Innermost last. */
  readonly frames: Frame[];
  /** Number of the list of calls that are running. */
  callId: number;
}

export const UNSET: Value = { kind: 'unset' };
/** Nothing is written. */
export const NO_SLOTS: readonly Slot[] = Array.from({ length: SLOT_COUNT }, () => 0);
const FRAME_POINTERS: readonly Value[] = Array.from({ length: 8 }, (_, frame): Value => ({
  kind: 'stack',
  frame,
  offset: 0,
}));
export const MAX_FRAMES = FRAME_POINTERS.length;

export function newFrame(call: number, args: readonly Value[]): Frame {
  const regs = Array.from({ length: 10 }, (_, r) => args[r - 1] ?? UNSET);
  return { regs, slots: NO_SLOTS, call };
}

export function initialState(target: Target): State {
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

/** The function that runs. */
export function current(state: State): Frame {
  return state.frames[state.frames.length - 1] as Frame; // there is always one
}

export function regOf(state: State, r: number): Value {
  if (r === 10) return FRAME_POINTERS[state.frames.length - 1] ?? UNSET;
  return current(state).regs[r] ?? UNSET;
}

/** Replaces values in all registers and spills, in all frames. */
export function replaceValues(state: State, replace: (value: Value) => Value): void {
  for (const frame of state.frames) {
    for (let r = 0; r < frame.regs.length; r++) frame.regs[r] = replace(frame.regs[r] ?? UNSET);
    const changes = frame.slots.some((slot) => typeof slot !== 'number' && replace(slot) !== slot);
    if (!changes) continue;
    frame.slots = frame.slots.map((slot) => (typeof slot === 'number' ? slot : asSlot(replace(slot))));
  }
}

/** An unset value leaves nothing readable in a slot. */
const asSlot = (value: Value): Slot => (value.kind === 'unset' ? 0 : value);

/** What a value is called in messages. */
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

/** What a helper's argument is called in messages. */
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

/** What goes on after an error: nothing is known, and nothing more is wrong. */
export const SANE: Scalar = UNKNOWN;
