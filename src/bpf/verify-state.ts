/**
 * What the verifier knows before an instruction: the type of each register and which stack bytes are written.
 *
 * Invariant of `join`: what it allows, both sides allow. A state is never changed, so paths can share it.
 * Known weakness: no value is known of a scalar, so a pointer moves by constants only; a pointer cannot be kept on
 * the stack.
 */
import { STACK_SIZE } from '../abi/hooks.js';
import type { ArgKind } from '../abi/helpers.js';

/** Opaque pointers of a context. */
export type Handle = 'chain' | 'inode' | 'tag_object';

export type Value =
  | { readonly kind: 'unset' }
  | { readonly kind: 'scalar' }
  /** Offset 0 only: the verifier allows no arithmetic on it. */
  | { readonly kind: 'context' }
  /** `offset` from the frame pointer: −512 to 0. */
  | { readonly kind: 'stack'; readonly offset: number }
  | { readonly kind: 'handle'; readonly handle: Handle }
  | { readonly kind: 'map'; readonly map: number }
  /** What a lookup gives; `id` ties copies of one result together. */
  | { readonly kind: 'value_or_null'; readonly map: number; readonly id: number }
  | { readonly kind: 'value'; readonly map: number; readonly offset: number }
  /** Different types on different paths: may be overwritten, not read. */
  | { readonly kind: 'mixed' };

export interface State {
  /** r0 to r10. */
  readonly regs: readonly Value[];
  /** Bit set of written stack bytes: byte i counts from the frame pointer minus 512. */
  readonly stack: bigint;
}

export const UNSET: Value = { kind: 'unset' };
export const SCALAR: Value = { kind: 'scalar' };
const MIXED: Value = { kind: 'mixed' };

export const INITIAL: State = {
  regs: Array.from({ length: 11 }, (_, r): Value => {
    if (r === 1) return { kind: 'context' };
    return r === 10 ? { kind: 'stack', offset: 0 } : UNSET;
  }),
  stack: 0n,
};

function sameValue(a: Value, b: Value): boolean {
  if (a === b) return true;
  if (a.kind !== b.kind) return false;
  switch (a.kind) {
    case 'stack':
      return b.kind === a.kind && a.offset === b.offset;
    case 'handle':
      return b.kind === a.kind && a.handle === b.handle;
    case 'map':
      return b.kind === a.kind && a.map === b.map;
    case 'value_or_null':
      return b.kind === a.kind && a.map === b.map && a.id === b.id;
    case 'value':
      return b.kind === a.kind && a.map === b.map && a.offset === b.offset;
    default:
      return true;
  }
}

function joinValue(a: Value, b: Value): Value {
  if (sameValue(a, b)) return a;
  return a.kind === 'unset' || b.kind === 'unset' ? UNSET : MIXED;
}

/** What holds on both paths into an instruction. */
export function join(a: State | undefined, b: State): State {
  if (a === undefined || a === b) return b;
  return { regs: a.regs.map((v, r) => joinValue(v, b.regs[r] ?? UNSET)), stack: a.stack & b.stack };
}

export function setReg(state: State, r: number, value: Value): State {
  return { ...state, regs: state.regs.with(r, value) };
}

/** The bits of `size` stack bytes at an offset from the frame pointer. */
export function stackBits(offset: number, size: number): bigint {
  return ((1n << BigInt(size)) - 1n) << BigInt(offset + STACK_SIZE);
}

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
    case 'mixed':
      return 'of another type on another path';
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
