/** Loads a program: decodes, verifies and prepares its bytes. There is no other way to make a `LoadedProgram`. */
import type { HookName } from '../../abi/hooks.js';
import { verifyProgram } from '../../bpf/verify/verify.js';
import type { Placed } from '../../bpf/types.js';
import type { VerifierError, VerifierMap, VerifyOptions } from '../../bpf/verify/verify.js';
import type { EngineMap } from './maps.js';
import type { RunnableCode } from './memory.js';
import { TAG, prepare } from './prepare.js';
import { newHome } from './store.js';
import type { LoadedProgram } from './types.js';
import { defined } from '../../base/assert.js';

/** A loaded program with the code that the interpreter runs. Only `loadProgram` makes one. */
export interface InterpreterProgram extends LoadedProgram, RunnableCode {
  readonly hook: HookName;
  readonly bytes: Uint8Array;
  /** High half of the handle at offset 16 of the context, which is an inode or a tag object. */
  readonly objectTag: number;
}

export interface ProgramSource {
  readonly name: string;
  readonly hook: HookName;
  readonly triggerMask: number;
  readonly bytes: Uint8Array;
  /** Names of the maps that LD_IMM64 refers to, by index (`ManifestProgram.maps`). */
  readonly maps: readonly string[];
}

export type LoadOutcome =
  | { readonly kind: 'loaded'; readonly program: LoadedProgram }
  | { readonly kind: 'refused'; readonly errors: readonly VerifierError[] };

/**
 * Verifies and prepares a program, or returns the errors of the verifier.
 * @param maps the maps by name; a program that names another map is refused
 */
export function loadProgram(
  source: ProgramSource,
  maps: ReadonlyMap<string, EngineMap>,
  options: VerifyOptions = {},
): LoadOutcome {
  const missing = source.maps.filter((name) => !maps.has(name));
  if (missing.length > 0) return { kind: 'refused', errors: missing.map(missingMap) };
  const used = source.maps.map((name) => defined(maps.get(name), 'a map found above'));
  const verified = verifyProgram({ ...source, maps: used.map(asVerifierMap) }, options);
  if (verified.kind === 'refused') return verified;
  return { kind: 'loaded', program: ready(source, verified.code, used) };
}

function ready(
  source: ProgramSource,
  instructions: readonly Placed[],
  maps: readonly EngineMap[],
): InterpreterProgram {
  const { name, hook, triggerMask, bytes } = source;
  return {
    name,
    hook,
    triggerMask,
    instructions: instructions.length,
    size: bytes.length,
    bytes,
    ...prepare(instructions),
    maps,
    home: newHome(),
    helpers: undefined,
    objectTag: hook === 'fs_get' ? TAG.TAG_OBJECT : TAG.INODE,
  };
}

function missingMap(name: string): VerifierError {
  return { slot: 0, disassembly: '', rule: 'map', message: `there is no map \`${name}\``, path: [] };
}

/** The description of a map for the verifier. */
export function asVerifierMap(map: EngineMap): VerifierMap {
  if (map.kind === 'inode') return { name: map.name, type: 'inode' };
  const { name, kind, keySize, valueSize, maxEntries } = map;
  return { name, type: kind, keySize, valueSize, maxEntries };
}
