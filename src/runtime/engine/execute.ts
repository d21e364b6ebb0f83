/**
 * The interpreter's loop.
 *
 * One dense switch over the opcodes of `ENGINE_OPS`. The labels are literals, because V8 makes a jump table
 * of literals only; a test compares each label's comment to the table. A value is two 32-bit halves in the
 * program's register file, so the loop allocates nothing. `!` after an index stands for an invariant of
 * `prepare`: operands are indices into the register file, targets are indices into the code.
 *
 * It is one function of many cases by need: a call per instruction costs more than the instruction.
 */
import { below64, byteOrder, divide32, divide64, less64, mul64, neg64 } from './int64.js';
import { mapAt, mapDelete, mapLookup, mapUpdate } from './helpers.js';
import { SAVED, atomic, load, locate, noteRead, store } from './memory.js';
import type { Machine, Runnable } from './memory.js';
import type { Observer, TagStore } from './types.js';
import { ARENA_VIEW, ARENA_WORDS, WORDS, entryOf, instructionNumber } from './store.js';

// The numbers of prepare's TAG and ARENA, as literals for the loop; a test compares them.
const ARENA_TAG = 0x7fe0_0001;
const CHAIN_TAG = 0x7fe0_0003;
const INODE_TAG = 0x7fe0_0004;
const TAG_OBJECT_TAG = 0x7fe0_0005;
const ARENA_END = 64 + 8 * 512;
const CONTEXT_END = 32;
const FRAME = 512;

// Constants of this very module: an imported binding is loaded again at each use.
const regs = WORDS;
const arena = ARENA_VIEW;
const arenaWords = ARENA_WORDS;

/** What a faulting program returns: deny. */
const DENY = 1;

function fault(m: Machine, p: Runnable, pc: number, what: string, fuel: number): number {
  m.fuel = fuel;
  m.fault = `${p.name}: slot ${p.source[instructionNumber(p.home, pc)]?.slot}: ${what}`;
  return DENY;
}

/**
 * Runs a program from its first instruction; r1 and r10 are set by the caller.
 *
 * Returns the low half of r0, or `DENY` with `m.fault` set. `m.fuel` is the number of instructions it may
 * execute, and afterwards what is left of it.
 */
export function execute(m: Machine, p: Runnable, tags: TagStore, observer: Observer | undefined): number {
  const low = m.low;
  let fuel = m.fuel;
  let depth = 0;
  let pc = entryOf(p);
  for (;;) {
    fuel = (fuel - 1) | 0;
    if (fuel < 0) return fault(m, p, pc, 'out of fuel', 0);
    const word = regs[pc]!;
    const d = (word >>> 7) & 31;
    const s = (word >>> 12) & 0xffff;
    switch (word & 127) {
      case 0: // exit
        if (depth === 0) {
          m.fuel = fuel;
          return regs[0]!;
        }
        depth--;
        pc = m.frames[depth * SAVED]!;
        regs.set(m.frames.subarray(depth * SAVED + 1, (depth + 1) * SAVED), 12);
        regs[20] = regs[20]! - FRAME;
        break;
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
      case 4: // mul
        mul64(regs, d, s);
        break;
      case 5: // div
        divide64(regs, d, s, false, false);
        break;
      case 6: // sdiv
        divide64(regs, d, s, true, false);
        break;
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
      case 11: // mod
        divide64(regs, d, s, false, true);
        break;
      case 12: // smod
        divide64(regs, d, s, true, true);
        break;
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
      case 19: // div32
        divide32(regs, d, s, false, false);
        break;
      case 20: // sdiv32
        divide32(regs, d, s, true, false);
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
      case 25: // mod32
        divide32(regs, d, s, false, true);
        break;
      case 26: // smod32
        divide32(regs, d, s, true, true);
        break;
      case 27: // xor32
        regs[d] = regs[d]! ^ regs[s]!;
        regs[d + 1] = 0;
        break;
      case 28: // arsh32
        regs[d] = regs[d]! >> regs[s]!;
        regs[d + 1] = 0;
        break;
      case 29: // neg
        neg64(regs, d);
        break;
      case 30: // neg32
        regs[d] = -regs[d]!;
        regs[d + 1] = 0;
        break;
      case 31: // le16
        byteOrder(regs, d, 16, false);
        break;
      case 32: // le32
        byteOrder(regs, d, 32, false);
        break;
      case 33: // le64
        byteOrder(regs, d, 64, false);
        break;
      case 34: // be16
        byteOrder(regs, d, 16, true);
        break;
      case 35: // be32
        byteOrder(regs, d, 32, true);
        break;
      case 36: // be64
        byteOrder(regs, d, 64, true);
        break;
      case 37: // bswap16
        byteOrder(regs, d, 16, true);
        break;
      case 38: // bswap32
        byteOrder(regs, d, 32, true);
        break;
      case 39: // bswap64
        byteOrder(regs, d, 64, true);
        break;
      case 40: // movsx8
        regs[d] = (regs[s]! << 24) >> 24;
        regs[d + 1] = regs[d]! >> 31;
        break;
      case 41: // movsx16
        regs[d] = (regs[s]! << 16) >> 16;
        regs[d + 1] = regs[d]! >> 31;
        break;
      case 42: // movsx32
        regs[d] = regs[s]!;
        regs[d + 1] = regs[d]! >> 31;
        break;
      case 43: // mov32sx8
        regs[d] = (regs[s]! << 24) >> 24;
        regs[d + 1] = 0;
        break;
      case 44: // mov32sx16
        regs[d] = (regs[s]! << 16) >> 16;
        regs[d + 1] = 0;
        break;
      case 45: {
        // ldxb
        const a = (regs[s]! + regs[pc + 1]!) | 0;
        const inArena = regs[s + 1] === ARENA_TAG && a >= low && a <= ARENA_END - 1;
        const view = inArena ? arena : locate(m, p, regs[s + 1]!, a, 1);
        if (view === undefined) return fault(m, p, pc, 'bad load', fuel);
        if (observer !== undefined && inArena && a < CONTEXT_END) noteRead(observer, p, a);
        regs[d] = view.getUint8(a);
        regs[d + 1] = 0;
        break;
      }
      case 46: // ldxh
        if (!load(m, p, pc, observer)) return fault(m, p, pc, 'bad load', fuel);
        break;
      case 47: {
        // ldxw
        const a = (regs[s]! + regs[pc + 1]!) | 0;
        const inArena = regs[s + 1] === ARENA_TAG && a >= low && a <= ARENA_END - 4;
        const view = inArena ? arena : locate(m, p, regs[s + 1]!, a, 4);
        if (view === undefined) return fault(m, p, pc, 'bad load', fuel);
        if (observer !== undefined && inArena && a < CONTEXT_END) noteRead(observer, p, a);
        regs[d] = view.getInt32(a, true);
        regs[d + 1] = 0;
        break;
      }
      case 48: {
        // ldxdw
        const a = (regs[s]! + regs[pc + 1]!) | 0;
        if (regs[s + 1] === ARENA_TAG && (a & 7) === 0 && a >= low && a < ARENA_END) {
          if (observer !== undefined && a < CONTEXT_END) noteRead(observer, p, a);
          regs[d] = arenaWords[a >> 2]!;
          regs[d + 1] = arenaWords[(a >> 2) + 1]!;
        } else if (!load(m, p, pc, observer)) return fault(m, p, pc, 'bad load', fuel);
        break;
      }
      case 49: // ldxsb
      case 50: // ldxsh
      case 51: // ldxsw
        if (!load(m, p, pc, observer)) return fault(m, p, pc, 'bad load', fuel);
        break;
      case 52: // stxb
        if (!store(m, p, d, s, regs[pc + 1]!, 1)) return fault(m, p, pc, 'bad store', fuel);
        break;
      case 53: // stxh
        if (!store(m, p, d, s, regs[pc + 1]!, 2)) return fault(m, p, pc, 'bad store', fuel);
        break;
      case 54: // stxw
        if (!store(m, p, d, s, regs[pc + 1]!, 4)) return fault(m, p, pc, 'bad store', fuel);
        break;
      case 55: {
        // stxdw
        const a = (regs[d]! + regs[pc + 1]!) | 0;
        if (regs[d + 1] === ARENA_TAG && (a & 7) === 0 && a >= low && a < ARENA_END) {
          arenaWords[a >> 2] = regs[s]!;
          arenaWords[(a >> 2) + 1] = regs[s + 1]!;
        } else if (!store(m, p, d, s, regs[pc + 1]!, 8)) return fault(m, p, pc, 'bad store', fuel);
        break;
      }
      case 56: // ja
        pc = regs[pc + 1]!;
        continue;
      case 57: // jeq
        if (regs[d] === regs[s] && regs[d + 1] === regs[s + 1]) {
          pc = regs[pc + 1]!;
          continue;
        }
        break;
      case 58: // jgt
        if (below64(regs, s, d)) {
          pc = regs[pc + 1]!;
          continue;
        }
        break;
      case 59: // jge
        if (!below64(regs, d, s)) {
          pc = regs[pc + 1]!;
          continue;
        }
        break;
      case 60: // jset
        if (((regs[d]! & regs[s]!) | (regs[d + 1]! & regs[s + 1]!)) !== 0) {
          pc = regs[pc + 1]!;
          continue;
        }
        break;
      case 61: // jne
        if (regs[d] !== regs[s] || regs[d + 1] !== regs[s + 1]) {
          pc = regs[pc + 1]!;
          continue;
        }
        break;
      case 62: // jsgt
        if (less64(regs, s, d)) {
          pc = regs[pc + 1]!;
          continue;
        }
        break;
      case 63: // jsge
        if (!less64(regs, d, s)) {
          pc = regs[pc + 1]!;
          continue;
        }
        break;
      case 64: // jlt
        if (below64(regs, d, s)) {
          pc = regs[pc + 1]!;
          continue;
        }
        break;
      case 65: // jle
        if (!below64(regs, s, d)) {
          pc = regs[pc + 1]!;
          continue;
        }
        break;
      case 66: // jslt
        if (less64(regs, d, s)) {
          pc = regs[pc + 1]!;
          continue;
        }
        break;
      case 67: // jsle
        if (!less64(regs, s, d)) {
          pc = regs[pc + 1]!;
          continue;
        }
        break;
      case 68: // jeq32
        if (regs[d] === regs[s]) {
          pc = regs[pc + 1]!;
          continue;
        }
        break;
      case 69: // jgt32
        if (regs[d]! >>> 0 > regs[s]! >>> 0) {
          pc = regs[pc + 1]!;
          continue;
        }
        break;
      case 70: // jge32
        if (regs[d]! >>> 0 >= regs[s]! >>> 0) {
          pc = regs[pc + 1]!;
          continue;
        }
        break;
      case 71: // jset32
        if ((regs[d]! & regs[s]!) !== 0) {
          pc = regs[pc + 1]!;
          continue;
        }
        break;
      case 72: // jne32
        if (regs[d] !== regs[s]) {
          pc = regs[pc + 1]!;
          continue;
        }
        break;
      case 73: // jsgt32
        if (regs[d]! > regs[s]!) {
          pc = regs[pc + 1]!;
          continue;
        }
        break;
      case 74: // jsge32
        if (regs[d]! >= regs[s]!) {
          pc = regs[pc + 1]!;
          continue;
        }
        break;
      case 75: // jlt32
        if (regs[d]! >>> 0 < regs[s]! >>> 0) {
          pc = regs[pc + 1]!;
          continue;
        }
        break;
      case 76: // jle32
        if (regs[d]! >>> 0 <= regs[s]! >>> 0) {
          pc = regs[pc + 1]!;
          continue;
        }
        break;
      case 77: // jslt32
        if (regs[d]! < regs[s]!) {
          pc = regs[pc + 1]!;
          continue;
        }
        break;
      case 78: // jsle32
        if (regs[d]! <= regs[s]!) {
          pc = regs[pc + 1]!;
          continue;
        }
        break;
      case 79: // call_local
        if (depth === 7) return fault(m, p, pc, 'calls nested too deep', fuel);
        m.frames[depth * SAVED] = pc;
        m.frames.set(regs.subarray(12, 20), depth * SAVED + 1);
        depth++;
        regs[20] = regs[20]! + FRAME;
        pc = regs[pc + 1]!;
        continue;
      case 80: // call 1
        if (!mapLookup(m, p)) return fault(m, p, pc, 'bad argument of a helper', fuel);
        break;
      case 81: // call 2
        if (!mapUpdate(m, p)) return fault(m, p, pc, 'bad argument of a helper', fuel);
        break;
      case 82: // call 3
        if (!mapDelete(m, p)) return fault(m, p, pc, 'bad argument of a helper', fuel);
        break;
      case 83: {
        // call 60
        const map = mapAt(p, 2);
        if (map === undefined || map.kind !== 'inode' || regs[5] !== INODE_TAG)
          return fault(m, p, pc, 'bad argument of a helper', fuel);
        const inode = regs[4]!;
        regs[0] = map.lookup(inode);
        regs[1] = map.hi;
        if (observer !== undefined)
          observer.mapLookup?.(map.name, inode >>> 0, (regs[0]! | map.hi) !== 0, regs[0]!, map.hi);
        break;
      }
      case 84: {
        // call 61
        if (regs[3] !== INODE_TAG || regs[5] !== CHAIN_TAG)
          return fault(m, p, pc, 'bad argument of a helper', fuel);
        const inode = regs[2]! >>> 0;
        regs[0] = tags.getTag(inode, regs[4]!);
        regs[1] = tags.tagHi;
        if (observer !== undefined) observer.getTag?.(inode, regs[0]!, regs[1]!);
        break;
      }
      case 85: {
        // call 62
        if (regs[3] !== TAG_OBJECT_TAG || regs[5] !== CHAIN_TAG)
          return fault(m, p, pc, 'bad argument of a helper', fuel);
        const inode = regs[2]! >>> 0;
        const lo = regs[6]!;
        const hi = regs[7]!;
        regs[0] = tags.setTag(inode, regs[4]!, lo, hi);
        regs[1] = regs[0]! >> 31;
        if (observer !== undefined) observer.setTag?.(inode, lo, hi);
        break;
      }
      case 86: // atomic
        if (!atomic(m, p, pc)) return fault(m, p, pc, 'bad atomic access', fuel);
        break;
      case 87: {
        // call other
        const helper = p.helpers?.get(regs[pc + 1]!);
        if (helper === undefined) return fault(m, p, pc, 'no such helper', fuel);
        regs[0] = helper();
        regs[1] = regs[0]! >> 31;
        break;
      }
      default:
        return fault(m, p, pc, 'no such instruction', fuel);
    }
    pc = (pc + 2) | 0;
  }
}
