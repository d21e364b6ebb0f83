/**
 * The selftests of the series, as the ABI description tells them: one row for each statement that can be tried. A row is named
 * with the words of the page, so that the sentence behind it is found.
 */
import { describe, expect, test } from 'vitest';
import { TRIGGERS } from '../../src/abi/actions.js';
import { HELPER } from '../../src/abi/helpers.js';
import { programPages, type HookName } from '../../src/abi/hooks.js';
import { verifyProgram } from '../../src/bpf/verify/verify.js';
import { createInodeTable } from '../../src/runtime/engine/maps.js';
import { O } from '../../src/runtime/kernel/errno.js';
import {
  loadKernelProgram,
  prependChain,
  ProgramSet,
  type KernelProgram,
} from '../../src/runtime/kernel/program-set.js';
import * as sys from '../../src/runtime/kernel/syscalls/index.js';
import { exit, fork, prepend, ptrace, setNoNewPrivs, type Task } from '../../src/runtime/kernel/task.js';
import { fakeProgram, newKernelTask, record, runsOf, enforceAllowing, tree } from '../support/fake-engine.js';
import { assemble } from '../support/programs.js';

type Row = [statement: string, actual: () => unknown, expected: unknown];

const errnoOf = (result: { ok: true } | { ok: false; errno: string }): string =>
  result.ok ? 'ok' : result.errno;

const fake = (hook: HookName, size = 8) =>
  fakeProgram(hook, hook === 'fs_pick' ? 0xffffff : 0, () => 0, hook, size);

/** A program in the kernel. Throws when the load is refused. */
function load(hook: HookName, previous?: KernelProgram, size?: number): KernelProgram {
  const loaded = loadKernelProgram(fake(hook, size), previous);
  if (!loaded.ok) throw new Error(loaded.errno);
  return loaded.program;
}

/** The last program of a chain of these hooks, after `previous`. */
const chain = (hooks: readonly HookName[], previous?: KernelProgram): KernelProgram =>
  hooks.reduce<KernelProgram | undefined>((last, hook) => load(hook, last), previous) as KernelProgram;

const loading = (hook: HookName, previous?: KernelProgram): string =>
  errnoOf(loadKernelProgram(fake(hook), previous));

const task = (): Task => newKernelTask(tree('/a/b/f'));

const applying = (to: Task, last: KernelProgram): string => errnoOf(prepend(to, last));

/** What a task answers to the last of these chains, after it has the others. */
function applied(...chains: readonly KernelProgram[]): string {
  const to = task();
  return chains.map((last) => applying(to, last)).at(-1) ?? '';
}

/** The bodies of programs: what the verifier says of them. */
const DONE = ' | mov r0, 0 | exit';
function verdict(hook: HookName, text: string, triggers = hook === 'fs_pick' ? 1 : 0): string {
  const maps = [{ name: 'inodes', type: 'inode' as const }];
  const source = { name: 'p', hook, triggerMask: triggers, bytes: assemble(text), maps };
  return verifyProgram(source).kind;
}

describe('landlock-v8.md: programs, contexts and helpers', () => {
  test.each<Row>([
    ['`triggers`: FS_PICK only, must not be 0', () => verdict('fs_pick', 'mov r0, 0 | exit', 0), 'refused'],
    ['`triggers`: must be 0 for the other types', () => verdict('fs_walk', 'mov r0, 0 | exit', 1), 'refused'],
    [
      'the load says the same of a trigger without fs_pick',
      () => errnoOf(loadKernelProgram(fakeProgram('fs_get', 1), undefined)),
      'EINVAL',
    ],
    ['there is no hook but the three', () => verdict('fs_ioctl' as HookName, 'mov r0, 0 | exit'), 'refused'],
    [
      'fs_walk may write the cookie',
      () => verdict('fs_walk', `mov r2, 1 | stxdw [r1+0], r2${DONE}`),
      'accepted',
    ],
    [
      'fs_pick may write the cookie',
      () => verdict('fs_pick', `mov r2, 1 | stxdw [r1+0], r2${DONE}`),
      'accepted',
    ],
    [
      'fs_get may not write the cookie',
      () => verdict('fs_get', `mov r2, 1 | stxdw [r1+0], r2${DONE}`),
      'refused',
    ],
    ['fs_get may read the cookie', () => verdict('fs_get', `ldxdw r2, [r1+0]${DONE}`), 'accepted'],
    ['`chain` is full width only', () => verdict('fs_walk', `ldxw r2, [r1+8]${DONE}`), 'refused'],
    ['`inode` is read only', () => verdict('fs_walk', `mov r2, 1 | stxdw [r1+16], r2${DONE}`), 'refused'],
    ['`inode_lookup` is 1 byte at 24', () => verdict('fs_walk', `ldxb r2, [r1+24]${DONE}`), 'accepted'],
    ['nothing but that byte is there', () => verdict('fs_walk', `ldxw r2, [r1+24]${DONE}`), 'refused'],
    [
      'a context is read where a field begins',
      () => verdict('fs_walk', `ldxdw r2, [r1+0]${DONE}`),
      'accepted',
    ],
    ['`cookie` is read in 4 bytes too', () => verdict('fs_walk', `ldxw r2, [r1+0]${DONE}`), 'accepted'],
    ['`cookie` is read in 2 bytes too', () => verdict('fs_walk', `ldxh r2, [r1+0]${DONE}`), 'accepted'],
    ['`cookie` is read in 1 byte too', () => verdict('fs_walk', `ldxb r2, [r1+0]${DONE}`), 'accepted'],
    ['`cookie` is not read from its middle', () => verdict('fs_walk', `ldxw r2, [r1+4]${DONE}`), 'refused'],
    ['`cookie` is not read from its last byte', () => verdict('fs_get', `ldxb r2, [r1+7]${DONE}`), 'refused'],
    [
      'no arithmetic on an opaque pointer',
      () => verdict('fs_walk', `ldxdw r2, [r1+8] | add r2, 1${DONE}`),
      'refused',
    ],
    [
      'fs_walk has no landlock_set_tag',
      () => verdict('fs_walk', `ldxdw r2, [r1+8] | ldxdw r1, [r1+16] | mov r3, 1 | call 62${DONE}`),
      'refused',
    ],
    [
      'fs_get has landlock_set_tag',
      () => verdict('fs_get', `ldxdw r2, [r1+8] | ldxdw r1, [r1+16] | mov r3, 1 | call 62${DONE}`),
      'accepted',
    ],
    [
      'the three helpers of the series are numbered from 60',
      () => [HELPER.inode_map_lookup, HELPER.inode_get_tag, HELPER.landlock_set_tag],
      [60, 61, 62],
    ],
    [
      '24 triggers, append the first and write the last',
      () => [TRIGGERS[0], TRIGGERS[23]],
      ['append', 'write'],
    ],
  ])('%s', (_, actual, expected) => expect(actual()).toEqual(expected));
});

describe('landlock-v8.md: the order of a chain', () => {
  test.each<Row>([
    ['fs_pick may follow fs_walk', () => loading('fs_pick', load('fs_walk')), 'ok'],
    ['fs_pick may follow fs_pick', () => loading('fs_pick', load('fs_pick')), 'ok'],
    ['fs_get may follow fs_pick', () => loading('fs_get', load('fs_pick')), 'ok'],
    ['fs_get may follow only fs_pick: not fs_walk', () => loading('fs_get', load('fs_walk')), 'EINVAL'],
    ['at most one fs_get', () => loading('fs_get', chain(['fs_pick', 'fs_get'])), 'EINVAL'],
    ['fs_walk follows nothing: not fs_walk', () => loading('fs_walk', load('fs_walk')), 'EINVAL'],
    ['fs_walk follows nothing: not fs_pick', () => loading('fs_walk', load('fs_pick')), 'EINVAL'],
    ['fs_walk follows nothing: not fs_get', () => loading('fs_walk', load('fs_get')), 'EINVAL'],
    ['fs_pick does not follow fs_get', () => loading('fs_pick', load('fs_get')), 'EINVAL'],
    ['an fs_walk alone loads and can be applied', () => applied(load('fs_walk')), 'ok'],
    ['an fs_pick alone loads and can be applied', () => applied(load('fs_pick')), 'ok'],
    ['an fs_get without `previous` loads and can be applied', () => applied(load('fs_get')), 'ok'],
    [
      'any number of fs_pick',
      () => applied(chain(['fs_walk', 'fs_pick', 'fs_pick', 'fs_pick', 'fs_get'])),
      'ok',
    ],
  ])('%s', (_, actual, expected) => expect(actual()).toEqual(expected));
});

/** A task without the capability, where `no_new_privs` suffices or does not. */
function plain(suffices: boolean): Task {
  const made = task();
  made.privileged = false;
  made.kernel.noNewPrivsSuffices = suffices;
  return made;
}

function withNoNewPrivs(made: Task): Task {
  setNoNewPrivs(made);
  return made;
}

/** A set that the kernel counts as `pages` pages. */
function setOf(pages: number): Task {
  const made = task();
  for (let i = 0; i < pages; i++) prepend(made, load('fs_pick'));
  return made;
}

const OTHER = 'other program type';

describe('landlock-v8.md: errors of applying, in this order', () => {
  test.each<Row>([
    ['not privileged EPERM', () => applying(plain(false), load('fs_pick')), 'EPERM'],
    [
      'as posted, `no_new_privs` does not suffice',
      () => applying(withNoNewPrivs(plain(false)), load('fs_pick')),
      'EPERM',
    ],
    [
      '`no_new_privs` suffices where the tree’s description says so',
      () => applying(withNoNewPrivs(plain(true)), load('fs_pick')),
      'ok',
    ],
    ['and only for a task that has set it', () => applying(plain(true), load('fs_pick')), 'EPERM'],
    ['a child inherits the capability', () => applying(fork(task()), load('fs_pick')), 'ok'],
    ['EPERM before a null argument', () => errnoOf(prepend(plain(false), undefined)), 'EPERM'],
    ['null argument EFAULT', () => errnoOf(prepend(task(), undefined)), 'EFAULT'],
    ['EFAULT before flags', () => errnoOf(prepend(task(), undefined, 1)), 'EFAULT'],
    ['flags not 0 EINVAL', () => errnoOf(prepend(task(), load('fs_pick'), 1)), 'EINVAL'],
    ['another program type EINVAL', () => errnoOf(prepend(task(), OTHER)), 'EINVAL'],
    ['flags EINVAL before pages E2BIG', () => errnoOf(prepend(setOf(64), load('fs_pick'), 1)), 'EINVAL'],
    ['another program type EINVAL before pages E2BIG', () => errnoOf(prepend(setOf(64), OTHER)), 'EINVAL'],
    [
      'pages E2BIG before the chain is followed back: applied again',
      () => {
        const full = setOf(63);
        const last = load('fs_pick');
        return [applying(full, last), applying(full, last)];
      },
      ['ok', 'E2BIG'],
    ],
  ])('%s', (_, actual, expected) => expect(actual()).toEqual(expected));
});

/** A chain of fs_pick programs, each of the given bytes. */
const sized = (...sizes: readonly number[]): KernelProgram =>
  sizes.reduce<KernelProgram | undefined>(
    (last, size) => load('fs_pick', last, size),
    undefined,
  ) as KernelProgram;

describe('landlock-v8.md: pages', () => {
  test.each<Row>([
    ['512 instructions are two pages', () => programPages(512 * 8), 2],
    ['fewer, with the header, are one page', () => programPages(500 * 8), 1],
    ['64 pages are allowed', () => setOf(64).set.size, 64],
    ['more than 64 is E2BIG', () => applying(setOf(64), load('fs_pick')), 'E2BIG'],
    [
      'those of the last program of the new chain alone',
      () => applying(setOf(63), sized(...Array<number>(40).fill(8))),
      'ok',
    ],
    ['its last program counts with all its pages', () => applying(setOf(63), sized(8, 4096)), 'E2BIG'],
    [
      'plus those of every program in the set already',
      () => {
        const to = setOf(60);
        return [applying(to, sized(8, 8, 8, 8)), applying(to, load('fs_pick'))];
      },
      ['ok', 'E2BIG'],
    ],
    [
      'plus one when the set is shared with another task',
      () => {
        const to = setOf(63);
        fork(to);
        return applying(to, load('fs_pick'));
      },
      'E2BIG',
    ],
    [
      'not when that task has ended, as nothing has to be copied',
      () => {
        const to = setOf(63);
        exit(fork(to));
        return applying(to, load('fs_pick'));
      },
      'ok',
    ],
    [
      'not when that task has a set of its own by now',
      () => {
        const to = setOf(62);
        const child = fork(to);
        return [
          applying(child, load('fs_pick')),
          applying(to, load('fs_pick')),
          applying(to, load('fs_pick')),
        ];
      },
      ['ok', 'ok', 'ok'],
    ],
    [
      'a task that is not landlocked has no set to copy',
      () => {
        const to = task();
        fork(to);
        return Array.from({ length: 65 }, () => applying(to, load('fs_pick'))).slice(63);
      },
      ['ok', 'E2BIG'],
    ],
    [
      'a set with 256 chains takes no other: E2BIG',
      () => {
        const of = (n: number): ProgramSet =>
          new ProgramSet(Array.from({ length: n }, (_, i) => ({ id: i, programs: [], isShared: false })));
        return [255, 256].map((n) => errnoOf(prependChain(of(n), load('fs_pick'), () => n)));
      },
      ['ok', 'E2BIG'],
    ],
  ])('%s', (_, actual, expected) => expect(actual()).toEqual(expected));
});

/** What a task answers to `last` when it has the chain that ends in `first` and has forked. */
function whenShared(first: KernelProgram, last: KernelProgram): string {
  const to = task();
  prepend(to, first);
  fork(to);
  return applying(to, last);
}

const pick = chain(['fs_walk', 'fs_pick']);
const get = chain(['fs_get'], pick);
const walk = pick.previous as KernelProgram;

describe('landlock-v8.md: following a chain back', () => {
  test.each<Row>([
    ['an unshared chain that ends in fs_pick gives EEXIST', () => applied(pick, pick), 'EEXIST'],
    ['applying again what ends in fs_get is EINVAL', () => applied(get, get), 'EINVAL'],
    ['applying again what ends in fs_walk is EINVAL', () => applied(walk, walk), 'EINVAL'],
    [
      'applying again an fs_get alone is EINVAL',
      () => applied(...Array<KernelProgram>(2).fill(load('fs_get'))),
      'EINVAL',
    ],
    ['a prefix of a chain is EINVAL: before fs_get', () => applied(get, pick), 'EINVAL'],
    [
      'a prefix of a chain is EINVAL: before fs_pick',
      () => applied(chain(['fs_pick'], pick), pick),
      'EINVAL',
    ],
    ['a prefix of a chain is EINVAL: fs_walk', () => applied(pick, walk), 'EINVAL'],
    ['anything of a shared chain is EINVAL', () => whenShared(pick, pick), 'EINVAL'],
    ['the fork is the last of its type in both: fs_get extends', () => applied(pick, get), 'ok'],
    [
      'not in the new chain: another fs_pick is EINVAL',
      () => applied(pick, chain(['fs_pick'], pick)),
      'EINVAL',
    ],
    [
      'not in the enforced one: fs_get after the first of two fs_pick is EINVAL',
      () => applied(chain(['fs_pick'], pick), get),
      'EINVAL',
    ],
    ['a fork must be of a forkable type: fs_walk is EINVAL', () => applied(walk, pick), 'EINVAL'],
    [
      'the same previous and the same hook type is EINVAL: fs_get',
      () => applied(get, chain(['fs_get'], pick)),
      'EINVAL',
    ],
    [
      'the same previous and the same hook type is EINVAL: fs_pick',
      () => applied(pick, chain(['fs_pick'], walk)),
      'EINVAL',
    ],
    ['a previous that is not present is no fork', () => applied(load('fs_pick'), load('fs_pick')), 'ok'],
    [
      'an extension keeps the chain’s cookie',
      () => {
        const to = task();
        prepend(to, pick);
        const before = to.set.chains.map((c) => c.id);
        prepend(to, get);
        return [to.set.chains.map((c) => c.id), before, to.set.chains[0]?.programs.length];
      },
      [[1], [1], 3],
    ],
    ['a fork of a shared chain is EINVAL', () => whenShared(pick, get), 'EINVAL'],
    [
      'a chain is shared for good: the end of the other task changes nothing',
      () => {
        const to = task();
        prepend(to, pick);
        exit(fork(to));
        return [applying(to, get), applying(to, pick)];
      },
      ['EINVAL', 'EINVAL'],
    ],
    [
      'the child’s is shared too',
      () => {
        const to = task();
        prepend(to, pick);
        return applying(fork(to), get);
      },
      'EINVAL',
    ],
    [
      'a chain that was added after the fork is not shared',
      () => {
        const to = task();
        fork(to);
        return [applying(to, pick), applying(to, get)];
      },
      ['ok', 'ok'],
    ],
  ])('%s', (_, actual, expected) => expect(actual()).toEqual(expected));
});

/** The names of the programs that run for an open, in order. */
function orderOf(...chains: readonly (readonly string[])[]): string[] {
  const to = task();
  for (const names of chains) {
    const last = names.reduce<KernelProgram | undefined>((previous, name) => {
      const hook = `fs_${name.split(' ')[0]}` as HookName;
      const loaded = loadKernelProgram(
        fakeProgram(hook, hook === 'fs_pick' ? 0xffffff : 0, () => 0, name),
        previous,
      );
      return loaded.ok ? loaded.program : undefined;
    }, undefined);
    prepend(to, last);
  }
  const runs = record(to);
  sys.open(to, '/a', O.RDONLY);
  return runs.map((run) => run.program);
}

/** A parent that is landlocked, and its child. */
function family(): { readonly parent: Task; readonly child: Task } {
  const parent = task();
  prepend(parent, load('fs_pick'));
  return { parent, child: fork(parent) };
}

describe('landlock-v8.md: sets and tasks', () => {
  test.each<Row>([
    [
      'newest chain first',
      () => orderOf(['walk 1', 'pick 1', 'get 1'], ['walk 2', 'pick 2', 'get 2']),
      ['walk 2', 'walk 1', 'pick 2', 'pick 1', 'get 2', 'get 1'],
    ],
    [
      'within a hook type from the last program of a chain to its first',
      () => orderOf(['pick a', 'pick b', 'pick c']),
      ['pick c', 'pick b', 'pick a'],
    ],
    [
      'evaluation stops at the first denial',
      () => {
        const to = task();
        for (const [name, value] of [
          ['old', 0],
          ['denies', 2],
          ['new', 0],
        ] as const) {
          const loaded = loadKernelProgram(
            fakeProgram('fs_pick', 0xffffff, () => value, name),
            undefined,
          );
          prepend(to, loaded.ok ? loaded.program : undefined);
        }
        const runs = record(to);
        return [errnoOf(sys.stat(to, '/a')), runs.map((run) => run.program)];
      },
      ['EACCES', ['new', 'denies']],
    ],
    [
      'each chain has its own cookie',
      () => {
        const seen: number[] = [];
        const to = task();
        for (const step of [1, 10]) {
          const count = fakeProgram('fs_walk', 0, (c) => ((c.cookieLo += step), 0));
          const see = fakeProgram('fs_pick', 0xffffff, (c) => (seen.push(c.cookieLo), 0));
          const first = loadKernelProgram(count, undefined);
          const last = loadKernelProgram(see, first.ok ? first.program : undefined);
          prepend(to, last.ok ? last.program : undefined);
        }
        sys.stat(to, '/a/b');
        return seen;
      },
      [20, 2],
    ],
    [
      'a new task inherits the set of its parent',
      () => {
        const { parent, child } = family();
        return child.set === parent.set;
      },
      true,
    ],
    [
      'copied when one of them adds to it',
      () => {
        const { parent, child } = family();
        prepend(child, load('fs_pick'));
        return [parent.set.size, child.set.size];
      },
      [1, 2],
    ],
    [
      'a task may trace another if the other’s set has grown from its own',
      () => {
        const { parent, child } = family();
        prepend(child, load('fs_pick'));
        return [errnoOf(ptrace(parent, child)), errnoOf(ptrace(child, parent))];
      },
      ['ok', 'EPERM'],
    ],
    [
      'two unrelated tasks that applied the same program may not trace each other',
      () => {
        const one = task();
        const other = fork(one);
        const last = load('fs_pick');
        prepend(one, last);
        prepend(other, last);
        return [errnoOf(ptrace(one, other)), errnoOf(ptrace(other, one))];
      },
      ['EPERM', 'EPERM'],
    ],
    [
      'a task that is not landlocked may trace any',
      () => {
        const free = task();
        const confined = fork(free);
        prepend(confined, load('fs_pick'));
        return [errnoOf(ptrace(free, confined)), errnoOf(ptrace(confined, free))];
      },
      ['ok', 'EPERM'],
    ],
    [
      'tasks with the same set may trace each other',
      () => errnoOf(ptrace(family().parent, family().parent)),
      'EPERM',
    ],
    [
      'a parent and a child that added nothing may',
      () => {
        const { parent, child } = family();
        return [errnoOf(ptrace(parent, child)), errnoOf(ptrace(child, parent))];
      },
      ['ok', 'ok'],
    ],
  ])('%s', (_, actual, expected) => expect(actual()).toEqual(expected));
});

const E2BIG = -7;

describe('landlock-v8.md: the inode map', () => {
  test.each<Row>([
    ['a lookup that finds nothing gives 0', () => createInodeTable('m', 1).lookup(5), 0],
    [
      'one past max_entries is E2BIG',
      () => {
        const map = createInodeTable('m', 2);
        return [1, 2, 3].map((inode) => map.update(inode, inode, 0));
      },
      [0, 0, E2BIG],
    ],
    [
      'with max_entries 1 the second update of an inode is E2BIG',
      () => {
        const map = createInodeTable('m', 1);
        return [map.update(7, 1, 0), map.update(7, 2, 0), map.lookup(7)];
      },
      [0, E2BIG, 1],
    ],
    [
      'updating an inode that is in it counts as one more entry',
      () => {
        const map = createInodeTable('m', 2);
        return [map.update(7, 1, 0), map.update(7, 2, 0), map.update(8, 3, 0)];
      },
      [0, 0, E2BIG],
    ],
    [
      'a lookup finds the first',
      () => {
        const map = createInodeTable('m', 4);
        map.update(7, 1, 2);
        map.update(7, 3, 4);
        return [map.lookup(7), map.hi];
      },
      [1, 2],
    ],
  ])('%s', (_, actual, expected) => expect(actual()).toEqual(expected));
});

/** The runs of a call under a chain of all three hooks that allows everything. */
function runs(call: (made: Task) => unknown, ...lines: readonly string[]): string {
  const made = newKernelTask(tree('/a/b/f', ...lines));
  enforceAllowing(made);
  return runsOf(made, call).join('; ');
}

const W = 'walk(/, ROOT); walk(a); walk(b)';

describe('landlock-v8.md: walks and calls', () => {
  test.each<Row>([
    ['the path /a/b/f', () => runs((t) => sys.stat(t, '/a/b/f')), `${W}; pick{getattr}(f)`],
    ['the path /a/b/..', () => runs((t) => sys.stat(t, '/a/b/..')), `${W}; pick{getattr}(a, DOTDOT)`],
    [
      '`..` at the root stays there',
      () => runs((t) => sys.stat(t, '/..')),
      'walk(/, ROOT); pick{getattr}(/, DOTDOT)',
    ],
    [
      'a relative path starts with ROOT',
      () => runs((t) => sys.stat(t, 'a/b')),
      'walk(/, ROOT); walk(a); pick{getattr}(b)',
    ],
    [
      'a symbolic link walks the directory that holds it again, with the lookup normal',
      () => runs((t) => sys.stat(t, '/a/l/f'), '/a/l -> b'),
      'walk(/, ROOT); walk(a); walk(a); walk(b); pick{getattr}(f)',
    ],
    [
      'one request can carry several triggers',
      () => runs((t) => sys.open(t, '/a/b/f', O.RDWR)),
      `${W}; pick{open+read+write}(f); get(f)`,
    ],
    [
      'an open that creates: create on the parent, then as if the file was there',
      () => runs((t) => sys.open(t, '/a/b/n', O.WRONLY | O.CREAT)),
      `${W}; pick{create}(b); pick{open+write}(new); get(new)`,
    ],
    [
      'link asks of the old file and of the new parent',
      () => runs((t) => sys.link(t, '/a/b/f', '/n')),
      `${W}; walk(/, ROOT); pick{link}(f); pick{linkto}(/, ROOT)`,
    ],
    [
      'rename asks of a target that it replaces',
      () => runs((t) => sys.rename(t, '/a/b/f', '/g'), '/g'),
      `${W}; walk(/, ROOT); pick{rename}(f); pick{renameto}(/, ROOT); pick{unlink}(g)`,
    ],
    [
      'write on an open file runs nothing',
      () => runs((t) => (sys.open(t, '/a', 0), sys.write(t, 0))).split('; ').length,
      3,
    ],
  ])('%s', (_, actual, expected) => expect(actual()).toEqual(expected));
});
