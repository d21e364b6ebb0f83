/** Builds the imports of an instance: the memory, and the helpers that change maps or tags. */
import type { EngineMap, PlainTable } from '../maps.js';
import type { TagStore } from '../types.js';
import type { ImportValue } from './api.js';
import type { LinearMemory } from './linear.js';

/** The imports from `env`, without the globals. `maps` are the plain and inode maps by address of their descriptor. */
export function importedHelpers(
  linear: LinearMemory,
  maps: ReadonlyMap<number, EngineMap>,
  tags: TagStore,
  others: ReadonlyMap<number, () => number> = new Map(),
): Record<string, ImportValue> {
  const plain = (descriptor: number): PlainTable => maps.get(descriptor) as PlainTable; // the verifier guarantees it
  const bytes = (address: number, size: number): Uint8Array => linear.bytes.slice(address, address + size);
  return {
    memory: linear.memory,
    landlock_set_tag: (inode: number, chain: number, lo: number, hi: number) =>
      tags.setTag(inode >>> 0, chain, lo, hi),
    map_lookup: (descriptor: number, key: number) => {
      const map = plain(descriptor);
      const place = map.lookup(bytes(key, map.keySize));
      return place < 0 ? 0 : map.view.byteOffset + place;
    },
    map_update: (descriptor: number, key: number, value: number, flags: number) => {
      const map = plain(descriptor);
      return map.update(bytes(key, map.keySize), bytes(value, map.valueSize), flags >>> 0);
    },
    map_delete: (descriptor: number, key: number) => {
      const map = plain(descriptor);
      return map.delete(bytes(key, map.keySize));
    },
    other_helper: (number: number) => others.get(number)?.() ?? 0,
  };
}
