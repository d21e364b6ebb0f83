/** `explainRuns`: the places of cookies, with and without place numbers. */
import { expect, test } from 'vitest';
import { actionBit } from '../../src/abi/actions.js';
import { defined } from '../../src/base/assert.js';
import { compile } from '../../src/index.js';
import { explainRuns, traced } from '../../src/runtime/explain.js';
import { buildTree } from '../../src/runtime/kernel/build-tree.js';
import { request } from '../../src/runtime/kernel/syscalls/index.js';
import { loadPolicy, type GroundedPolicy } from '../../src/runtime/load.js';

const POLICY = `llp 1;
policy "p" { default deny; dir "/a" { allow read; dir "b" { deny read; allow write; } } }
`;

/** The policy as it is grounded when there are more places than numbers. */
function withoutNumbers(policy: GroundedPolicy): GroundedPolicy {
  const maps = [...policy.maps].map(([name, map]) => [name, { ...map, byNumber: new Map() }] as const);
  return { ...policy, maps: new Map(maps) };
}

test('explainRuns: a cookie without a place number has the place of the step before', () => {
  const artifact = defined(compile(POLICY).artifact, 'the policy compiles');
  const loaded = loadPolicy(artifact, buildTree([{ kind: 'file', path: '/a/b/c' }]).vfs);
  if (loaded.kind === 'refused') throw new Error('the policy loads');
  const { kernel, task, grounded } = loaded.value;
  const { runs } = traced(kernel, () => request(task, actionBit('write'), '/a/b/c'));
  const placesOf = (policy: GroundedPolicy): unknown =>
    explainRuns([policy], runs).map(({ before, after }) => [before.place, after.place]);
  const places = [
    [undefined, '/'],
    ['/', '/a'],
    ['/a', '/a/b'],
    ['/a/b', '/a/b'],
  ];
  expect(placesOf(grounded)).toEqual(places);
  expect(placesOf(withoutNumbers(grounded))).toEqual(places);
});
