/**
 * The helpers. Each reads its arguments from r1 on and sets r0; false when an argument is bad, which the verifier
 * has excluded for programs that it saw.
 */
import type { EngineMap, PlainTable } from './maps.js';
import { locate } from './memory.js';
import type { Machine, Runnable } from './memory.js';
import { TAG } from './prepare.js';
import { WORDS } from './store.js';
import type { Observer, TagStore } from './types.js';

/** The map that the register pair at `at` holds a handle of. */
function mapAt(p: Runnable, at: number): EngineMap | undefined {
  return WORDS[at + 1] === TAG.MAP ? p.maps[WORDS[at] as number] : undefined;
}

function plainMap(p: Runnable): PlainTable | undefined {
  const map = mapAt(p, 2);
  return map === undefined || map.kind === 'inode' ? undefined : map;
}

/** The bytes that the register pair at `at` points to. */
function bytesAt(m: Machine, p: Runnable, at: number, size: number): Uint8Array | undefined {
  const address = WORDS[at] as number;
  const view = locate(m, p, WORDS[at + 1] as number, address, size);
  return view === undefined
    ? undefined
    : new Uint8Array(view.buffer, view.byteOffset + address, size).slice();
}

function result(value: number): true {
  WORDS[0] = value;
  WORDS[1] = value >> 31;
  return true;
}

/** r0 = pointer to the value, or 0; false when an argument is bad. */
export function mapLookup(m: Machine, p: Runnable): boolean {
  const map = plainMap(p);
  const key = map && bytesAt(m, p, 4, map.keySize);
  if (map === undefined || key === undefined) return false;
  const place = map.lookup(key);
  if (place < 0) return result(0);
  WORDS[0] = place;
  WORDS[1] = TAG.VALUE + (WORDS[2] as number);
  return true;
}

/** r0 = 0 or a negative errno; false when an argument is bad. */
export function mapUpdate(m: Machine, p: Runnable): boolean {
  const map = plainMap(p);
  const key = map && bytesAt(m, p, 4, map.keySize);
  const value = map && bytesAt(m, p, 6, map.valueSize);
  if (map === undefined || key === undefined || value === undefined) return false;
  const flags = WORDS[9] === 0 ? (WORDS[8] as number) >>> 0 : 0xffff_ffff;
  return result(map.update(key, value, flags));
}

/** r0 = 0 or a negative errno; false when an argument is bad. */
export function mapDelete(m: Machine, p: Runnable): boolean {
  const map = plainMap(p);
  const key = map && bytesAt(m, p, 4, map.keySize);
  return map !== undefined && key !== undefined && result(map.delete(key));
}

/** r0 = the value of the inode, or 0. */
export function inodeMapLookup(p: Runnable, observer: Observer | undefined): boolean {
  const map = mapAt(p, 2);
  if (map === undefined || map.kind !== 'inode' || WORDS[5] !== TAG.INODE) return false;
  const inode = WORDS[4] as number;
  const lo = map.lookup(inode);
  const hi = map.hi;
  WORDS[0] = lo;
  WORDS[1] = hi;
  if (observer !== undefined) observer.mapLookup?.(map.name, inode >>> 0, (lo | hi) !== 0, lo, hi);
  return true;
}

/** r0 = the tag of the inode for the chain, or 0. */
export function inodeGetTag(tags: TagStore, observer: Observer | undefined): boolean {
  if (WORDS[3] !== TAG.INODE || WORDS[5] !== TAG.CHAIN) return false;
  const inode = (WORDS[2] as number) >>> 0;
  const lo = tags.getTag(inode, WORDS[4] as number);
  WORDS[0] = lo;
  WORDS[1] = tags.tagHi;
  if (observer !== undefined) observer.getTag?.(inode, lo | 0, tags.tagHi | 0);
  return true;
}

/** r0 = 0 or a negative errno. */
export function landlockSetTag(tags: TagStore, observer: Observer | undefined): boolean {
  if (WORDS[3] !== TAG.TAG_OBJECT || WORDS[5] !== TAG.CHAIN) return false;
  const inode = (WORDS[2] as number) >>> 0;
  const lo = WORDS[6] as number;
  const hi = WORDS[7] as number;
  if (observer !== undefined) observer.setTag?.(inode, lo, hi);
  return result(tags.setTag(inode, WORDS[4] as number, lo, hi));
}

/** r0 = what a helper of a conformance run gives. */
export function otherHelper(p: Runnable, number: number): boolean {
  const helper = p.helpers?.get(number);
  return helper !== undefined && result(helper());
}
