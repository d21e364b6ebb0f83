/**
 * Executes the instructions that leave the interpreter's loop: calls, division, byte order, unaligned or observed
 * loads.
 */
import {
  inodeGetTag,
  inodeMapLookup,
  landlockSetTag,
  mapDelete,
  mapLookup,
  mapUpdate,
  otherHelper,
} from './helpers.js';
import { byteOrder, divide32, divide64, mul64, neg64 } from './int64.js';
import { SAVED, atomic, load, store } from './memory.js';
import type { EngineMachine, RunnableCode } from './memory.js';
import { ARENA } from './prepare.js';
import { DST, HI, LO, OPS, SRC, instructionNumber } from './store.js';
import type { Observer, TagStore } from './types.js';

/** The result of `rare` for an instruction that faulted; not an index of the code. */
export const FAULT = -1;

/** Executes the instruction at `pc`. Returns the index of the next one, or `FAULT` with `m.fault` set. */
export function rare(
  m: EngineMachine,
  p: RunnableCode,
  pc: number,
  tags: TagStore,
  observer: Observer | undefined,
): number {
  const d = DST[pc]!;
  const s = SRC[pc]!;
  const next = pc + 1;
  switch (OPS[pc]!) {
    case 0: // exit
      return leave(m, p);
    case 4: // mul
      mul64(d, s);
      return next;
    case 5: // div
      divide64(d, s, false, false);
      return next;
    case 6: // sdiv
      divide64(d, s, true, false);
      return next;
    case 11: // mod
      divide64(d, s, false, true);
      return next;
    case 12: // smod
      divide64(d, s, true, true);
      return next;
    case 19: // div32
      divide32(d, s, false, false);
      return next;
    case 20: // sdiv32
      divide32(d, s, true, false);
      return next;
    case 25: // mod32
      divide32(d, s, false, true);
      return next;
    case 26: // smod32
      divide32(d, s, true, true);
      return next;
    case 29: // neg
      neg64(d);
      return next;
    case 30: // neg32
      setPair(d, -LO[d]!, 0);
      return next;
    case 31: // le16
      byteOrder(d, 16, false);
      return next;
    case 32: // le32
      byteOrder(d, 32, false);
      return next;
    case 33: // le64
      byteOrder(d, 64, false);
      return next;
    case 34: // be16
      byteOrder(d, 16, true);
      return next;
    case 35: // be32
      byteOrder(d, 32, true);
      return next;
    case 36: // be64
      byteOrder(d, 64, true);
      return next;
    case 37: // bswap16
      byteOrder(d, 16, true);
      return next;
    case 38: // bswap32
      byteOrder(d, 32, true);
      return next;
    case 39: // bswap64
      byteOrder(d, 64, true);
      return next;
    case 40: // movsx8
      setSigned(d, (LO[s]! << 24) >> 24);
      return next;
    case 41: // movsx16
      setSigned(d, (LO[s]! << 16) >> 16);
      return next;
    case 42: // movsx32
      setSigned(d, LO[s]!);
      return next;
    case 43: // mov32sx8
      setPair(d, (LO[s]! << 24) >> 24, 0);
      return next;
    case 44: // mov32sx16
      setPair(d, (LO[s]! << 16) >> 16, 0);
      return next;
    case 45: // ldxb
    case 46: // ldxh
    case 47: // ldxw
    case 48: // ldxdw
    case 49: // ldxsb
    case 50: // ldxsh
    case 51: // ldxsw
      return load(m, p, pc, observer) ? next : fail(m, p, pc, 'bad load');
    case 52: // stxb
      return store(m, p, d, s, HI[pc]!, 1) ? next : fail(m, p, pc, 'bad store');
    case 53: // stxh
      return store(m, p, d, s, HI[pc]!, 2) ? next : fail(m, p, pc, 'bad store');
    case 54: // stxw
      return store(m, p, d, s, HI[pc]!, 4) ? next : fail(m, p, pc, 'bad store');
    case 55: // stxdw
      return store(m, p, d, s, HI[pc]!, 8) ? next : fail(m, p, pc, 'bad store');
    case 79: // call_local
      return enter(m, p, pc) ? HI[pc]! : fail(m, p, pc, 'calls nested too deep');
    case 80: // call 1
      return mapLookup(m, p) ? next : fail(m, p, pc, 'bad argument of a helper');
    case 81: // call 2
      return mapUpdate(m, p) ? next : fail(m, p, pc, 'bad argument of a helper');
    case 82: // call 3
      return mapDelete(m, p) ? next : fail(m, p, pc, 'bad argument of a helper');
    case 83: // call 60
      return inodeMapLookup(p, observer) ? next : fail(m, p, pc, 'bad argument of a helper');
    case 84: // call 61
      return inodeGetTag(tags, observer) ? next : fail(m, p, pc, 'bad argument of a helper');
    case 85: // call 62
      return landlockSetTag(tags, observer) ? next : fail(m, p, pc, 'bad argument of a helper');
    case 86: // atomic
      return atomic(m, p, pc) ? next : fail(m, p, pc, 'bad atomic access');
    case 87: // call other
      return otherHelper(p, HI[pc]!) ? next : fail(m, p, pc, 'no such helper');
    default:
      return fail(m, p, pc, 'no such instruction');
  }
}

/** Records a fault. Returns the result of a program that faults: deny. */
export function fault(m: EngineMachine, p: RunnableCode, pc: number, what: string): 1 {
  m.fault = `${p.name}: slot ${p.source[instructionNumber(p.home, pc)]?.slot}: ${what}`;
  return 1;
}

function fail(m: EngineMachine, p: RunnableCode, pc: number, what: string): typeof FAULT {
  fault(m, p, pc, what);
  return FAULT;
}

function setPair(d: number, lo: number, hi: number): void {
  LO[d] = lo;
  HI[d] = hi;
}

function setSigned(d: number, value: number): void {
  setPair(d, value, value >> 31);
}

const R6 = 6;
const R10 = 10;

/**
 * Enters a local function: saves r6 to r9 and the return address, and moves r10 to the next frame. False if too deep.
 */
function enter(m: EngineMachine, p: RunnableCode, pc: number): boolean {
  if (m.depth === ARENA.frames - 1) return false;
  const at = m.depth * SAVED;
  m.frames[at] = pc + 1 - p.home.entry; // relative: a paused program may move
  m.frames.set(LO.subarray(R6, R10), at + 1);
  m.frames.set(HI.subarray(R6, R10), at + 5);
  m.depth++;
  LO[R10] = LO[R10]! + ARENA.frame;
  return true;
}

/** Leaves a local function. Returns the index of the next instruction. */
function leave(m: EngineMachine, p: RunnableCode): number {
  m.depth--;
  const at = m.depth * SAVED;
  LO.set(m.frames.subarray(at + 1, at + 5), R6);
  HI.set(m.frames.subarray(at + 5, at + 9), R6);
  LO[R10] = LO[R10]! - ARENA.frame;
  return m.frames[at]! + p.home.entry;
}
