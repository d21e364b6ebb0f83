/** Starts a run of the interpreter or the stepper: sets context, registers and fuel. */
import { decode } from '../../bpf/decode.js';
import type { DecodeError } from '../../bpf/decode.js';
import type { InterpreterProgram } from './load-program.js';
import { createArrayTable } from './maps.js';
import type { EngineMap } from './maps.js';
import type { EngineMachine, RunnableCode } from './memory.js';
import { ARENA, REGISTER_FILE, TAG, prepare } from './prepare.js';
import { ARENA_BYTES, ARENA_WORDS, HI, LO, entryOf, newHome } from './store.js';
import type { Home } from './store.js';
import type { HookContext } from './types.js';

// Copies in this module, because V8 loads an imported binding again at each use.
const lo = LO;
const hi = HI;
const arenaWords = ARENA_WORDS;
const chainTag: number = TAG.CHAIN;
const arenaTag: number = TAG.ARENA;
const firstFrameEnd = ARENA.stack + ARENA.frame;

/** More than a verified hook can use: a run never executes more instructions than the verifier explored. */
export const FUEL = 1 << 20;
/** The default fuel of raw programs, which may loop. */
export const RAW_FUEL = 1 << 22;

/** Starts a run of a hook program. Only r1 and r10 are set: the verifier guarantees that no unset register is read. */
export function startHook(m: EngineMachine, p: InterpreterProgram, context: HookContext): void {
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

/** Copies the cookie, as the program left it, into the context. */
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
  /** Further helpers, by number. */
  readonly helpers?: ReadonlyMap<number, () => number> | undefined;
  /** The maps that LD_IMM64 refers to by index. The program writes into them. */
  readonly maps?: readonly EngineMap[] | undefined;
  /** The number of instructions that may run, checked where a jump is taken or a local function called. */
  readonly fuel?: number | undefined;
}

/** A program without a hook. `memory` is the copy that it writes into; it is also the value of its last map. */
export interface RawProgram {
  readonly program: RunnableCode;
  readonly memory: Uint8Array;
  readonly fuel: number;
}

/** Prepares the bytes of a raw program, or returns their decode errors. */
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
  table.view = new DataView(copy.buffer); // exactly the length of the memory, not rounded up as in a map
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

/** Starts a run of a raw program. It is not verified, so unset registers and stack are 0 to make runs repeatable. */
export function startRaw(m: EngineMachine, { program, memory, fuel }: RawProgram): void {
  lo.fill(0, 0, REGISTER_FILE);
  hi.fill(0, 0, REGISTER_FILE);
  ARENA_BYTES.fill(0);
  setRegisters(0, TAG.VALUE + program.maps.length - 1, memory.length);
  m.low = ARENA.stack;
  m.fuel = fuel;
  m.pc = entryOf(program);
}
