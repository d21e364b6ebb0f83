/**
 * Maps as the engine sees them. An inode map gives a u64 for an inode as two 32-bit halves; a plain map gives a
 * place in its value memory.
 *
 * Source: "Inode map" of the ABI description; bpf(2) for the results of plain maps.
 */

/** Negative errno values that map operations return. */
export const ERRNO = { ENOENT: -2, E2BIG: -7, EEXIST: -17, EINVAL: -22 } as const;

/**
 * inode (u32) → u64. Value 0 is no usable value: a lookup that finds nothing gives 0.
 *
 * `update` gives 0 or −E2BIG; `lookup` gives the low half and leaves the high half in `hi`. Halves are
 * signed 32-bit numbers.
 */
export interface InodeTable {
  readonly kind: 'inode';
  readonly name: string;
  readonly maxEntries: number;
  /** Number of entries. */
  size: number;
  /** Number of updates: another one whenever the map has changed. */
  version: number;
  /** High half of the last `lookup`. */
  hi: number;
  /**
   * Open-addressed, linear probing, a power of two of cells and at most a quarter of them full: most lookups end at the first cell.
   *
   *     cell: ├ inode ┼ low half ┼ high half ┼ −1 if in use ┤
   */
  cells: Int32Array;
  /** Where larger tables get their cells, zero at first; the old cells are read after that. Undefined: there is no room. */
  allocate(words: number): Int32Array | undefined;
  update(inode: number, lo: number, hi: number): 0 | -7;
  lookup(inode: number): number;
}

const CELL = 4;
const FIRST_CELLS = 16;

/** An empty inode map. */
export function createInodeTable(name: string, maxEntries: number): InodeTable {
  const cells = new Int32Array(FIRST_CELLS * CELL);
  // The methods are shared, so that the engine's call site sees one function for all tables.
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
  let at = findCell(this.cells, inode);
  if (this.cells[at + 3] === 0) {
    if (this.size >= this.maxEntries) return ERRNO.E2BIG;
    if ((this.size + 1) * 4 > this.cells.length / CELL) {
      const bigger = this.allocate(this.cells.length * 2);
      if (bigger === undefined) return ERRNO.E2BIG;
      this.cells = copied(this.cells, bigger);
      at = findCell(this.cells, inode);
    }
    this.size++;
  }
  this.version++;
  this.cells.set([inode | 0, lo | 0, hi | 0, -1], at);
  return 0;
}

/** The cell of an inode, or the free cell where it would go. */
function findCell(cells: Int32Array, inode: number): number {
  const mask = cells.length - 1;
  const key = inode | 0;
  const hash = Math.imul(key, 0x9e3779b1);
  let at = ((hash ^ (hash >>> 15)) * CELL) & mask;
  // One branch, not two: another inode in a cell in use.
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

/** An array or hash map. A value is a place in `view`: its offset in bytes. */
export interface PlainTable {
  readonly kind: 'array' | 'hash';
  readonly name: string;
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  /** Distance of two values in bytes: the value size, rounded up to 8 so that values are aligned. */
  readonly stride: number;
  /** Value memory. A hash map grows it, so it is not to be kept across an update. */
  view: DataView;
  /** Offset of the value in `view`, or −1. */
  lookup(key: Uint8Array): number;
  /** `flags`: 0 any, 1 only new, 2 only existing (bpf(2)). 0 or a negative errno. */
  update(key: Uint8Array, value: Uint8Array, flags: number): number;
  /** 0 or a negative errno. */
  delete(key: Uint8Array): number;
}

export type EngineMap = InodeTable | PlainTable;

export const BPF_ANY = 0;
export const BPF_NOEXIST = 1;
export const BPF_EXIST = 2;

const strideOf = (valueSize: number): number => Math.ceil(valueSize / 8) * 8;

/** An array map: keys are u32 indices, all values exist and are zero at first. */
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
    writeValue(table.view, at, value, valueSize); // not the view of the start: compiled sets move it
    return 0;
  };
  const remove = (): number => ERRNO.EINVAL;
  const sizes = { keySize: 4, valueSize, maxEntries, stride };
  const view = new DataView(new ArrayBuffer(stride * maxEntries));
  const table: PlainTable = { kind: 'array', name, ...sizes, view, lookup: find, update, delete: remove };
  return table;
}

/** A hash map, empty at first. */
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
