/**
 * Sets of random programs in both runners: the same denials, cookies, maps and tags after the same series of walks, requests
 * and receipts. A random program is a local function here; the hook around it reads the whole context, asks the inode map
 * and the tag, and keeps what comes of it in the cookie, or as a tag.
 */
import { describe, expect, it } from 'vitest';
import type { HookName } from '../../src/abi/hooks.js';
import { defined } from '../../src/base/assert.js';
import { encodeInstructions } from '../../src/bpf/encode.js';
import { createInterpreter } from '../../src/runtime/engine/interpreter.js';
import { createInterpreterRunner } from '../../src/runtime/engine/interpreter-runner.js';
import { loadProgram } from '../../src/runtime/engine/load-program.js';
import { createInodeTable } from '../../src/runtime/engine/maps.js';
import type { EngineMap } from '../../src/runtime/engine/maps.js';
import type { HookPrograms, HookRunner, Runnable } from '../../src/runtime/engine/types.js';
import { createWasmRunner } from '../../src/runtime/engine/wasm/runner.js';
import { assemble } from '../support/programs.js';
import { engineMaps, randomProgram } from '../support/random-program.js';
import type { RandomProgram } from '../support/random-program.js';
import { testTags, type TestTags } from '../support/tags.js';
import { fc } from '../support/random.js';

const CALL =
  'mov r6, r1 | ldxdw r3, [r6+0] | lddw_map_value r1, 0, 0 | mov r2, 64 | mov r4, 0 | mov r5, r3 | call_local F';
const ASK =
  'ldxdw r2, [r6+16] | lddw_map r1, 2 | call 60 | xor r7, r0 | ldxdw r1, [r6+16] | ldxdw r2, [r6+8] | call 61 | add r7, r0';
const SAY = 'mov r0, 0 | and r7, 15 | jne r7, 0, +1 | mov r0, 1 | exit';

/** The hook with the program behind it. */
function hookBytes(hook: HookName, program: RandomProgram): Uint8Array {
  const body =
    hook === 'fs_get'
      ? `mov r7, r0 | ldxdw r1, [r6+16] | ldxdw r2, [r6+8] | mov r3, r7 | call 62 | add r7, r0 | ${SAY}`
      : `mov r7, r0 | ldxb r8, [r6+24] | add r7, r8 | ${ASK} | stxdw [r6+0], r7 | ${SAY}`;
  const frame = assemble(`${CALL} | ${body} | F: exit`);
  return Buffer.concat([frame.subarray(0, -8), encodeInstructions(program.instructions)]);
}

interface World {
  readonly maps: readonly EngineMap[];
  readonly tags: TestTags;
  readonly set: HookPrograms;
}

const INODES = 6;

function worldOf(programs: readonly RandomProgram[]): World {
  const inodes = createInodeTable('inodes', INODES);
  for (let inode = 2; inode <= INODES; inode += 2) inodes.update(inode, inode * 77, -inode);
  const maps: EngineMap[] = [...engineMaps(programs[0]?.values ?? []), inodes];
  const tables = new Map(maps.map((map) => [map.name, map]));
  const hooks: readonly HookName[] = ['fs_walk', 'fs_pick', 'fs_pick', 'fs_get'];
  const all = programs.map((program, i): Runnable => {
    const hook = defined(hooks[i % hooks.length], 'a hook');
    const triggerMask = hook === 'fs_pick' ? 1 + (i % 3) : 0;
    const source = {
      name: `p${i}`,
      hook,
      triggerMask,
      bytes: hookBytes(hook, program),
      maps: [...tables.keys()],
    };
    const loaded = loadProgram(source, tables);
    if (loaded.kind === 'refused') {
      // A loop that leaves other values behind each time round may be too much to explore: a verdict, and no difference.
      fc.pre(loaded.errors.every((error) => error.rule !== 'budget'));
      throw new Error(JSON.stringify(loaded.errors[0]));
    }
    const slot = Math.floor(i / hooks.length);
    return { program: loaded.program, chain: slot + 5, slot };
  });
  const of = (hook: HookName): Runnable[] => all.filter((r) => r.program.hook === hook);
  const picks = of('fs_pick');
  return {
    maps,
    tags: testTags(),
    set: {
      size: Math.ceil(programs.length / hooks.length),
      walk: of('fs_walk'),
      picks,
      get: of('fs_get'),
      pick: (triggers) => picks.filter((r) => (r.program.triggerMask & triggers) !== 0),
      runner: undefined,
    },
  };
}

type Act =
  | { readonly kind: 'walk'; readonly session: 0 | 1; readonly steps: readonly number[] }
  | { readonly kind: 'pick'; readonly session: 0 | 1; readonly triggers: number; readonly object: number }
  | { readonly kind: 'get'; readonly session: 0 | 1; readonly object: number };

const session = fc.constantFrom<0 | 1>(0, 1);
const object = fc.integer({ min: 1, max: INODES });
const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({
    kind: fc.constant('walk' as const),
    session,
    steps: fc.array(fc.integer({ min: 4, max: 4 * INODES + 3 }), { maxLength: 6 }),
  }),
  fc.record({
    kind: fc.constant('pick' as const),
    session,
    triggers: fc.integer({ min: 1, max: 7 }),
    object,
  }),
  fc.record({ kind: fc.constant('get' as const), session, object }),
);

function perform(runner: HookRunner, one: Act): string | undefined {
  switch (one.kind) {
    case 'walk': {
      const denied = runner.walk(one.session, { steps: one.steps, kept: undefined });
      return denied && `${denied.program.name} at ${runner.stoppedAt}`;
    }
    case 'pick':
      return runner.pick(one.session, one.triggers, one.object, 2)?.program.name;
    case 'get':
      return runner.get(one.session, one.object)?.program.name;
  }
}

/** Everything that can be seen after an act. */
function seen(runner: HookRunner, { maps, tags, set }: World, denied: string | undefined): unknown {
  const cookies = [0, 1].map((s) => {
    const halves = new Int32Array(2 * set.size);
    runner.save(s as 0 | 1, halves);
    return [...halves];
  });
  const values = maps.map((map) =>
    map.kind === 'inode'
      ? map.size
      : Buffer.from(new Uint8Array(map.view.buffer, map.view.byteOffset, map.view.byteLength)).toString(
          'hex',
        ),
  );
  // What a denied walk leaves in its session nobody reads.
  return denied === undefined ? { cookies, values, tags: tags.all() } : { denied, values, tags: tags.all() };
}

describe('createInterpreterRunner and createWasmRunner', () => {
  it('do the same with sets of random programs', () => {
    let denials = 0;
    const programs = fc.array(randomProgram(), { minLength: 8, maxLength: 8 });
    fc.assert(
      fc.property(programs, fc.array(act, { minLength: 1, maxLength: 12 }), (bodies, acts) => {
        const worlds = [worldOf(bodies), worldOf(bodies)] as const;
        const runners = [
          createInterpreterRunner(createInterpreter(), worlds[0].set, worlds[0].tags),
          defined(createWasmRunner(worlds[1].set, worlds[1].tags), 'room in linear memory'),
        ] as const;
        for (const one of acts) {
          const [expected, got] = [perform(runners[0], one), perform(runners[1], one)];
          expect(got).toBe(expected);
          expect(seen(runners[1], worlds[1], got)).toEqual(seen(runners[0], worlds[0], expected));
          if (expected !== undefined) {
            denials++;
            for (const runner of runners) runner.open(one.session);
          }
        }
      }),
      { numRuns: 200 },
    );
    expect(denials).toBeGreaterThan(20);
  });
});
