/** `--watch` from the outside: a process that is waited for by what it says, never by the clock. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, describe, expect, it, test } from 'vitest';
import { foldersOf } from '../../src/front/cli/watch-set.js';
import { BAD, FAILING, folder, GOOD, llpc } from '../support/llpc.js';

const MAIN = resolve('dist/src/front/cli/main.js');
const SETS = 'llp 1;\nactions look = read, open;\n';
const IMPORTING = GOOD.replace('llp 1;', 'llp 1;\nimport "more/sets.llp";').replace('read, open', 'look');

/** A file that is whole at every moment, as an editor leaves it that writes another one and renames it. */
function put(root: string, name: string, text: string): void {
  writeFileSync(join(root, '.new'), text);
  renameSync(join(root, '.new'), join(root, name));
}

const running: ChildProcessWithoutNullStreams[] = [];
afterEach(() => {
  for (const child of running.splice(0)) child.kill('SIGKILL');
});

interface Watched {
  /** What it says from now on, up to the end of the next run. */
  readonly next: () => Promise<string>;
  readonly interrupt: () => Promise<number | null>;
  readonly out: () => string;
}

function watched(root: string, args: readonly string[]): Watched {
  const child = spawn(process.execPath, [MAIN, ...args], { cwd: root });
  running.push(child);
  const exit = new Promise<number | null>((done) => child.on('exit', done));
  let [err, out, told] = ['', '', 0];
  let heard = (): void => {};
  child.stdout.on('data', (text: Buffer) => (out += text.toString()));
  child.stderr.on('data', (text: Buffer) => {
    err += text.toString();
    heard();
  });
  const next = async (): Promise<string> => {
    for (;;) {
      const end = /^(?:ok|failed), watching .*\n/m.exec(err.slice(told));
      if (end !== null) {
        const text = err.slice(told, told + end.index + end[0].length);
        told += text.length;
        return text;
      }
      await new Promise<void>((done) => (heard = done));
    }
  };
  const interrupt = async (): Promise<number | null> => {
    child.kill('SIGINT');
    return exit;
  };
  return { next, interrupt, out: () => out };
}

describe('check --watch', () => {
  it('says what is wrong after each change, and ends well', async () => {
    const root = folder({ 'site.llp': GOOD });
    const run = watched(root, ['check', 'site.llp', '--watch']);
    expect(await run.next()).toBe('ok, watching 1 file\n');
    put(root, 'site.llp', BAD);
    expect(await run.next()).toMatch(/^changed: site\.llp\n[^]*LLP1015[^]*\nfailed, watching 1 file\n$/);
    put(root, 'site.llp', GOOD);
    expect(await run.next()).toBe('changed: site.llp\nok, watching 1 file\n');
    expect(await run.interrupt()).toBe(0);
  });

  it('follows imports: those that come, go, and were never there', async () => {
    const root = folder({ 'p/site.llp': GOOD });
    const run = watched(root, ['check', 'p/site.llp', '--watch']);
    await run.next();
    put(root, 'p/site.llp', IMPORTING);
    expect(await run.next()).toMatch(/LLP2015[^]*failed, watching 2 files\n$/);
    mkdirSync(join(root, 'p/more'));
    put(root, 'p/more/sets.llp', SETS);
    expect(await run.next()).toBe('changed: p/more/sets.llp\nok, watching 2 files\n');
    put(root, 'p/more/sets.llp', SETS.replace('read', 'reed'));
    expect(await run.next()).toMatch(/^changed: p\/more\/sets\.llp\n[^]*failed/);
    rmSync(join(root, 'p/more'), { recursive: true });
    expect(await run.next()).toMatch(/LLP2015[^]*failed/);
    mkdirSync(join(root, 'other'));
    put(root, 'other/sets.llp', SETS);
    renameSync(join(root, 'other'), join(root, 'p/more'));
    expect(await run.next()).toMatch(/ok, watching 2 files\n$/);
    expect(await run.interrupt()).toBe(0);
  });

  it('sees a file that is replaced, a folder that is exchanged, and what a link leads to', async () => {
    const root = folder({ 'real/site.llp': GOOD, 'next/site.llp': BAD, tmp: GOOD });
    symlinkSync('real/site.llp', join(root, 'link.llp'));
    const run = watched(root, ['check', 'link.llp', '--watch']);
    await run.next();
    renameSync(join(root, 'real'), join(root, 'old'));
    renameSync(join(root, 'next'), join(root, 'real'));
    expect(await run.next()).toMatch(/failed, watching 1 file\n$/);
    renameSync(join(root, 'tmp'), join(root, 'real/site.llp'));
    expect(await run.next()).toMatch(/ok, watching 1 file\n$/);
    expect(await run.interrupt()).toBe(0);
  });

  it('runs nothing when nothing is different', async () => {
    const root = folder({ 'site.llp': GOOD, 'other.llp': BAD });
    const run = watched(root, ['check', 'site.llp', '--watch']);
    await run.next();
    utimesSync(join(root, 'site.llp'), 1, 1);
    put(root, 'site.llp', GOOD);
    put(root, 'other.llp', GOOD);
    put(root, 'site.llp', BAD);
    // The first run since then is that of the last change.
    expect(await run.next()).toMatch(/LLP1015/);
    expect(await run.interrupt()).toBe(0);
  });
});

test('--watch: a file that is written in place and in pieces is seen in the end', async () => {
  const root = folder({ 'site.llp': BAD });
  const run = watched(root, ['check', 'site.llp', '--watch']);
  await run.next();
  const file = openSync(join(root, 'site.llp'), 'w');
  for (const line of GOOD.split(/(?<=\n)/)) writeSync(file, line);
  closeSync(file);
  while (!/ok, watching/.test(await run.next()));
  expect(await run.interrupt()).toBe(0);
});

test('--watch: test --watch runs the tests again', async () => {
  const root = folder({ 'site.llp': GOOD });
  const run = watched(root, ['test', 'site.llp', '--watch']);
  expect(await run.next()).toMatch(/^ok/m);
  put(root, 'site.llp', FAILING);
  expect(await run.next()).toMatch(/LLP5009[^]*failed/);
  expect(await run.interrupt()).toBe(0);
  expect(run.out()).toMatch(/1 test, 2 expectations, 0 failed\n[^]*1 test, 2 expectations, 1 failed\n$/);
});

test('--watch: build --watch builds again, beside its own sources; what cannot be built leaves what was', async () => {
  const root = folder({ 'site.llp': GOOD });
  const run = watched(root, ['build', 'site.llp', '-o', '.', '--depfile', 'site.d', '--watch']);
  const built = (): string => readFileSync(join(root, 'manifest.json'), 'utf8');
  await run.next();
  const first = built();
  put(root, 'site.llp', BAD);
  await run.next();
  expect(built()).toBe(first);
  put(root, 'site.llp', GOOD.replace('private', 'secret'));
  await run.next();
  expect(built()).toContain('secret');
  expect(await run.interrupt()).toBe(0);
});

test('--watch: what cannot be watched is a usage error', async () => {
  expect(await llpc(folder({}), ['check', '-', '--watch'])).toMatchObject({
    code: 2,
    err: expect.stringMatching(/standard input cannot be watched/) as string,
  });
  expect(await llpc(folder({}), ['run', 'x', '--watch'])).toMatchObject({ code: 2 });
});

test('--watch: every folder on the way is watched for the next name, and those behind a link', () => {
  const root = folder({ 'real/a.llp': '' });
  symlinkSync('real', join(root, 'link'));
  const folders = foldersOf([join(root, 'link/a.llp'), join(root, 'no/where.llp')]);
  const names = (path: string): string[] => [...(folders.get(join(root, path)) ?? [])].sort();
  expect(names('.')).toEqual(['link', 'no', 'real']);
  expect([names('link'), names('real'), names('no')]).toEqual([['a.llp'], ['a.llp'], ['where.llp']]);
  expect(folders.get('/')?.size).toBe(1);
});
