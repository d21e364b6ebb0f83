/**
 * A copy of the tags in linear memory, where the compiled `inode_get_tag` reads them: (inode, chain) → u64, in a hash
 * table with open addressing and linear probing. The owner of the tags passes every change, so the copy is always
 * equal.
 */
import type { TagMirror } from '../types.js';
import { HASH } from './helpers.js';
import { DESCRIPTOR, DESCRIPTOR_SIZE } from './layout.js';
import { allocate, own, release } from './linear.js';
import type { LinearMemory, LinearRegion } from './linear.js';
import { defined } from '../../../base/assert.js';

const CELL = 16;
const FIRST_CELLS = 64;

export interface TagTable extends TagMirror {
  /** Address of the descriptor. */
  readonly descriptor: number;
}

/** An empty table. */
export function createTagTable(linear: LinearMemory): TagTable {
  const room = (size: number): number => defined(allocate(linear, size), 'room for tags in linear memory');
  const descriptor = room(DESCRIPTOR_SIZE);
  const region: { address: number; size: number } = { address: 0, size: 0 };
  const regions: LinearRegion[] = [{ address: descriptor, size: DESCRIPTOR_SIZE }, region];
  let used = 0;
  const word = (address: number): number => linear.words[address >> 2] as number;
  const moveTo = (size: number): void => {
    Object.assign(region, { address: room(size), size });
    linear.words[(descriptor + DESCRIPTOR.base) >> 2] = region.address;
    linear.words[(descriptor + DESCRIPTOR.mask) >> 2] = size - 1;
  };
  const home = (inode: number, chain: number): number => {
    const hash = (Math.imul(inode, HASH.inode) + Math.imul(chain, HASH.chain)) | 0;
    return ((hash ^ (hash >>> 15)) << 4) & (region.size - 1);
  };
  const find = (inode: number, chain: number): number => {
    let at = home(inode, chain);
    for (;;) {
      const cell = region.address + at;
      if (word(cell) === 0 || (word(cell) === inode && word(cell + 4) === chain)) return at;
      at = (at + CELL) & (region.size - 1);
    }
  };
  const write = (at: number, cell: readonly number[]): void =>
    linear.words.set(cell, (region.address + at) >> 2);
  const grow = (): void => {
    const old = { ...region };
    moveTo(old.size * 2);
    for (let at = old.address; at < old.address + old.size; at += CELL) {
      const cell = [...linear.words.subarray(at >> 2, (at + CELL) >> 2)];
      const [inode = 0, chain = 0] = cell;
      if (inode !== 0) write(find(inode, chain), cell);
    }
    release(linear, old.address, old.size);
  };
  /** Frees the cell at `gap`, and moves back the cells that probing has put behind it. */
  const close = (gap: number): void => {
    const mask = region.size - 1;
    let hole = gap;
    for (let at = (hole + CELL) & mask; word(region.address + at) !== 0; at = (at + CELL) & mask) {
      const from = home(word(region.address + at), word(region.address + at + 4));
      if (((at - from) & mask) < ((at - hole) & mask)) continue;
      const start = (region.address + at) >> 2;
      write(hole, [...linear.words.subarray(start, start + 4)]);
      hole = at;
    }
    write(hole, [0, 0, 0, 0]);
  };
  moveTo(FIRST_CELLS * CELL);
  const table: TagTable = {
    descriptor,
    put(inode, chain, lo, hi) {
      const at = find(inode, chain);
      if (word(region.address + at) === 0 && ++used * 2 * CELL > region.size) {
        grow();
        write(find(inode, chain), [inode, chain, lo, hi]);
      } else write(at, [inode, chain, lo, hi]);
    },
    remove(inode, chain) {
      const at = find(inode, chain);
      if (word(region.address + at) === 0) return;
      used--;
      close(at);
    },
  };
  own(table, regions);
  return table;
}
