/**
 * Facts about what enforces a policy on stock Linux. Each is a plan, calls under the plan, and what they return. The tests ask
 * the real kernel and the model; the page of facts is made from the same data.
 */
import type { ActionName } from '../../../../src/abi/actions.js';
import { LANDLOCK_RIGHTS, type LandlockRight } from '../../../../src/abi/landlock.js';
import type { MaskKind } from '../../../../src/artifact/enforcement-plan.js';
import * as e from '../../../../src/runtime/kernel/errno.js';
import { TOP, type CaseEntry, type CasePlan } from '../case-plan.js';
import type { RawArgument, RawCall, RawName } from '../raw-calls.js';

export type Mechanism = 'landlock' | 'masks' | 'filter';

/** A call, in words, and its result. */
export interface FactStep {
  readonly text: string;
  readonly call: RawCall;
  readonly gives: string;
}

export interface Fact {
  /** The cells of the coverage table that the fact confirms. */
  readonly cells: readonly { readonly action: ActionName; readonly by: Mechanism }[];
  /** A sentence. */
  readonly claim: string;
  readonly plan: CasePlan;
  readonly steps: readonly FactStep[];
  /** Entries of the tree beside those of `FACT_TREE`. */
  readonly entries: readonly CaseEntry[];
}

/** The tree of every fact. `x` is a program. */
export const FACT_TREE: readonly CaseEntry[] = [
  ...['', '/d', '/d/sub', '/d/empty', '/e'].map((path) => ({ kind: 'dir', path: TOP + path }) as const),
  ...['/d/f', '/d/g', '/d/sub/f', '/e/f'].map((path) => ({ kind: 'file', path: TOP + path }) as const),
  { kind: 'program', path: `${TOP}/d/x` },
  { kind: 'link', path: `${TOP}/d/l`, target: 'f' },
];

export const EVERY_RIGHT: readonly LandlockRight[] = LANDLOCK_RIGHTS.map((right) => right.name);
export const without = (...names: readonly LandlockRight[]): LandlockRight[] =>
  EVERY_RIGHT.filter((right) => !names.includes(right));

/** A plan with one ruleset. The paths of rules lie in the tree unless they begin with a slash. */
export function landlock(
  handled: readonly LandlockRight[],
  rules: Readonly<Record<string, readonly LandlockRight[]>> = {},
): CasePlan {
  const placed = Object.entries(rules).map(([path, rights]) => ({ path: inTree(path), rights }));
  return { masks: [], rulesets: [{ handled, rules: placed }], filter: [] };
}

export function masked(
  masks: Readonly<Record<string, readonly MaskKind[]>>,
  rulesets: CasePlan['rulesets'] = [],
): CasePlan {
  return {
    masks: Object.entries(masks).map(([path, kinds]) => ({ path: inTree(path), kinds })),
    rulesets,
    filter: [],
  };
}

export const filteredOut = (...filter: readonly ActionName[]): CasePlan => ({
  masks: [],
  rulesets: [],
  filter,
});

const inTree = (path: string): string =>
  path.startsWith('/') ? path : path === '.' ? TOP : `${TOP}/${path}`;

/** Writes a fact. `cells`: words `action/mechanism`. */
export function fact(
  cells: string,
  claim: string,
  plan: CasePlan,
  steps: readonly FactStep[],
  entries: readonly CaseEntry[] = [],
): Fact {
  const confirmed = cells.split(' ').filter((cell) => cell !== '');
  return {
    cells: confirmed.map((cell) => {
      const [action = '', by = ''] = cell.split('/');
      return { action: action as ActionName, by: by as Mechanism };
    }),
    claim,
    plan,
    steps,
    entries,
  };
}

const step = (text: string, gives: string, name: RawName, ...args: readonly RawArgument[]): FactStep => ({
  text,
  gives,
  call: { name, args },
});

const { O } = e;
const NONBLOCK = 0o4000;
const OPENINGS = {
  'for reading': O.RDONLY,
  'for writing': O.WRONLY,
  'to append': O.WRONLY | O.APPEND,
  'for reading and writing': O.RDWR,
  'with access mode 3': O.ACCMODE,
  'with O_PATH': O.PATH,
  'to list': O.RDONLY | O.DIRECTORY,
  'with O_RDONLY and O_TRUNC': O.RDONLY | O.TRUNC,
  'with O_CREAT for writing': O.WRONLY | O.CREAT,
  'with O_CREAT for reading': O.RDONLY | O.CREAT,
} as const;

const buffer = { buffer: true } as const;
const AT = e.AT_FDCWD;

/** The calls of facts. The first descriptor that a fact opens is 3. */
export const does = {
  open: (path: string, how: keyof typeof OPENINGS, gives: string) =>
    step(`open \`${path}\` ${how}`, gives, 'openat', AT, inTree(path), OPENINGS[how] | NONBLOCK, 0o777),
  mkdir: (path: string, gives: string) =>
    step(`mkdir \`${path}\``, gives, 'mkdirat', AT, inTree(path), 0o777),
  mkfifo: (path: string, gives: string) =>
    step(`mkfifo \`${path}\``, gives, 'mknodat', AT, inTree(path), 0o010777, 0),
  symlink: (path: string, gives: string) =>
    step(`symlink \`${path}\``, gives, 'symlinkat', 'f', AT, inTree(path)),
  unlink: (path: string, gives: string) => step(`unlink \`${path}\``, gives, 'unlinkat', AT, inTree(path), 0),
  rmdir: (path: string, gives: string) =>
    step(`rmdir \`${path}\``, gives, 'unlinkat', AT, inTree(path), e.AT_REMOVEDIR),
  rename: (path: string, to: string, gives: string) =>
    step(`rename \`${path}\` to \`${to}\``, gives, 'renameat2', AT, inTree(path), AT, inTree(to), 0),
  exchange: (path: string, to: string, gives: string) =>
    step(`exchange \`${path}\` and \`${to}\``, gives, 'renameat2', AT, inTree(path), AT, inTree(to), 2),
  link: (path: string, to: string, gives: string) =>
    step(`link \`${path}\` to \`${to}\``, gives, 'linkat', AT, inTree(path), AT, inTree(to), 0),
  stat: (path: string, gives: string) =>
    step(`stat \`${path}\``, gives, 'newfstatat', AT, inTree(path), buffer, 0),
  access: (path: string, mode: keyof typeof e.ACCESS, gives: string) =>
    step(`access \`${path}\` with ${mode}`, gives, 'faccessat2', AT, inTree(path), e.ACCESS[mode], 0),
  readlink: (path: string, gives: string) =>
    step(`readlink \`${path}\``, gives, 'readlinkat', AT, inTree(path), buffer, 4096),
  chdir: (path: string, gives: string) => step(`chdir \`${path}\``, gives, 'chdir', inTree(path)),
  chroot: (path: string, gives: string) => step(`chroot \`${path}\``, gives, 'chroot', inTree(path)),
  mount: (path: string, to: string, gives: string) =>
    step(`bind \`${path}\` onto \`${to}\``, gives, 'mount', inTree(path), inTree(to), 0, 0x1000, 0),
  pivotRoot: (path: string, to: string, gives: string) =>
    step(`pivot_root \`${path}\`, \`${to}\``, gives, 'pivot_root', inTree(path), inTree(to)),
  chmod: (path: string, gives: string) =>
    step(`chmod \`${path}\``, gives, 'fchmodat', AT, inTree(path), 0o777),
  chown: (path: string, gives: string) =>
    step(`chown \`${path}\` to its owner`, gives, 'fchownat', AT, inTree(path), -1, -1, 0),
  utimes: (path: string, gives: string) =>
    step(`set the times of \`${path}\``, gives, 'utimensat', AT, inTree(path), 0, 0),
  setxattr: (path: string, gives: string) =>
    step(`set an extended attribute of \`${path}\``, gives, 'setxattr', inTree(path), 'user.x', 'y', 1, 0),
  getxattr: (path: string, gives: string) =>
    step(`read an extended attribute of \`${path}\``, gives, 'getxattr', inTree(path), 'user.x', buffer, 99),
  truncate: (path: string, gives: string) => step(`truncate \`${path}\``, gives, 'truncate', inTree(path), 0),
  ftruncate: (fd: number, gives: string) => step(`truncate descriptor ${fd}`, gives, 'ftruncate', fd, 0),
  flock: (fd: number, gives: string) => step(`lock descriptor ${fd}`, gives, 'flock', fd, 1),
  fchmod: (fd: number, gives: string) => step(`chmod descriptor ${fd}`, gives, 'fchmod', fd, 0o777),
  fchdir: (fd: number, gives: string) => step(`fchdir descriptor ${fd}`, gives, 'fchdir', fd),
  ioctl: (fd: number, gives: string) =>
    step(`ioctl TCGETS on descriptor ${fd}`, gives, 'ioctl', fd, 0x5401, buffer),
  map: (fd: number, prot: 'PROT_READ' | 'PROT_EXEC', gives: string) =>
    step(
      `map descriptor ${fd} with ${prot}`,
      gives,
      'mmap',
      0,
      4096,
      prot === 'PROT_READ' ? e.PROT.READ : e.PROT.READ | e.PROT.EXEC,
      e.MAP_PRIVATE,
      fd,
      0,
    ),
  execute: (path: string, gives: string) => step(`execute \`${path}\``, gives, 'execve', inTree(path)),
};
