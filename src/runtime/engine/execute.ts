/**
 * The interpreter's loop: the instructions that decision programs are made of. All others are in `rare.ts`.
 *
 * One dense switch over the opcodes of `ENGINE_OPS`. The labels are literals, because V8 makes a jump table
 * of literals only; a test compares each label's comment to the table. The inner loop calls nothing, so that its
 * variables stay in machine registers, and allocates nothing: a value is two 32-bit halves in `WORDS`.
 * What it cannot do it leaves, and `rare` does that one instruction. Instructions are counted by the straight
 * stretch, at its end. `!` after an index stands for an invariant of `store.ts`: operands and targets are in range.
 *
 * It is one function of many cases by need: a call per instruction costs more than the instruction.
 */
import type { Machine, Runnable } from './memory.js';
import { FAULT, fault, rare } from './rare.js';
import type { Observer, TagStore } from './types.js';
import { ARENA_BYTES, ARENA_WORDS, WORDS, entryOf } from './store.js';

// The numbers of prepare's TAG and ARENA, as literals for the loop; a test compares them.
export const ARENA_TAG = 0x7fe0_0001;
export const ARENA_END = 64 + 8 * 512;
export const CONTEXT_END = 32;

// Constants of this very module: an imported binding is loaded again at each use.
const regs = WORDS;
const arenaBytes = ARENA_BYTES;
const arenaWords = ARENA_WORDS;

/** What a faulting program returns: deny. */
const DENY = 1;

/**
 * Runs a program from its first instruction; r1 and r10 are set by the caller.
 *
 * Returns the low half of r0, or `DENY` with `m.fault` set. `m.fuel` is the number of instructions it may
 * execute (a straight stretch is finished), and afterwards what is left of it.
 */
export function execute(m: Machine, p: Runnable, tags: TagStore, observer: Observer | undefined): number {
  // Loads of the context leave the loop when someone watches them.
  const low = (observer === undefined ? m.low : CONTEXT_END) | 0;
  const storeLow = m.low | 0;
  let fuel = m.fuel | 0;
  let pc = entryOf(p) | 0;
  /** Start of the stretch that is not yet counted. */
  let block = pc;
  for (;;) {
    quick: for (;;) {
      const word = regs[pc]!;
      const d = (word >>> 7) & 31;
      const s = (word >>> 12) & 0xffff;
      switch (word & 127) {
        case 1: // mov
          regs[d] = regs[s]!;
          regs[d + 1] = regs[s + 1]!;
          break;
        case 2: {
          // add
          const a = regs[d]!;
          const sum = (a + regs[s]!) | 0;
          regs[d + 1] = regs[d + 1]! + regs[s + 1]! + (sum >>> 0 < a >>> 0 ? 1 : 0);
          regs[d] = sum;
          break;
        }
        case 3: {
          // sub
          const a = regs[d]!;
          const b = regs[s]!;
          regs[d + 1] = regs[d + 1]! - regs[s + 1]! - (a >>> 0 < b >>> 0 ? 1 : 0);
          regs[d] = a - b;
          break;
        }
        case 7: // or
          regs[d] = regs[d]! | regs[s]!;
          regs[d + 1] = regs[d + 1]! | regs[s + 1]!;
          break;
        case 8: // and
          regs[d] = regs[d]! & regs[s]!;
          regs[d + 1] = regs[d + 1]! & regs[s + 1]!;
          break;
        case 9: {
          // lsh
          const n = regs[s]! & 63;
          const a = regs[d]!;
          if (n >= 32) {
            regs[d + 1] = a << (n - 32);
            regs[d] = 0;
          } else if (n > 0) {
            regs[d + 1] = (regs[d + 1]! << n) | (a >>> (32 - n));
            regs[d] = a << n;
          }
          break;
        }
        case 10: {
          // rsh
          const n = regs[s]! & 63;
          const h = regs[d + 1]!;
          if (n >= 32) {
            regs[d] = h >>> (n - 32);
            regs[d + 1] = 0;
          } else if (n > 0) {
            regs[d] = (regs[d]! >>> n) | (h << (32 - n));
            regs[d + 1] = h >>> n;
          }
          break;
        }
        case 13: // xor
          regs[d] = regs[d]! ^ regs[s]!;
          regs[d + 1] = regs[d + 1]! ^ regs[s + 1]!;
          break;
        case 14: {
          // arsh
          const n = regs[s]! & 63;
          const h = regs[d + 1]!;
          if (n >= 32) {
            regs[d] = h >> (n - 32);
            regs[d + 1] = h >> 31;
          } else if (n > 0) {
            regs[d] = (regs[d]! >>> n) | (h << (32 - n));
            regs[d + 1] = h >> n;
          }
          break;
        }
        case 15: // mov32
          regs[d] = regs[s]!;
          regs[d + 1] = 0;
          break;
        case 16: // add32
          regs[d] = regs[d]! + regs[s]!;
          regs[d + 1] = 0;
          break;
        case 17: // sub32
          regs[d] = regs[d]! - regs[s]!;
          regs[d + 1] = 0;
          break;
        case 18: // mul32
          regs[d] = Math.imul(regs[d]!, regs[s]!);
          regs[d + 1] = 0;
          break;
        case 21: // or32
          regs[d] = regs[d]! | regs[s]!;
          regs[d + 1] = 0;
          break;
        case 22: // and32
          regs[d] = regs[d]! & regs[s]!;
          regs[d + 1] = 0;
          break;
        case 23: // lsh32
          regs[d] = regs[d]! << regs[s]!;
          regs[d + 1] = 0;
          break;
        case 24: // rsh32
          regs[d] = regs[d]! >>> regs[s]!;
          regs[d + 1] = 0;
          break;
        case 27: // xor32
          regs[d] = regs[d]! ^ regs[s]!;
          regs[d + 1] = 0;
          break;
        case 28: // arsh32
          regs[d] = regs[d]! >> regs[s]!;
          regs[d + 1] = 0;
          break;
        case 45: {
          // ldxb
          const a = (regs[s]! + regs[pc + 1]!) | 0;
          if (regs[s + 1] !== ARENA_TAG || a < low || a >= ARENA_END) break quick;
          regs[d] = arenaBytes[a]!;
          regs[d + 1] = 0;
          break;
        }
        case 47: {
          // ldxw
          const a = (regs[s]! + regs[pc + 1]!) | 0;
          if (regs[s + 1] !== ARENA_TAG || (a & 3) !== 0 || a < low || a >= ARENA_END) break quick;
          regs[d] = arenaWords[a >> 2]!;
          regs[d + 1] = 0;
          break;
        }
        case 48: {
          // ldxdw
          const a = (regs[s]! + regs[pc + 1]!) | 0;
          if (regs[s + 1] !== ARENA_TAG || (a & 7) !== 0 || a < low || a >= ARENA_END) break quick;
          regs[d] = arenaWords[a >> 2]!;
          regs[d + 1] = arenaWords[(a >> 2) + 1]!;
          break;
        }
        case 55: {
          // stxdw
          const a = (regs[d]! + regs[pc + 1]!) | 0;
          if (regs[d + 1] !== ARENA_TAG || (a & 7) !== 0 || a < storeLow || a >= ARENA_END) break quick;
          arenaWords[a >> 2] = regs[s]!;
          arenaWords[(a >> 2) + 1] = regs[s + 1]!;
          break;
        }
        case 56: // ja
          fuel = (fuel - ((pc + 2 - block) >> 1)) | 0;
          pc = block = regs[pc + 1]! | 0;
          if (fuel > 0) continue;
          break quick;
        case 57: // jeq
          if (!(regs[d] === regs[s] && regs[d + 1] === regs[s + 1])) break;
          fuel = (fuel - ((pc + 2 - block) >> 1)) | 0;
          pc = block = regs[pc + 1]! | 0;
          if (fuel > 0) continue;
          break quick;
        case 58: {
          // jgt
          const a = regs[d + 1]!;
          const b = regs[s + 1]!;
          if (!(a === b ? regs[d]! >>> 0 > regs[s]! >>> 0 : a >>> 0 > b >>> 0)) break;
          fuel = (fuel - ((pc + 2 - block) >> 1)) | 0;
          pc = block = regs[pc + 1]! | 0;
          if (fuel > 0) continue;
          break quick;
        }
        case 59: {
          // jge
          const a = regs[d + 1]!;
          const b = regs[s + 1]!;
          if (!(a === b ? regs[d]! >>> 0 >= regs[s]! >>> 0 : a >>> 0 > b >>> 0)) break;
          fuel = (fuel - ((pc + 2 - block) >> 1)) | 0;
          pc = block = regs[pc + 1]! | 0;
          if (fuel > 0) continue;
          break quick;
        }
        case 60: // jset
          if (!(((regs[d]! & regs[s]!) | (regs[d + 1]! & regs[s + 1]!)) !== 0)) break;
          fuel = (fuel - ((pc + 2 - block) >> 1)) | 0;
          pc = block = regs[pc + 1]! | 0;
          if (fuel > 0) continue;
          break quick;
        case 61: // jne
          if (!(regs[d] !== regs[s] || regs[d + 1] !== regs[s + 1])) break;
          fuel = (fuel - ((pc + 2 - block) >> 1)) | 0;
          pc = block = regs[pc + 1]! | 0;
          if (fuel > 0) continue;
          break quick;
        case 62: {
          // jsgt
          const a = regs[d + 1]!;
          const b = regs[s + 1]!;
          if (!(a === b ? regs[d]! >>> 0 > regs[s]! >>> 0 : a > b)) break;
          fuel = (fuel - ((pc + 2 - block) >> 1)) | 0;
          pc = block = regs[pc + 1]! | 0;
          if (fuel > 0) continue;
          break quick;
        }
        case 63: {
          // jsge
          const a = regs[d + 1]!;
          const b = regs[s + 1]!;
          if (!(a === b ? regs[d]! >>> 0 >= regs[s]! >>> 0 : a > b)) break;
          fuel = (fuel - ((pc + 2 - block) >> 1)) | 0;
          pc = block = regs[pc + 1]! | 0;
          if (fuel > 0) continue;
          break quick;
        }
        case 64: {
          // jlt
          const a = regs[d + 1]!;
          const b = regs[s + 1]!;
          if (!(a === b ? regs[d]! >>> 0 < regs[s]! >>> 0 : a >>> 0 < b >>> 0)) break;
          fuel = (fuel - ((pc + 2 - block) >> 1)) | 0;
          pc = block = regs[pc + 1]! | 0;
          if (fuel > 0) continue;
          break quick;
        }
        case 65: {
          // jle
          const a = regs[d + 1]!;
          const b = regs[s + 1]!;
          if (!(a === b ? regs[d]! >>> 0 <= regs[s]! >>> 0 : a >>> 0 < b >>> 0)) break;
          fuel = (fuel - ((pc + 2 - block) >> 1)) | 0;
          pc = block = regs[pc + 1]! | 0;
          if (fuel > 0) continue;
          break quick;
        }
        case 66: {
          // jslt
          const a = regs[d + 1]!;
          const b = regs[s + 1]!;
          if (!(a === b ? regs[d]! >>> 0 < regs[s]! >>> 0 : a < b)) break;
          fuel = (fuel - ((pc + 2 - block) >> 1)) | 0;
          pc = block = regs[pc + 1]! | 0;
          if (fuel > 0) continue;
          break quick;
        }
        case 67: {
          // jsle
          const a = regs[d + 1]!;
          const b = regs[s + 1]!;
          if (!(a === b ? regs[d]! >>> 0 <= regs[s]! >>> 0 : a < b)) break;
          fuel = (fuel - ((pc + 2 - block) >> 1)) | 0;
          pc = block = regs[pc + 1]! | 0;
          if (fuel > 0) continue;
          break quick;
        }
        case 68: // jeq32
          if (!(regs[d] === regs[s])) break;
          fuel = (fuel - ((pc + 2 - block) >> 1)) | 0;
          pc = block = regs[pc + 1]! | 0;
          if (fuel > 0) continue;
          break quick;
        case 69: // jgt32
          if (!(regs[d]! >>> 0 > regs[s]! >>> 0)) break;
          fuel = (fuel - ((pc + 2 - block) >> 1)) | 0;
          pc = block = regs[pc + 1]! | 0;
          if (fuel > 0) continue;
          break quick;
        case 70: // jge32
          if (!(regs[d]! >>> 0 >= regs[s]! >>> 0)) break;
          fuel = (fuel - ((pc + 2 - block) >> 1)) | 0;
          pc = block = regs[pc + 1]! | 0;
          if (fuel > 0) continue;
          break quick;
        case 71: // jset32
          if (!((regs[d]! & regs[s]!) !== 0)) break;
          fuel = (fuel - ((pc + 2 - block) >> 1)) | 0;
          pc = block = regs[pc + 1]! | 0;
          if (fuel > 0) continue;
          break quick;
        case 72: // jne32
          if (!(regs[d] !== regs[s])) break;
          fuel = (fuel - ((pc + 2 - block) >> 1)) | 0;
          pc = block = regs[pc + 1]! | 0;
          if (fuel > 0) continue;
          break quick;
        case 73: // jsgt32
          if (!(regs[d]! > regs[s]!)) break;
          fuel = (fuel - ((pc + 2 - block) >> 1)) | 0;
          pc = block = regs[pc + 1]! | 0;
          if (fuel > 0) continue;
          break quick;
        case 74: // jsge32
          if (!(regs[d]! >= regs[s]!)) break;
          fuel = (fuel - ((pc + 2 - block) >> 1)) | 0;
          pc = block = regs[pc + 1]! | 0;
          if (fuel > 0) continue;
          break quick;
        case 75: // jlt32
          if (!(regs[d]! >>> 0 < regs[s]! >>> 0)) break;
          fuel = (fuel - ((pc + 2 - block) >> 1)) | 0;
          pc = block = regs[pc + 1]! | 0;
          if (fuel > 0) continue;
          break quick;
        case 76: // jle32
          if (!(regs[d]! >>> 0 <= regs[s]! >>> 0)) break;
          fuel = (fuel - ((pc + 2 - block) >> 1)) | 0;
          pc = block = regs[pc + 1]! | 0;
          if (fuel > 0) continue;
          break quick;
        case 77: // jslt32
          if (!(regs[d]! < regs[s]!)) break;
          fuel = (fuel - ((pc + 2 - block) >> 1)) | 0;
          pc = block = regs[pc + 1]! | 0;
          if (fuel > 0) continue;
          break quick;
        case 78: // jsle32
          if (!(regs[d]! <= regs[s]!)) break;
          fuel = (fuel - ((pc + 2 - block) >> 1)) | 0;
          pc = block = regs[pc + 1]! | 0;
          if (fuel > 0) continue;
          break quick;
        default:
          break quick;
      }
      pc = (pc + 2) | 0;
    }
    if (fuel <= 0) {
      m.fuel = 0;
      return fault(m, p, pc, 'out of fuel');
    }
    if ((regs[pc]! & 127) === 0 && m.depth === 0) {
      m.fuel = (fuel - ((pc + 2 - block) >> 1)) | 0;
      return regs[0]!;
    }
    const next = rare(m, p, pc, tags, observer) | 0;
    fuel = (fuel - ((pc + 2 - block) >> 1)) | 0;
    pc = block = next;
    if (next === FAULT) {
      m.fuel = fuel;
      return DENY;
    }
  }
}
