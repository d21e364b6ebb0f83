/** Gaps of files that have more names than grounding found. */
import { describe, expect, it } from 'vitest';
import { actionNames } from '../../../src/abi/actions.js';
import { gapsOn } from '../../../src/codegen/linux/gaps/gaps.js';
import { mapsArtifact } from '../../../src/codegen/linux/maps-artifact.js';
import { buildTree } from '../../../src/runtime/kernel/build-tree.js';
import type { Inode } from '../../../src/runtime/kernel/vfs.js';
import { groundForLinux } from '../../../src/runtime/linux/load.js';
import { checkedOf } from '../../support/policy.js';

/** Returns what is denied through names that were not found, by path, where some objects of the tree have such names. */
function gapsAt(
  body: string,
  hasUnseenNames: (inode: Inode) => boolean,
): (readonly [string, readonly string[]])[] {
  const { policy } = checkedOf(`llp 1; policy "p" { default deny; ${body} }`);
  const { vfs } = buildTree([
    { kind: 'file', path: '/a/open' },
    { kind: 'file', path: '/a/secret' },
    { kind: 'file', path: '/b/file' },
  ]);
  const loaded = groundForLinux(mapsArtifact(policy), vfs);
  if (loaded.kind === 'refused') throw new Error(loaded.problems.map((p) => p.message).join());
  return gapsOn(policy, loaded.value, vfs, { hasUnseenNames })
    .filter((gap) => gap.when === 'hard-link')
    .map(({ witness, actions }) => [witness.path, actionNames(actions)]);
}

const EDIT = 'open, read, write, readdir, create';
const body = `dir "/a" { allow ${EDIT}; file "secret" { deny all; } file "open" { allow read; } } dir "/b" { allow open, read; }`;

describe('gaps of names that were not found', () => {
  it('are on each file that denies what is allowed elsewhere', () => {
    expect(gapsAt(body, () => true)).toEqual([['/a/secret', ['read', 'write']]]);
  });

  it('are not on a file with all of its names found', () => {
    expect(gapsAt(body, () => false)).toEqual([]);
  });

  it('have only the actions that the policy allows on other files', () => {
    const reading = 'dir "/a" { allow open, read; file "secret" { deny all; } }';
    expect(gapsAt(reading, () => true)).toEqual([['/a/secret', ['read']]]);
  });
});
