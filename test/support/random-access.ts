/**
 * Memory accesses of random programs. An address is made in a register, used once and overwritten, so that registers hold
 * scalars between statements. Constant offsets are aligned; an index is masked to the area.
 */
import type { I16, I32 } from '../../src/bpf/types.js';
import { assertNever } from '../../src/base/assert.js';
import {
  ARGUMENTS,
  DATA_SLOTS,
  KEPT,
  KEY_SLOT,
  MEMORY_SLOT,
  alu,
  byImm,
  byReg,
  free,
  here,
  label,
  loadAt,
  moveImm,
  moveReg,
  put,
  r,
  readable,
  storeAt,
  storeImmAt,
} from './random-code.js';
import type { Context } from './random-code.js';
import type { Pick, Statement } from './random-statements.js';

/** Bytes of the memory that r1 points to, and of the value of the map `table`. */
export const AREA_SIZE = 64;
export const ENTRY_SIZE = 16;
export const ENTRIES = 4;
const TABLE_MAP = 0;
const ENTRIES_MAP = 1;

export type Access = Extract<Statement, { kind: 'load' | 'store' | 'atomic' }>;

export function emitAccess(c: Context, s: Access): void {
  const { area, pointer: wanted } = s.place;
  if (area === 'stack') return touch(c, s, 10, -1, DATA_SLOTS[s.place.unit % DATA_SLOTS.length] ?? 0, 8);
  const pointer = free(c, wanted);
  if (area === 'entry') return lookUp(c, s, pointer);
  if (area === 'memory') loadAt(c, 8, pointer, 10, MEMORY_SLOT);
  else
    put(c, {
      kind: 'ld_imm64',
      dst: r(pointer),
      source: { kind: 'map_value', map: TABLE_MAP as I32, offset: 0 as I32 },
    });
  touch(c, s, pointer, -1, (s.place.unit * 8) % AREA_SIZE, AREA_SIZE);
  restore(c, pointer, s.place.pointer);
}

/** Looks up a value of `entries`, and accesses it if there is one. */
function lookUp(c: Context, s: Access, wanted: number): void {
  const { key } = s.place;
  if (key.kind === 'imm') storeImmAt(c, 4, 10, KEY_SLOT, key.imm);
  else {
    const index = free(c, key.reg);
    alu(c, 'and', index, byImm(7), 32);
    storeAt(c, 4, 10, KEY_SLOT, index);
  }
  moveReg(c, 2, 10);
  alu(c, 'add', 2, byImm(KEY_SLOT));
  put(c, { kind: 'ld_imm64', dst: r(1), source: { kind: 'map', map: ENTRIES_MAP as I32 } });
  put(c, { kind: 'call_helper', helper: 1 as I32 });
  refresh(c);
  const none = label(c);
  c.forks++;
  put(c, { kind: 'jump', width: 64, op: 'jeq', dst: r(0), src: byImm(0), offset: 0 as I16 }, none);
  if (wanted !== 0) moveReg(c, wanted, 0);
  touch(c, s, wanted, 0, (s.place.unit * 8) % ENTRY_SIZE, ENTRY_SIZE);
  if (wanted !== 0) restore(c, wanted, s.place.pointer);
  here(c, none);
  moveReg(c, 0, KEPT[s.place.unit % KEPT.length] ?? 6);
}

/**
 * Emits the access, at `base` of an area of `size` bytes. `other` is another register that holds a pointer. An index is
 * masked so that it stays in the area and keeps the alignment of the access.
 */
function touch(c: Context, s: Access, pointer: number, other: number, base: number, size: number): void {
  const bytes = s.kind === 'atomic' ? s.width / 8 : s.size;
  const { index, width, within } = s.place;
  let offset = base + (within & (8 - bytes));
  if (index !== undefined && pointer !== 10) {
    const scratch = free(c, index, pointer, other);
    alu(c, 'and', scratch, byImm(size - bytes), width);
    alu(c, 'add', pointer, byReg(scratch));
    offset = 0;
  }
  perform(c, s, pointer, other, offset);
}

function perform(c: Context, s: Access, pointer: number, other: number, offset: number): void {
  switch (s.kind) {
    case 'load':
      return loadAt(c, s.size, free(c, s.dst, pointer, other), pointer, offset, s.signed);
    case 'store':
      if (s.src.kind === 'imm') return storeImmAt(c, s.size, pointer, offset, s.src.imm);
      return storeAt(c, s.size, pointer, offset, readable(s.src.reg, pointer, other));
    case 'atomic': {
      // `cmpxchg` compares with r0, which must be no address then; a fetch changes its source.
      const clash = s.op === 'cmpxchg' && (pointer === 0 || other === 0 || c.reserved.includes(0));
      const op = clash ? 'xchg' : s.op;
      const src = s.fetch ? free(c, s.src, pointer, other) : readable(s.src, pointer, other);
      const { width, fetch } = s;
      put(c, { kind: 'atomic', width, op, fetch, dst: r(pointer), offset: offset as I16, src: r(src) });
      // Linux 6.18 on x86 leaves the upper half of r0 after a `cmpxchg32` that stores, unless its verifier saw a read
      // of all of r0 on the way that it walked: here it sees one. RFC 9669 and the engine zero that half always.
      if (op === 'cmpxchg' && width === 32) alu(c, 'or', 0, byImm(0));
      return;
    }
    default:
      return assertNever(s);
  }
}

/** Makes a register that held an address a scalar again. */
function restore(c: Context, pointer: number, pick: Pick): void {
  if ((pick & 1) === 0) moveImm(c, pointer, pick - 30);
  else moveReg(c, pointer, readable(pick + 3, pointer, 0));
}

/** Sets the registers that a call left undefined. */
export function refresh(c: Context): void {
  for (const n of ARGUMENTS) moveReg(c, n, KEPT[n % KEPT.length] ?? 6);
}
