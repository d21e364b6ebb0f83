/**
 * Where all programs run: arrays for registers, constants and code, and one for context and stack.
 *
 * They are constants of the module, not of an engine, because that makes their addresses constants of the compiled
 * loop: no length and no base is loaded. All parts of a value, and all parts of an instruction, have one index, so that one
 * check of the index serves them all. A program is installed when it is first run, and again when the arrays have been
 * full since. Runs do not nest.
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
/** A place in `LO` that is the loop's own. */
export const BUDGET = FIRST_CODE - 1;
const END = 1 << 17;

/*
 * One buffer for all arrays, each on pages of its own. They begin at different distances from a page's start,
 * because a processor first compares only the lower 12 bits of addresses: a load waits for a store to another page
 * that looks like the same place, and the halves of a register would (measured: a fifth of the time of a run).
 */
const PAGE = 4096;
const STAGGER = 11 * 64;
let pages = 0;
let arrays = 0;
const BUFFER = new ArrayBuffer(END * 12 + ARENA.size + 8 * PAGE);

/** Where an array of that many bytes begins in the buffer. */
function allot(bytes: number): number {
  const start = pages * PAGE + arrays++ * STAGGER;
  pages += Math.ceil(bytes / PAGE) + 1;
  return start;
}

/** Low halves of registers and constants. */
export const LO = new Int32Array(BUFFER, allot(END * 4), END);
/** High halves of them; displacements, and targets of jumps. */
export const HI = new Int32Array(BUFFER, allot(END * 4), END);
/** Opcodes, and the operands' places in `LO` and `HI`. */
export const OPS = new Uint8Array(BUFFER, allot(END), END);
export const DST = new Uint8Array(BUFFER, allot(END), END);
export const SRC = new Uint16Array(BUFFER, allot(END * 2), END);

const ARENA_START = allot(ARENA.size);
/** Context and stack. */
export const ARENA_VIEW = new DataView(BUFFER, ARENA_START, ARENA.size);
/** The same by byte and by word, for the loop. */
export const ARENA_BYTES = new Uint8Array(BUFFER, ARENA_START, ARENA.size);
export const ARENA_WORDS = new Int32Array(BUFFER, ARENA_START, ARENA.size / 4);

/** Where a program lies in the arrays; it has to be installed when the generation is another one. */
export interface Home {
  generation: number;
  /** Index of the first instruction. */
  entry: number;
  /** Indices an instruction: 1, or 2 for a stepper, where `step` stands before each. */
  readonly stride: 1 | 2;
}

/** Code and the place for it. */
export interface Installable extends Prepared {
  readonly home: Home;
}

let generation = 1;
let nextConstant = REGISTER_FILE;
let nextCode = FIRST_CODE;

export const newHome = (stride: Home['stride'] = 1): Home => ({ generation: 0, entry: 0, stride });

/** The index of the program's first instruction; installs the program where it is not in place. */
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
