/**
 * The interpreter's loop: executes the instructions that decision programs use most. `rare.ts` executes the others.
 *
 * The loop is one dense switch over the opcodes of `ENGINE_OPS`. The labels are literals, because V8 makes a jump table
 * only of literals; a test compares the comment of each label with the table. A value is two 32-bit halves, in `LO` and
 * `HI`. The loop allocates nothing, and calls only the two helpers that every walk uses, so that its variables stay in
 * machine registers. For other instructions it calls `rare`, which executes the instruction or faults. `!` after an
 * index relies on an invariant of `store.ts`: operands and targets are in range.
 *
 * Fuel: all instructions are counted. The count is compared with the fuel only where a jump is taken or a local
 * function is called. The program faults if the count, including that jump or call, has reached the fuel.
 *
 * It is one long function because a call for each instruction would cost more than the instruction.
 */
import { inodeGetTag, inodeMapLookup } from './helpers.js';
import type { EngineMachine, RunnableCode } from './memory.js';
import { FAULT, fault, rare } from './rare.js';
import type { Observer, TagStore } from './types.js';
import { ARENA_BYTES, ARENA_WORDS, BUDGET, DST, HI, LO, OPS, SRC } from './store.js';

// Literal copies of numbers in `TAG` and `ARENA` of `prepare.ts`, for speed; a test compares them.
export const ARENA_TAG = 0x7fe0_0001;
export const ARENA_END = 64 + 8 * 512;
export const CONTEXT_END = 32;

// Copies in this module, because V8 loads an imported binding again at each use.
const ops = OPS;
const dst = DST;
const src = SRC;
const lo = LO;
const hi = HI;
const arenaTag = ARENA_TAG;
const arenaEnd = ARENA_END;
const arenaBytes = ARENA_BYTES;
const arenaWords = ARENA_WORDS;

/** Index in `LO` of the budget. As a variable, V8 would save and reload it at every instruction, not only at jumps. */
const budget = BUDGET;

const DENY = 1; // the result of a program that faults

/**
 * Runs a program from `m.pc` on. The caller has set the registers.
 *
 * Returns the low half of r0, or `DENY` with `m.fault` set. `m.fuel` is the number of instructions that may run, and
 * afterwards the rest of it. The rest may be negative, as fuel is checked only at jumps and calls. The code of a
 * stepper stops the run before the next instruction, with `m.paused` set and `m.pc` where to go on.
 */
export function execute(
  m: EngineMachine,
  p: RunnableCode,
  tags: TagStore,
  observer: Observer | undefined,
): number {
  // With an observer, loads of the context leave the loop, because `rare` reports them.
  const low = (observer === undefined ? m.low : CONTEXT_END) | 0;
  const storeLow = m.low | 0;
  let pc = m.pc | 0;
  // The fuel left at `pc` is the budget minus `pc`, so only an instruction that breaks the sequence has to count.
  lo[budget] = (m.fuel + pc) | 0;
  for (;;) {
    quick: for (;;) {
      const d = dst[pc]!;
      const s = src[pc]!;
      taken: {
        switch (ops[pc]!) {
          case 1: // mov
            lo[d] = lo[s]!;
            hi[d] = hi[s]!;
            break;
          case 2: {
            // add
            const a = lo[d]!;
            const sum = (a + lo[s]!) | 0;
            hi[d] = hi[d]! + hi[s]! + (sum >>> 0 < a >>> 0 ? 1 : 0);
            lo[d] = sum;
            break;
          }
          case 3: {
            // sub
            const a = lo[d]!;
            const b = lo[s]!;
            hi[d] = hi[d]! - hi[s]! - (a >>> 0 < b >>> 0 ? 1 : 0);
            lo[d] = a - b;
            break;
          }
          case 7: // or
            lo[d] = lo[d]! | lo[s]!;
            hi[d] = hi[d]! | hi[s]!;
            break;
          case 8: // and
            lo[d] = lo[d]! & lo[s]!;
            hi[d] = hi[d]! & hi[s]!;
            break;
          case 9: {
            // lsh
            const n = lo[s]! & 63;
            const a = lo[d]!;
            if (n >= 32) {
              hi[d] = a << (n - 32);
              lo[d] = 0;
            } else if (n > 0) {
              hi[d] = (hi[d]! << n) | (a >>> (32 - n));
              lo[d] = a << n;
            }
            break;
          }
          case 10: {
            // rsh
            const n = lo[s]! & 63;
            const h = hi[d]!;
            if (n >= 32) {
              lo[d] = h >>> (n - 32);
              hi[d] = 0;
            } else if (n > 0) {
              lo[d] = (lo[d]! >>> n) | (h << (32 - n));
              hi[d] = h >>> n;
            }
            break;
          }
          case 13: // xor
            lo[d] = lo[d]! ^ lo[s]!;
            hi[d] = hi[d]! ^ hi[s]!;
            break;
          case 14: {
            // arsh
            const n = lo[s]! & 63;
            const h = hi[d]!;
            if (n >= 32) {
              lo[d] = h >> (n - 32);
              hi[d] = h >> 31;
            } else if (n > 0) {
              lo[d] = (lo[d]! >>> n) | (h << (32 - n));
              hi[d] = h >> n;
            }
            break;
          }
          case 15: // mov32
            lo[d] = lo[s]!;
            hi[d] = 0;
            break;
          case 16: // add32
            lo[d] = lo[d]! + lo[s]!;
            hi[d] = 0;
            break;
          case 17: // sub32
            lo[d] = lo[d]! - lo[s]!;
            hi[d] = 0;
            break;
          case 18: // mul32
            lo[d] = Math.imul(lo[d]!, lo[s]!);
            hi[d] = 0;
            break;
          case 21: // or32
            lo[d] = lo[d]! | lo[s]!;
            hi[d] = 0;
            break;
          case 22: // and32
            lo[d] = lo[d]! & lo[s]!;
            hi[d] = 0;
            break;
          case 23: // lsh32
            lo[d] = lo[d]! << lo[s]!;
            hi[d] = 0;
            break;
          case 24: // rsh32
            lo[d] = lo[d]! >>> lo[s]!;
            hi[d] = 0;
            break;
          case 27: // xor32
            lo[d] = lo[d]! ^ lo[s]!;
            hi[d] = 0;
            break;
          case 28: // arsh32
            lo[d] = lo[d]! >> lo[s]!;
            hi[d] = 0;
            break;
          case 45: {
            // ldxb
            const a = (lo[s]! + hi[pc]!) | 0;
            if (hi[s] !== arenaTag || a < low || a >= arenaEnd) break quick;
            lo[d] = arenaBytes[a]!;
            hi[d] = 0;
            break;
          }
          case 47: {
            // ldxw
            const a = (lo[s]! + hi[pc]!) | 0;
            if (hi[s] !== arenaTag || (a & 3) !== 0 || a < low || a >= arenaEnd) break quick;
            lo[d] = arenaWords[a >> 2]!;
            hi[d] = 0;
            break;
          }
          case 48: {
            // ldxdw
            const a = (lo[s]! + hi[pc]!) | 0;
            if (hi[s] !== arenaTag || (a & 7) !== 0 || a < low || a >= arenaEnd) break quick;
            lo[d] = arenaWords[a >> 2]!;
            hi[d] = arenaWords[(a >> 2) + 1]!;
            break;
          }
          case 55: {
            // stxdw
            const a = (lo[d]! + hi[pc]!) | 0;
            if (hi[d] !== arenaTag || (a & 7) !== 0 || a < storeLow || a >= arenaEnd) break quick;
            arenaWords[a >> 2] = lo[s]!;
            arenaWords[(a >> 2) + 1] = hi[s]!;
            break;
          }
          case 56: // ja
            break taken;
          case 57: // jeq
            if (lo[d] === lo[s] && hi[d] === hi[s]) break taken;
            break;
          case 58: {
            // jgt
            const a = hi[d]!;
            const b = hi[s]!;
            if (a === b ? lo[d]! >>> 0 > lo[s]! >>> 0 : a >>> 0 > b >>> 0) break taken;
            break;
          }
          case 59: {
            // jge
            const a = hi[d]!;
            const b = hi[s]!;
            if (a === b ? lo[d]! >>> 0 >= lo[s]! >>> 0 : a >>> 0 > b >>> 0) break taken;
            break;
          }
          case 60: // jset
            if (((lo[d]! & lo[s]!) | (hi[d]! & hi[s]!)) !== 0) break taken;
            break;
          case 61: // jne
            if (lo[d] !== lo[s] || hi[d] !== hi[s]) break taken;
            break;
          case 62: {
            // jsgt
            const a = hi[d]!;
            const b = hi[s]!;
            if (a === b ? lo[d]! >>> 0 > lo[s]! >>> 0 : a > b) break taken;
            break;
          }
          case 63: {
            // jsge
            const a = hi[d]!;
            const b = hi[s]!;
            if (a === b ? lo[d]! >>> 0 >= lo[s]! >>> 0 : a > b) break taken;
            break;
          }
          case 64: {
            // jlt
            const a = hi[d]!;
            const b = hi[s]!;
            if (a === b ? lo[d]! >>> 0 < lo[s]! >>> 0 : a >>> 0 < b >>> 0) break taken;
            break;
          }
          case 65: {
            // jle
            const a = hi[d]!;
            const b = hi[s]!;
            if (a === b ? lo[d]! >>> 0 <= lo[s]! >>> 0 : a >>> 0 < b >>> 0) break taken;
            break;
          }
          case 66: {
            // jslt
            const a = hi[d]!;
            const b = hi[s]!;
            if (a === b ? lo[d]! >>> 0 < lo[s]! >>> 0 : a < b) break taken;
            break;
          }
          case 67: {
            // jsle
            const a = hi[d]!;
            const b = hi[s]!;
            if (a === b ? lo[d]! >>> 0 <= lo[s]! >>> 0 : a < b) break taken;
            break;
          }
          case 68: // jeq32
            if (lo[d] === lo[s]) break taken;
            break;
          case 69: // jgt32
            if (lo[d]! >>> 0 > lo[s]! >>> 0) break taken;
            break;
          case 70: // jge32
            if (lo[d]! >>> 0 >= lo[s]! >>> 0) break taken;
            break;
          case 71: // jset32
            if ((lo[d]! & lo[s]!) !== 0) break taken;
            break;
          case 72: // jne32
            if (lo[d] !== lo[s]) break taken;
            break;
          case 73: // jsgt32
            if (lo[d]! > lo[s]!) break taken;
            break;
          case 74: // jsge32
            if (lo[d]! >= lo[s]!) break taken;
            break;
          case 75: // jlt32
            if (lo[d]! >>> 0 < lo[s]! >>> 0) break taken;
            break;
          case 76: // jle32
            if (lo[d]! >>> 0 <= lo[s]! >>> 0) break taken;
            break;
          case 77: // jslt32
            if (lo[d]! < lo[s]!) break taken;
            break;
          case 78: // jsle32
            if (lo[d]! <= lo[s]!) break taken;
            break;
          case 83: // call 60
            if (!inodeMapLookup(p, observer)) break quick;
            break;
          case 84: // call 61
            if (!inodeGetTag(tags, observer)) break quick;
            break;
          case 0: // exit
          case 88: // step
          default:
            break quick;
        }
        pc = (pc + 1) | 0;
        continue;
      }
      // The jump is taken.
      const target = hi[pc]!;
      const left: number = (lo[budget]! + target - pc - 1) | 0;
      lo[budget] = left;
      if (left <= target) break;
      pc = target;
    }
    const op = ops[pc]!;
    if (op === 0 && m.depth === 0) {
      m.fuel = lo[budget]! - (pc + 1);
      return lo[0]!;
    }
    if (op >= 56 && op <= 78) {
      m.fuel = lo[budget]! - hi[pc]!;
      return fault(m, p, pc, 'out of fuel');
    }
    if (op === 88) {
      m.fuel = lo[budget]! - pc;
      m.pc = pc + 1;
      m.paused = true;
      return DENY;
    }
    const next = rare(m, p, pc, tags, observer) | 0;
    if (next === FAULT) {
      m.fuel = lo[budget]! - (pc + 1);
      return DENY;
    }
    const left: number = (lo[budget]! + next - pc - 1) | 0;
    lo[budget] = left;
    if (op === 79 && left <= next) {
      m.fuel = left - next;
      return fault(m, p, pc, 'out of fuel');
    }
    pc = next;
  }
}
