/** Warnings of the load for globs that match no object. */
import { expect, it } from 'vitest';
import { defined } from '../../src/base/assert.js';
import { compile } from '../support/compile.js';
import { buildTree } from '../../src/runtime/kernel/build-tree.js';
import { groundPolicy } from '../../src/runtime/load.js';

it.each([
  ['file "/a/*.key" { deny all; }', ['LLP5005']],
  ['file? "/a/*.key" { deny all; }', []],
  ['dir? "/b" { file "*.key" { deny all; } }', []],
  ['dir? "/a" { file "*.key" { deny all; } }', ['LLP5005']],
  ['dir? "/a/*.d" { file "*.key" { deny all; } }', []],
])('groundPolicy, optional scopes: %s gives %j', (scope, codes) => {
  const { artifact } = compile(`llp 1; policy "p" { default allow; ${scope} }`);
  const { vfs } = buildTree([{ kind: 'dir', path: '/a' }]);
  const loaded = groundPolicy(defined(artifact, 'it compiles'), vfs);
  expect(loaded.kind).toBe('loaded');
  expect(loaded.problems.map((p) => p.code)).toEqual(codes);
});
