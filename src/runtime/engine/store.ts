/**
 * The memory in which the interpreter runs all programs: arrays for registers, constants and code, and the arena for
 * context and stack.
 *
 * They are constants of the module, not of an engine, so that V8 compiles their addresses and lengths into the loop.
 * All parts of a value have the same index, and so have all parts of an instruction: one bounds check serves them all.
 * A program is installed at its first run, and again if the arrays have been full and were cleared since. Runs do not
 * nest.
 *
 *     values         LO, HI              ├ r0 … r10 ┼ constants of programs ┤
 *     index                              0         11                   65535
 *
 *     instructions   OPS, DST, SRC, HI                                       ├ code of programs ┤
 *     index                                                                65536           131072
 *
 * `DST` and `SRC` are indices of values; `HI` has the displacement, or the index of the jump's target.
 */
import { ARENA, ENGINE_OPS, REGISTER_FILE, STRIDE } from './prepare.js';
import type { Prepared } from './prepare.js';
import { assert } from '../../base/assert.js';

const FIRST_CODE = 1 << 16;
/** The index in `LO` that the loop uses for its budget. */
export const BUDGET = FIRST_CODE - 1;
const END = 1 << 17;

/*
 * All arrays are in one buffer, each on its own pages, and start at different offsets within a page. A processor first
 * compares only the low 12 bits of addresses, so a load waits for an earlier store at the same offset of another page.
 * Without the stagger, the two halves of a register would collide in this way (measured: a fifth of a run's time).
 */
const PAGE = 4096;
const STAGGER = 11 * 64;
let pages = 0;
let arrays = 0;
const BUFFER = new ArrayBuffer(END * 12 + ARENA.size + 8 * PAGE);

/** Reserves an array of `bytes` bytes in the buffer. Returns its offset. */
function allot(bytes: number): number {
  const start = pages * PAGE + arrays++ * STAGGER;
  pages += Math.ceil(bytes / PAGE) + 1;
  return start;
}

/** Low halves of registers and constants. */
export const LO = new Int32Array(BUFFER, allot(END * 4), END);
/** High halves of registers and constants; for code, displacements and jump targets. */
export const HI = new Int32Array(BUFFER, allot(END * 4), END);
/** Opcodes. `DST` and `SRC` are the indices of the operands in `LO` and `HI`. */
export const OPS = new Uint8Array(BUFFER, allot(END), END);
export const DST = new Uint8Array(BUFFER, allot(END), END);
export const SRC = new Uint16Array(BUFFER, allot(END * 2), END);

const ARENA_START = allot(ARENA.size);
/** Context and stack. */
export const ARENA_VIEW = new DataView(BUFFER, ARENA_START, ARENA.size);
/** The arena by bytes and by words, for the loop. */
export const ARENA_BYTES = new Uint8Array(BUFFER, ARENA_START, ARENA.size);
export const ARENA_WORDS = new Int32Array(BUFFER, ARENA_START, ARENA.size / 4);

/** Where a program is installed. If `generation` is not the current one, it has to be installed again. */
export interface Home {
  generation: number;
  /** Index of the first instruction. */
  entry: number;
  /** Indices for each instruction: 1, or 2 for a stepper, which has a `step` before each instruction. */
  readonly stride: 1 | 2;
}

/** Code and where it is installed. */
export interface Installable extends Prepared {
  readonly home: Home;
}

let generation = 1;
let nextConstant = REGISTER_FILE;
let nextCode = FIRST_CODE;

export const newHome = (stride: Home['stride'] = 1): Home => ({ generation: 0, entry: 0, stride });

/** The index of the program's first instruction. Installs the program if necessary. */
export function entryOf(p: Installable): number {
  if (p.home.generation !== generation) install(p);
  return p.home.entry;
}

const FIRST_JUMP = ENGINE_OPS.indexOf('ja');
const LAST_JUMP = ENGINE_OPS.indexOf('call_local');
const STEP = ENGINE_OPS.indexOf('step');

function install(p: Installable): void {
  const size = (p.code.length / STRIDE) * p.home.stride;
  if (!fits(p, size)) {
    generation++;
    nextConstant = REGISTER_FILE;
    nextCode = FIRST_CODE;
  }
  assert(fits(p, size), 'a program fits the store');
  const entry = nextCode;
  for (let from = 0, to = entry; from < p.code.length; from += STRIDE) {
    if (p.home.stride === 2) OPS[to++] = STEP;
    writeInstruction(p.code.subarray(from, from + STRIDE), to++, entry, p.home.stride);
  }
  for (let i = 0; i < p.constants.length; i += 2, nextConstant++) {
    LO[nextConstant] = p.constants[i] as number;
    HI[nextConstant] = p.constants[i + 1] as number;
  }
  p.home.generation = generation;
  p.home.entry = entry;
  nextCode += size;
}

function fits(p: Installable, size: number): boolean {
  return nextCode + size <= END && nextConstant + p.constants.length / 2 <= BUDGET;
}

function writeInstruction(prepared: Int32Array, to: number, entry: number, stride: number): void {
  const [op = 0, dst = 0, src = 0, last = 0] = prepared;
  const place = src < REGISTER_FILE ? src : src - REGISTER_FILE + nextConstant;
  const isJump = op >= FIRST_JUMP && op <= LAST_JUMP;
  OPS[to] = op;
  DST[to] = dst;
  SRC[to] = place;
  HI[to] = isJump ? entry + (last / STRIDE) * stride : last;
}

/** The number of the instruction at an index of the installed code. */
export function instructionNumber(home: Home, pc: number): number {
  return Math.floor((pc - home.entry) / home.stride);
}
