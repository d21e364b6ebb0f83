/** "Chains and program sets" of the ABI description, as tables and as properties. */
import { describe, expect, test } from 'vitest';
import type { HookName } from '../../src/abi/hooks.js';
import {
  loadKernelProgram,
  prependChain,
  ProgramSet,
  type KernelProgram,
} from '../../src/runtime/kernel/program-set.js';
import { exit, fork, prepend, ptrace, setNoNewPrivs, type Task } from '../../src/runtime/kernel/task.js';
import * as sys from '../../src/runtime/kernel/syscalls/index.js';
import { fakeProgram, loadChain, newKernelTask, record, tree } from '../support/fake-engine.js';
import { fc } from '../support/random.js';

const program = (hook: HookName, name: string = hook, size = 8) =>
  fakeProgram(hook, hook === 'fs_pick' ? 0xffffff : 0, () => 0, name, size);
const errnoOf = (result: { ok: true } | { ok: false; errno: string }): string =>
  result.ok ? 'ok' : result.errno;

function task(): Task {
  const made = newKernelTask(tree('/f'));
  setNoNewPrivs(made);
  return made;
}

describe('loadKernelProgram', () => {
  test.each<[HookName, HookName | undefined, boolean]>([
    ['fs_walk', undefined, true],
    ['fs_walk', 'fs_walk', false],
    ['fs_walk', 'fs_pick', false],
    ['fs_walk', 'fs_get', false],
    ['fs_pick', undefined, true],
    ['fs_pick', 'fs_walk', true],
    ['fs_pick', 'fs_pick', true],
    ['fs_pick', 'fs_get', false],
    ['fs_get', undefined, true],
    ['fs_get', 'fs_walk', false],
    ['fs_get', 'fs_pick', true],
    ['fs_get', 'fs_get', false],
  ])('%s after %s: %s', (hook, before, allowed) => {
    const previous = before === undefined ? undefined : { program: program(before), previous: undefined };
    expect(loadKernelProgram(program(hook), previous).ok).toBe(allowed);
  });

  test('fs_pick requires triggers, and no other hook has any', () => {
    expect(loadKernelProgram(fakeProgram('fs_pick', 0), undefined).ok).toBe(false);
    expect(loadKernelProgram(fakeProgram('fs_walk', 1), undefined).ok).toBe(false);
  });
});

describe('prependChain', () => {
  const walk = program('fs_walk');
  const pick = program('fs_pick');
  const load = (p: ReturnType<typeof program>, previous?: KernelProgram): KernelProgram => {
    const loaded = loadKernelProgram(p, previous);
    if (!loaded.ok) throw new Error(loaded.errno);
    return loaded.program;
  };

  test('errors in the order of the checks', () => {
    const plain = newKernelTask();
    plain.privileged = false;
    expect(errnoOf(prepend(plain, loadChain(pick)))).toBe('EPERM');
    plain.privileged = true;
    expect(errnoOf(prepend(plain, undefined))).toBe('EFAULT');
    expect(errnoOf(prepend(plain, loadChain(pick), 1))).toBe('EINVAL');
    expect(errnoOf(prepend(plain, 'other program type'))).toBe('EINVAL');
    const chain = loadChain(walk, pick);
    expect(errnoOf(prepend(plain, chain))).toBe('ok');
    expect(errnoOf(prepend(plain, chain))).toBe('EEXIST');
  });

  test('refuses more than 64 pages of programs, and counts whole pages for each', () => {
    const t = task();
    for (let i = 0; i < 32; i++)
      expect(errnoOf(prepend(t, loadChain(program('fs_pick', '', 4096))))).toBe('ok');
    expect(errnoOf(prepend(t, loadChain(pick)))).toBe('E2BIG');
  });

  test('refuses more than 256 chains', () => {
    // The pages of the programs run out before, so the chains of this set have none.
    const chains = (n: number) =>
      new ProgramSet(Array.from({ length: n }, (_, i) => ({ id: i + 1, programs: [], isShared: false })));
    expect(errnoOf(prependChain(chains(255), loadChain(pick), () => 256))).toBe('ok');
    expect(errnoOf(prependChain(chains(256), loadChain(pick), () => 257))).toBe('E2BIG');
  });

  test('extends a chain at its last fs_pick, and keeps its cookie', () => {
    const t = task();
    const p = load(pick, load(walk));
    expect(errnoOf(prepend(t, p))).toBe('ok');
    const id = t.set.chains[0]?.id;
    expect(errnoOf(prepend(t, load(program('fs_get'), p)))).toBe('ok');
    expect(t.set.chains.map((c) => [c.id, c.programs.length])).toEqual([[id, 3]]);
    expect(errnoOf(prepend(t, load(program('fs_get', 'another'), p)))).toBe('EINVAL');
  });

  test('does not extend a chain at fs_walk, with another fs_pick, or once it was shared', () => {
    const t = task();
    const w = load(walk);
    const p = load(pick, w);
    expect(errnoOf(prepend(t, p))).toBe('ok');
    expect(errnoOf(prepend(t, load(program('fs_pick'), w)))).toBe('EINVAL');
    expect(errnoOf(prepend(t, load(program('fs_pick'), p)))).toBe('EINVAL');
    const child = fork(t);
    const get = load(program('fs_get'), p);
    expect(errnoOf(prepend(t, get))).toBe('EINVAL');
    expect(errnoOf(prepend(child, get))).toBe('EINVAL');
    exit(child);
    expect(errnoOf(prepend(t, get))).toBe('EINVAL');
  });
});

test('ProgramSet: runs the newest chain first, and the programs of a hook from the last to the first', () => {
  const t = task();
  const chain = (n: number): KernelProgram =>
    loadChain(
      ...[`walk${n}`, `pick${n}a`, `pick${n}b`, `get${n}`].map((name) => program(hookOf(name), name)),
    );
  prepend(t, chain(1));
  prepend(t, chain(2));
  const runs = record(t);
  sys.open(t, '/f', 0);
  expect(runs.map((run) => run.program)).toEqual([
    'walk2',
    'walk1',
    'pick2b',
    'pick2a',
    'pick1b',
    'pick1a',
    'get2',
    'get1',
  ]);
});
const hookOf = (name: string): HookName => `fs_${name.slice(0, name.search(/\d/))}` as HookName;

test('ProgramSet: the first denial ends the evaluation, and names its program', () => {
  const t = task();
  prepend(t, loadChain(program('fs_pick', 'old')));
  prepend(t, loadChain(fakeProgram('fs_pick', 1 << 6, () => 7, 'new')));
  const runs = record(t);
  const result = sys.stat(t, '/f');
  expect(runs.map((run) => [run.program, run.verdict])).toEqual([['new', 7]]);
  expect(result).toMatchObject({
    ok: false,
    errno: 'EACCES',
    denied: { program: 'new', hook: 'fs_pick', triggers: 64 },
  });
});

test('ProgramSet: a child starts with the chains of its parent; later chains are not shared', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(3), fc.boolean()), { maxLength: 20 }), (steps) => {
      const first = task();
      const all: { task: Task; model: string[] }[] = [{ task: first, model: [] }];
      steps.forEach(([which, forks], i) => {
        const at = all[which % all.length] as (typeof all)[number];
        if (forks) all.push({ task: fork(at.task), model: [...at.model] });
        else {
          prepend(at.task, loadChain(program('fs_pick', `p${i}`)));
          at.model.push(`p${i}`);
        }
      });
      for (const { task: t, model } of all)
        expect(t.set.pick(1).map((r) => r.program.name)).toEqual(model.toReversed());
      for (const a of all)
        for (const b of all)
          expect(ptrace(a.task, b.task).ok).toBe(a.model.every((name) => b.model.includes(name)));
    }),
  );
});

test('ProgramSet: the list for a trigger mask has the programs that share a bit with it', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 0xffffff }), { maxLength: 6 }),
      fc.nat(0xffffff),
      (masks, asked) => {
        const chains = masks.map((mask, i) => ({
          id: i + 1,
          isShared: false,
          programs: [{ program: fakeProgram('fs_pick', mask), previous: undefined }],
        }));
        const set = new ProgramSet(chains);
        const expected = masks.flatMap((mask, i) => ((mask & asked) === 0 ? [] : [i])).toReversed();
        expect(set.pick(asked).map((r) => r.slot)).toEqual(expected);
      },
    ),
  );
});
