/**
 * Resolves the pointers of a program, and does the memory operations that are too rare for the interpreter's loop.
 *
 * A program can access the arena (context and stack) and the value memory of plain maps. Handles of maps, chains,
 * inodes and tag objects do not point to memory, so every access through one is a fault.
 */
import type { HookName } from '../../abi/hooks.js';
import type { EngineMap } from './maps.js';
import { ARENA, TAG } from './prepare.js';
import type { Prepared } from './prepare.js';
import { ARENA_VIEW, HI, LO, instructionNumber } from './store.js';
import type { Home } from './store.js';
import type { Atomic, Instruction } from '../../bpf/types.js';
import type { Observer } from './types.js';
import { assertNever } from '../../base/assert.js';

/** The state of a run, apart from registers and memory, which are in `store.ts`. */
export interface EngineMachine {
  /** For each caller of a local function, the return address (from the start of the code) and r6 to r9. */
  readonly frames: Int32Array;
  /** Lowest address of the arena that may be accessed: 0, or the stack for programs without a context. */
  low: number;
  /** The number of local functions that are running. */
  depth: number;
  /** Index of the instruction to begin at. */
  pc: number;
  /** The number of instructions that may still run. */
  fuel: number;
  /** True if the run of a stepper has stopped before the next instruction. */
  paused: boolean;
  fault: string | undefined;
}

/** The code and maps of a program, ready to run. */
export interface RunnableCode extends Prepared {
  readonly name: string;
  /** Undefined for a raw program, which has no context. */
  readonly hook: HookName | undefined;
  readonly maps: readonly EngineMap[];
  readonly home: Home;
  /** Helpers that the caller of a raw program supplies, by number. */
  readonly helpers: ReadonlyMap<number, () => number> | undefined;
}

/** Numbers saved by a local call: the return address, then the low halves of r6 to r9, then their high halves. */
export const SAVED = 9;

export function createMachine(): EngineMachine {
  return {
    frames: new Int32Array(ARENA.frames * SAVED),
    low: 0,
    depth: 0,
    pc: 0,
    fuel: 0,
    paused: false,
    fault: undefined,
  };
}

/** The region that contains `size` bytes at a pointer; undefined if no accessible region contains them. */
export function locate(
  m: EngineMachine,
  p: RunnableCode,
  tag: number,
  address: number,
  size: number,
): DataView | undefined {
  if (tag === TAG.ARENA) return address >= m.low && address <= ARENA.size - size ? ARENA_VIEW : undefined;
  const map = p.maps[tag - TAG.VALUE];
  if (map === undefined || map.kind === 'inode') return undefined;
  return address >= 0 && address <= map.view.byteLength - size ? map.view : undefined;
}

const FIELD_OF_WORD = ['cookie', 'cookie', 'chain', 'chain', 'inode', 'inode', 'inode_lookup'];

/** Reports to an observer the field of the context that is read. */
function noteRead(observer: Observer, p: RunnableCode, address: number): void {
  const field = FIELD_OF_WORD[address >> 2] ?? 'cookie';
  observer.readContext?.(field === 'inode' && p.hook === 'fs_get' ? 'tag_object' : field);
}

function instructionAt(p: RunnableCode, pc: number): Instruction | undefined {
  return p.source[instructionNumber(p.home, pc)]?.instruction;
}

/** Executes the load at `pc`. Returns false if it faults. */
export function load(m: EngineMachine, p: RunnableCode, pc: number, observer: Observer | undefined): boolean {
  const op = instructionAt(p, pc);
  if (op?.kind !== 'load') return false;
  const address = ((LO[op.src] as number) + op.offset) | 0;
  const view = locate(m, p, HI[op.src] as number, address, op.size);
  if (view === undefined) return false;
  if (observer !== undefined && view === ARENA_VIEW && address < ARENA.context)
    noteRead(observer, p, address);
  const d = op.dst;
  if (op.size === 8) {
    LO[d] = view.getInt32(address, true);
    HI[d] = view.getInt32(address + 4, true);
    return true;
  }
  const value = op.signed ? readSigned(view, address, op.size) : readUnsigned(view, address, op.size);
  LO[d] = value;
  HI[d] = op.signed ? value >> 31 : 0;
  return true;
}

function readUnsigned(view: DataView, address: number, size: 1 | 2 | 4): number {
  if (size === 1) return view.getUint8(address);
  return size === 2 ? view.getUint16(address, true) : view.getInt32(address, true);
}

function readSigned(view: DataView, address: number, size: 1 | 2 | 4): number {
  if (size === 1) return view.getInt8(address);
  return size === 2 ? view.getInt16(address, true) : view.getInt32(address, true);
}

/** Stores the low `size` bytes of register `s`. Returns false if the store faults. */
export function store(
  m: EngineMachine,
  p: RunnableCode,
  d: number,
  s: number,
  offset: number,
  size: number,
): boolean {
  const address = ((LO[d] as number) + offset) | 0;
  const view = locate(m, p, HI[d] as number, address, size);
  if (view === undefined) return false;
  const value = LO[s] as number;
  if (size === 1) view.setInt8(address, value);
  else if (size === 2) view.setInt16(address, value, true);
  else view.setInt32(address, value, true);
  if (size === 8) view.setInt32(address + 4, HI[s] as number, true);
  return true;
}

/** Executes the atomic operation at `pc`. Returns false if it faults. With one thread, every operation is atomic. */
export function atomic(m: EngineMachine, p: RunnableCode, pc: number): boolean {
  const op = instructionAt(p, pc);
  if (op?.kind !== 'atomic') return false;
  const address = ((LO[op.dst] as number) + op.offset) | 0;
  const view = locate(m, p, HI[op.dst] as number, address, op.width / 8);
  if (view === undefined) return false;
  const s = op.src;
  const oldLo = view.getInt32(address, true);
  const oldHi = op.width === 64 ? view.getInt32(address + 4, true) : 0;
  const wide = op.width === 64;
  const same = oldLo === LO[0] && (!wide || oldHi === HI[0]);
  if (op.op !== 'cmpxchg' || same) {
    const lo = LO[s] as number;
    const hi = HI[s] as number;
    const carry = op.op === 'add' && (oldLo >>> 0) + (lo >>> 0) > 0xffff_ffff ? 1 : 0;
    view.setInt32(address, combine(op.op, oldLo, lo), true);
    if (wide) view.setInt32(address + 4, combine(op.op, oldHi, hi) + carry, true);
  }
  if (op.fetch) {
    const to = op.op === 'cmpxchg' ? 0 : s;
    LO[to] = oldLo;
    HI[to] = oldHi;
  }
  return true;
}

function combine(op: Atomic['op'], old: number, value: number): number {
  switch (op) {
    case 'add':
      return old + value;
    case 'or':
      return old | value;
    case 'and':
      return old & value;
    case 'xor':
      return old ^ value;
    case 'xchg':
    case 'cmpxchg':
      return value;
    default:
      return assertNever(op);
  }
}
