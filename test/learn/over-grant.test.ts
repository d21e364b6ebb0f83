/** Over-grants: what a policy allows beyond what was observed, judged on the actions that calls ask of each kind of object. */
import { expect, it } from 'vitest';
import { maskOf, type ActionName } from '../../src/abi/actions.js';
import { checkSources } from '../../src/compile.js';
import { defined } from '../../src/base/assert.js';
import { overGrants, type Observation, type OverGrant } from '../../src/tools/learn/over-grant.js';

interface Case {
  readonly name: string;
  readonly rules: string;
  /** Path, kind and action of the one request that was observed. */
  readonly observed: readonly [string, Observation['kind'], ActionName];
  readonly expected: readonly OverGrant[];
}

const CASES: readonly Case[] = [
  {
    name: 'mounton on a file is asked by mount and is listed',
    rules: 'file "/a" { allow read, mounton; }',
    observed: ['/a', 'file', 'read'],
    expected: [{ where: '/a', actions: ['mounton'], witness: '/a' }],
  },
  {
    name: 'link and unlink of a directory are asked by no call and are not listed',
    rules: 'dir "/d" { here { allow readdir, link, unlink; } }',
    observed: ['/d', 'dir', 'readdir'],
    expected: [],
  },
  {
    name: 'link and unlink of a file are listed',
    rules: 'file "/a" { allow read, link, unlink; }',
    observed: ['/a', 'file', 'read'],
    expected: [{ where: '/a', actions: ['link', 'unlink'], witness: '/a' }],
  },
  {
    name: 'a region that allows only rmdir has a directory as its witness',
    rules: 'dir "/d" { allow rmdir; }',
    observed: ['/d', 'dir', 'rmdir'],
    expected: [{ where: '/d/…', actions: ['rmdir'], witness: '/d/a/' }],
  },
];

it.each(CASES)('overGrants: $name', ({ rules, observed: [path, kind, action], expected }) => {
  const { hierarchies } = checkSources([
    { name: 'p.llp', text: `llp 1;\npolicy "p" { default deny; ${rules} }\n` },
  ]);
  const seen = new Map<string, Observation>([[path, { kind, actions: maskOf(action) }]]);
  expect(overGrants(defined(hierarchies[0], 'one policy'), seen)).toEqual(expected);
});
