/** Random trees, and random plans on them. */
import { fc } from '../support/random.js';
import { LANDLOCK_RIGHTS, type LandlockRight } from '../../src/abi/landlock.js';
import {
  MASK_KINDS,
  NEWEST_MACHINE,
  PLAN_FORMAT,
  PLAN_VERSION,
  type EnforcementPlan,
  type MaskKind,
} from '../../src/artifact/enforcement-plan.js';

export interface TreeObject {
  readonly path: string;
  readonly kind: 'dir' | 'file';
}

export const PLAIN_NAMES = ['a', 'b', 'c', 'd'] as const;
/** Names that some format has to escape, or cannot hold. */
export const ODD_NAMES = [
  'a',
  'b c',
  '%h',
  'q"u\'o',
  'x:y',
  '$v',
  'g*[1]?',
  'back\\slash',
  'line\nbreak',
  'é',
  '\udcff',
  '(p)',
] as const;

/** Objects sorted by path, without the root. An object with entries is a directory. */
export function arbitraryTree(names: readonly string[]): fc.Arbitrary<readonly TreeObject[]> {
  const name = fc.constantFrom(...names);
  return fc
    .array(fc.tuple(fc.array(name, { minLength: 1, maxLength: 4 }), fc.boolean()), {
      minLength: 1,
      maxLength: 10,
    })
    .map((leaves) => {
      const kinds = new Map<string, 'dir' | 'file'>();
      for (const [parts, isFile] of leaves)
        parts.forEach((_, i) => {
          const path = '/' + parts.slice(0, i + 1).join('/');
          const kind = i < parts.length - 1 || !isFile ? 'dir' : 'file';
          if (kind === 'dir' || !kinds.has(path)) kinds.set(path, kind);
        });
      return [...kinds].map(([path, kind]) => ({ path, kind })).sort((x, y) => (x.path < y.path ? -1 : 1));
    });
}

const GROUPS: readonly (readonly LandlockRight[])[] = [
  ['read_file', 'read_dir'],
  ['read_file'],
  ['read_dir'],
  ['read_file', 'read_dir', 'execute'],
  ['write_file', 'truncate'],
  LANDLOCK_RIGHTS.map((r) => r.name).filter((name) => /^(write|trunc|make|remove|refer)/.test(name)),
  ['remove_file', 'remove_dir'],
  ['ioctl_dev'],
  LANDLOCK_RIGHTS.map((r) => r.name),
];
const KINDS: readonly (readonly MaskKind[])[] = [['ro'], ['noexec'], ['ro', 'noexec'], ['hide'], ['pin']];

const rights = fc
  .array(fc.constantFrom(...GROUPS), { minLength: 1, maxLength: 3 })
  .map((groups) => sorted(groups.flat()));
const handled = fc.oneof(
  { weight: 4, arbitrary: fc.constant(LANDLOCK_RIGHTS.map((r) => r.name)) },
  { weight: 1, arbitrary: rights.map((some) => sorted([...some, 'refer'])) },
);

function sorted(some: readonly LandlockRight[]): LandlockRight[] {
  return LANDLOCK_RIGHTS.map((r) => r.name).filter((name) => some.includes(name));
}

/** A plan on objects of the tree and the root. */
export function arbitraryPlan(tree: readonly TreeObject[]): fc.Arbitrary<EnforcementPlan> {
  const all: readonly TreeObject[] = [{ path: '/', kind: 'dir' }, ...tree];
  const index = fc.nat({ max: all.length - 1 });
  const maskable = fc.integer({ min: 1, max: all.length - 1 });
  const ruleset = fc.record({ handled, rules: fc.dictionary(index.map(String), rights, { maxKeys: 5 }) });
  return fc
    .record({
      rulesets: fc.array(ruleset, { maxLength: 2 }),
      masks: fc.dictionary(maskable.map(String), fc.constantFrom(...KINDS), { maxKeys: 4 }),
      filtered: fc.subarray(['chroot', 'mounton', 'unlink', 'rmdir', 'setattr'] as const),
    })
    .map(({ rulesets, masks, filtered }) => ({
      format: PLAN_FORMAT,
      version: PLAN_VERSION,
      policy: 'random',
      machine: NEWEST_MACHINE,
      leastAbi: 1,
      objects: all.map(({ path, kind }) => ({ path, kind, identity: null })),
      masks: byNumber(masks).map(([object, kinds]) => ({
        object,
        kinds: MASK_KINDS.filter((kind) => kinds.includes(kind)),
      })),
      rulesets: rulesets.map((r, i) => ({
        layer: `layer ${i}`,
        handled: r.handled,
        rules: byNumber(r.rules).flatMap(([object, granted]) => {
          const known = granted.filter((right) => r.handled.includes(right) && fits(right, all[object]));
          return known.length === 0 ? [] : [{ object, rights: known }];
        }),
      })),
      ...(filtered.length > 0 && { filter: { actions: filtered, ioUring: false } }),
    }));
}

function fits(right: LandlockRight, object: TreeObject | undefined): boolean {
  return object?.kind === 'dir' || LANDLOCK_RIGHTS.find((r) => r.name === right)?.on === 'any';
}

function byNumber<T>(record: Readonly<Record<string, T>>): (readonly [number, T])[] {
  return Object.entries(record)
    .map(([key, value]) => [Number(key), value] as const)
    .sort(([a], [b]) => a - b);
}
