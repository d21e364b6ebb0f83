/**
 * The maps of programs. An inode map returns a u64 for an inode, as two 32-bit halves. A plain map (array or hash)
 * returns an offset in its value memory.
 *
 * Source: "Inode map" of the ABI description; bpf(2) for the results of plain maps.
 */

/** Negative errno values that map operations return. */
export const ERRNO = { ENOENT: -2, E2BIG: -7, EEXIST: -17, EINVAL: -22 } as const;

/**
 * An inode map: inode (u32) → u64. A lookup that finds nothing returns 0, so 0 cannot be used as a value.
 *
 * `update` returns 0 or −E2BIG. An update of an inode that is in the map counts as one more entry, and a lookup finds the
 * first entry. `lookup` returns the low half and sets `hi` to the high half. Halves are signed 32-bit
 * numbers.
 */
export interface InodeTable {
  readonly kind: 'inode';
  readonly name: string;
  readonly maxEntries: number;
  /** Number of entries, which is the number of updates that succeeded. */
  size: number;
  /** It differs whenever the result of a lookup has changed. */
  version: number;
  /** High half of the last `lookup`. */
  hi: number;
  /**
   * A hash table with open addressing and linear probing. The number of cells is a power of two, and at most a quarter
   * of them are in use, so that most lookups end at the first cell.
   *
   *     cell: ├ inode ┼ low half ┼ high half ┼ −1 if in use ┤
   */
  cells: Int32Array;
  /**
   * Allocates zeroed cells for a larger table; undefined if there is no room. The old cells are still read after the
   * call.
   */
  allocate(words: number): Int32Array | undefined;
  update(inode: number, lo: number, hi: number): 0 | -7;
  lookup(inode: number): number;
}

const CELL = 4;
const FIRST_CELLS = 16;

/** An empty inode map. */
export function createInodeTable(name: string, maxEntries: number): InodeTable {
  const cells = new Int32Array(FIRST_CELLS * CELL);
  // All tables share these functions, so that the call sites of the engine stay monomorphic.
  const methods = { allocate: newCells, update: updateInode, lookup: lookupInode };
  return { kind: 'inode', name, maxEntries, size: 0, version: 0, hi: 0, cells, ...methods };
}

const newCells = (words: number): Int32Array => new Int32Array(words);

function lookupInode(this: InodeTable, inode: number): number {
  const cells = this.cells;
  const at = findCell(cells, inode);
  this.hi = cells[at + 2] as number; // a free cell is all zeros
  return cells[at + 1] as number;
}

function updateInode(this: InodeTable, inode: number, lo: number, hi: number): 0 | -7 {
  if (this.size >= this.maxEntries) return ERRNO.E2BIG;
  let at = findCell(this.cells, inode);
  if (this.cells[at + 3] !== 0) {
    this.size++;
    return 0;
  }
  if ((this.size + 1) * 4 > this.cells.length / CELL) {
    const bigger = this.allocate(this.cells.length * 2);
    if (bigger === undefined) return ERRNO.E2BIG;
    this.cells = copied(this.cells, bigger);
    at = findCell(this.cells, inode);
  }
  this.size++;
  this.version++;
  this.cells.set([inode | 0, lo | 0, hi | 0, -1], at);
  return 0;
}

/** The index of an inode's cell, or of the free cell where it would be inserted. */
function findCell(cells: Int32Array, inode: number): number {
  const mask = cells.length - 1;
  const key = inode | 0;
  const hash = Math.imul(key, 0x9e3779b1);
  let at = ((hash ^ (hash >>> 15)) * CELL) & mask;
  // One branch instead of two: true while the cell is in use by another inode.
  while ((((cells[at] as number) ^ key) & (cells[at + 3] as number)) !== 0) at = (at + CELL) & mask;
  return at;
}

function copied(cells: Int32Array, bigger: Int32Array): Int32Array {
  for (let at = 0; at < cells.length; at += CELL) {
    if (cells[at + 3] === 0) continue;
    bigger.set(cells.subarray(at, at + CELL), findCell(bigger, cells[at] as number));
  }
  return bigger;
}

/** An array or hash map. A value is identified by its offset in `view`, in bytes. */
export interface PlainTable {
  readonly kind: 'array' | 'hash';
  readonly name: string;
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  /** The distance of two values in bytes: the value size rounded up to a multiple of 8, so that values are aligned. */
  readonly stride: number;
  /** The memory of the values. Do not keep it across an update: a hash map replaces it when it grows. */
  view: DataView;
  /** The offset of the value in `view`, or −1 if there is none. */
  lookup(key: Uint8Array): number;
  /** Returns 0 or a negative errno. `flags`: `BPF_ANY`, `BPF_NOEXIST` (only new) or `BPF_EXIST` (only existing). */
  update(key: Uint8Array, value: Uint8Array, flags: number): number;
  /** Returns 0 or a negative errno. */
  delete(key: Uint8Array): number;
}

export type EngineMap = InodeTable | PlainTable;

/** Flags of an update. Without them (BPF_ANY) a key may be there or not. */
const BPF_NOEXIST = 1;
const BPF_EXIST = 2;

const strideOf = (valueSize: number): number => Math.ceil(valueSize / 8) * 8;

/** An array map: keys are u32 indices; all values exist, and are zero at first. */
export function createArrayTable(name: string, valueSize: number, maxEntries: number): PlainTable {
  const stride = strideOf(valueSize);
  const find = (key: Uint8Array): number => {
    const index = new DataView(key.buffer, key.byteOffset).getUint32(0, true);
    return index < maxEntries ? index * stride : -1;
  };
  const update = (key: Uint8Array, value: Uint8Array, flags: number): number => {
    if (flags > BPF_EXIST) return ERRNO.EINVAL;
    const at = find(key);
    if (at < 0) return ERRNO.E2BIG;
    if (flags === BPF_NOEXIST) return ERRNO.EEXIST;
    writeValue(table.view, at, value, valueSize); // compiled sets replace the view
    return 0;
  };
  const remove = (): number => ERRNO.EINVAL;
  const sizes = { keySize: 4, valueSize, maxEntries, stride };
  const view = new DataView(new ArrayBuffer(stride * maxEntries));
  const table: PlainTable = { kind: 'array', name, ...sizes, view, lookup: find, update, delete: remove };
  return table;
}

/** An empty hash map. */
export function createHashTable(
  name: string,
  keySize: number,
  valueSize: number,
  maxEntries: number,
): PlainTable {
  const stride = strideOf(valueSize);
  const places = new Map<string, number>();
  const free: number[] = [];
  let used = 0;
  const nameOf = (key: Uint8Array): string =>
    Buffer.from(key.buffer, key.byteOffset, keySize).toString('latin1');
  const allocate = (): number => {
    const at = free.pop() ?? used++ * stride;
    if (at + stride > table.view.byteLength) table.view = enlarged(table.view, at + stride);
    return at;
  };
  const update = (key: Uint8Array, value: Uint8Array, flags: number): number => {
    if (flags > BPF_EXIST) return ERRNO.EINVAL;
    const found = places.get(nameOf(key));
    if (found !== undefined && flags === BPF_NOEXIST) return ERRNO.EEXIST;
    if (found === undefined && flags === BPF_EXIST) return ERRNO.ENOENT;
    if (found === undefined && places.size >= maxEntries) return ERRNO.E2BIG;
    const at = found ?? allocate();
    places.set(nameOf(key), at);
    writeValue(table.view, at, value, valueSize);
    return 0;
  };
  const remove = (key: Uint8Array): number => {
    const at = places.get(nameOf(key));
    if (at === undefined) return ERRNO.ENOENT;
    places.delete(nameOf(key));
    free.push(at);
    return 0;
  };
  const lookup = (key: Uint8Array): number => places.get(nameOf(key)) ?? -1;
  const sizes = { keySize, valueSize, maxEntries, stride };
  const view = new DataView(new ArrayBuffer(0));
  const table: PlainTable = { kind: 'hash', name, ...sizes, view, lookup, update, delete: remove };
  return table;
}

function writeValue(view: DataView, at: number, value: Uint8Array, valueSize: number): void {
  new Uint8Array(view.buffer, view.byteOffset).set(value.subarray(0, valueSize), at);
}

function enlarged(view: DataView, needed: number): DataView {
  const bytes = new Uint8Array(Math.max(needed, view.byteLength * 2));
  bytes.set(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
  return new DataView(bytes.buffer);
}
