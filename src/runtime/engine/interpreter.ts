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
import type { Machine, Runnable } from './memory.js';
import { ARENA, TAG, prepare } from './prepare.js';
import type { Engine, HookContext, LoadedProgram, Observer, TagStore } from './types.js';

export { loadProgram } from './load-program.js';
export type { LoadOutcome, ProgramSource } from './load-program.js';

/** More than a program without loops can use. */
const FUEL = 1 << 16;
/** For conformance runs, which may loop. */
const RAW_FUEL = 1 << 22;

/** An engine. Its memory is its own; programs can be run by several engines, one after the other. */
export function createInterpreter(): Engine {
  const machine = createMachine();
  const engine: Engine = {
    executed: 0,
    runs: 0,
    fault: undefined,
    run(program: LoadedProgram, context: HookContext, tags: TagStore, observer?: Observer): number {
      const p = program as InterpreterProgram; // `loadProgram` makes no other
      writeContext(machine, p, context);
      start(p.regs, 0, TAG.ARENA, 0);
      machine.fuel = FUEL;
      const result = execute(machine, p, tags, observer);
      engine.runs++;
      engine.executed += FUEL - machine.fuel;
      if (machine.fault !== undefined) {
        engine.fault = machine.fault;
        machine.fault = undefined;
        return result;
      }
      context.cookieLo = machine.context[0] as number;
      context.cookieHi = machine.context[1] as number;
      return result >>> 0;
    },
  };
  return engine;
}

function writeContext(machine: Machine, p: InterpreterProgram, context: HookContext): void {
  const words = machine.context;
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
function start(regs: Int32Array, r1Lo: number, r1Hi: number, r2: number): void {
  regs[2] = r1Lo;
  regs[3] = r1Hi;
  regs[4] = r2;
  regs[5] = 0;
  regs[20] = ARENA.stack + ARENA.frame;
  regs[21] = TAG.ARENA;
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
  new Uint8Array(map.view.buffer).set(memory);
  const prepared = prepare(instructions);
  const p: Runnable = { ...prepared, name: 'raw', hook: undefined, maps: [map], helpers };
  const machine = createMachine();
  machine.low = ARENA.stack;
  machine.fuel = RAW_FUEL;
  start(p.regs, 0, TAG.VALUE, memory.length);
  execute(machine, p, NO_TAGS, undefined);
  if (machine.fault !== undefined) return { kind: 'fault', fault: machine.fault };
  return { kind: 'returned', lo: p.regs[0] as number, hi: p.regs[1] as number };
}
