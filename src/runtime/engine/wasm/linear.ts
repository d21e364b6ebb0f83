/**
 * Allocates regions of the linear memory that all modules share.
 *
 * The process has one linear memory. So an address is constant for an instance, instances can share maps, and the
 * address space that V8 reserves for a memory is reserved only once. It is a shared memory although there is one
 * thread, because the views of a shared memory stay valid when it grows. Freed regions are reused by size; the memory
 * never shrinks.
 */
import { wasm } from './api.js';
import type { WasmMemory } from './api.js';
import { MEMORY_PAGES } from './encode.js';
import { FIRST_FREE } from './layout.js';

const PAGE = 65536;

export interface LinearMemory {
  readonly memory: WasmMemory;
  /** The whole memory by 32-bit words and by bytes. Both are replaced when the memory grows. */
  words: Int32Array<SharedArrayBuffer>;
  bytes: Uint8Array<SharedArrayBuffer>;
  /** Address of the memory that has never been allocated. */
  next: number;
  /** Addresses of free regions, by size. */
  readonly free: Map<number, number[]>;
}

let only: LinearMemory | undefined;

/** The linear memory of the process, created at the first call. */
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

/** The size rounded up to a power of two, so that a freed region fits later requests. */
function sizeClass(size: number): number {
  return 2 ** Math.max(5, Math.ceil(Math.log2(Math.max(1, size))));
}

/** The address (a multiple of 16) of a zeroed region of at least `size` bytes; undefined if there is no room. */
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
  // Double the memory, but add at most 64 MiB more than necessary at once.
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

/** Frees a region. `size` is the size that was requested. */
export function release(linear: LinearMemory, address: number, size: number): void {
  const rounded = sizeClass(size);
  const list = linear.free.get(rounded);
  if (list === undefined) linear.free.set(rounded, [address]);
  else list.push(address);
}

/** Frees regions when the object that owns them is garbage-collected. */
const owned = new FinalizationRegistry<readonly LinearRegion[]>((regions) => {
  if (only !== undefined) for (const { address, size } of regions) release(only, address, size);
});

export interface LinearRegion {
  readonly address: number;
  readonly size: number;
}

/** Frees the regions in the list when `owner` is garbage-collected. The list may still change until then. */
export function own(owner: object, regions: readonly LinearRegion[]): void {
  owned.register(owner, regions);
}
