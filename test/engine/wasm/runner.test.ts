/** A compiled set of programs: lookups inside the module, sessions, denials, and updates of its tables. */
import { describe, expect, it } from 'vitest';
import type { HookName } from '../../../src/abi/hooks.js';
import { defined } from '../../../src/base/assert.js';
import { createInterpreter } from '../../../src/runtime/engine/interpreter.js';
import { createInterpreterRunner } from '../../../src/runtime/engine/interpreter-runner.js';
import { loadProgram } from '../../../src/runtime/engine/load-program.js';
import { createArrayTable, createHashTable, createInodeTable } from '../../../src/runtime/engine/maps.js';
import type { EngineMap } from '../../../src/runtime/engine/maps.js';
import type {
  BatchRequest,
  HookPrograms,
  HookRunner,
  MirroredTags,
  Runnable,
  Steps,
} from '../../../src/runtime/engine/types.js';
import { createWasmRunner } from '../../../src/runtime/engine/wasm/runner.js';
import { assemble } from '../../support/programs.js';
import { testTags } from '../../support/tags.js';
import { fc } from '../../support/random.js';

interface Program {
  readonly hook: HookName;
  readonly text: string;
  readonly mask?: number;
  readonly chain?: number;
}

/** A set of programs; chain numbers 1 and 2 have the slots 0 and 1. */
function setOf(programs: readonly Program[], maps: readonly EngineMap[] = []): HookPrograms {
  const tables = new Map(maps.map((m) => [m.name, m]));
  const all = programs.map(({ hook, text, mask = hook === 'fs_pick' ? 1 : 0, chain = 1 }, i): Runnable => {
    const source = {
      name: `p${i}`,
      hook,
      triggerMask: mask,
      bytes: assemble(text),
      maps: [...tables.keys()],
    };
    const loaded = loadProgram(source, tables);
    if (loaded.kind === 'refused') throw new Error(JSON.stringify(loaded.errors));
    return { program: loaded.program, chain, slot: chain - 1 };
  });
  const of = (hook: HookName): Runnable[] => all.filter((r) => r.program.hook === hook);
  const picks = of('fs_pick');
  return {
    size: Math.max(...all.map((r) => r.chain)),
    walk: of('fs_walk'),
    picks,
    get: of('fs_get'),
    pick: (triggers) => picks.filter((r) => (r.program.triggerMask & triggers) !== 0),
    runner: undefined,
  };
}

const both = (set: HookPrograms, tags: MirroredTags): readonly HookRunner[] => [
  createInterpreterRunner(createInterpreter(), set, tags),
  defined(createWasmRunner(set, tags), 'room in linear memory'),
];

const walkOf = (...steps: readonly number[]): Steps => ({ steps, kept: undefined });

function cookies(runner: HookRunner, chains = 1): number[] {
  const halves = new Int32Array(2 * chains);
  runner.save(0, halves);
  return [...halves];
}

const TAG_TO_COOKIE =
  'mov r6, r1 | ldxdw r1, [r6+16] | ldxdw r2, [r6+8] | call 61 | stxdw [r6+0], r0 | mov r0, 0 | exit';
const VALUE_TO_COOKIE =
  'mov r6, r1 | ldxdw r2, [r6+16] | lddw_map r1, 0 | call 60 | stxdw [r6+0], r0 | mov r0, 0 | exit';

describe('createWasmRunner, lookups in the module', () => {
  const number = fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 1, max: 0x7fff_ffff }));

  it('find every tag, after any additions and deletions', () => {
    const change = fc.tuple(
      number,
      fc.integer({ min: 1, max: 2 }),
      fc.integer({ min: -2, max: 2 }),
      fc.integer(),
    );
    fc.assert(
      fc.property(fc.array(change, { maxLength: 400 }), fc.nat(100), (changes, before) => {
        const tags = testTags();
        for (const c of changes.slice(0, before)) tags.put(...c);
        const set = setOf([
          { hook: 'fs_pick', text: TAG_TO_COOKIE },
          { hook: 'fs_pick', text: TAG_TO_COOKIE, chain: 2 },
        ]);
        const runner = defined(createWasmRunner(set, tags), 'room in linear memory');
        for (const c of changes.slice(before)) tags.put(...c);
        for (const [inode] of changes) {
          runner.pick(0, 1, inode, 0);
          const expected = [1, 2].flatMap((chain) => [tags.getTag(inode, chain), tags.tagHi]);
          expect(cookies(runner, 2)).toEqual(expected);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('find every inode of a growing map', () => {
    const row = fc.tuple(fc.oneof(number, fc.integer()), fc.integer(), fc.integer());
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 300 }), fc.nat(100), (rows, before) => {
        const inodes = createInodeTable('inodes', 1000);
        for (const r of rows.slice(0, before)) inodes.update(...r);
        const runner = defined(
          createWasmRunner(setOf([{ hook: 'fs_pick', text: VALUE_TO_COOKIE }], [inodes]), testTags()),
          'room in linear memory',
        );
        for (const r of rows.slice(before)) inodes.update(...r);
        for (const [inode] of [...rows, [77, 0, 0] as const]) {
          runner.pick(0, 1, inode, 0);
          expect(cookies(runner)).toEqual([inodes.lookup(inode), inodes.hi]);
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('createWasmRunner and createInterpreterRunner', () => {
  /** The cookie counts steps, and denies the inode 9. */
  const WALK =
    'ldxdw r2, [r1+0] | add r2, 1 | stxdw [r1+0], r2 | lddw_map r3, 0 | mov r6, r1 | ldxdw r2, [r6+16] | mov r1, r3 | ' +
    'call 60 | exit';
  const guarded = (): readonly [HookPrograms, MirroredTags] => {
    const inodes = createInodeTable('inodes', 8);
    inodes.update(9, 1, 0);
    return [setOf([{ hook: 'fs_walk', text: WALK }], [inodes]), testTags()];
  };

  it('say which program denied, and where a walk stopped', () => {
    const [set, tags] = guarded();
    for (const runner of both(set, tags)) {
      expect(runner.walk(0, walkOf(4, 8, 36, 12))).toBe(set.walk[0]);
      expect(runner.stoppedAt).toBe(2);
      expect(runner.walk(0, walkOf(4, 8))).toBeUndefined();
      expect(cookies(runner)).toEqual([2, 0]);
      expect(runner.step(0, 36)).toBe(set.walk[0]);
      expect(runner.step(0, 40)).toBeUndefined();
    }
  });

  it('walk paths longer than the room for steps', () => {
    const [set, tags] = guarded();
    const long = Array<number>(9000).fill(4);
    for (const runner of both(set, tags)) {
      expect(runner.walk(0, walkOf(...long))).toBeUndefined();
      expect(cookies(runner)).toEqual([9000, 0]);
      expect(runner.walk(0, walkOf(...long, 36))).toBe(set.walk[0]);
      expect(runner.stoppedAt).toBe(9000);
    }
  });

  it('run the programs that share a trigger, in order, until one denies', () => {
    const text = (verdict: number): string => `mov r0, ${verdict} | exit`;
    const set = setOf([
      { hook: 'fs_pick', text: text(0), mask: 1 },
      { hook: 'fs_pick', text: text(5), mask: 2 },
      { hook: 'fs_pick', text: text(7), mask: 6, chain: 2 },
      { hook: 'fs_get', text: text(3) },
    ]);
    for (const runner of both(set, testTags())) {
      expect(runner.pick(0, 1, 5, 0)).toBeUndefined();
      expect(runner.pick(0, 3, 5, 0)).toBe(set.picks[1]);
      expect(runner.pick(0, 4, 5, 0)).toBe(set.picks[2]);
      expect(runner.get(0, 5)).toBe(set.get[0]);
    }
  });

  it('keep two sessions separate', () => {
    const set = setOf([
      { hook: 'fs_walk', text: 'ldxdw r2, [r1+0] | add r2, 1 | stxdw [r1+0], r2 | mov r0, 0 | exit' },
    ]);
    for (const runner of both(set, testTags())) {
      runner.walk(0, walkOf(4, 8, 12));
      runner.walk(1, walkOf(4));
      expect(cookies(runner)).toEqual([3, 0]);
      runner.open(0);
      expect(cookies(runner)).toEqual([0, 0]);
      runner.restore(0, Int32Array.of(7, 8));
      runner.step(0, 4);
      expect(cookies(runner)).toEqual([8, 8]);
    }
  });

  it('give the kind of lookup to the program', () => {
    const text = 'ldxb r2, [r1+24] | stxdw [r1+0], r2 | mov r0, 0 | exit';
    const set = setOf([
      { hook: 'fs_walk', text },
      { hook: 'fs_pick', text },
    ]);
    for (const runner of both(set, testTags())) {
      runner.walk(0, walkOf(4 + 3));
      expect(cookies(runner)).toEqual([3, 0]);
      runner.pick(0, 1, 5, 2);
      expect(cookies(runner)).toEqual([2, 0]);
    }
  });

  it('keep the entries that programs write to plain maps', () => {
    const key = 'stw [r10-4], 3 | mov r2, r10 | add r2, -4 | lddw_map r1, ';
    const count = `${key}0 | call 1 | jne r0, 0, +2 | mov r0, 1 | exit | ldxdw r2, [r0+0] | add r2, 1 | stxdw [r0+0], r2 | mov r0, 0 | exit`;
    const note = `${key}1 | stdw [r10-16], 4 | mov r3, r10 | add r3, -16 | mov r4, 1 | call 2 | neg r0 | exit`;
    const results = [0, 1].map((which) => {
      const counts = createArrayTable('counts', 8, 4);
      const notes = createHashTable('notes', 4, 8, 2);
      const set = setOf(
        [
          { hook: 'fs_walk', text: count },
          { hook: 'fs_pick', text: note },
        ],
        [counts, notes],
      );
      const runner = defined(both(set, testTags())[which], 'a runner');
      const way = walkOf(4, 8);
      const verdicts = [
        runner.walk(0, way),
        runner.walk(0, way),
        runner.pick(0, 1, 5, 0),
        runner.pick(0, 1, 5, 0),
      ];
      const place = notes.lookup(Uint8Array.of(3, 0, 0, 0));
      return [verdicts.map((v) => v?.program.name), counts.view.getUint8(24), notes.view.getUint8(place)];
    });
    expect(results).toEqual([
      [[undefined, undefined, undefined, 'p1'], 4, 4],
      [[undefined, undefined, undefined, 'p1'], 4, 4],
    ]);
  });
});

describe('createWasmRunner, a repeated walk', () => {
  it('is not run again until a tag or a map changes', () => {
    const inodes = createInodeTable('inodes', 8);
    const tags = testTags();
    const text = VALUE_TO_COOKIE;
    const runner = defined(
      createWasmRunner(setOf([{ hook: 'fs_walk', text }], [inodes]), tags),
      'room in linear memory',
    );
    const way = walkOf(4, 8);
    const seen = (): number[] => {
      runner.restore(0, Int32Array.of(-1, -1));
      runner.walk(0, way);
      return cookies(runner);
    };
    expect([seen(), seen(), seen()]).toEqual([
      [0, 0],
      [0, 0],
      [0, 0],
    ]);
    expect(way.kept?.cookies).toEqual(Int32Array.of(0, 0));
    inodes.update(2, 6, 0);
    expect([seen(), seen(), seen()]).toEqual([
      [6, 0],
      [6, 0],
      [6, 0],
    ]);
    tags.put(2, 1, 3, 0);
    expect(seen()).toEqual([6, 0]);
    expect(way.kept?.cookies).toBeUndefined();
  });
});

describe('createWasmRunner, a batch', () => {
  it('gives the answers of the single requests', () => {
    const inodes = createInodeTable('inodes', 8);
    inodes.update(9, 1, 0);
    const guard = 'ldxdw r2, [r1+16] | lddw_map r1, 0 | call 60 | exit';
    const set = setOf(
      [
        { hook: 'fs_walk', text: guard },
        { hook: 'fs_pick', text: guard },
      ],
      [inodes],
    );
    const runner = defined(createWasmRunner(set, testTags()), 'room in linear memory');
    const request: fc.Arbitrary<BatchRequest> = fc.record({
      kept: fc.constant(undefined),
      steps: fc.array(
        fc.integer({ min: 1, max: 9 }).map((inode) => inode * 4),
        { maxLength: 5 },
      ),
      triggers: fc.constantFrom(0, 1, 2),
      object: fc.integer({ min: 1, max: 9 }),
      lookup: fc.integer({ min: 0, max: 3 }),
    });
    fc.assert(
      fc.property(fc.array(request, { maxLength: 30 }), (requests) => {
        const single = requests.map(
          (r) =>
            runner.walk(0, walkOf(...r.steps)) === undefined &&
            (r.triggers === 0 || runner.pick(0, r.triggers, r.object, r.lookup) === undefined),
        );
        expect(runner.batch(requests)).toEqual(single);
      }),
    );
  });
});
