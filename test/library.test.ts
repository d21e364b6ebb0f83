/** The package as a program uses it, by its exports: types are not there to help a caller in JavaScript. */
import { expect, test } from 'vitest';
import type { ActionName } from '../src/abi/actions.js';
import { compile } from '../src/index.js';
import { buildTree, loadPolicy } from '../src/runtime/index.js';

const { artifact } = compile('llp 1; policy "p" { default allow; dir "/srv" { deny write; } }');
const { vfs } = buildTree([{ kind: 'file', path: '/srv/a' }]);
const loaded = artifact === undefined ? undefined : loadPolicy(artifact, vfs);

test.each([
  ['read', '/srv/a', { verdict: 'allow' }],
  ['write', '/srv/a', { verdict: 'deny', errno: 'EACCES' }],
  ['read', '/srv/b', { verdict: 'error', errno: 'ENOENT' }],
  ['read', '', { verdict: 'error', errno: 'ENOENT' }],
  // Not the verdict on another action.
  ['raed', '/srv/a', { verdict: 'error', errno: 'EINVAL' }],
])('decide %s %j', (action, path, decision) => {
  expect(loaded?.kind === 'loaded' && loaded.value.decide(action as ActionName, path)).toEqual(decision);
});
