/**
 * The engine: runs verified programs on contexts.
 *
 * Invariant: a run never throws and never reaches memory that is not the program's; what the verifier should
 * have excluded, the loop checks again, and a fault denies.
 */
import { decode } from '../../bpf/decode.js';
import type { DecodeError } from '../../bpf/decode.js';
import { execute } from './execute.js';
import type { InterpreterProgram } from './load-program.js';
import { createArrayTable } from './maps.js';
import { createMachine } from './memory.js';
import type { Runnable } from './memory.js';
import { ARENA, TAG, prepare } from './prepare.js';
import { ARENA_WORDS, HI, LO, entryOf, newHome } from './store.js';
import type { Engine, HookContext, LoadedProgram, Observer, TagStore } from './types.js';

// Constants of this very module: an imported binding is loaded again at each use.
const lo = LO;
const hi = HI;
const arenaWords = ARENA_WORDS;
const chainTag: number = TAG.CHAIN;
const arenaTag: number = TAG.ARENA;
const firstFrameEnd = ARENA.stack + ARENA.frame;

export { loadProgram } from './load-program.js';
export type { LoadOutcome, ProgramSource } from './load-program.js';

/** More than a program without loops can use. */
const FUEL = 1 << 16;
/** For conformance runs, which may loop. */
const RAW_FUEL = 1 << 22;

/** An engine. Programs can be run by several engines, one after the other. */
export function createInterpreter(): Engine {
  const machine = createMachine();
  const engine: Engine = {
    executed: 0,
    runs: 0,
    fault: undefined,
    run(program: LoadedProgram, context: HookContext, tags: TagStore, observer?: Observer): number {
      const p = program as InterpreterProgram; // `loadProgram` makes no other
      writeContext(p, context);
      start(0, arenaTag, 0);
      machine.fuel = FUEL;
      machine.pc = entryOf(p);
      machine.depth = 0;
      const result = execute(machine, p, tags, observer);
      engine.runs++;
      engine.executed += FUEL - machine.fuel;
      if (machine.fault !== undefined) {
        engine.fault = machine.fault;
        machine.fault = undefined;
        return result;
      }
      context.cookieLo = arenaWords[0] as number;
      context.cookieHi = arenaWords[1] as number;
      return result >>> 0;
    },
  };
  return engine;
}

function writeContext(p: InterpreterProgram, context: HookContext): void {
  arenaWords[0] = context.cookieLo;
  arenaWords[1] = context.cookieHi;
  arenaWords[2] = context.chain;
  arenaWords[3] = chainTag;
  arenaWords[4] = context.object;
  arenaWords[5] = p.objectTag;
  arenaWords[6] = context.lookup;
  arenaWords[7] = context.triggers;
}

/** r1, r2 and r10 at the start of a run; the verifier has seen that no other register is read unset. */
function start(r1Lo: number, r1Hi: number, r2: number): void {
  lo[1] = r1Lo;
  hi[1] = r1Hi;
  lo[2] = r2;
  hi[2] = 0;
  lo[10] = firstFrameEnd;
  hi[10] = arenaTag;
}

export type RawOutcome =
  /** r0 as its halves, signed. */
  | { readonly kind: 'returned'; readonly lo: number; readonly hi: number }
  | { readonly kind: 'refused'; readonly errors: readonly DecodeError[] }
  | { readonly kind: 'fault'; readonly fault: string };

const NO_TAGS: TagStore = { tagHi: 0, getTag: () => 0, setTag: () => 0 };

/**
 * Runs bytes that were decoded but *not verified*, with r1 = memory and r2 = its length: for conformance vectors
 * only. Accesses are bounds-checked; the program writes into a copy of `memory`.
 */
export function runRaw(
  bytes: Uint8Array,
  memory: Uint8Array,
  helpers?: ReadonlyMap<number, () => number>,
): RawOutcome {
  const { instructions, errors } = decode(bytes);
  if (errors.length > 0) return { kind: 'refused', errors };
  const map = createArrayTable('memory', memory.length, 1);
  map.view = new DataView(memory.slice().buffer); // exactly as long as the memory: a map would round it up
  const prepared = prepare(instructions);
  const p: Runnable = { ...prepared, name: 'raw', hook: undefined, maps: [map], home: newHome(), helpers };
  const machine = createMachine();
  machine.low = ARENA.stack;
  machine.fuel = RAW_FUEL;
  machine.pc = entryOf(p);
  start(0, TAG.VALUE, memory.length);
  execute(machine, p, NO_TAGS, undefined);
  if (machine.fault !== undefined) return { kind: 'fault', fault: machine.fault };
  return { kind: 'returned', lo: lo[0] as number, hi: hi[0] as number };
}
