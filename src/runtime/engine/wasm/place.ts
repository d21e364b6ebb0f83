/** Moves maps into linear memory, where modules access them. The map objects stay the same for all other users. */
import type { EngineMap, InodeTable, PlainTable } from '../maps.js';
import { DESCRIPTOR_SIZE, MAP_KIND } from './layout.js';
import { allocate, own, release } from './linear.js';
import type { LinearMemory, LinearRegion } from './linear.js';

const descriptors = new WeakMap<EngineMap, number>();

/** The address of a map's descriptor. Moves the map into linear memory first; undefined if there is no room. */
export function placeMap(linear: LinearMemory, map: EngineMap): number | undefined {
  const kept = descriptors.get(map);
  if (kept !== undefined) return kept;
  const descriptor = allocate(linear, DESCRIPTOR_SIZE);
  if (descriptor === undefined) return undefined;
  const region =
    map.kind === 'inode' ? placeCells(linear, map, descriptor) : placeValues(linear, map, descriptor);
  if (region === undefined) {
    release(linear, descriptor, DESCRIPTOR_SIZE);
    return undefined;
  }
  descriptors.set(map, descriptor);
  own(map, [{ address: descriptor, size: DESCRIPTOR_SIZE }, region]);
  return descriptor;
}

/** Moves the cells now, and again whenever the table grows. The returned region always describes the current cells. */
function placeCells(linear: LinearMemory, map: InodeTable, descriptor: number): LinearRegion | undefined {
  const region: { address: number; size: number } = { address: 0, size: 0 };
  const moveTo = (words: number): Int32Array | undefined => {
    const address = allocate(linear, words * 4);
    if (address === undefined) return undefined;
    if (region.size > 0) release(linear, region.address, region.size);
    Object.assign(region, { address, size: words * 4 });
    linear.words.set([MAP_KIND.inode, address, region.size - 1], descriptor >> 2);
    return linear.words.subarray(address >> 2, (address >> 2) + words);
  };
  const cells = moveTo(map.cells.length);
  if (cells === undefined) return undefined;
  cells.set(map.cells);
  map.cells = cells;
  map.allocate = moveTo;
  return region;
}

/** Moves the values, with room for all entries that the map may have, so that pointers to values stay valid. */
function placeValues(linear: LinearMemory, map: PlainTable, descriptor: number): LinearRegion | undefined {
  const { stride, maxEntries, view } = map;
  const size = stride * maxEntries;
  const address = allocate(linear, size);
  if (address === undefined) return undefined;
  // A hash map grows by doubling, so its memory may be larger than all of its entries.
  const used = Math.min(view.byteLength, size);
  linear.bytes.set(new Uint8Array(view.buffer, view.byteOffset, used), address);
  map.view = new DataView(linear.memory.buffer, address, size);
  linear.words.set([MAP_KIND[map.kind], address, stride, maxEntries], descriptor >> 2);
  return { address, size };
}
