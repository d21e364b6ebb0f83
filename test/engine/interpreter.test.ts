import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import type { HookName } from '../../src/abi/hooks.js';
import { ARENA_END, ARENA_TAG, CONTEXT_END } from '../../src/runtime/engine/execute.js';
import { createInterpreter, loadProgram, runRaw } from '../../src/runtime/engine/interpreter.js';
import { createArrayTable, createHashTable, createInodeTable } from '../../src/runtime/engine/maps.js';
import type { EngineMap } from '../../src/runtime/engine/maps.js';
import { ARENA, ENGINE_OPS, TAG } from '../../src/runtime/engine/prepare.js';
import type { HookContext, LoadedProgram, TagStore } from '../../src/runtime/engine/types.js';
import { assemble } from '../support/programs.js';

/** Case labels of a file of the engine: number and comment. Read from the sources, wherever the test runs. */
function cases(file: string): [number, string][] {
  const path = fileURLToPath(new URL(`../../src/runtime/engine/${file}`, import.meta.url));
  const source = readFileSync(path.replace('/dist/', '/'), 'utf8');
  return [...source.matchAll(/case (\d+):[^/]*\/\/ (.+)/g)].map((m) => [Number(m[1]), m[2] ?? '']);
}

describe('interpreter, switches', () => {
  it('label each case as ENGINE_OPS does', () => {
    for (const [n, name] of [...cases('execute.ts'), ...cases('rare.ts')]) expect(name).toBe(ENGINE_OPS[n]);
  });

  it('have a case for every instruction', () => {
    const all = new Set([...cases('execute.ts'), ...cases('rare.ts')].map(([n]) => n));
    expect(all.size).toBe(ENGINE_OPS.length);
  });

  it('leave memory outside of the arena to `rare.ts`', () => {
    const rare = new Set(cases('rare.ts').map(([, name]) => name));
    for (const name of ['ldxb', 'ldxw', 'ldxdw', 'stxdw']) expect(rare).toContain(name);
  });

  it('use the numbers of the layout', () => {
    expect([ARENA_TAG, ARENA_END, CONTEXT_END]).toEqual([TAG.ARENA, ARENA.size, ARENA.context]);
  });
});

const context = (change: Partial<HookContext> = {}): HookContext => {
  return { cookieLo: 0, cookieHi: 0, chain: 3, object: 5, lookup: 0, ...change };
};
const NO_TAGS: TagStore = { tagHi: 0, getTag: () => 0, setTag: () => 0 };

function load(text: string, hook: HookName = 'fs_walk', tables: readonly EngineMap[] = []): LoadedProgram {
  const source = { name: 'p', hook, triggerMask: hook === 'fs_pick' ? 1 : 0, bytes: assemble(text) };
  const maps = new Map(tables.map((t) => [t.name, t]));
  const loaded = loadProgram({ ...source, maps: [...maps.keys()] }, maps);
  if (loaded.kind === 'refused') throw new Error(JSON.stringify(loaded.errors));
  return loaded.program;
}

describe('createInterpreter, a run', () => {
  it('reads and writes the context', () => {
    const c = context({ cookieLo: 0x11223344, cookieHi: 0x55667788, lookup: 3 });
    const program = load(
      'ldxb r0, [r1+24] | ldxdw r2, [r1+0] | ldxh r3, [r1+0] | rsh r2, 32 | stxdw [r1+0], r2 | stxb [r1+0], r3 | exit',
    );
    expect(createInterpreter().run(program, c, NO_TAGS)).toBe(3);
    expect([c.cookieLo, c.cookieHi]).toEqual([0x55667744, 0]);
  });

  it('returns the low 32 bits, unsigned', () => {
    expect(createInterpreter().run(load('mov r0, -1 | exit'), context(), NO_TAGS)).toBe(0xffffffff);
    expect(createInterpreter().run(load('lddw r0, 0x500000000 | exit'), context(), NO_TAGS)).toBe(0);
  });

  it('counts instructions, with jumps that are taken and jumps that are not', () => {
    const engine = createInterpreter();
    const program = load('ldxdw r0, [r1+0] | jeq r0, 0, +2 | mov r0, 1 | div r0, 1 | exit');
    engine.run(program, context(), NO_TAGS);
    expect([engine.executed, engine.runs]).toEqual([3, 1]);
    engine.run(program, context({ cookieLo: 1 }), NO_TAGS);
    expect([engine.executed, engine.runs]).toEqual([8, 2]);
  });

  it('keeps programs that run in turn apart, also more than the store holds', () => {
    const body = 'lddw r0, NUMBER | '.repeat(3000);
    const programs = Array.from({ length: 40 }, (_, i) =>
      load(`${body.replaceAll('NUMBER', `${i + 7}`)}exit`),
    );
    const engine = createInterpreter();
    for (let round = 0; round < 2; round++) {
      expect(programs.map((p) => engine.run(p, context(), NO_TAGS))).toEqual(programs.map((_, i) => i + 7));
    }
  });
});

describe('createInterpreter, helpers', () => {
  const LOOKUP = 'mov r6, r1 | ldxdw r2, [r6+16] | lddw_map r1, 0 | call 60 | stxdw [r6+0], r0 | exit';

  it('look up an inode', () => {
    const inodes = createInodeTable('inodes', 4);
    inodes.update(5, 0, 9);
    const c = context();
    const engine = createInterpreter();
    expect(engine.run(load(LOOKUP, 'fs_walk', [inodes]), c, NO_TAGS)).toBe(0);
    expect([c.cookieLo, c.cookieHi]).toEqual([0, 9]);
  });

  it('get and set tags', () => {
    const set: number[][] = [];
    const tags: TagStore = {
      tagHi: 2,
      getTag: (inode, chain) => inode * 10 + chain,
      setTag: (...call) => set.push(call) - 13,
    };
    const get = load('ldxdw r2, [r1+8] | ldxdw r1, [r1+16] | call 61 | exit');
    expect(createInterpreter().run(get, context(), tags)).toBe(53);
    const put = load(
      'ldxdw r3, [r1+0] | ldxdw r2, [r1+8] | ldxdw r1, [r1+16] | call 62 | neg r0 | exit',
      'fs_get',
    );
    expect(createInterpreter().run(put, context({ cookieLo: 7, cookieHi: 8 }), tags)).toBe(12);
    expect(set).toEqual([[5, 3, 7, 8]]);
  });

  it('work on plain maps', () => {
    const counts = createHashTable('counts', 4, 8, 1);
    const key = 'stw [r10-4], 1 | mov r2, r10 | add r2, -4 | lddw_map r1, 0';
    const found = load(
      `${key} | call 1 | jne r0, 0, +1 | exit | stw [r0+0], 9 | mov r0, 1 | exit`,
      'fs_walk',
      [counts],
    );
    const update = load(
      `${key} | stdw [r10-16], 4 | mov r3, r10 | add r3, -16 | mov r4, 1 | call 2 | neg r0 | exit`,
      'fs_walk',
      [counts],
    );
    const remove = load(`${key} | call 3 | neg r0 | exit`, 'fs_walk', [counts]);
    const engine = createInterpreter();
    const order = [found, update, update, found, remove, remove];
    expect(order.map((p) => engine.run(p, context(), NO_TAGS))).toEqual([0, 0, 17, 1, 0, 2]);
    expect(engine.fault).toBeUndefined();
  });

  it('give the address of a map value', () => {
    const table = createArrayTable('a', 16, 1);
    table.view.setUint8(8, 6);
    const program = load('lddw_map_value r2, 0, 8 | ldxb r0, [r2+0] | stb [r2+1], 3 | exit', 'fs_walk', [
      table,
    ]);
    expect(createInterpreter().run(program, context(), NO_TAGS)).toBe(6);
    expect(table.view.getUint8(9)).toBe(3);
  });
});

describe('createInterpreter, an observer', () => {
  it('gets every read of the context and every call of a helper of the ABI', () => {
    const inodes = createInodeTable('inodes', 4);
    inodes.update(5, 1, 2);
    const heard: unknown[] = [];
    const observer = {
      readContext: (field: string) => heard.push(field),
      mapLookup: (...call: unknown[]) => heard.push(call),
      getTag: (...call: unknown[]) => heard.push(call),
    };
    const text =
      'mov r6, r1 | ldxb r2, [r6+24] | ldxw r2, [r6+0] | ldxdw r2, [r6+16] | lddw_map r1, 0 | call 60 | ' +
      'ldxdw r1, [r6+16] | ldxdw r2, [r6+8] | call 61 | stdw [r10-8], 0 | ldxdw r0, [r10-8] | exit';
    createInterpreter().run(load(text, 'fs_walk', [inodes]), context(), NO_TAGS, observer);
    expect(heard).toEqual([
      'inode_lookup',
      'cookie',
      'inode',
      ['inodes', 5, true, 1, 2],
      'inode',
      'chain',
      [5, 0, 0],
    ]);
  });
});

describe('runRaw, faults of programs that were not verified', () => {
  const fault = (text: string): string => {
    const outcome = runRaw(assemble(text), new Uint8Array(4));
    return outcome.kind === 'fault' ? outcome.fault : outcome.kind;
  };

  it.each([
    ['ja -1', 'raw: slot 0: out of fuel'],
    ['ldxw r0, [r1+1] | exit', 'raw: slot 0: bad load'],
    ['mov r0, 1 | ldxw r0, [r0+0] | exit', 'raw: slot 1: bad load'],
    ['stw [r1-1], 1 | exit', 'raw: slot 0: bad store'],
    ['stdw [r10-520], 1 | exit', 'raw: slot 0: bad store'],
    ['stdw [r10+4096], 1 | exit', 'raw: slot 0: bad store'],
    ['lock_add [r1+1], r1 | exit', 'raw: slot 0: bad atomic access'],
    ['call 60 | exit', 'raw: slot 0: bad argument of a helper'],
    ['call 99 | exit', 'raw: slot 0: no such helper'],
    ['call_local +0 | ja -2', 'raw: slot 0: calls nested too deep'],
  ])('%s', (text, message) => expect(fault(text)).toBe(message));
});
