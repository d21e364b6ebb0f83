/** At load, the scopes of one object act from general to specific, in whichever order the policy has them. */
import { describe, expect, it } from 'vitest';
import { defined } from '../../src/base/assert.js';
import { buildTree } from '../../src/runtime/kernel/build-tree.js';
import { loadPolicy } from '../../src/runtime/load.js';
import { compile } from '../support/compile.js';

describe('loadPolicy, a glob and a literal name one object', () => {
  it.each([
    ['the literal allows', 'file "*.key" { deny read; } file "a.key" { allow read; }', 'allow'],
    ['the literal denies', 'file "a.key" { deny read; } file "*.key" { allow read; }', 'deny'],
    ['the first component decides', 'file "*/a.key" { deny read; } file "g/*.key" { allow read; }', 'allow'],
  ])('%s', (_, scopes, verdict) => {
    const inner = scopes.includes('/') ? scopes : `dir "g" { ${scopes} }`;
    const text = `llp 1; policy "p" { default deny; dir "/d" { ${inner} } }`;
    const { vfs } = buildTree([
      { kind: 'dir', path: '/d' },
      { kind: 'dir', path: '/d/g' },
      { kind: 'file', path: '/d/g/a.key' },
    ]);
    const loaded = loadPolicy(defined(compile(text).artifact, 'it compiles'), vfs);
    if (loaded.kind !== 'loaded') throw new Error('it loads');
    expect(loaded.value.decide('read', '/d/g/a.key').verdict).toBe(verdict);
  });
});
