import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { compile } from '../support/compile.js';
import type { HookName } from '../../src/abi/hooks.js';
import { defined } from '../../src/base/assert.js';
import { buildTree } from '../../src/runtime/index.js';
import { groundPolicy } from '../../src/runtime/load.js';
import { assemble } from '../support/programs.js';

it('loadPolicy: reports a refused program with its instruction', () => {
  const { artifact } = compile('llp 1; policy "p" { dir "/srv" { allow read; } }');
  const { manifest, bytecode } = defined(artifact, 'it compiles');
  const bytes = assemble('mov r0, r7 | exit');
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const [first, ...others] = manifest.programs;
  const program = defined(first, 'a chain has programs');
  const changed = { ...program, bytecode: { ...program.bytecode, sha256 } };
  const { vfs } = buildTree([{ kind: 'file', path: '/srv/a' }]);
  const loaded = groundPolicy(
    {
      manifest: { ...manifest, programs: [changed, ...others] },
      bytecode: new Map([...bytecode, [program.bytecode.file, bytes]]),
    },
    vfs,
  );
  expect(loaded.problems.map((p) => p.message)).toEqual([
    `program \`${program.name}\` is refused: slot 0 \`mov r0, r7\`: r7 is unset`,
  ]);
});

it('loadPolicy: refuses a program for an unknown hook, with a message', () => {
  const { artifact } = compile('llp 1; policy "p" { dir "/srv" { allow read; } }');
  const { manifest, bytecode } = defined(artifact, 'it compiles');
  const [first, ...others] = manifest.programs;
  const changed = { ...defined(first, 'a chain has programs'), hook: 'fs_ioctl' as HookName };
  const { vfs } = buildTree([{ kind: 'file', path: '/srv/a' }]);
  const loaded = groundPolicy({ manifest: { ...manifest, programs: [changed, ...others] }, bytecode }, vfs);
  expect(loaded.kind).toBe('refused');
  expect(loaded.problems.map((p) => p.message)).toEqual([
    'program `fs_walk` is refused: no kernel has the hook `fs_ioctl`',
  ]);
});

it('loadPolicy: refuses a map that is larger than memory, without allocating it', () => {
  const { artifact } = compile('llp 1; policy "p" { dir "/srv" { allow read; } }');
  const { manifest, bytecode } = defined(artifact, 'it compiles');
  const sizes = { keySize: 4, valueSize: 2 ** 40, maxEntries: 2 ** 40, entries: [] };
  const maps = [...manifest.maps, { name: 'huge', type: 'array', ...sizes } as const];
  const { vfs } = buildTree([{ kind: 'file', path: '/srv/a' }]);
  const loaded = groundPolicy({ manifest: { ...manifest, maps }, bytecode }, vfs);
  expect(loaded.kind).toBe('refused');
  expect(loaded.problems.map((p) => p.message)).toEqual([
    `program \`huge\` is refused: its map \`huge\` takes ${2 ** 80} bytes, more than ${2 ** 30}`,
  ]);
});
