/**
 * The helpers. Each reads its arguments from r1 on and sets r0. It returns false if an argument is bad, which the
 * verifier excludes for the programs that it accepts.
 */
import type { EngineMap, PlainTable } from './maps.js';
import { locate } from './memory.js';
import type { EngineMachine, RunnableCode } from './memory.js';
import { TAG } from './prepare.js';
import { HI, LO } from './store.js';
import type { Observer, TagStore } from './types.js';

// Copies in this module, because V8 loads an imported binding again at each use.
const lo = LO;
const hi = HI;
const mapTag: number = TAG.MAP;
const inodeTag: number = TAG.INODE;
const chainTag: number = TAG.CHAIN;

/** The map whose handle is in register `at`; undefined if there is none. */
function mapAt(p: RunnableCode, at: number): EngineMap | undefined {
  return hi[at] === mapTag ? p.maps[lo[at] as number] : undefined;
}

function plainMap(p: RunnableCode): PlainTable | undefined {
  const map = mapAt(p, 1);
  return map === undefined || map.kind === 'inode' ? undefined : map;
}

/** A copy of the bytes that register `at` points to; undefined if they are not accessible. */
function bytesAt(m: EngineMachine, p: RunnableCode, at: number, size: number): Uint8Array | undefined {
  const address = lo[at] as number;
  const view = locate(m, p, hi[at] as number, address, size);
  return view === undefined
    ? undefined
    : new Uint8Array(view.buffer, view.byteOffset + address, size).slice();
}

function result(value: number): true {
  lo[0] = value;
  hi[0] = value >> 31;
  return true;
}

/** r0 = pointer to the value, or 0; false when an argument is bad. */
export function mapLookup(m: EngineMachine, p: RunnableCode): boolean {
  const map = plainMap(p);
  const key = map && bytesAt(m, p, 2, map.keySize);
  if (map === undefined || key === undefined) return false;
  const place = map.lookup(key);
  if (place < 0) return result(0);
  lo[0] = place;
  hi[0] = TAG.VALUE + (lo[1] as number);
  return true;
}

/** r0 = 0 or a negative errno; false when an argument is bad. */
export function mapUpdate(m: EngineMachine, p: RunnableCode): boolean {
  const map = plainMap(p);
  const key = map && bytesAt(m, p, 2, map.keySize);
  const value = map && bytesAt(m, p, 3, map.valueSize);
  if (map === undefined || key === undefined || value === undefined) return false;
  const flags = hi[4] === 0 ? (lo[4] as number) >>> 0 : 0xffff_ffff;
  return result(map.update(key, value, flags));
}

/** r0 = 0 or a negative errno; false when an argument is bad. */
export function mapDelete(m: EngineMachine, p: RunnableCode): boolean {
  const map = plainMap(p);
  const key = map && bytesAt(m, p, 2, map.keySize);
  return map !== undefined && key !== undefined && result(map.delete(key));
}

/** r0 = the value of the inode, or 0. */
export function inodeMapLookup(p: RunnableCode, observer: Observer | undefined): boolean {
  const map = mapAt(p, 1);
  if (map === undefined || map.kind !== 'inode' || hi[2] !== inodeTag) return false;
  const inode = lo[2] as number;
  const valueLo = map.lookup(inode);
  const valueHi = map.hi;
  lo[0] = valueLo;
  hi[0] = valueHi;
  if (observer !== undefined) {
    observer.mapLookup?.(map.name, inode >>> 0, (valueLo | valueHi) !== 0, valueLo, valueHi);
  }
  return true;
}

/** r0 = the tag of the inode for the chain, or 0. */
export function inodeGetTag(tags: TagStore, observer: Observer | undefined): boolean {
  if (hi[1] !== inodeTag || hi[2] !== chainTag) return false;
  const inode = (lo[1] as number) >>> 0;
  const tagLo = tags.getTag(inode, lo[2] as number);
  lo[0] = tagLo;
  hi[0] = tags.tagHi;
  if (observer !== undefined) observer.getTag?.(inode, tagLo | 0, tags.tagHi | 0);
  return true;
}

/** r0 = 0 or a negative errno. */
export function landlockSetTag(tags: TagStore, observer: Observer | undefined): boolean {
  if (hi[1] !== TAG.TAG_OBJECT || hi[2] !== chainTag) return false;
  const inode = (lo[1] as number) >>> 0;
  const tagLo = lo[3] as number;
  const tagHi = hi[3] as number;
  if (observer !== undefined) observer.setTag?.(inode, tagLo, tagHi);
  return result(tags.setTag(inode, lo[2] as number, tagLo, tagHi));
}

/** r0 = the result of a helper that the caller of a raw program supplies. */
export function otherHelper(p: RunnableCode, number: number): boolean {
  const helper = p.helpers?.get(number);
  return helper !== undefined && result(helper());
}
