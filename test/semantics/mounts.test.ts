/** Mounts in the kernel model, and their effect on the load of a policy. */
import { describe, expect, it } from 'vitest';
import { defined } from '../../src/base/assert.js';
import { compile } from '../support/compile.js';
import { buildTree, type TreeEntry } from '../../src/runtime/kernel/build-tree.js';
import { loadPolicy } from '../../src/runtime/load.js';

const dir = (path: string): TreeEntry => ({ kind: 'dir', path });
const bind = (path: string, target: string): TreeEntry => ({ kind: 'bind', path, target });

function load(policy: string, entries: readonly TreeEntry[]): ReturnType<typeof loadPolicy> {
  const { artifact } = compile(`llp 1; policy "p" { default allow; ${policy} }`);
  return loadPolicy(defined(artifact, 'the policy compiles'), buildTree(entries).vfs);
}

describe('mounts, hidden by another mount', () => {
  it('a hidden mount is not a second place of its objects', () => {
    const hidden = [dir('/a/inner'), dir('/store/x'), bind('/a/inner', '/store'), bind('/a', '/store/x')];
    expect(load('dir "/a" { deny open; }', hidden).kind).toBe('loaded');
  });

  it('a directory that is bound onto itself is not a second place', () => {
    const hidden = [dir('/a/inner'), dir('/store/x'), bind('/a/inner', '/store'), bind('/a', '/a')];
    expect(load('dir "/a" { deny open; } dir "/store/x" { deny read; }', hidden).kind).toBe('loaded');
  });
});

describe('mounts, visible', () => {
  it('a visible mount is a second place, and its rights must be the same', () => {
    const seen = [dir('/a/inner'), dir('/store/x'), bind('/a/inner', '/store')];
    expect(load('dir "/a" { deny open; } dir "/store/x" { deny read; }', seen).kind).toBe('refused');
  });

  it('finds a mount on top of another', () => {
    const stacked = [
      dir('/a/on'),
      dir('/first'),
      dir('/second/x'),
      bind('/a/on', '/first'),
      bind('/a/on', '/second'),
    ];
    expect(load('dir "/a" { deny open; } dir "/second/x" { deny read; }', stacked).kind).toBe('refused');
  });
});
