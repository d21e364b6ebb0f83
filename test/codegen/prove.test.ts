/** The proof of a build accepts what the compiler makes of rules at the root, which is a directory and nothing else. */
import { expect, test } from 'vitest';
import { compile } from '../../src/index.js';

test.each([
  ['a rule at the top', 'default deny; allow read;'],
  ['a `here` at the top', 'default deny; allow read; here { deny read; allow chdir; }'],
  ['a `forbid` at the top', 'default allow; forbid execute; dir "/srv" { deny read; }'],
  ['a scope of the root beside rules at the top', 'default deny; allow read; dir "/" { deny unlink; }'],
])('prove: %s', (_, body) => {
  const { artifact, diagnostics } = compile(`llp 1; policy "p" { ${body} }`);
  expect(diagnostics.filter((d) => d.severity === 'error').map((d) => d.message)).toEqual([]);
  expect(artifact).toBeDefined();
});
