/** bubblewrap gives what the export says: random plans on random trees, tried by a shell in the sandbox. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { EnforcementPlan } from '../../src/artifact/enforcement-plan.js';
import { hostTree } from '../../src/runtime/host/host-tree.js';
import { exportPlan } from '../../src/tools/export/export.js';
import { exportTreeOf } from '../../src/tools/export/tree-of.js';
import { cases, fc } from '../support/random.js';
import { has } from '../support/tools.js';
import { arbitraryPlan, arbitraryTree, ODD_NAMES, PLAIN_NAMES, type TreeObject } from './random-plan.js';
import { readBubblewrap, shellWords, type AllowedNames } from './reading.js';

/** Names that Node can write to disk. */
const NAMES = [...PLAIN_NAMES, ...ODD_NAMES].filter((name) => name !== '\udcff');
/** What a shell needs. */
const SYSTEM = ['/usr', '/lib', '/lib64', '/bin'].filter((path) =>
  fs.lstatSync(path, { throwIfNoEntry: false })?.isDirectory(),
);

const worlds = arbitraryTree(NAMES).chain((tree) => arbitraryPlan(tree).map((plan) => ({ tree, plan })));

/** Tries each path, given as three arguments: what to do, the path, and a free name beside or in it. */
const PROBE = `while [ $# -gt 0 ]; do
  x=$(case $1 in
    read) (: < "$2") ;;
    write) (: >> "$2") ;;
    list) (ls "$2") ;;
    make) (: > "$3") && rm -f "$3" ;;
    move) mv -T "$2" "$3" && mv -T "$3" "$2" ;;
  esac 2>&1) && echo yes || echo no
  shift 3
done`;

const PROBES = [
  ['read', 'file', 'read_file'],
  ['write', 'file', 'write_file'],
  ['list', 'dir', 'read_dir'],
  ['make', 'dir', 'make_reg'],
  ['move', 'any', 'move'],
] as const;

interface Attempt {
  readonly what: string;
  readonly path: string;
  readonly free: string;
  readonly expected: boolean;
}

function attemptsOn(tree: readonly TreeObject[], allowed: (o: TreeObject) => AllowedNames): Attempt[] {
  return tree.flatMap((object) => {
    const names = allowed(object);
    const { path, kind } = object;
    return PROBES.filter(([, on]) => on === 'any' || on === kind).map(([what, , right]) => ({
      what,
      path,
      free: what === 'make' ? `${path}/free` : `${path}.free`,
      // A file is made and written, and a directory that is moved gets a new name in its directory.
      expected:
        names.has(right) && (what !== 'make' || (names.has('write_file') && names.has('remove_file'))),
    }));
  });
}

/** The plan on a folder, with the rights of a shell. */
function within(base: string, plan: EnforcementPlan): EnforcementPlan {
  const objects = [
    ...plan.objects.map((o) => ({ ...o, path: o.path === '/' ? base : base + o.path })),
    ...SYSTEM.map((path) => ({ path, kind: 'dir' as const, identity: null })),
  ];
  const rulesets = plan.rulesets.map((ruleset) => ({
    ...ruleset,
    rules: [
      ...ruleset.rules,
      ...SYSTEM.map((_, i) => ({
        object: plan.objects.length + i,
        rights: (['execute', 'read_file', 'read_dir'] as const).filter((r) => ruleset.handled.includes(r)),
      })),
    ],
  }));
  return { ...plan, objects, rulesets };
}

function runUnder(base: string, text: string, nul: boolean, attempts: readonly Attempt[]): string[] {
  const words = attempts.flatMap(({ what, path, free }) => [what, path, free]);
  const list = join(base, '..', 'arguments');
  fs.writeFileSync(list, text);
  const file = fs.openSync(list, 'r');
  const options = nul ? ['--args', '3'] : shellWords(text);
  const ran = spawnSync('bwrap', [...options, '--', '/bin/sh', '-c', PROBE, 'sh', ...words], {
    stdio: ['ignore', 'pipe', 'pipe', file],
    encoding: 'utf8',
    cwd: '/',
  });
  fs.closeSync(file);
  expect(ran.stderr).toBe('');
  return ran.stdout.split('\n').slice(0, -1);
}

function withTree<T>(tree: readonly TreeObject[], use: (base: string) => T): T {
  const top = fs.realpathSync(fs.mkdtempSync(join(tmpdir(), 'bwrap-')));
  const base = join(top, 'tree');
  try {
    fs.mkdirSync(base);
    for (const { path, kind } of tree)
      if (kind === 'dir') fs.mkdirSync(base + path, { recursive: true });
      else fs.writeFileSync(base + path, 'text');
    return use(base);
  } finally {
    fs.rmSync(top, { recursive: true, force: true });
  }
}

describe.skipIf(!has('bwrap'))('an export to bubblewrap', () => {
  it.each([false, true])('gives what its reader says (strict: %s)', (strict) => {
    const tree = exportTreeOf(hostTree().vfs);
    let granted = 0;
    fc.assert(
      fc.property(worlds, fc.boolean(), (world, nul) => {
        withTree(world.tree, (base) => {
          const plan = within(base, world.plan);
          const { text } = exportPlan('bubblewrap', { plan, strict, nul, tree });
          const objects = world.tree.map((o) => ({ ...o, path: base + o.path }));
          const attempts = attemptsOn(objects, readBubblewrap(text));
          const results = runUnder(base, text, nul, attempts);
          const shown = attempts.map((a, i) => `${a.what} ${a.path}: ${results[i] ?? 'nothing'}`);
          expect(shown).toEqual(attempts.map((a) => `${a.what} ${a.path}: ${a.expected ? 'yes' : 'no'}`));
          granted += attempts.filter((a) => a.expected).length;
        });
      }),
      { numRuns: cases(60) },
    );
    expect(granted).toBeGreaterThan(0);
  });
});
