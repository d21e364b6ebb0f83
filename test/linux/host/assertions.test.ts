/** Assertions on the real tree: only places are looked at, so a policy loads where most directories cannot be read. */
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mapsArtifact } from '../../../src/codegen/linux/maps-artifact.js';
import { hostTree } from '../../../src/runtime/host/host-tree.js';
import { groundForLinux } from '../../../src/runtime/linux/load.js';
import { folder } from '../../support/llpc.js';
import { checkedOf } from '../../support/policy.js';

function problemsOf(text: string): readonly string[] {
  const { policy, sources } = checkedOf(text);
  const { problems } = groundForLinux(mapsArtifact(policy, sources), hostTree().vfs);
  return problems.map((p) => p.code);
}

describe('assertions on the real tree', () => {
  it('about moves do not read the whole tree', () => {
    const text =
      'llp 1; assert never gains read; policy "p" { default deny; dir "/usr" { allow read, rename; } }';
    expect(problemsOf(text)).toEqual([]);
  });

  it('beneath a directory do not read what no scope names', () => {
    const text =
      'llp 1; assert never write under "/proc"; policy "p" { default deny; dir "/proc" { allow read; } }';
    expect(problemsOf(text)).toEqual([]);
  });

  it('that do not hold there are errors: a link leads a scope beneath the asserted directory', () => {
    const top = folder({ 'secret/deep/key': '' });
    symlinkSync(join(top, 'secret/deep'), join(top, 'way'));
    const text = `llp 1; assert never read under "${top}/secret";
      policy "p" { default deny; dir "${top}/way" { allow read; } }`;
    expect(problemsOf(text)).toEqual(['LLP5014']);
  });
});
