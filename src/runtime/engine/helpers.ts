/**
 * The helpers on plain maps: `map_lookup_elem`, `map_update_elem`, `map_delete_elem`. The helpers of the
 * Landlock ABI are in the interpreter's loop.
 */
import type { EngineMap, PlainTable } from './maps.js';
import { locate } from './memory.js';
import type { Machine, Runnable } from './memory.js';
import { TAG } from './prepare.js';
import { WORDS } from './store.js';

/** The map that the register pair at `at` holds a handle of. */
export function mapAt(p: Runnable, at: number): EngineMap | undefined {
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
