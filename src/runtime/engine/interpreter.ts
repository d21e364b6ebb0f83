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
import { ARENA_WORDS, WORDS, newHome } from './store.js';
import type { Engine, HookContext, LoadedProgram, Observer, TagStore } from './types.js';

export { loadProgram } from './load-program.js';
export type { LoadOutcome, ProgramSource } from './load-program.js';

/** More than a verified hook can use: no run executes more instructions than the verifier explored. */
const FUEL = 1 << 20;
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
      start(0, TAG.ARENA, 0);
      machine.fuel = FUEL;
      machine.depth = 0;
      const result = execute(machine, p, tags, observer);
      engine.runs++;
      engine.executed += FUEL - machine.fuel;
      if (machine.fault !== undefined) {
        engine.fault = machine.fault;
        machine.fault = undefined;
        return result;
      }
      context.cookieLo = ARENA_WORDS[0] as number;
      context.cookieHi = ARENA_WORDS[1] as number;
      return result >>> 0;
    },
  };
  return engine;
}

function writeContext(p: InterpreterProgram, context: HookContext): void {
  const words = ARENA_WORDS;
  words[0] = context.cookieLo;
  words[1] = context.cookieHi;
  words[2] = context.chain;
  words[3] = TAG.CHAIN;
  words[4] = context.object;
  words[5] = p.objectTag;
  words[6] = context.lookup;
  words[7] = context.triggers;
}

/** r1, r2 and r10 at the start of a run; the verifier has seen that no other register is read unset. */
function start(r1Lo: number, r1Hi: number, r2: number): void {
  WORDS[2] = r1Lo;
  WORDS[3] = r1Hi;
  WORDS[4] = r2;
  WORDS[5] = 0;
  WORDS[20] = ARENA.stack + ARENA.frame;
  WORDS[21] = TAG.ARENA;
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
  start(0, TAG.VALUE, memory.length);
  execute(machine, p, NO_TAGS, undefined);
  if (machine.fault !== undefined) return { kind: 'fault', fault: machine.fault };
  return { kind: 'returned', lo: WORDS[0] as number, hi: WORDS[1] as number };
}
