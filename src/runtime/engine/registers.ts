/** Describes the content of a register for display: a number, or a pointer in terms of the program. */
import type { RunnableCode } from './memory.js';
import { ARENA, TAG } from './prepare.js';

/** The content of a register. The halves of a number are signed. */
export type RegisterView =
  | { readonly kind: 'unset' }
  | { readonly kind: 'scalar'; readonly lo: number; readonly hi: number }
  | Pointer;

export interface Pointer {
  readonly kind: 'pointer';
  readonly into: PointerTarget;
  /**
   * An offset in bytes: for the stack, from r10 of the running function; for a map value, from the first value of the
   * map. For a handle, the number of the map, chain or inode.
   */
  readonly offset: number;
  /** Name of the map. */
  readonly map: string | undefined;
}

export type PointerTarget =
  'context' | 'stack' | 'memory' | 'map value' | 'map' | 'chain' | 'inode' | 'tag object';

const HANDLES: ReadonlyMap<number, PointerTarget> = new Map([
  [TAG.MAP, 'map'],
  [TAG.CHAIN, 'chain'],
  [TAG.INODE, 'inode'],
  [TAG.TAG_OBJECT, 'tag object'],
]);

/** An address between context and stack is counted to the nearer of the two. */
const MIDDLE = (ARENA.context + ARENA.stack) / 2;

/**
 * The content of a register.
 * @param frame low half of r10
 */
export function viewRegister(p: RunnableCode, lo: number, hi: number, frame: number): RegisterView {
  if (hi === TAG.ARENA) {
    const context = p.hook !== undefined && lo < MIDDLE;
    return {
      kind: 'pointer',
      into: context ? 'context' : 'stack',
      offset: context ? lo : lo - frame,
      map: undefined,
    };
  }
  const handle = HANDLES.get(hi);
  if (handle !== undefined) {
    const map = handle === 'map' ? p.maps[lo]?.name : undefined;
    return { kind: 'pointer', into: handle, offset: lo, map };
  }
  const map = p.maps[hi - TAG.VALUE];
  if (map === undefined) return { kind: 'scalar', lo, hi };
  const memory = p.hook === undefined && hi - TAG.VALUE === p.maps.length - 1;
  return {
    kind: 'pointer',
    into: memory ? 'memory' : 'map value',
    offset: lo,
    map: memory ? undefined : map.name,
  };
}
