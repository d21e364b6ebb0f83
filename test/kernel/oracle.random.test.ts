/**
 * The model against the kernel it runs on: random series of calls on a real directory and in the model, without a
 * policy; each call must succeed in both or fail with the same error, and the trees must be equal at the end.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { ACCESS, AT_FDCWD, AT_SYMLINK_NOFOLLOW, O } from '../../src/runtime/kernel/errno.js';
import * as sys from '../../src/runtime/kernel/syscalls/index.js';
import type { CallResult, Task, ValueResult } from '../../src/runtime/kernel/task.js';
import { entries, type Inode } from '../../src/runtime/kernel/vfs.js';
import { newKernelTask } from '../support/fake-engine.js';
import { cases, fc } from '../support/random.js';

type Call =
  | {
      readonly call:
        | 'mkdir'
        | 'access'
        | 'chmod'
        | 'lchown'
        | 'unlink'
        | 'rmdir'
        | 'stat'
        | 'lstat'
        | 'readlink'
        | 'chdir';
      readonly path: string;
    }
  | { readonly call: 'link' | 'rename'; readonly path: string; readonly to: string }
  | { readonly call: 'symlink'; readonly target: string; readonly path: string }
  | { readonly call: 'open'; readonly path: string; readonly flags: number };

const onLinux = process.platform === 'linux';
if (!onLinux) console.log('the comparison with the real kernel is skipped: this is not Linux');
const base = onLinux ? fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'llp-oracle-'))) : '';
const home = process.cwd();
afterAll(() => {
  if (onLinux) fs.rmSync(base, { recursive: true, force: true });
});

const component = fc.oneof(
  { weight: 12, arbitrary: fc.constantFrom('a', 'b', 'c', 'l', 'm') },
  { weight: 3, arbitrary: fc.constantFrom('.', '..') },
);
const relative = fc
  .tuple(
    fc.array(component, { minLength: 1, maxLength: 4 }),
    fc.constantFrom('/', '/', '/', '//'),
    fc.constantFrom('', '', '', '', '/', '//'),
  )
  .map(([parts, slash, end]) => parts.join(slash) + end);
const anyPath = fc.oneof(
  { weight: 10, arbitrary: relative },
  { weight: 5, arbitrary: relative.map((p) => `ROOT/${p}`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '',
      '.',
      '..',
      './',
      'ROOT',
      'n'.repeat(256),
      'é'.repeat(128),
      'é'.repeat(127),
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(`${'x/'.repeat(2047)}y`, `${'./'.repeat(2047)}y`, `${'./'.repeat(2047)}yz`),
  },
);
const one = <const C extends string>(...call: readonly C[]): fc.Arbitrary<C> => fc.constantFrom(...call);

const flagSets = fc.constantFrom(
  O.RDONLY,
  O.WRONLY,
  O.RDWR,
  O.RDONLY | O.DIRECTORY,
  O.WRONLY | O.DIRECTORY,
  O.RDONLY | O.NOFOLLOW,
  O.RDONLY | O.DIRECTORY | O.NOFOLLOW,
  O.RDWR | O.CREAT,
  O.RDWR | O.CREAT,
  O.RDONLY | O.CREAT | O.EXCL,
  O.WRONLY | O.CREAT | O.NOFOLLOW,
  O.RDONLY | O.CREAT | O.DIRECTORY,
  O.RDWR | O.TRUNC,
  O.RDONLY | O.TRUNC,
  O.WRONLY | O.APPEND | O.CREAT | O.TRUNC,
  O.PATH,
  O.PATH | O.NOFOLLOW,
  O.PATH | O.CREAT | O.DIRECTORY,
  O.PATH | O.DIRECTORY | O.NOFOLLOW,
);
const anyCall: fc.Arbitrary<Call> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ call: one('mkdir'), path: anyPath }) },
  {
    weight: 6,
    arbitrary: fc.record({ call: one('unlink', 'rmdir', 'stat', 'lstat', 'readlink'), path: anyPath }),
  },
  { weight: 4, arbitrary: fc.record({ call: one('chdir', 'access', 'chmod', 'lchown'), path: anyPath }) },
  { weight: 2, arbitrary: fc.record({ call: one('link'), path: anyPath, to: anyPath }) },
  { weight: 4, arbitrary: fc.record({ call: one('rename'), path: anyPath, to: anyPath }) },
  { weight: 4, arbitrary: fc.record({ call: one('symlink'), target: anyPath, path: anyPath }) },
  { weight: 5, arbitrary: fc.record({ call: one('open'), path: anyPath, flags: flagSets }) },
);

/** `ok`, `ok:` and what a link says, or the errno. */
function outcome(run: () => CallResult | ValueResult<string>): string {
  const result = run();
  if (!result.ok) return result.errno;
  return 'value' in result ? `ok: ${JSON.stringify(result.value)}` : 'ok';
}

function inModel(task: Task, call: Call, root: string): string {
  const at = (p: string): string => p.replace(/^ROOT/, root);
  switch (call.call) {
    case 'mkdir':
      return outcome(() => sys.mkdir(task, at(call.path)));
    case 'unlink':
      return outcome(() => sys.unlink(task, at(call.path)));
    case 'rmdir':
      return outcome(() => sys.rmdir(task, at(call.path)));
    case 'stat':
    case 'lstat':
      return outcome(() => {
        const result = (call.call === 'stat' ? sys.stat : sys.lstat)(task, at(call.path));
        if (!result.ok) return result;
        return { ok: true, value: kindAndLinks(result.value.kind, result.value.nlink) };
      });
    case 'readlink':
      return outcome(() => sys.readlink(task, at(call.path)));
    case 'chdir':
      return outcome(() => sys.chdir(task, at(call.path)));
    case 'link':
      return outcome(() => sys.link(task, at(call.path), at(call.to)));
    case 'rename':
      return outcome(() => sys.rename(task, at(call.path), at(call.to)));
    case 'symlink':
      return outcome(() => sys.symlink(task, at(call.target), at(call.path)));
    case 'access':
      return outcome(() => sys.access(task, at(call.path), ACCESS.R_OK));
    case 'chmod':
      return outcome(() => sys.chmod(task, at(call.path)));
    case 'lchown':
      return outcome(() => sys.chown(task, at(call.path), AT_FDCWD, AT_SYMLINK_NOFOLLOW));
    case 'open':
      return outcome(() => {
        const result = sys.open(task, at(call.path), call.flags);
        if (result.ok) sys.close(task, result.fd);
        return result;
      });
  }
}

const kindAndLinks = (kind: string, nlink: number): string => (kind === 'dir' ? 'dir' : `${kind} ${nlink}`);

function statText(stats: fs.Stats): string {
  return kindAndLinks(stats.isDirectory() ? 'dir' : stats.isSymbolicLink() ? 'symlink' : 'file', stats.nlink);
}

function onDisk(call: Call, root: string): string {
  const at = (p: string): string => p.replace(/^ROOT/, root);
  try {
    const value = callOnDisk(call, at);
    return value === undefined ? 'ok' : `ok: ${JSON.stringify(value)}`;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? String(error);
  }
}

function callOnDisk(call: Call, at: (p: string) => string): string | undefined {
  switch (call.call) {
    case 'mkdir':
      return void fs.mkdirSync(at(call.path));
    case 'unlink':
      return void fs.unlinkSync(at(call.path));
    case 'rmdir':
      return void fs.rmdirSync(at(call.path));
    case 'stat':
      return statText(fs.statSync(at(call.path)));
    case 'lstat':
      return statText(fs.lstatSync(at(call.path)));
    case 'readlink':
      return fs.readlinkSync(at(call.path));
    case 'chdir':
      return void process.chdir(at(call.path));
    case 'link':
      return void fs.linkSync(at(call.path), at(call.to));
    case 'rename':
      return void fs.renameSync(at(call.path), at(call.to));
    case 'symlink':
      return void fs.symlinkSync(at(call.target), at(call.path));
    case 'access':
      return void fs.accessSync(at(call.path), fs.constants.R_OK);
    case 'chmod':
      return void fs.chmodSync(at(call.path), 0o755);
    case 'lchown':
      return void fs.lchownSync(at(call.path), 0, 0);
    case 'open':
      return void fs.closeSync(fs.openSync(at(call.path), call.flags, 0o644));
  }
}

function printModel(dir: Inode, indent = ''): string {
  return [...entries(dir)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, inode]) => {
      const head = `${indent}${name} ${kindAndLinks(inode.kind, inode.nlink)} ${inode.target}\n`;
      return inode.kind === 'dir' ? head + printModel(inode, `${indent}  `) : head;
    })
    .join('');
}

function printDisk(dir: string, indent = ''): string {
  return fs
    .readdirSync(dir)
    .sort((a, b) => (a < b ? -1 : 1))
    .map((name) => {
      const full = path.join(dir, name);
      const stats = fs.lstatSync(full);
      const target = stats.isSymbolicLink() ? fs.readlinkSync(full) : '';
      const head = `${indent}${name} ${statText(stats)} ${target}\n`;
      return stats.isDirectory() ? head + printDisk(full, `${indent}  `) : head;
    })
    .join('');
}

let round = 0;

/** Directories above the one that a series begins in, so many that no series can leave them through `..`. */
const DEPTH = 120;
const climbs = (calls: readonly Call[]): number => JSON.stringify(calls).split('..').length - 1;

/** One series in a directory of its own. */
function compare(calls: readonly Call[]): void {
  fc.pre(2 * climbs(calls) < DEPTH);
  const top = path.join(base, String(round++));
  const root = top + '/d'.repeat(DEPTH);
  fs.mkdirSync(root, { recursive: true });
  const task = newKernelTask();
  let made = '';
  for (const part of root.split('/').slice(1)) sys.mkdir(task, (made += `/${part}`));
  try {
    process.chdir(root);
    sys.chdir(task, root);
    const model = calls.map((call) => inModel(task, call, root));
    const disk = calls.map((call) => onDisk(call, root));
    const show = (results: readonly string[]): string[] =>
      calls.map((call, i) => `${JSON.stringify(call).slice(0, 200)} → ${results[i]}`);
    expect(show(model)).toEqual(show(disk));
    expect(printModel(task.cwd.inode)).toEqual(printDisk('.'));
  } finally {
    process.chdir(home);
    fs.rmSync(top, { recursive: true, force: true });
  }
}

describe.skipIf(!onLinux)('kernel model and the real kernel', () => {
  test('agree on random series of calls', () => {
    fc.assert(
      fc.property(fc.array(anyCall, { minLength: 10, maxLength: 60 }), (calls) => compare(calls)),
      { numRuns: cases(2500, 1 / 10) },
    );
  });
});
