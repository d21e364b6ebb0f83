/**
 * The interpreter: runs verified programs on contexts.
 *
 * Invariant: a run never throws, and never accesses memory that does not belong to the program. The loop checks again
 * what the verifier should have excluded; a fault denies.
 */
import type { DecodeError } from '../../bpf/decode.js';
import { execute } from './execute.js';
import type { InterpreterProgram } from './load-program.js';
import { createMachine } from './memory.js';
import { FUEL, finishHook, rawProgram, startHook, startRaw } from './start.js';
import type { RawOptions } from './start.js';
import { HI, LO } from './store.js';
import type { HookContext, Interpreter, LoadedProgram, Observer, TagStore } from './types.js';

export { loadProgram } from './load-program.js';
export type { RawOptions } from './start.js';

/** An interpreter. Several interpreters may run the same program, one after the other. */
export function createInterpreter(): Interpreter {
  const machine = createMachine();
  const engine: Interpreter = {
    executed: 0,
    runs: 0,
    fault: undefined,
    run(program: LoadedProgram, context: HookContext, tags: TagStore, observer?: Observer): number {
      const p = program as InterpreterProgram; // `loadProgram` is the only source of a `LoadedProgram`
      startHook(machine, p, context);
      const result = execute(machine, p, tags, observer);
      engine.runs++;
      engine.executed += FUEL - machine.fuel;
      if (machine.fault !== undefined) {
        engine.fault = machine.fault;
        machine.fault = undefined;
        return result;
      }
      finishHook(context);
      return result >>> 0;
    },
  };
  return engine;
}

export type RawOutcome =
  /** The signed halves of r0, and the memory as the program left it. */
  | {
      readonly kind: 'returned';
      readonly lo: number;
      readonly hi: number;
      readonly memory: Uint8Array;
      /** The number of instructions executed. */
      readonly executed: number;
    }
  | { readonly kind: 'refused'; readonly errors: readonly DecodeError[] }
  /** `executed` counts the instruction that faulted. */
  | { readonly kind: 'fault'; readonly fault: string; readonly executed: number };

/** A tag store without tags, for programs without a hook. */
export const NO_TAGS: TagStore = { tagHi: 0, getTag: () => 0, setTag: () => 0 };

/**
 * Runs bytes that are decoded but *not verified*, with r1 = memory and r2 = its length. Accesses are bounds-checked,
 * and the program writes into a copy of `memory`.
 */
export function runRaw(bytes: Uint8Array, memory: Uint8Array, options: RawOptions = {}): RawOutcome {
  const raw = rawProgram(bytes, memory, options, 1);
  if (!('program' in raw)) return { kind: 'refused', errors: raw };
  const machine = createMachine();
  startRaw(machine, raw);
  execute(machine, raw.program, NO_TAGS, undefined);
  const executed = raw.fuel - machine.fuel;
  if (machine.fault !== undefined) return { kind: 'fault', fault: machine.fault, executed };
  return { kind: 'returned', lo: LO[0] as number, hi: HI[0] as number, memory: raw.memory, executed };
}
