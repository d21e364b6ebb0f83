/** Objects that mounts show at several paths: each path is planned, also where no scope names the directory of the mount point. */
import { describe, expect, it } from 'vitest';
import { mapsArtifact } from '../../src/codegen/linux/maps-artifact.js';
import { buildTree } from '../../src/runtime/kernel/build-tree.js';
import { groundForLinux } from '../../src/runtime/linux/load.js';
import { checkedOf } from '../support/policy.js';

const TREE = buildTree([
  { kind: 'file', path: '/g/a/s' },
  { kind: 'file', path: '/g/in/deep/f' },
]).vfs;

/** Returns the masks of a plan, with the paths that mounts show beside each path. */
function masksOf(body: string, shown: Readonly<Record<string, readonly string[]>>): string[] {
  const { policy } = checkedOf(`llp 1; policy "p" { default deny; ${body} }`);
  const loaded = groundForLinux(mapsArtifact(policy), TREE, { otherPathsOf: (path) => shown[path] ?? [] });
  if (loaded.kind === 'refused' || loaded.value.plan === undefined) throw new Error('it is planned');
  const { objects, masks } = loaded.value.plan;
  return masks.map(({ object, kinds }) => `${kinds.join('+')} ${objects[object]?.path ?? ''}`);
}

describe('other paths of an object', () => {
  it('a file on a mount point in a directory that no scope names is masked there too', () => {
    const body = 'dir "/g" { allow all; file "a/s" { deny all; } }';
    expect(masksOf(body, { '/g/a/s': ['/g/in/deep/f'] })).toEqual(['hide /g/a/s', 'hide /g/in/deep/f']);
  });

  it('where nothing is granted at the other path, nothing is laid there', () => {
    const body = 'dir "/g/a" { allow all; file "s" { deny all; } }';
    expect(masksOf(body, { '/g/a/s': ['/g/in/deep/f'] })).toEqual(['hide /g/a/s']);
  });
});
