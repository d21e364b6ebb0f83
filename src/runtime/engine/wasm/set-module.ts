/**
 * Translates the programs of a set into one module: the lookup helpers, the functions of every program, and a driver
 * for each hook.
 *
 * A module does not contain addresses, chain numbers or tables. So it serves every set with the same programs, and
 * compiled modules are cached by digest.
 */
import { createHash } from 'node:crypto';
import type { EngineMap } from '../maps.js';
import type { InterpreterProgram } from '../load-program.js';
import type { HookPrograms, RunList } from '../types.js';
import { wasm } from './api.js';
import type { WasmModuleObject } from './api.js';
import { batchDriver, getDriver, pickDriver, walkDriver } from './drivers.js';
import type { HookEntry } from './drivers.js';
import { encodeModule } from './encode.js';
import type { FunctionBody } from './encode.js';
import { HELPER_FUNCTIONS, IMPORTED_FUNCTIONS, helperBodies } from './helpers.js';
import { translateProgram } from './translate.js';
import { defined } from '../../../base/assert.js';

/** The input of a module and of its instances. */
export interface SetShape {
  readonly programs: readonly InterpreterProgram[];
  /** The maps of all programs, each once. */
  readonly maps: readonly EngineMap[];
  readonly lists: { readonly walk: RunList; readonly picks: RunList; readonly get: RunList };
  readonly chains: number;
}

export function shapeOf({ size, walk, picks, get }: HookPrograms): SetShape {
  const all = [...walk, ...picks, ...get].map((r) => r.program as InterpreterProgram); // made by `loadProgram`
  const programs = [...new Set(all)];
  const maps = [...new Set(programs.flatMap((p) => p.maps))];
  return { programs, maps, lists: { walk, picks, get }, chains: size };
}

/** Names of imported globals: the address of each map's descriptor, and that of the tags. */
export const mapGlobal = (index: number): string => `map${index}`;
export const TAGS_GLOBAL = 'tags';

/** The bytes of a set's module. */
export function translateSet(shape: SetShape): Uint8Array<ArrayBuffer> {
  const { programs, maps, lists, chains } = shape;
  const tags = maps.length;
  const functions: FunctionBody[] = [...helperBodies(tags)];
  const nextIndex = (): number => IMPORTED_FUNCTIONS.length + functions.length;
  const mains = new Map<InterpreterProgram, number>();
  for (const program of programs) {
    const base = nextIndex();
    mains.set(program, base);
    const mapGlobals = program.maps.map((map) => maps.indexOf(map));
    functions.push(
      ...translateProgram({ code: program.source, mapGlobals }, base, HELPER_FUNCTIONS, undefined),
    );
  }
  const entries = (list: RunList): HookEntry[] => list.map((runnable) => entryOf(runnable, mains));
  const walk = nextIndex();
  functions.push(walkDriver(entries(lists.walk)));
  const pick = nextIndex();
  functions.push(
    pickDriver(entries(lists.picks)),
    getDriver(entries(lists.get)),
    batchDriver(chains, walk, pick),
  );
  return encodeModule({
    importedFunctions: IMPORTED_FUNCTIONS,
    importedGlobals: [...maps.map((_, index) => mapGlobal(index)), TAGS_GLOBAL],
    globals: [],
    functions,
  });
}

function entryOf(
  { program, slot }: RunList[number],
  mains: ReadonlyMap<InterpreterProgram, number>,
): HookEntry {
  const fn = defined(mains.get(program as InterpreterProgram), 'a program of the set');
  return { fn, slot, mask: program.triggerMask };
}

/** A digest of everything that the bytes of a module depend on. */
function digestOf({ programs, maps, lists, chains }: SetShape): string {
  const hash = createHash('sha256');
  for (const { hook, triggerMask, bytes, maps: own } of programs)
    hash
      .update(JSON.stringify([hook, triggerMask, bytes.length, own.map((m) => maps.indexOf(m))]))
      .update(bytes);
  const places = (list: RunList): unknown =>
    list.map((r) => [programs.indexOf(r.program as InterpreterProgram), r.slot]);
  hash.update(
    JSON.stringify([maps.length, chains, places(lists.walk), places(lists.picks), places(lists.get)]),
  );
  return hash.digest('hex');
}

/** Compiled modules by digest, the most recently used last. */
const compiled = new Map<string, WasmModuleObject>();
const KEPT = 64;

/** The compiled module of a set, from the cache if possible. */
export function moduleOf(shape: SetShape): WasmModuleObject {
  const digest = digestOf(shape);
  const kept = compiled.get(digest);
  const module = kept ?? new wasm.Module(translateSet(shape));
  compiled.delete(digest);
  compiled.set(digest, module);
  if (compiled.size > KEPT) compiled.delete(compiled.keys().next().value ?? digest);
  return module;
}
