/** The cache of verdicts of the example: when an entry is used, and when it dies. */
import { describe, expect, it } from 'vitest';
import { createVerdictCache } from '../../examples/why-chaining/cache.js';
import { createInterpreter, loadProgram } from '../../src/runtime/engine/interpreter.js';
import { createHashTable, createInodeTable, type EngineMap } from '../../src/runtime/engine/maps.js';
import type { HookContext, LoadedProgram, TagMirror } from '../../src/runtime/engine/types.js';
import type { HookName } from '../../src/abi/hooks.js';
import { assemble } from '../support/programs.js';

/** The cookie becomes the value of the inode map plus the tag plus the lookup. */
const SUM =
  'mov r6, r1 | ldxdw r2, [r6+16] | lddw_map r1, 0 | call 60 | mov r7, r0 | ldxdw r1, [r6+16] | ldxdw r2, [r6+8] | ' +
  'call 61 | add r7, r0 | ldxb r2, [r6+24] | add r7, r2 | stxdw [r6+0], r7 | mov r0, 0 | exit';

function load(text: string, maps: readonly EngineMap[], hook: HookName = 'fs_walk'): LoadedProgram {
  const tables = new Map(maps.map((map) => [map.name, map]));
  const source = { name: 'p', hook, triggerMask: 0, bytes: assemble(text), maps: [...tables.keys()] };
  const loaded = loadProgram(source, tables);
  if (loaded.kind === 'refused') throw new Error(loaded.errors.map((e) => e.message).join());
  return loaded.program;
}

/** Tags that tell a mirror of changes. */
function tagsOf() {
  const values = new Map<string, number>();
  let mirror: TagMirror | undefined;
  return {
    version: 0,
    tagHi: 0,
    getTag: (inode: number, chain: number) => values.get(`${inode} ${chain}`) ?? 0,
    setTag: () => 0,
    mirrorTo: (to: TagMirror) => void (mirror = to),
    change: (inode: number, chain: number, lo: number): void => {
      values.set(`${inode} ${chain}`, lo);
      if (lo === 0) mirror?.remove(inode, chain);
      else mirror?.put(inode, chain, lo, 0);
    },
  };
}

function ready() {
  const inodes = createInodeTable('inodes', 10);
  const program = load(SUM, [inodes]);
  const tags = tagsOf();
  const cache = createVerdictCache(createInterpreter());
  cache.watch(tags);
  const cookieOf = (change: Partial<HookContext> = {}): number => {
    const context = { cookieLo: 0, cookieHi: 0, chain: 1, object: 5, lookup: 0, ...change };
    cache.run(program, context, tags);
    return context.cookieLo;
  };
  return { inodes, tags, cache, cookieOf };
}

describe('an entry', () => {
  it('is used for the same context', () => {
    const { cache, cookieOf } = ready();
    expect([cookieOf({ lookup: 3 }), cookieOf({ lookup: 3 })]).toEqual([3, 3]);
    expect(cache.counts()).toEqual({ hits: 1, misses: 1, wrong: 0 });
  });

  it.each<[string, Partial<HookContext>]>([
    ['cookie', { cookieLo: 1 }],
    ['upper half of the cookie', { cookieHi: 1 }],
    ['chain', { chain: 2 }],
    ['object', { object: 6 }],
    ['lookup', { lookup: 1 }],
  ])('is not used for another %s', (_, change) => {
    const { cache, cookieOf } = ready();
    cookieOf();
    cookieOf(change);
    expect(cache.counts()).toEqual({ hits: 0, misses: 2, wrong: 0 });
  });

  it('dies when a map of its program is updated', () => {
    const { inodes, cache, cookieOf } = ready();
    expect(cookieOf()).toBe(0);
    inodes.update(5, 40, 0);
    expect([cookieOf(), cookieOf()]).toEqual([40, 40]);
    expect(cache.counts()).toEqual({ hits: 1, misses: 2, wrong: 0 });
  });

  it('dies when a tag of its object is set, changed or dropped, and not with that of another object', () => {
    const { tags, cache, cookieOf } = ready();
    expect(cookieOf()).toBe(0);
    for (const tag of [7, 8, 0]) {
      tags.change(5, 1, tag);
      expect(cookieOf()).toBe(tag);
    }
    tags.change(6, 1, 9);
    expect(cookieOf()).toBe(0);
    expect(cache.counts()).toEqual({ hits: 1, misses: 4, wrong: 0 });
  });
});

it('keeps nothing of fs_get, and nothing of a program with a plain map', () => {
  const cache = createVerdictCache(createInterpreter());
  const context: HookContext = { cookieLo: 0, cookieHi: 0, chain: 1, object: 5, lookup: 0 };
  for (const program of [
    load('mov r0, 0 | exit', [], 'fs_get'),
    load('lddw_map r1, 0 | mov r0, 0 | exit', [createHashTable('h', 4, 8, 2)]),
  ]) {
    cache.run(program, context, tagsOf());
    cache.run(program, context, tagsOf());
  }
  expect(cache.counts()).toEqual({ hits: 0, misses: 0, wrong: 0 });
});
