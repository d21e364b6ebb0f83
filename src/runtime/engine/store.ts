/**
 * Where all programs run: one array for registers, constants and code, one buffer for context and stack.
 *
 * They are constants of the module, not of an engine, because that makes their addresses constants of the compiled
 * loop: no length and no base is loaded, and masked indices need no check. A program is installed when it is
 * first run, and again when the array has been full since. Runs do not nest.
 *
 *     WORDS    ├ r0 … r10 ┤ ├ constants of programs ┼ code of programs, two words an instruction ┤
 *     index    0         22 32                  65536                                      131072
 *
 *     code     ├ src16 │ dst5 │ opcode7 ┼ displacement, or index of the jump's target ┤
 */
import { ARENA, ENGINE_OPS, REGISTER_FILE, STRIDE } from './prepare.js';
import type { Prepared } from './prepare.js';
import { assert } from '../../assert.js';

const FIRST_CONSTANT = 32;
const FIRST_CODE = 1 << 16;
const END = 1 << 17;

export const WORDS = new Int32Array(END);

const BUFFER = new ArrayBuffer(ARENA.size);
/** Context and stack. */
export const ARENA_VIEW = new DataView(BUFFER);
/** The same by byte and by word, for the loop. */
export const ARENA_BYTES = new Uint8Array(BUFFER);
export const ARENA_WORDS = new Int32Array(BUFFER);

/** Where a program lies in `WORDS`; it has to be installed when the generation is another one. */
export interface Home {
  generation: number;
  /** Index of the first instruction. */
  entry: number;
}

let generation = 1;
let nextConstant = FIRST_CONSTANT;
let nextCode = FIRST_CODE;

export const newHome = (): Home => ({ generation: 0, entry: 0 });

/** The index of the program's first instruction; installs the program where it is not in place. */
export function entryOf(p: Prepared & { readonly home: Home }): number {
  if (p.home.generation !== generation) install(p);
  return p.home.entry;
}

/** Words of code of an instruction. */
const CODE_STRIDE = 2;
const FIRST_JUMP = ENGINE_OPS.indexOf('ja');
const LAST_JUMP = ENGINE_OPS.indexOf('call_local');

function install(p: Prepared & { readonly home: Home }): void {
  const size = (p.code.length / STRIDE) * CODE_STRIDE;
  if (nextCode + size > END || nextConstant + p.constants.length > FIRST_CODE) {
    generation++;
    nextConstant = FIRST_CONSTANT;
    nextCode = FIRST_CODE;
  }
  assert(
    nextCode + size <= END && nextConstant + p.constants.length <= FIRST_CODE,
    'a program fits the store',
  );
  WORDS.set(p.constants, nextConstant);
  for (let from = 0, to = nextCode; from < p.code.length; from += STRIDE, to += CODE_STRIDE) {
    const [op = 0, dst = 0, src = 0, last = 0] = p.code.subarray(from, from + STRIDE);
    const place = src < REGISTER_FILE ? src : src - REGISTER_FILE + nextConstant;
    const isJump = op >= FIRST_JUMP && op <= LAST_JUMP;
    WORDS[to] = op | (dst << 7) | (place << 12);
    WORDS[to + 1] = isJump ? nextCode + (last / STRIDE) * CODE_STRIDE : last;
  }
  p.home.generation = generation;
  p.home.entry = nextCode;
  nextConstant += p.constants.length;
  nextCode += size;
}

/** The number of the instruction at an index of the installed code. */
export function instructionNumber(home: Home, pc: number): number {
  return (pc - home.entry) / CODE_STRIDE;
}
