/** The host tree on mounts, hard links, other users and special file systems. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { folder } from '../../support/llpc.js';
import { has } from '../../support/tools.js';
import { compile } from '../../support/compile.js';
import { hostTree } from '../../../src/runtime/host/host-tree.js';
import { mountTableOf, readMountInfo } from '../../../src/runtime/host/mount-table.js';
import { groundPolicy } from '../../../src/runtime/load.js';
import { UnreadableError } from '../../../src/runtime/kernel/vfs.js';

const SHOW = resolve('dist/test/linux/host/show.js');
const hasNamespaces =
  spawnSync('unshare', ['-rm', 'true']).status === 0 && spawnSync('setpriv', ['--version']).status === 0;
if (!hasNamespaces) console.warn('skipped: mounts of the host tree: user namespaces or `unshare` are absent');
const isRoot = process.getuid?.() === 0;
if (!isRoot) console.warn('skipped: another user: the tests do not run as root');

/** Runs a script in namespaces of its own; `show` in it stands for the program that prints the tree. */
function inNamespace(cwd: string, script: string): unknown {
  const text = script.replace('show', `'${process.execPath}' '${SHOW}'`);
  const { stdout, stderr, status } = spawnSync('unshare', ['-rm', 'sh', '-ec', text], {
    cwd,
    encoding: 'utf8',
  });
  expect(`${status}${stderr}`).toBe('0');
  return JSON.parse(stdout);
}

const inodeOf = (path: string): string => fs.lstatSync(path, { bigint: true }).ino.toString();

describe.skipIf(!hasNamespaces)('mounts', () => {
  it('a directory at two paths is one inode, and each path is a mount', () => {
    const root = folder({ 'a/x/f': '', 'b/g': '' });
    const [a, b, below, other] = inNamespace(
      root,
      `mount --bind a b; show "$PWD/a/x" "$PWD/b/x" "$PWD/b/g" "other:$PWD/a/x"`,
    ) as string[][];
    const ino = inodeOf(join(root, 'a/x'));
    expect(a?.[0]).toMatch(new RegExp(`/a/x dir ${ino} \\d+ mount 1$`));
    expect(b?.[0]).toMatch(new RegExp(`/b/x dir ${ino} \\d+ mount [2-9]$`));
    expect(below).toEqual(['absent: there is no `g`']);
    expect(other).toEqual([`${root}/b/x`]);
  });

  it('what a mount covers is read where another mount shows it', () => {
    const root = folder({ 'a/m/under': '', 'b/k': '' });
    const [covered, shown, name] = inNamespace(
      root,
      `mount --bind a b; mount -t tmpfs none a/m; touch a/m/over; show "$PWD/a/m/over" "$PWD/b/m/under" "$PWD/a/m/under"`,
    ) as string[][];
    expect(covered?.[0]).toContain('/a/m/over file');
    expect(shown?.[0]).toContain(`/b/m/under file ${inodeOf(join(root, 'a/m/under'))}`);
    expect(name?.[0]).toContain('absent');
  });

  it('a file can be a mount point, and mounts can be stacked', () => {
    const root = folder({ f: 'f', g: 'g', 'd/x': '', 'e/y': '', 'c/z': '' });
    const [file, stacked, under] = inNamespace(
      root,
      `mount --bind f g; mount --bind d c; mount --bind e c; show "$PWD/g" "$PWD/c/y" "$PWD/c/x"`,
    ) as string[][];
    expect(file?.[0]).toContain(`/g file ${inodeOf(join(root, 'f'))}`);
    expect(stacked?.[0]).toContain(`/c/y file ${inodeOf(join(root, 'e/y'))}`);
    expect(under).toEqual(['absent: there is no `x`']);
  });

  it('the time of birth on overlayfs is not taken: the first change of an object changes it', (test) => {
    const root = folder({ 'm/.keep': '' });
    const prepare = [
      'mount -t tmpfs none m',
      'mkdir m/lower m/upper m/work m/all',
      'touch m/lower/file',
      'mount -t overlay none -o lowerdir=m/lower,upperdir=m/upper,workdir=m/work m/all',
    ].join(' && ');
    if (spawnSync('unshare', ['-rm', 'sh', '-c', prepare], { cwd: root }).status !== 0) return test.skip();
    expect(inNamespace(root, `${prepare} && show "birth:$PWD/m/all/file"`)).toEqual([['undefined']]);
  });

  it('names in the mount table have octal escapes', () => {
    const root = folder({ 'a b\\\n/x': '', 'c d/y': '' });
    const [at, other] = inNamespace(
      root,
      `mount --bind 'a b\\\n' 'c d'; show "$PWD/c d/x" "other:$PWD/c d/x"`,
    ) as string[][];
    expect(at?.[0]).toContain('/c d/x file');
    expect(other).toEqual([`${root}/a b\\\n/x`]);
  });
});

describe('objects', () => {
  it('hard links are one inode, and the number of names is known beside those that were found', () => {
    const root = folder({ 'a/one': '' });
    fs.linkSync(join(root, 'a/one'), join(root, 'two'));
    fs.linkSync(join(root, 'a/one'), join(root, 'three'));
    const { vfs, identityOf } = hostTree();
    const at = (path: string) => {
      let inode = vfs.root;
      for (const name of path.split('/').slice(1)) inode = inode.entries?.get(name) ?? inode;
      return inode;
    };
    const [one, two] = [at(join(root, 'a/one')), at(join(root, 'two'))];
    expect(one).toBe(two);
    expect(one.nlink).toBe(2);
    expect(identityOf(one)).toMatchObject({ nlink: 3, inode: BigInt(inodeOf(join(root, 'two'))) });
  });

  it('the time of birth is that of the file system, also of an object that did not change since', () => {
    const root = folder({ old: '', fresh: '' });
    fs.chmodSync(join(root, 'old'), 0o600);
    const asked = [`birth:${root}/old`, `birth:${root}/fresh`, 'birth:/proc'];
    const shown = spawnSync('stat', ['-c', '%W', join(root, 'old'), join(root, 'fresh'), '/proc'], {
      encoding: 'utf8',
    });
    const seconds = shown.stdout.trim().split('\n');
    const { stdout } = spawnSync(process.execPath, [SHOW, ...asked], { encoding: 'utf8' });
    const births = (JSON.parse(stdout) as string[][]).map(([birth]) => birth ?? '');
    expect(births.map((birth) => (birth === 'undefined' ? '0' : birth.slice(0, -9)))).toEqual(seconds);
    expect(births[2]).toBe('undefined');
  });

  it.skipIf(!has('strace'))('what stands for the time of birth without `statx` is not taken for one', () => {
    const root = folder({ file: '' });
    const refused = ['strace', '-f', '-qq', '-o', '/dev/null', '-e', 'inject=statx:error=ENOSYS'];
    const [program = '', ...args] = [...refused, process.execPath, SHOW, `birth:${root}/file`, 'birth:/'];
    const { stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
    expect(stdout, stderr).toBe('[["undefined"],["undefined"]]');
  });

  it('a name that vanishes after it was listed is left out', () => {
    const root = folder({ a: '', b: '', c: '' });
    const { vfs } = hostTree();
    let dir = vfs.root;
    for (const name of root.split('/').slice(1)) dir = dir.entries?.get(name) ?? dir;
    const names = dir.entries?.keys() ?? [];
    const seen: string[] = [];
    for (const name of names) {
      if (name === 'a') fs.rmSync(join(root, 'b'));
      if (dir.entries?.get(name) !== undefined) seen.push(name);
    }
    expect(seen).toEqual(['a', 'c']);
  });

  it('what calls of the model change stays in memory', () => {
    const root = folder({ a: '' });
    const { vfs } = hostTree();
    let dir = vfs.root;
    for (const name of root.split('/').slice(1)) dir = dir.entries?.get(name) ?? dir;
    const a = dir.entries?.get('a');
    dir.entries?.delete('a');
    if (a !== undefined) dir.entries?.set('b', a);
    expect([...(dir.entries?.keys() ?? [])]).toEqual(['b']);
    expect(dir.entries?.size).toBe(1);
    expect(fs.readdirSync(root)).toEqual(['a']);
  });

  it('/proc/self is a directory without identity, links beneath it are refused, and /proc and /sys can be listed', () => {
    const { vfs, identityOf, isOfProcess } = hostTree();
    const proc = vfs.root.entries?.get('proc');
    expect(proc?.kind).toBe('dir');
    const root = vfs.mounts.find((m) => m.point === proc)?.root;
    const self = root?.entries?.get('self');
    const status = self?.entries?.get('status');
    expect([self?.kind, status?.kind]).toEqual(['dir', 'file']);
    for (const inode of [self, status]) {
      expect(inode && identityOf(inode)).toBeUndefined();
      expect(inode && isOfProcess(inode)).toBe(true);
    }
    expect(() => self?.entries?.get('exe')).toThrow(UnreadableError);
    expect([...(root?.entries?.keys() ?? [])]).toContain('meminfo');
    expect(vfs.root.entries?.get('sys')?.kind).toBe('dir');
  });
});

describe.skipIf(!isRoot)('another user', () => {
  const asNobody = (args: readonly string[]): unknown => {
    const run = ['--reuid', '65534', '--regid', '65534', '--clear-groups', process.execPath, SHOW, ...args];
    return JSON.parse(spawnSync('setpriv', run, { encoding: 'utf8' }).stdout);
  };

  it('a directory that may not be searched is not absent', () => {
    const root = folder({ 'closed/x': '', 'listed/x': '' });
    fs.chmodSync(root, 0o755);
    fs.chmodSync(join(root, '..'), 0o755);
    fs.chmodSync(join(root, 'closed'), 0o700);
    fs.chmodSync(join(root, 'listed'), 0o711);
    const asked = [`${root}/closed/x`, `${root}/listed/*`, `${root}/listed/x`, `${root}/listed/y`];
    expect(asNobody(asked)).toEqual([
      [`unreadable: ${root}/closed/x: EACCES`],
      [`unreadable: ${root}/listed: EACCES`],
      [expect.stringContaining(`${root}/listed/x file`)],
      ['absent: there is no `y`'],
    ]);
  });
});

describe('a policy', () => {
  it('LLP5024 names the path, the reason and the line', () => {
    const { artifact } = compile(
      'llp 1;\npolicy "p" { default deny;\n  file? "/proc/self/exe" { deny all; } }',
    );
    const result = artifact && groundPolicy(artifact, hostTree().vfs);
    expect(result?.kind).toBe('refused');
    const [problem] = result?.problems ?? [];
    expect(problem?.code).toBe('LLP5024');
    expect(problem?.message).toContain('/proc/self/exe');
    expect(problem?.places[0]?.span.line).toBe(3);
  });
});

describe('the mount table', () => {
  it('a mount that no walk reaches is not touched', () => {
    const own = fs.readFileSync('/proc/self/mountinfo', 'utf8');
    const { top } = mountTableOf(readMountInfo(own)) ?? {};
    const far = `9999 ${top?.id ?? 0} 0:9999 / /far/away rw - nfs server:/ rw\n`;
    const tree = hostTree({ mountInfo: own + far });
    expect(tree.mountTable.at(-1)?.point).toBe('/far/away');
    expect(tree.vfs.mounts).toHaveLength(hostTree({ mountInfo: own }).vfs.mounts.length);
  });

  it('lines that are not mounts are left out, and a table without `/` is none', () => {
    expect(readMountInfo('nonsense\n\n1 2 0:1 / /x rw - tmpfs none rw\n')).toHaveLength(1);
    expect(mountTableOf(readMountInfo('1 2 0:1 / /x rw - tmpfs none rw\n'))).toBeUndefined();
    expect(() => hostTree({ mountInfo: '' })).toThrow(UnreadableError);
  });

  it('the last of the mounts that are stacked on `/` is the root', () => {
    const text = '1 1 0:1 / / rw - rootfs none rw\n2 1 8:1 /sub / rw shared:1 - ext4 /dev/x rw\n';
    expect(mountTableOf(readMountInfo(text))?.top).toMatchObject({ id: 2, root: '/sub', type: 'ext4' });
  });
});
