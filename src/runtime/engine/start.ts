/** How a run begins: context, registers and fuel. The interpreter and the stepper begin alike. */
import { decode } from '../../bpf/decode.js';
import type { DecodeError } from '../../bpf/decode.js';
import type { InterpreterProgram } from './load-program.js';
import { createArrayTable } from './maps.js';
import type { EngineMap } from './maps.js';
import type { Machine, Runnable } from './memory.js';
import { ARENA, REGISTER_FILE, TAG, prepare } from './prepare.js';
import { ARENA_BYTES, ARENA_WORDS, HI, LO, entryOf, newHome } from './store.js';
import type { Home } from './store.js';
import type { HookContext } from './types.js';

// Constants of this very module: an imported binding is loaded again at each use.
const lo = LO;
const hi = HI;
const arenaWords = ARENA_WORDS;
const chainTag: number = TAG.CHAIN;
const arenaTag: number = TAG.ARENA;
const firstFrameEnd = ARENA.stack + ARENA.frame;

/** More than a verified hook can use: no run executes more instructions than the verifier explored. */
export const FUEL = 1 << 20;
/** For raw runs, which may loop. */
export const RAW_FUEL = 1 << 22;

/** The verifier has seen that no other register is read unset. */
export function startHook(m: Machine, p: InterpreterProgram, context: HookContext): void {
  arenaWords[0] = context.cookieLo;
  arenaWords[1] = context.cookieHi;
  arenaWords[2] = context.chain;
  arenaWords[3] = chainTag;
  arenaWords[4] = context.object;
  arenaWords[5] = p.objectTag;
  arenaWords[6] = context.lookup;
  setRegisters(0, arenaTag, 0);
  m.fuel = FUEL;
  m.pc = entryOf(p);
  m.depth = 0;
}

/** The cookie as the program left it. */
export function finishHook(context: HookContext): void {
  context.cookieLo = arenaWords[0] as number;
  context.cookieHi = arenaWords[1] as number;
}

function setRegisters(r1Lo: number, r1Hi: number, r2: number): void {
  lo[1] = r1Lo;
  hi[1] = r1Hi;
  lo[2] = r2;
  hi[2] = 0;
  lo[10] = firstFrameEnd;
  hi[10] = arenaTag;
}

export interface RawOptions {
  /** Helpers other than the engine's, by number. */
  readonly helpers?: ReadonlyMap<number, () => number> | undefined;
  /** The maps that LD_IMM64 refers to, by index; the program writes into them. */
  readonly maps?: readonly EngineMap[] | undefined;
  /** Instructions that may run: looked at where a jump is taken. */
  readonly fuel?: number | undefined;
}

/** A program without a hook, and the copy of the memory that it writes into: the last of its maps. */
export interface RawProgram {
  readonly program: Runnable;
  readonly memory: Uint8Array;
  readonly fuel: number;
}

/** The program of some bytes, or what is wrong with them. */
export function rawProgram(
  bytes: Uint8Array,
  memory: Uint8Array,
  options: RawOptions,
  stride: Home['stride'],
): RawProgram | readonly DecodeError[] {
  const { helpers, maps = [], fuel = RAW_FUEL } = options;
  const { instructions, errors } = decode(bytes);
  if (errors.length > 0) return errors;
  const table = createArrayTable('memory', memory.length, 1);
  const copy = new Uint8Array(memory);
  table.view = new DataView(copy.buffer); // exactly as long as the memory: a map would round it up
  const program = {
    ...prepare(instructions),
    name: 'raw',
    hook: undefined,
    maps: [...maps, table],
    home: newHome(stride),
    helpers,
  };
  return { program, memory: copy, fuel };
}

/** Nobody has seen what it reads: what is unset is 0, so that every run is like the others. */
export function startRaw(m: Machine, { program, memory, fuel }: RawProgram): void {
  lo.fill(0, 0, REGISTER_FILE);
  hi.fill(0, 0, REGISTER_FILE);
  ARENA_BYTES.fill(0);
  setRegisters(0, TAG.VALUE + program.maps.length - 1, memory.length);
  m.low = ARENA.stack;
  m.fuel = fuel;
  m.pc = entryOf(program);
}
