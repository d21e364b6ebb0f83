/** Mounts, resolution without tasks, and the builders: descriptions, directories, archives. */
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { pack } from 'tar-stream';
import { afterAll, describe, expect, test } from 'vitest';
import { buildTree } from '../../src/runtime/kernel/build-tree.js';
import { AT_FDCWD, O, RENAME_EXCHANGE, RENAME_NOREPLACE } from '../../src/runtime/kernel/errno.js';
import { interpreterOf } from '../../src/runtime/kernel/interpreter-path.js';
import { mountsOf } from '../../src/runtime/kernel/mounts.js';
import { byteLength, bytesFromName, nameFromBytes } from '../../src/runtime/kernel/names.js';
import { resolve } from '../../src/runtime/kernel/resolve.js';
import { snapshotDirectory } from '../../src/runtime/kernel/snapshot.js';
import * as sys from '../../src/runtime/kernel/syscalls/index.js';
import { treeFromTar } from '../../src/runtime/kernel/tar.js';
import type { CallResult, Task } from '../../src/runtime/kernel/task.js';
import { entries, type Inode, type Vfs } from '../../src/runtime/kernel/vfs.js';
import { newKernelTask, tree, treeEntry } from '../support/fake-engine.js';
import { fc } from '../support/random.js';

const errnoOf = (result: { ok: true } | { ok: false; errno: string }): string =>
  result.ok ? 'ok' : result.errno;

/** Names from the root, as `resolve` sees the object physically. */
function physical(vfs: Vfs, at: string, follow = true): string {
  const found = resolve(vfs, at, follow);
  return found.ok ? `/${found.names.join('/')} (${found.physical.length})` : found.errno;
}

function inode(vfs: Vfs, at: string): Inode {
  const found = resolve(vfs, at, false);
  if (!found.ok) throw new Error(`${at}: ${found.errno}`);
  return found.location.inode;
}

function print(dir: Inode, indent = ''): string[] {
  return [...entries(dir)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, i]) => [
      `${indent}${name}${i.kind === 'dir' ? '/' : ''}${i.target === '' ? '' : ` -> ${i.target}`}${i.nlink > 1 ? ` ${i.nlink}` : ''}`,
      ...print(i, `${indent}  `),
    ]);
}

describe('system calls, mounts', () => {
  const vfs = (): Vfs => tree('/a/b/f', '/m/', '/m @ /a/b', '/file', '/a/g', '/file @ /a/g', '/l -> m/f');

  test('a path goes through a mount', () => {
    const v = vfs();
    expect(inode(v, '/m/f')).toBe(inode(v, '/a/b/f'));
    expect(inode(v, '/file')).toBe(inode(v, '/a/g'));
    expect(inode(v, '/m/..')).toBe(v.root);
    expect(physical(v, '/m/f')).toBe('/m/f (3)');
    expect(physical(v, '/m/../a/b/../b')).toBe('/a/b (3)');
    expect(physical(v, '/l')).toBe('/m/f (3)');
    expect(mountsOf(v, inode(v, '/m')).map((m) => m.point?.inode.parent)).toEqual([v.root]);
  });

  const here = [AT_FDCWD, AT_FDCWD] as const;
  test.each<[string, (task: Task) => CallResult, string]>([
    ['rename across', (t) => sys.rename(t, '/m/f', '/x'), 'EXDEV'],
    ['rename within', (t) => sys.rename(t, '/m/f', '/m/x'), 'ok'],
    ['link across', (t) => sys.link(t, '/m/f', '/x'), 'EXDEV'],
    ['rmdir of a mount point', (t) => sys.rmdir(t, '/m'), 'EBUSY'],
    ['unlink of a mount point', (t) => sys.unlink(t, '/file'), 'EBUSY'],
    ['unlink of what is mounted', (t) => sys.unlink(t, '/a/g'), 'ok'],
    ['rename of a mount point', (t) => sys.rename(t, '/m', '/x'), 'EBUSY'],
    ['rename onto a mount point', (t) => sys.rename(t, '/a/b/f', '/file'), 'EBUSY'],
    ['rename of the root', (t) => sys.rename(t, '/', '/x'), 'EBUSY'],
    ['rename onto the root', (t) => sys.rename(t, '/a', '/'), 'EBUSY'],
    ['rmdir of the root', (t) => sys.rmdir(t, '/'), 'EBUSY'],
    ['mount a file on a directory', (t) => sys.mountBind(t, '/a/g', '/a'), 'ENOTDIR'],
    ['mount nothing', (t) => sys.mountBind(t, '/none', '/a'), 'ENOENT'],
    ['NOREPLACE', (t) => sys.rename(t, '/a/b', '/a/g', ...here, RENAME_NOREPLACE), 'EEXIST'],
    ['NOREPLACE onto `.`', (t) => sys.rename(t, '/a/b', '/a/.', ...here, RENAME_NOREPLACE), 'EEXIST'],
    ['EXCHANGE with nothing', (t) => sys.rename(t, '/a/b', '/a/x', ...here, RENAME_EXCHANGE), 'ENOENT'],
    ['EXCHANGE with an ancestor', (t) => sys.rename(t, '/a/b', '/a', ...here, RENAME_EXCHANGE), 'EINVAL'],
    ['both flags', (t) => sys.rename(t, '/a/b', '/a/x', ...here, 3), 'EINVAL'],
    ['mknod of a directory', (t) => sys.mknod(t, '/x', 'dir'), 'EPERM'],
    ['pivot_root to no mount', (t) => sys.pivotRoot(t, '/a', '/a/b'), 'EBUSY'],
    ['fchdir to a file', (t) => (sys.open(t, '/l', O.PATH), sys.fchdir(t, 0)), 'ENOTDIR'],
    ['a relative path from a file', (t) => (sys.open(t, '/l', O.PATH), sys.mkdir(t, 'x', 0)), 'ENOTDIR'],
    ['a relative path from nothing', (t) => sys.mkdir(t, 'x', 5), 'EBADF'],
    ['an absolute path from nothing', (t) => sys.mkdir(t, '/x', 5), 'ok'],
    ['fchmod of O_PATH', (t) => (sys.open(t, '/l', O.PATH), sys.fchmod(t, 0)), 'EBADF'],
    ['execve of a directory', (t) => sys.execve(t, '/a'), 'EACCES'],
  ])('%s', (_, call, expected) => expect(errnoOf(call(newKernelTask(vfs())))).toBe(expected));

  test('an exchange moves both entries, and sets both parents', () => {
    const task = newKernelTask(tree('/a/x/f', '/b/y'));
    expect(sys.rename(task, '/a/x', '/b/y', ...here, RENAME_EXCHANGE).ok).toBe(true);
    expect(print(task.kernel.vfs.root)).toEqual(['a/', '  x', 'b/', '  y/', '    f']);
    expect(physical(task.kernel.vfs, '/b/y/..')).toBe('/b (2)');
  });

  test('execve ends at an interpreter that needs itself', () => {
    const task = newKernelTask(tree('/s ! /s', '/t ! /none'));
    expect(errnoOf(sys.execve(task, '/s'))).toBe('ELOOP');
    expect(errnoOf(sys.execve(task, '/t'))).toBe('ENOENT');
  });

  test('pivot_root moves the old root under put_old, for every task', () => {
    const task = newKernelTask(tree('/new/old/', '/new/x', '/y', '/new @ /new'));
    expect(errnoOf(sys.pivotRoot(task, '/new', '/new/old'))).toBe('ok');
    expect(sys.stat(task, '/x').ok && sys.stat(task, '/old/y').ok && sys.stat(task, 'x').ok).toBe(true);
    expect(sys.stat(task, '/y').ok).toBe(false);
    expect(sys.stat(task, '/old/../x').ok).toBe(true);
  });

  test('chroot keeps `..` inside, unless the working directory is outside', () => {
    const task = newKernelTask(tree('/a/b/f', '/x'));
    sys.chroot(task, '/a');
    expect(errnoOf(sys.stat(task, '/../x'))).toBe('ENOENT');
    expect(errnoOf(sys.stat(task, 'x'))).toBe('ok');
    sys.chdir(task, '/');
    expect(errnoOf(sys.stat(task, '../x'))).toBe('ENOENT');
  });

  test('a directory that left the tree of its mount has no `..`', () => {
    const task = newKernelTask(tree('/a/b/f', '/m @ /a'));
    sys.chdir(task, '/m/b');
    sys.rename(task, '/a/b', '/b');
    expect(errnoOf(sys.stat(task, '..'))).toBe('ENOENT');
    expect(errnoOf(sys.stat(task, 'f'))).toBe('ok');
  });
});

describe('bytesFromName and nameFromBytes', () => {
  test('map any bytes to a name and back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
        const name = nameFromBytes(bytes);
        expect([...bytesFromName(name)]).toEqual([...bytes]);
        expect(byteLength(name)).toBe(bytes.length);
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (s) => {
        expect(byteLength(s)).toBe(Buffer.byteLength(s));
      }),
    );
  });
});

describe('buildTree', () => {
  test('reports each entry that it cannot make, and makes the others', () => {
    const built = buildTree(
      [
        '/f',
        '/f/x',
        '/d/',
        '/d',
        '/h = /none',
        '/d2 = /d',
        '/gone -> nowhere',
        '/gone/x',
        '/m @ /none',
        '/ok/x',
      ].map(treeEntry),
    );
    expect(built.problems).toEqual([
      { path: '/f/x', problem: 'a component of the path is not a directory' },
      { path: '/d', problem: 'it is a dir already' },
      { path: '/h', problem: 'the target `/none` does not exist' },
      { path: '/d2', problem: 'a directory cannot have hard links' },
      { path: '/gone/x', problem: 'a link in the path leads nowhere' },
      { path: '/m', problem: 'the target `/none` does not exist' },
    ]);
    expect(print(built.vfs.root)).toEqual(['d/', 'f', 'gone -> nowhere', 'ok/', '  x']);
  });

  test('makes parents through links, and the mount point of a bind', () => {
    const vfs = tree('/d/', '/l -> d', '/l/x/y', '/p/q @ /d', '/p/file @ /d/x/y', '/h = /d/x/y');
    expect(print(vfs.root)).toEqual(['d/', '  x/', '    y 2', 'h 2', 'l -> d', 'p/', '  file', '  q/']);
    expect(inode(vfs, '/p/q/x/y')).toBe(inode(vfs, '/p/file'));
  });
});

describe('snapshotDirectory', () => {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'llp-snapshot-'));
  afterAll(() => fs.rmSync(dir, { recursive: true, force: true }));
  fs.mkdirSync(path.join(dir, 'a/b'), { recursive: true });
  fs.writeFileSync(path.join(dir, 'a/f'), '#! /bin/sh -e\n', { mode: 0o755 });
  fs.linkSync(path.join(dir, 'a/f'), path.join(dir, 'a/b/h'));
  fs.symlinkSync('../a', path.join(dir, 'a/l'));
  fs.writeFileSync(Buffer.concat([Buffer.from(`${dir}/`), Buffer.from([0x78, 0xff])]), '');
  const expected = ['a/', '  b/', '    h 2', '  f 2', '  l -> ../a', 'x\udcff'];

  test('reads a directory', () => {
    const shot = snapshotDirectory(dir, { interpreters: true });
    expect(print(shot.vfs.root)).toEqual(expected);
    expect([shot.problems, shot.entries, shot.complete]).toEqual([[], 6, true]);
    expect(inode(shot.vfs, '/a/f').interpreter).toBe('/bin/sh');
  });

  test('refuses more entries than the limit, and a directory that does not exist', () => {
    const shot = snapshotDirectory(dir, { limit: 3 });
    expect([shot.complete, shot.entries]).toEqual([false, 3]);
    expect(shot.problems).toEqual([{ path: dir, problem: 'more than 3 entries' }]);
    expect(snapshotDirectory(`${dir}/none`).problems).toEqual([{ path: `${dir}/none`, problem: 'ENOENT' }]);
  });

  test.each(['gnu', 'ustar'])(
    'treeFromTar reads the same tree from a %s archive of the system’s tar',
    async (format) => {
      const bytes = execFileSync('tar', [`--format=${format}`, '-C', dir, '-cf', '-', '.']);
      const shot = await treeFromTar(bytes, { interpreters: true });
      expect(shot.problems).toEqual([]);
      expect(print(shot.vfs.root)).toEqual(expected);
      const linked = [inode(shot.vfs, '/a/f').interpreter, inode(shot.vfs, '/a/b/h').interpreter];
      expect(linked).toContain('/bin/sh');
      expect(print((await treeFromTar(gzipSync(bytes))).vfs.root)).toEqual(expected);
    },
  );
});

test('treeFromTar: reports a pax record that is not UTF-8', async () => {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'llp-pax-'));
  fs.writeFileSync(Buffer.concat([Buffer.from(`${dir}/`), Buffer.from([0x78, 0xff])]), '');
  fs.writeFileSync(path.join(dir, 'é'), '');
  const shot = await treeFromTar(execFileSync('tar', ['--format=pax', '-C', dir, '-cf', '-', '.']));
  fs.rmSync(dir, { recursive: true });
  expect(print(shot.vfs.root)).toEqual(['é']);
  expect(shot.problems.map((p) => p.problem)).toEqual(['has a name in a pax record that is not UTF-8']);
});

/** The bytes of an archive of these headers, all without content. */
async function archive(
  headers: readonly { name: string; type: 'file' | 'link' | 'symlink' | 'directory'; linkname?: string }[],
) {
  const packed = pack();
  for (const header of headers) packed.entry(header, '');
  packed.finalize();
  const parts: Uint8Array[] = [];
  for await (const part of packed as AsyncIterable<Uint8Array>) parts.push(part);
  return Buffer.concat(parts);
}

describe('treeFromTar', () => {
  test('the last of two entries wins; hard links, long names, `./` and `..`', async () => {
    const long = `${'n'.repeat(120)}/${'m'.repeat(140)}`;
    const bytes = await archive([
      { name: './a', type: 'file' },
      { name: 'a', type: 'symlink', linkname: 'b' },
      { name: './d/x', type: 'file' },
      { name: 'd', type: 'file' },
      { name: '/h', type: 'link', linkname: './d' },
      { name: long, type: 'file' },
      { name: '../out', type: 'file' },
      { name: 'z', type: 'link', linkname: 'none' },
    ]);
    const shot = await treeFromTar(bytes);
    expect(print(shot.vfs.root)).toEqual([
      'a -> b',
      'd 2',
      'h 2',
      `${'n'.repeat(120)}/`,
      `  ${'m'.repeat(140)}`,
    ]);
    expect(shot.problems).toEqual([
      { path: '../out', problem: 'leaves the archive through `..`' },
      { path: 'z', problem: 'the target `/none` does not exist' },
    ]);
  });

  test('reports any truncated or damaged archive', async () => {
    const bytes = await archive([
      { name: 'a', type: 'file' },
      { name: 'b', type: 'file' },
    ]);
    const cut = await treeFromTar(bytes.subarray(0, 700));
    expect([cut.complete, cut.problems.length, print(cut.vfs.root)]).toEqual([false, 1, ['a']]);
    const missing = await treeFromTar('/none.tar');
    expect([missing.complete, missing.problems.length]).toEqual([false, 1]);
    const cutZip = await treeFromTar(gzipSync(bytes).subarray(0, 40));
    expect([cutZip.complete, cutZip.problems.length]).toEqual([false, 1]);
    expect((await treeFromTar(new Uint8Array(0))).complete).toBe(true);
    await fc.assert(
      fc.asyncProperty(fc.nat(1023), fc.nat(255), async (at, byte) => {
        const damaged = Buffer.from(bytes);
        damaged[at] = byte;
        const shot = await treeFromTar(damaged);
        expect(shot.complete || shot.problems.length > 0).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});

test('interpreterOf: scripts and ELF files', () => {
  expect(interpreterOf(Buffer.from('#!/bin/sh'))).toBe('/bin/sh');
  expect(interpreterOf(Buffer.from('#!\t /usr/bin/env node\n'))).toBe('/usr/bin/env');
  expect(interpreterOf(Buffer.from('#!\n'))).toBeUndefined();
  expect(interpreterOf(Buffer.from('text'))).toBeUndefined();
  expect(interpreterOf(Buffer.from('\x7fELF'))).toBeUndefined();
  if (process.platform !== 'linux') return;
  const head = fs.readFileSync('/bin/sh').subarray(0, 4096);
  expect(interpreterOf(head)).toMatch(/^\/lib/);
});
