/** The fragments that come with the compiler: alone, together, and on a tree as distributions have it. */
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { defined } from '../../src/base/assert.js';
import { compileWithStd } from '../support/compile.js';
import { buildTree, type TreeEntry } from '../../src/runtime/kernel/build-tree.js';
import { loadPolicy, type LoadedPolicy } from '../../src/runtime/load.js';

const USES: Readonly<Record<string, string>> = {
  git: 'use git("/home/dev");',
  node: 'use node("/usr");',
  python: 'use python("/usr");',
  runtime: 'use runtime;',
  shell: 'use shell;',
  temporary: 'use temporary("/tmp/job");',
};
const NAMES = Object.keys(USES);

function policy(names: readonly string[], effect: string, more = ''): string {
  const imports = names.map((n) => `import "std/${n}.llp";\n`).join('');
  const uses = names.map((n) => USES[n]).join(' ');
  return `llp 1;\n${imports}policy "p" { default ${effect}; ${uses} ${more} }`;
}

/** A distribution whose `/bin` and `/lib` are links into `/usr`, as most are now. */
const MERGED: readonly TreeEntry[] = [
  { kind: 'link', path: '/lib', target: 'usr/lib' },
  { kind: 'link', path: '/lib64', target: 'usr/lib64' },
  { kind: 'link', path: '/bin', target: 'usr/bin' },
  { kind: 'file', path: '/usr/lib64/ld-linux-x86-64.so.2' },
  { kind: 'file', path: '/usr/lib/x86_64-linux-gnu/libc.so.6' },
  { kind: 'file', path: '/usr/lib/python3.12/os.py' },
  { kind: 'link', path: '/usr/lib/python3', target: 'python3.12' },
  { kind: 'file', path: '/usr/lib/node_modules/npm/package.json' },
  { kind: 'file', path: '/usr/bin/node' },
  { kind: 'file', path: '/usr/share/zoneinfo/UTC' },
  { kind: 'link', path: '/etc/localtime', target: '/usr/share/zoneinfo/UTC' },
  { kind: 'file', path: '/run/systemd/resolve/stub-resolv.conf' },
  { kind: 'link', path: '/etc/resolv.conf', target: '../run/systemd/resolve/stub-resolv.conf' },
  { kind: 'file', path: '/etc/passwd' },
  { kind: 'file', path: '/etc/shadow' },
  { kind: 'device', path: '/dev/null' },
  { kind: 'file', path: '/proc/417/maps' },
  { kind: 'link', path: '/proc/self', target: '417' },
  { kind: 'dir', path: '/tmp/job' },
];

/** A distribution with directories of their own, and nothing optional. */
const SPLIT: readonly TreeEntry[] = [
  { kind: 'file', path: '/lib/libc.so' },
  { kind: 'file', path: '/bin/sh' },
  { kind: 'file', path: '/usr/bin/env' },
];

function loadedOn(tree: readonly TreeEntry[], text: string): LoadedPolicy {
  const loaded = loadPolicy(defined(compileWithStd(text).artifact, 'it compiles'), buildTree(tree).vfs);
  expect(loaded.problems).toEqual([]);
  if (loaded.kind !== 'loaded') throw new Error('refused');
  return loaded.value;
}

it('std: the test uses every file of the folder', () => {
  const files = readdirSync(new URL('../../std/', import.meta.url));
  expect(files.sort()).toEqual(NAMES.map((n) => `${n}.llp`));
});

describe.each(['deny', 'allow'])('std, default %s', (effect) => {
  // Where all is allowed, a temporary file may be moved to where it is executed too.
  const more = effect === 'allow' ? 'accept gains execute;' : '';
  it.each([...NAMES.map((n) => [n]), NAMES])('%s', (...names) => {
    // Some leave nothing that a move could gain.
    const told = compileWithStd(policy(names, effect, more)).diagnostics.filter((d) => d.code !== 'LLP3021');
    expect(told).toEqual([]);
    loadedOn(MERGED, policy(names, effect));
    loadedOn(SPLIT, policy(names, effect));
    loadedOn([], policy(names, effect));
  });
});

it('std: a fragment may be used twice with different arguments', () => {
  const text = policy(NAMES, 'deny', 'use node("/opt/node"); use temporary("/var/tmp/job");');
  expect(compileWithStd(text).diagnostics).toEqual([]);
  loadedOn(MERGED, text);
});

it('std: a program may start, and no more', () => {
  const { decide } = loadedOn(MERGED, policy(NAMES, 'deny'));
  const verdict = (action: Parameters<typeof decide>[0], path: string): string =>
    decide(action, path).verdict;
  expect(verdict('execute', '/lib64/ld-linux-x86-64.so.2')).toBe('allow');
  expect(verdict('map', '/lib/x86_64-linux-gnu/libc.so.6')).toBe('allow');
  expect(verdict('execute', '/bin/node')).toBe('allow');
  expect(verdict('read', '/usr/lib/python3/os.py')).toBe('allow');
  expect(verdict('read', '/etc/localtime')).toBe('allow');
  expect(verdict('read', '/etc/resolv.conf')).toBe('allow');
  expect(verdict('read', '/proc/self/maps')).toBe('allow');
  expect(verdict('write', '/dev/null')).toBe('allow');
  expect(verdict('create', '/tmp/job')).toBe('allow');
  expect(verdict('execute', '/tmp/job')).toBe('deny');
  expect(verdict('read', '/etc/shadow')).toBe('deny');
  expect(verdict('write', '/usr/lib/python3/os.py')).toBe('deny');
  expect(verdict('create', '/usr/bin')).toBe('deny');
  expect(verdict('unlink', '/dev/null')).toBe('deny');
});
