/**
 * A cache of verdicts, as the author of the series had in mind: the kernel knows which actions a program handles, so it can keep
 * the verdict of the program.
 *
 * An entry is the result of one program on one object. Its key is everything in the context: program, chain, cookie, object and
 * lookup. Besides the context, a program of the chain reads its inode map and the tag of the object, and nothing else. So an entry
 * dies when one of the two changes:
 *
 * - a map of the program is updated: all entries of the program die;
 * - the tag of the object for the chain is set, changed or dropped: all entries of the object die.
 *
 * Nothing else ends an entry. A rename, a link, a mount or a chdir changes the steps of a walk, but not the result of a step,
 * because the cookie stands for the path to an object, and the cookie is in the key. A new chain has entries of its own, and an
 * extended chain keeps its old ones. Entries stay right when an inode number is reused, because the tag of the old inode was
 * dropped, and an inode in a map keeps its number.
 *
 * `fs_get` is not cached, because it sets a tag. Nor is a program with a plain map, which it may write.
 */
import { createInterpreter } from '../../src/runtime/engine/interpreter.js';
import type { InterpreterProgram } from '../../src/runtime/engine/load-program.js';
import type { HookContext, Interpreter, MirroredTags, TagStore } from '../../src/runtime/engine/types.js';

interface Entry {
  readonly verdict: number;
  readonly cookieLo: number;
  readonly cookieHi: number;
}

/** The counters of a cache. */
export interface CacheCounts {
  readonly hits: number;
  readonly misses: number;
  /** Hits whose result was not that of a run made for the comparison. */
  readonly wrong: number;
}

export interface VerdictCache {
  /** The same as the interpreter's: runs the program only if there is no entry. */
  readonly run: Interpreter['run'];
  /** Lets entries die when tags change. */
  readonly watch: (tags: MirroredTags) => void;
  readonly counts: () => CacheCounts;
}

/** A cache before an interpreter. Each hit is compared with a run in another interpreter, which the counters leave out. */
export function createVerdictCache(interpreter: Interpreter): VerdictCache {
  const judge = createInterpreter();
  const store = createEntries();
  let hits = 0;
  let misses = 0;
  let wrong = 0;
  const run: Interpreter['run'] = (program, context, tags, observer) => {
    const p = program as InterpreterProgram; // `loadProgram` makes no other
    if (!isPure(p)) return interpreter.run(p, context, tags, observer);
    const kept = store.find(p, context);
    if (kept === undefined) {
      misses++;
      const key = { ...context };
      const verdict = interpreter.run(p, context, tags, observer);
      store.put(p, key, { verdict, cookieLo: context.cookieLo, cookieHi: context.cookieHi });
      return verdict;
    }
    hits++;
    if (!isRight(judge, p, context, tags, kept)) wrong++;
    context.cookieLo = kept.cookieLo;
    context.cookieHi = kept.cookieHi;
    return kept.verdict;
  };
  const watch = (tags: MirroredTags): void => tags.mirrorTo({ put: store.forget, remove: store.forget });
  return { run, watch, counts: () => ({ hits, misses, wrong }) };
}

/** Returns whether a run depends only on its context, inode maps and a tag, and changes only the cookie. */
function isPure({ hook, maps }: InterpreterProgram): boolean {
  return hook !== 'fs_get' && maps.every((map) => map.kind === 'inode');
}

function isRight(
  judge: Interpreter,
  program: InterpreterProgram,
  context: HookContext,
  tags: TagStore,
  kept: Entry,
): boolean {
  const fresh = { ...context };
  const verdict = judge.run(program, fresh, tags);
  const isSame = fresh.cookieLo === kept.cookieLo && fresh.cookieHi === kept.cookieHi;
  return verdict === kept.verdict && (verdict !== 0 || isSame);
}

/** Entries by object, because tags change by object. */
function createEntries() {
  const byObject = new Map<number, Map<string, Entry>>();
  const programs = new Map<InterpreterProgram, { readonly id: number; version: number }>();
  const keyOf = (program: InterpreterProgram, { chain, lookup, cookieLo, cookieHi }: HookContext): string => {
    const version = program.maps.reduce((sum, map) => sum + (map.kind === 'inode' ? map.version : 0), 0);
    const known = programs.get(program) ?? { id: programs.size, version };
    programs.set(program, known);
    if (known.version !== version) forgetProgram(known.id);
    known.version = version;
    return [known.id, chain, lookup, cookieLo, cookieHi].join();
  };
  const forgetProgram = (id: number): void => {
    for (const entries of byObject.values())
      for (const key of entries.keys()) if (key.startsWith(`${id},`)) entries.delete(key);
  };
  return {
    find: (program: InterpreterProgram, context: HookContext): Entry | undefined => {
      const key = keyOf(program, context);
      return byObject.get(context.object)?.get(key);
    },
    put: (program: InterpreterProgram, context: HookContext, entry: Entry): void => {
      const entries = byObject.get(context.object) ?? new Map<string, Entry>();
      byObject.set(context.object, entries.set(keyOf(program, context), entry));
    },
    forget: (object: number): void => void byObject.delete(object),
  };
}
