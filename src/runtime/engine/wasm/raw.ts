/**
 * Compiles programs without a hook: conformance vectors, programs of `llpc exec`, or hundreds of random programs in one
 * module.
 *
 * Input: programs that `verifyRawProgram` has accepted. A program counts fuel at jumps if a loop of it is not proved to
 * end, or if it could execute more instructions than its fuel allows.
 */
import type { Placed } from '../../../bpf/types.js';
import type { EngineMap } from '../maps.js';
import type { TagStore } from '../types.js';
import { wasm } from './api.js';
import { rawDriver } from './drivers.js';
import { encodeModule } from './encode.js';
import type { FunctionBody } from './encode.js';
import { HELPER_FUNCTIONS, IMPORTED_FUNCTIONS, helperBodies } from './helpers.js';
import { importedHelpers } from './imports.js';
import { RESULT } from './layout.js';
import { allocate, linearMemory, release } from './linear.js';
import { placeMap } from './place.js';
import { TAGS_GLOBAL, mapGlobal } from './set-module.js';
import { translateProgram } from './translate.js';
import { defined } from '../../../base/assert.js';

export interface RawCode {
  readonly code: readonly Placed[];
  readonly maps: readonly EngineMap[];
  /** True if jumps count fuel. */
  readonly countsFuel: boolean;
}

export type CompiledRawRun =
  /** The signed halves of r0. */
  | { readonly kind: 'returned'; readonly lo: number; readonly hi: number }
  /** `index` is that of the instruction that found no fuel. */
  | { readonly kind: 'out_of_fuel'; readonly index: number };

export interface RawModule {
  /**
   * Runs program `which` with r1 = the address of a copy of `memory`, which is written back, and r2 = its length.
   * `fuel` has an effect only in programs that count fuel.
   */
  run(which: number, memory: Uint8Array, fuel: number): CompiledRawRun;
}

/** A tag store without tags: a program without a hook has no inode whose tag it could read. */
const NO_TAGS: TagStore = { tagHi: 0, getTag: () => 0, setTag: () => 0 };
const [FUEL, STOPPED] = ['fuel', 'stopped_at'];

/**
 * Compiles raw programs into one module; undefined if linear memory has no room for the maps.
 * @param helpers further helpers, by number
 */
export function compileRaw(
  programs: readonly RawCode[],
  helpers: ReadonlyMap<number, () => number> = new Map(),
): RawModule | undefined {
  const linear = linearMemory();
  const maps = [...new Set(programs.flatMap((p) => p.maps))];
  const descriptors = maps.map((map) => placeMap(linear, map));
  if (descriptors.includes(undefined)) return undefined;
  const byDescriptor = new Map(descriptors.map((at, i) => [at ?? 0, maps[i] as EngineMap]));
  const env = {
    ...importedHelpers(linear, byDescriptor, NO_TAGS, helpers),
    ...Object.fromEntries(descriptors.map((at, i) => [mapGlobal(i), at ?? 0])),
    [TAGS_GLOBAL]: 0,
  };
  const { exports } = new wasm.Instance(new wasm.Module(rawModule(programs, maps)), { env });
  const run = (which: number): RunRaw => exports[runName(which)] as RunRaw;
  const globals = exports as unknown as Record<typeof FUEL | typeof STOPPED, { value: number }>;
  return {
    run(which, memory, fuel) {
      const address = defined(allocate(linear, memory.length), 'room for the memory of a program');
      linear.bytes.set(memory, address);
      (globals[FUEL] as { value: number }).value = fuel;
      const outcome = finish(() => run(which)(address, memory.length), globals[STOPPED] as { value: number });
      memory.set(linear.bytes.subarray(address, address + memory.length));
      release(linear, address, memory.length);
      const { words } = linear;
      return outcome ?? { kind: 'returned', lo: words[RESULT / 4] ?? 0, hi: words[RESULT / 4 + 1] ?? 0 };
    },
  };
}

type RunRaw = (r1: number, r2: number) => number;
const runName = (which: number): string => `run${which}`;

/** Runs a program; undefined if it returns. The only trap that a verified program can have is running out of fuel. */
function finish(run: () => number, stoppedAt: { readonly value: number }): CompiledRawRun | undefined {
  try {
    run();
    return undefined;
  } catch (error) {
    if (!(error instanceof wasm.RuntimeError)) throw error;
    return { kind: 'out_of_fuel', index: stoppedAt.value };
  }
}

function rawModule(programs: readonly RawCode[], maps: readonly EngineMap[]): Uint8Array<ArrayBuffer> {
  const tags = maps.length;
  const fuel = { left: tags + 1, stoppedAt: tags + 2 };
  const functions: FunctionBody[] = [...helperBodies(tags)];
  const nextIndex = (): number => IMPORTED_FUNCTIONS.length + functions.length;
  for (const [which, program] of programs.entries()) {
    const base = nextIndex();
    const mapGlobals = program.maps.map((map) => maps.indexOf(map));
    const counted = program.countsFuel ? fuel : undefined;
    functions.push(...translateProgram({ code: program.code, mapGlobals }, base, HELPER_FUNCTIONS, counted));
    functions.push(rawDriver(base, runName(which)));
  }
  return encodeModule({
    importedFunctions: IMPORTED_FUNCTIONS,
    importedGlobals: [...maps.map((_, index) => mapGlobal(index)), TAGS_GLOBAL],
    globals: [FUEL as string, STOPPED as string],
    functions,
  });
}
