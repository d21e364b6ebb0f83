/**
 * The linear memory that all modules share, and places in it.
 *
 * There is one for the process: an address is then a constant of an instance, instances of one policy can share maps, and
 * the address space that an engine reserves for a memory is taken once. It is a shared memory although there is one thread:
 * its views stay valid when it grows. Regions are given back and used again by size; the memory itself never shrinks.
 */
import { wasm } from './api.js';
import type { WasmMemory } from './api.js';
import { MEMORY_PAGES } from './encode.js';
import { FIRST_FREE } from './layout.js';

const PAGE = 65536;

export interface LinearMemory {
  readonly memory: WasmMemory;
  /** The whole memory by 32-bit words, and by bytes; a new view after it has grown. */
  words: Int32Array<SharedArrayBuffer>;
  bytes: Uint8Array<SharedArrayBuffer>;
  next: number;
  /** Addresses of free regions, by size. */
  readonly free: Map<number, number[]>;
}

let only: LinearMemory | undefined;

/** The memory of the process, made when it is first asked for. */
export function linearMemory(): LinearMemory {
  only ??= newLinearMemory();
  return only;
}

function newLinearMemory(): LinearMemory {
  const memory = new wasm.Memory({ ...MEMORY_PAGES, shared: true });
  const { buffer } = memory;
  return {
    memory,
    words: new Int32Array(buffer),
    bytes: new Uint8Array(buffer),
    next: FIRST_FREE,
    free: new Map(),
  };
}

/** Sizes are rounded up to a power of two, so that what is given back fits what is asked for later. */
function sizeClass(size: number): number {
  return 2 ** Math.max(5, Math.ceil(Math.log2(Math.max(1, size))));
}

/** A region of at least `size` bytes, all zero, its address a multiple of 16; undefined when 2 GiB are used up. */
export function allocate(linear: LinearMemory, size: number): number | undefined {
  const rounded = sizeClass(size);
  const kept = linear.free.get(rounded)?.pop();
  if (kept !== undefined) {
    linear.bytes.fill(0, kept, kept + rounded);
    return kept;
  }
  const address = linear.next;
  if (!reaches(linear, address + rounded)) return undefined;
  linear.next += rounded;
  return address;
}

function reaches(linear: LinearMemory, end: number): boolean {
  const missing = Math.ceil((end - linear.bytes.length) / PAGE);
  if (missing <= 0) return true;
  const pages = linear.bytes.length / PAGE;
  if (pages + missing > MEMORY_PAGES.maximum) return false;
  // Twice as much as it was, as long as that is not very much.
  const step = Math.min(Math.max(missing, Math.min(pages, 1024)), MEMORY_PAGES.maximum - pages);
  try {
    linear.memory.grow(step);
  } catch {
    return false;
  }
  const { buffer } = linear.memory;
  linear.words = new Int32Array(buffer);
  linear.bytes = new Uint8Array(buffer);
  return true;
}

/** Gives a region back; `size` is what was asked for. */
export function release(linear: LinearMemory, address: number, size: number): void {
  const rounded = sizeClass(size);
  const list = linear.free.get(rounded);
  if (list === undefined) linear.free.set(rounded, [address]);
  else list.push(address);
}

/** Regions that are given back when the object that they belong to is collected. */
const owned = new FinalizationRegistry<readonly Region[]>((regions) => {
  if (only !== undefined) for (const { address, size } of regions) release(only, address, size);
});

export interface Region {
  readonly address: number;
  readonly size: number;
}

/** Gives regions back when `owner` is collected; what is in the list then counts. */
export function own(owner: object, regions: readonly Region[]): void {
  owned.register(owner, regions);
}
