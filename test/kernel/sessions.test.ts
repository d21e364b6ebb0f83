/** Cookies and tags: what a session keeps, what a tag outlives, and when a denial comes. */
import { actionBit } from '../../src/abi/actions.js';
import { describe, expect, test } from 'vitest';
import { O, PROT, MAP_PRIVATE, RENAME_EXCHANGE, AT_FDCWD } from '../../src/runtime/kernel/errno.js';
import * as sys from '../../src/runtime/kernel/syscalls/index.js';
import { exit, fork, type Task } from '../../src/runtime/kernel/task.js';
import { resolve } from '../../src/runtime/kernel/resolve.js';
import { enforce, fakeProgram, newKernelTask, record, tree, type Body } from '../support/fake-engine.js';
import { fc } from '../support/random.js';

const inoOf = (task: Task, path: string): number => {
  const found = resolve(task.kernel.vfs, path, true);
  if (!found.ok) throw new Error(`${path}: ${found.errno}`);
  return found.location.inode.ino;
};

/** Counts its runs in the cookie. */
const count: Body = (context) => {
  context.cookieLo++;
  context.cookieHi = -context.cookieLo;
  return 0;
};
const counting = (task: Task): void =>
  enforce(
    task,
    fakeProgram('fs_walk', 0, count),
    fakeProgram('fs_pick', 0xffffff, count),
    fakeProgram('fs_get', 0, count),
  );

describe('sessions, cookies', () => {
  test('a session begins at 0, and goes through the walk, the picks and the get', () => {
    const task = newKernelTask(tree('/a/b/f'));
    counting(task);
    const runs = record(task);
    sys.open(task, '/a/b/f', O.RDONLY);
    expect(runs.map((run) => run.before.lo)).toEqual([0, 1, 2, 3, 4]);
    expect(runs.map((run) => run.before.hi)).toEqual([0, -1, -2, -3, -4].map((n) => n + 0));
    expect(runs.at(-1)?.after).toEqual({ lo: 4, hi: -4 });
  });

  test.each([1, 2, 3])('each of %i chains has its own cookie, with and without a trace', (chains) => {
    const seen: number[] = [];
    const task = newKernelTask(tree('/a/b/f'));
    for (let i = 0; i < chains; i++)
      enforce(
        task,
        fakeProgram('fs_walk', 0, (c) => ((c.cookieLo += i + 1), 0)),
        fakeProgram('fs_pick', 0xffffff, (c) => (seen.push(c.cookieLo), 0)),
      );
    const expected = Array.from({ length: chains }, (_, i) => 3 * (i + 1)).toReversed();
    sys.stat(task, '/a/b/f');
    expect(seen.splice(0)).toEqual(expected);
    record(task);
    sys.stat(task, '/a/b/f');
    expect(seen).toEqual(expected);
  });

  test('the two sessions of a rename have separate cookies', () => {
    const task = newKernelTask(tree('/a/b/f', '/c/g'));
    counting(task);
    const runs = record(task);
    sys.rename(task, '/a/b/f', '/c/g');
    expect(runs.map((run) => run.before.lo)).toEqual([0, 1, 2, 0, 1, 3, 2, 3]);
    runs.length = 0;
    sys.rename(task, '/a/b', '/c', AT_FDCWD, AT_FDCWD, RENAME_EXCHANGE);
    expect(runs.map((run) => run.before.lo)).toEqual([0, 1, 0, 1, 2, 3, 2]);
  });

  test('a hook on an open file begins at 0', () => {
    const task = newKernelTask(tree('/f'));
    counting(task);
    sys.open(task, '/f', O.RDONLY);
    const runs = record(task);
    sys.ioctl(task, 0);
    expect(runs.map((run) => run.before.lo)).toEqual([0]);
  });
});

describe('sessions, denials', () => {
  const denyAt = (task: Task, path: string): void => {
    const ino = inoOf(task, path);
    enforce(
      task,
      fakeProgram('fs_walk', 0, (c) => (c.object === ino ? 1 : 0)),
      fakeProgram('fs_pick', 1),
    );
  };

  test('a denied walk hides everything beneath the directory, also whether it exists', () => {
    const task = newKernelTask(tree('/a/b/f'));
    denyAt(task, '/a/b');
    for (const path of ['/a/b/f', '/a/b/none', '/a/b/f/x', '/a/b/.', '/a/b/..'])
      expect(sys.stat(task, path)).toMatchObject({ errno: 'EACCES', denied: { hook: 'fs_walk' } });
    expect(sys.stat(task, '/a/none')).toEqual({ ok: false, errno: 'ENOENT' });
    expect(sys.stat(task, '/a/none/x')).toEqual({ ok: false, errno: 'ENOENT' });
    expect(sys.stat(task, '/a/b').ok).toBe(true);
    expect(sys.request(task, actionBit('walk'), '/a/b')).toMatchObject({ errno: 'EACCES' });
  });

  test('a denied call changes nothing', () => {
    const task = newKernelTask(tree('/a/f', '/b/'));
    enforce(
      task,
      fakeProgram('fs_pick', 0xffffff, () => 1),
    );
    const before = task.kernel.vfs.generation;
    sys.mkdir(task, '/a/n');
    sys.unlink(task, '/a/f');
    sys.rename(task, '/a/f', '/b/f');
    sys.link(task, '/a/f', '/b/f');
    sys.open(task, '/a/n', O.CREAT);
    sys.mountBind(task, '/a', '/b');
    expect(task.kernel.vfs.generation).toBe(before);
    expect(sys.chdir(task, '/a').ok).toBe(false);
    expect(task.cwd).toBe(task.root);
  });

  test('a denied fs_get leaves no descriptor and no tag behind', () => {
    const task = newKernelTask(tree('/a/f'));
    enforce(
      task,
      fakeProgram('fs_pick', 1),
      fakeProgram('fs_get', 0, (c, tags) => tags.setTag(c.object, c.chain, 1, 0) + 1),
    );
    expect(sys.open(task, '/a/f', O.RDONLY)).toMatchObject({ errno: 'EACCES', denied: { hook: 'fs_get' } });
    expect(sys.chdir(task, '/a')).toMatchObject({ errno: 'EACCES' });
    expect(task.kernel.tags.count(inoOf(task, '/a/f')) + task.kernel.tags.count(inoOf(task, '/a'))).toBe(0);
    expect(task.fds).toEqual([]);
  });
});

describe('sessions, tags', () => {
  const tagging = (task: Task): void =>
    enforce(
      task,
      fakeProgram('fs_pick', 1),
      fakeProgram('fs_get', 0, (c, tags) => tags.setTag(c.object, c.chain, 7, 9)),
    );

  test('the value 0 deletes a tag; an inode that nothing holds takes no tag', () => {
    const task = newKernelTask(tree('/f', '/g'));
    tagging(task);
    sys.open(task, '/f', O.RDONLY);
    const { tags } = task.kernel;
    const f = inoOf(task, '/f');
    expect([tags.getTag(f, 1), tags.tagHi, tags.getTag(f, 2), tags.tagHi]).toEqual([7, 9, 0, 0]);
    expect(tags.setTag(f, 1, 0, 0)).toBe(0);
    expect(tags.getTag(f, 1)).toBe(0);
    expect(tags.setTag(inoOf(task, '/g'), 1, 1, 0)).toBe(-2);
  });

  test('a removed working directory keeps its tag and its number', () => {
    const task = newKernelTask(tree('/a/'));
    tagging(task);
    sys.chdir(task, '/a');
    const a = inoOf(task, '/a');
    sys.rmdir(task, '/a');
    sys.mkdir(task, '/a');
    expect(inoOf(task, '/a')).not.toBe(a);
    expect(task.kernel.tags.count(a)).toBe(1);
    sys.chdir(task, '/');
    expect(task.kernel.tags.count(a)).toBe(0);
    expect(task.kernel.vfs.inodes[a]).toBeUndefined();
  });

  type Step = { readonly do: string; readonly task: number; readonly n: number };
  const step: fc.Arbitrary<Step> = fc.record({
    do: fc.constantFrom(
      'open',
      'close',
      'dup',
      'fork',
      'exit',
      'chdir',
      'chroot',
      'receive',
      'transfer',
      'mmap',
      'munmap',
      'unlink',
    ),
    task: fc.nat(3),
    n: fc.nat(5),
  });

  test('a tag lives as long as an open file, a mapping, a working or a root directory holds the inode', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const first = newKernelTask(tree('/d0/', '/d1/', '/f0', '/f1', '/f2'));
        tagging(first);
        const { vfs, tags } = first.kernel;
        const all = vfs.inodes.slice(1);
        const got = new Set<number>();
        let tasks = [first];
        for (const s of steps) {
          tasks = tasks.filter((t) => t.alive);
          const t = tasks[s.task % tasks.length];
          if (t === undefined) break;
          perform(t, tasks, s, got);
          const held = holders(tasks);
          for (const inode of all) {
            const ino = inode?.ino ?? 0;
            if (!held.has(ino)) got.delete(ino);
            expect([ino, tags.count(ino)]).toEqual([ino, got.has(ino) ? 1 : 0]);
            expect(inode?.holds).toBe(held.get(ino) ?? 0);
          }
        }
      }),
      { numRuns: 300 },
    );
  });

  /** One step; `got` learns which inodes passed a `fs_get`. */
  function perform(t: Task, tasks: Task[], s: Step, got: Set<number>): void {
    const other = tasks[s.n % tasks.length] as Task;
    const runs = record(t);
    if (s.do === 'open') sys.open(t, s.n < 2 ? `/d${s.n}` : `/f${s.n - 2}`, O.RDONLY);
    if (s.do === 'close') sys.close(t, s.n);
    if (s.do === 'dup') sys.dup(t, s.n);
    if (s.do === 'fork' && tasks.length < 4) tasks.push(fork(t));
    if (s.do === 'exit' && tasks.length > 1) exit(t);
    if (s.do === 'chdir') sys.chdir(t, `/d${s.n % 2}`);
    if (s.do === 'chroot' && s.n === 0) sys.chroot(t, `/d${s.n % 2}`);
    if (s.do === 'receive') sys.receive(t, other, s.n);
    if (s.do === 'transfer') sys.transfer(t, other, s.n);
    if (s.do === 'mmap') sys.mmap(t, s.n, PROT.READ, MAP_PRIVATE);
    if (s.do === 'munmap') sys.munmap(t, s.n);
    if (s.do === 'unlink') sys.unlink(t, `/f${s.n}`);
    for (const run of runs) if (run.hook === 'fs_get') got.add(run.inode);
  }

  /** Inode → open files (once per description) and directories that hold it, counted from the tasks. */
  function holders(tasks: readonly Task[]): Map<number, number> {
    const held = new Map<number, number>();
    const add = (ino: number): void => void held.set(ino, (held.get(ino) ?? 0) + 1);
    const files = new Set(
      tasks.filter((t) => t.alive).flatMap((t) => [...t.fds, ...t.mappings.map((m) => m?.file)]),
    );
    for (const file of files) if (file !== undefined) add(file.location.inode.ino);
    for (const t of tasks.filter((x) => x.alive)) {
      add(t.root.inode.ino);
      add(t.cwd.inode.ino);
    }
    return held;
  }
});

test('sessions: the listener gets the outcome of each program; a fault ends with its call', () => {
  const task = newKernelTask(tree('/a/f'));
  enforce(
    task,
    fakeProgram('fs_pick', 0xffffff, (c) => (c.object === inoOf(task, '/a/f') ? 5 : 0)),
  );
  const { engine } = task.kernel;
  const run = engine.run.bind(engine);
  engine.run = (program, context, tags, observer) => {
    observer?.mapLookup?.('m', context.object, true, 1, 2);
    const verdict = run(program, context, tags, observer);
    if (verdict !== 0) engine.fault = 'out of fuel';
    return verdict;
  };
  const runs = record(task);
  expect(sys.stat(task, '/a/f')).toMatchObject({ denied: { fault: 'out of fuel' } });
  expect(runs).toMatchObject([
    {
      hook: 'fs_pick',
      name: 'f',
      verdict: 5,
      fault: 'out of fuel',
      events: [{ kind: 'mapLookup', map: 'm', hit: true, lo: 1, hi: 2 }],
    },
  ]);
  engine.run = run;
  expect(sys.unlink(task, '/a/f')).toMatchObject({ denied: { fault: undefined } });
});
