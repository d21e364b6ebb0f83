/**
 * Random cases for the model of stock Linux: a tree, a plan for that tree, and calls.
 *
 * Everything lies in one directory of the real tree, which the cases call `TOP`. Permission bits decide nothing in it.
 */
import { ACTIONS } from '../../../src/abi/actions.js';
import { FILTERED_CALLS } from '../../../src/abi/filtered-calls.js';
import { rightsOfAbi, type LandlockRight } from '../../../src/abi/landlock.js';
import type { MaskKind } from '../../../src/artifact/enforcement-plan.js';
import * as e from '../../../src/runtime/kernel/errno.js';
import { fc } from '../../support/random.js';
import { TOP, type CaseEntry, type CasePlan, type LinuxCase } from './case-plan.js';
import type { RawCall } from './raw-calls.js';

const NAMES = ['a', 'b', 'c'];
const DIRS = ['', 'a', 'b', 'a/a', 'a/b', 'b/a', 'a/a/a'];
const LEAVES = ['f', 'g', 'x'];

const under = (path: string): string => (path === '' ? TOP : `${TOP}/${path}`);
const join = (dir: string, name: string): string => (dir === '' ? name : `${dir}/${name}`);

const dirPath = fc.constantFrom(...DIRS);
const leafPath = fc.tuple(dirPath, fc.constantFrom(...LEAVES)).map(([d, n]) => join(d, n));
const objectPath = fc.oneof(
  { weight: 3, arbitrary: dirPath },
  { weight: 4, arbitrary: fc.constantFrom('f', 'a/f', 'b/f', 'a/a/f', 'a/b/g', 'a/x') },
  { weight: 1, arbitrary: leafPath },
  { weight: 1, arbitrary: fc.tuple(dirPath, fc.constantFrom(...NAMES, 'l')).map(([d, n]) => join(d, n)) },
);

const entry: fc.Arbitrary<CaseEntry> = fc.oneof(
  { weight: 3, arbitrary: dirPath.map((p): CaseEntry => ({ kind: 'dir', path: under(p) })) },
  { weight: 4, arbitrary: leafPath.map((p): CaseEntry => ({ kind: 'file', path: under(p) })) },
  { weight: 1, arbitrary: leafPath.map((p): CaseEntry => ({ kind: 'program', path: under(p) })) },
  { weight: 1, arbitrary: leafPath.map((p): CaseEntry => ({ kind: 'fifo', path: under(p) })) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(
        dirPath,
        fc.oneof(objectPath.map(under), fc.constantFrom('..', '../f', 'a', 'f', '.', 'l', 'none')),
      )
      .map(([d, target]): CaseEntry => ({ kind: 'link', path: under(join(d, 'l')), target })),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(leafPath, leafPath)
      .map(([p, target]): CaseEntry => ({ kind: 'hardlink', path: under(p), target: under(target) })),
  },
);

const RULED = [...DIRS, 'f', 'g', 'a/f', 'a/g', 'b/f', 'a/a/f', 'a/b/f'];
const ABOVE = ['/'];
const rulePath = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom(...RULED).map(under) },
  { weight: 1, arbitrary: fc.constantFrom(...ABOVE) },
);

const MASKS: readonly (readonly MaskKind[])[] = [['ro'], ['noexec'], ['ro', 'noexec'], ['hide'], ['pin']];
/** The launcher starts in the directory of the case, so that is never hidden. */
const mask = fc
  .record({ path: fc.constantFrom(...RULED).map(under), kinds: fc.constantFrom(...MASKS) })
  .map((m) => (m.path === TOP && m.kinds.includes('hide') ? { ...m, kinds: ['pin'] as const } : m));

/** What every tree has, so that most paths lead somewhere. */
const SKELETON: readonly CaseEntry[] = [
  ...DIRS.map((path): CaseEntry => ({ kind: 'dir', path: under(path) })),
  ...['f', 'a/f', 'b/f', 'a/a/f', 'a/b/g'].map((path): CaseEntry => ({ kind: 'file', path: under(path) })),
  { kind: 'program', path: `${TOP}/a/x` },
];

/** Most rights, or few. */
const rightsIn = (all: readonly LandlockRight[]): fc.Arbitrary<LandlockRight[]> =>
  fc.oneof(
    fc.subarray<LandlockRight>([...all], { minLength: 1 }),
    fc.constant([...all] as LandlockRight[]),
    fc.subarray<LandlockRight>([...all], { minLength: Math.max(1, all.length - 2) }),
  );

const ruleset = (abi: number): fc.Arbitrary<CasePlan['rulesets'][number]> =>
  rightsIn(rightsOfAbi(abi)).chain((handled) =>
    fc.record({
      handled: fc.constant(handled),
      rules: fc.array(fc.record({ path: rulePath, rights: rightsIn(handled) }), {
        maxLength: 5,
        size: 'max',
      }),
    }),
  );

const FILTERED = ACTIONS.filter((action) => action in FILTERED_CALLS);

const casePlan = (abi: number): fc.Arbitrary<CasePlan> =>
  fc.record({
    masks: fc.oneof(
      { weight: 1, arbitrary: fc.constant([]) },
      { weight: 2, arbitrary: fc.array(mask, { maxLength: 3 }) },
    ),
    rulesets: abi === 0 ? fc.constant([]) : fc.array(ruleset(abi), { maxLength: 2 }),
    filter: fc.oneof(
      { weight: 4, arbitrary: fc.constant([]) },
      { weight: 1, arbitrary: fc.subarray([...FILTERED], { maxLength: 3 }) },
    ),
  });

const TAILS = ['/', '/.', '/..', '/../f', '/f', '/none', '/a/'];

/** A path as a program may write it: absolute or not, through links, `.` and `..`, with a slash behind it. */
const spelled = (place: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(
      place,
      fc.boolean(),
      fc.oneof(
        { weight: 9, arbitrary: fc.constant('') },
        { weight: 2, arbitrary: fc.constantFrom(...TAILS) },
      ),
    )
    .map(([p, relative, tail]) => (!relative ? under(p) : p === '' ? '.' : p) + tail);
const path = spelled(objectPath);
/** A name that is free at first. */
const freePath = fc.tuple(dirPath, fc.constantFrom('n', 'm')).map(([d, n]) => join(d, n));
/** A path for a new name: most are free. */
const newPath = spelled(fc.oneof({ weight: 3, arbitrary: freePath }, { weight: 1, arbitrary: objectPath }));

const at = fc.oneof(
  { weight: 8, arbitrary: fc.constant(e.AT_FDCWD) },
  { weight: 1, arbitrary: fc.integer({ min: 3, max: 5 }) },
);
const fd = fc.constantFrom(3, 3, 3, 4, 4, 5);

const { O } = e;
const NONBLOCK = 0o4000;
const openFlags = fc
  .tuple(
    fc.constantFrom(O.RDONLY, O.RDONLY, O.WRONLY, O.RDWR, O.RDWR, O.ACCMODE),
    fc.constantFrom(0, 0, 0, O.CREAT, O.CREAT, O.CREAT | O.EXCL),
    fc.constantFrom(0, 0, 0, O.TRUNC),
    fc.constantFrom(0, 0, 0, O.APPEND, O.DIRECTORY, O.NOFOLLOW, O.PATH, O.PATH, O.PATH | O.NOFOLLOW),
  )
  .map((bits) => bits.reduce((all, bit) => all | bit, NONBLOCK));

const MODE = 0o777;
const buffer = { buffer: true } as const;
const noFollow = fc.constantFrom(0, 0, e.AT_SYMLINK_NOFOLLOW);
const call = (
  name: RawCall['name'],
  ...args: readonly fc.Arbitrary<RawCall['args'][number]>[]
): fc.Arbitrary<RawCall> => fc.tuple(...args).map((drawn) => ({ name, args: drawn }));
const is = <T extends RawCall['args'][number]>(value: T): fc.Arbitrary<T> => fc.constant(value);

const prot = fc.constantFrom(e.PROT.READ, e.PROT.READ | e.PROT.EXEC, e.PROT.READ | e.PROT.WRITE, e.PROT.EXEC);

const rawCall: fc.Arbitrary<RawCall> = fc.oneof(
  { weight: 14, arbitrary: call('openat', at, path, openFlags, is(MODE)) },
  { weight: 4, arbitrary: call('openat', at, newPath, openFlags, is(MODE)) },
  { weight: 3, arbitrary: call('mkdirat', at, newPath, is(MODE)) },
  { weight: 3, arbitrary: call('mknodat', at, newPath, fc.constantFrom(0o010777, 0o100777), is(0)) },
  { weight: 2, arbitrary: call('symlinkat', fc.oneof(objectPath.map(under), is('f')), at, newPath) },
  { weight: 6, arbitrary: call('unlinkat', at, path, fc.constantFrom(0, e.AT_REMOVEDIR)) },
  { weight: 6, arbitrary: call('linkat', at, path, at, newPath, fc.constantFrom(0, 0, e.AT_SYMLINK_FOLLOW)) },
  { weight: 8, arbitrary: call('renameat2', at, path, at, newPath, fc.constantFrom(0, 0, 1)) },
  { weight: 8, arbitrary: call('renameat2', at, path, at, path, fc.constantFrom(0, 0, 2, 2, 2)) },
  { weight: 2, arbitrary: call('newfstatat', at, path, is(buffer), noFollow) },
  { weight: 2, arbitrary: call('faccessat2', at, path, fc.integer({ min: 0, max: 7 }), noFollow) },
  { weight: 1, arbitrary: call('readlinkat', at, path, is(buffer), is(4096)) },
  { weight: 1, arbitrary: call('getxattr', path, is('user.x'), is(buffer), is(99)) },
  { weight: 1, arbitrary: call('fchmodat', at, path, is(MODE)) },
  { weight: 1, arbitrary: call('fchownat', at, path, is(-1), is(-1), noFollow) },
  { weight: 1, arbitrary: call('utimensat', at, path, is(0), noFollow) },
  { weight: 3, arbitrary: call('truncate', path, is(0)) },
  { weight: 3, arbitrary: call('chdir', path) },
  { weight: 1, arbitrary: call('chroot', path) },
  { weight: 1, arbitrary: call('mount', path, path, is(0), is(0x1000), is(0)) },
  { weight: 1, arbitrary: call('pivot_root', path, path) },
  { weight: 4, arbitrary: call('execve', path) },
  { weight: 3, arbitrary: call('ftruncate', fd, is(0)) },
  { weight: 2, arbitrary: call('fchdir', fd) },
  { weight: 1, arbitrary: call('fchmod', fd, is(MODE)) },
  { weight: 1, arbitrary: call('fchown', fd, is(-1), is(-1)) },
  { weight: 1, arbitrary: call('utimensat', fd, is(0), is(0), is(0)) },
  { weight: 3, arbitrary: call('mmap', is(0), is(4096), prot, fc.constantFrom(1, 2), fd, is(0)) },
  { weight: 1, arbitrary: call('dup', fd) },
  { weight: 1, arbitrary: call('close', fd) },
  { weight: 1, arbitrary: call('flock', fd, is(1)) },
  { weight: 1, arbitrary: call('ioctl', fd, is(0x5401), is(buffer)) },
);

/** An open that mostly succeeds, so that later calls have a descriptor. */
const firstOpen = call(
  'openat',
  is(e.AT_FDCWD),
  fc.oneof(path, fc.constantFrom('f', 'a/f', 'b/f', 'a/b/g').map(under)),
  fc.constantFrom(O.RDONLY, O.RDWR, O.PATH, O.ACCMODE).map((bits) => bits | NONBLOCK),
  is(MODE),
);

/** Returns the cases for a kernel with this ABI. */
export function linuxCase(abi: number): fc.Arbitrary<LinuxCase> {
  return fc.record({
    entries: fc.array(entry, { maxLength: 6 }).map((more) => [...SKELETON, ...more]),
    plan: casePlan(abi),
    calls: fc
      .tuple(
        fc.array(firstOpen, { maxLength: 3, size: 'max' }),
        fc.array(rawCall, { minLength: 1, maxLength: 12, size: 'max' }),
      )
      .map(([opens, rest]) => [...opens, ...rest]),
  });
}
