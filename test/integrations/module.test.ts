/** The module that a policy becomes: loaded, it is the artifact, whatever texts are in it. */
import { expect, test } from 'vitest';
import type { Artifact } from '../../src/artifact/manifest.js';
import { defined } from '../../src/base/assert.js';
import { compile } from '../support/compile.js';
import { moduleText } from '../../src/front/unplugin/module.js';
import { fc } from '../support/random.js';

const load = async (artifact: Artifact): Promise<Artifact> => {
  const url = `data:text/javascript;base64,${Buffer.from(moduleText(artifact)).toString('base64')}`;
  return ((await import(/* @vite-ignore */ url)) as { default: Artifact }).default;
};

const { artifact } = compile('llp 1; policy "p" { default deny; dir "/srv/ü\u2028" { allow read; } }');

test('moduleText: the module exports the artifact', async () => {
  const policy = defined(artifact, 'it compiles');
  expect(await load(policy)).toEqual(policy);
  expect(moduleText(policy)).not.toMatch(/^import/m);
});

test('moduleText: the module exports the artifact, with any bytes and names', async () => {
  const { manifest } = defined(artifact, 'it compiles');
  const text = fc.string({ unit: 'binary' });
  await fc.assert(
    fc.asyncProperty(text, fc.array(fc.tuple(text, fc.uint8Array())), async (policy, files) => {
      const made = { manifest: { ...manifest, policy }, bytecode: new Map(files) };
      const loaded = await load(made);
      expect(loaded.manifest).toEqual(made.manifest);
      expect([...loaded.bytecode].map(([name, b]) => [name, [...b]])).toEqual(
        [...made.bytecode].map(([name, b]) => [name, [...b]]),
      );
    }),
  );
});
