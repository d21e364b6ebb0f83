/** Depfiles, read by GNU make and by Ninja themselves: whatever the names are, a changed file and no other makes a rebuild. */
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { depfileText } from '../../src/front/cli/depfile.js';
import { filesIn, folder, GOOD, llpc } from '../support/llpc.js';
import { has } from '../support/tools.js';

const IMPORTING = GOOD.replace('llp 1;', 'llp 1;\nimport "more/sets.llp";\nimport "std/node.llp";').replace(
  'read, open',
  'glance',
);
const SETS = 'llp 1;\nactions glance = read, open;\n';

describe('build --depfile', () => {
  it('names the manifest as target, and the files of the user', async () => {
    const root = folder({ 'p/site.llp': IMPORTING, 'p/more/sets.llp': SETS });
    const ran = await llpc(root, ['build', 'p/site.llp', '-o', './out/', '--depfile', 'deps/site.d']);
    expect(ran).toEqual({ code: 0, out: '', err: '' });
    expect(readFileSync(join(root, 'deps/site.d'), 'utf8')).toBe(
      [
        'out/manifest.json: \\',
        '  p/site.llp \\',
        '  p/more/sets.llp',
        '',
        'p/site.llp:',
        '',
        'p/more/sets.llp:',
        '',
      ].join('\n'),
    );
  });

  it('is the same with a warm cache', async () => {
    const root = folder({ 'site.llp': IMPORTING, 'more/sets.llp': SETS });
    const args = ['build', 'site.llp', '-o', 'out', '--depfile', 'out.d', '--cache', 'cache'];
    const read = async (): Promise<string> => {
      await llpc(root, args);
      return readFileSync(join(root, 'out.d'), 'utf8');
    };
    const cold = await read();
    rmSync(join(root, 'out.d'));
    expect(await read()).toBe(cold);
  });

  it('is written with the rest or not at all', async () => {
    const root = folder({ 'site.llp': GOOD, taken: '' });
    const before = filesIn(root);
    const ran = await llpc(root, ['build', 'site.llp', '-o', 'out', '--depfile', 'taken/out.d']);
    expect(ran).toMatchObject({ code: 1, err: expect.stringMatching(/LLP5013.*`taken/) as string });
    expect(filesIn(root)).toEqual(before);
  });

  it('is another file than the manifest', async () => {
    const root = folder({ 'site.llp': GOOD });
    const ran = await llpc(root, ['build', 'site.llp', '-o', 'out', '--depfile', 'out/manifest.json']);
    expect(ran.code).toBe(1);
    expect(ran.err).toContain(
      'cannot write to `out/manifest.json`: two of the files that are written have this name',
    );
    expect(filesIn(root)).toEqual(['site.llp']);
  });

  it('refuses a name that the two read differently', async () => {
    const root = folder({ 'a;b.llp': GOOD });
    const before = filesIn(root);
    const ran = await llpc(root, ['build', 'a;b.llp', '-o', 'out', '--depfile', 'out.d']);
    expect(ran).toMatchObject({ code: 1, err: expect.stringMatching(/LLP5013.*`a;b.llp`/) as string });
    expect(filesIn(root)).toEqual(before);
    expect((await llpc(root, ['build', 'a;b.llp', '-o', 'out'])).code).toBe(0);
  });
});

/** Every character of ASCII that a name can have, where quoting may differ: at its begin, in it and at its end. */
const NAMES = Array.from({ length: 126 }, (_, i) => String.fromCharCode(i + 1))
  .filter((c) => c !== '/' && !/[a-zA-Z0-9]/.test(c))
  .flatMap((c) => [`a${c}b`, `${c}ab`, `ab${c}`])
  .concat(['a\\ b', 'a\\\\#b', 'a\\b', 'a${b}', 'ü 語', 'a  b', 'C:\\d.e'].filter((n) => n !== '..'));

const sayable = NAMES.filter((name) => depfileText('out', [name]).kind === 'ok');

test('llpc build --depfile: names with a space, `#`, `$`, `:` and most others can be written', () => {
  for (const name of [
    'a b',
    'a#b',
    'a$b',
    'a:b',
    'a\\b',
    'a%b',
    '(ab',
    'a[b',
    'a~b',
    'a,b',
    'a+b',
    'a@b',
    'a\\ b',
  ])
    expect(sayable).toContain(name);
  for (const name of [
    'a\nb',
    'a\tb',
    'a*b',
    'a?b',
    'a;b',
    'a|b',
    '~ab',
    'ab ',
    'ab\\',
    'a=b',
    'a(b)',
    'a\\#b',
  ])
    expect(sayable).not.toContain(name);
});

const TARGET = 'o u#t/$x:y';
const text = (names: readonly string[]): string => {
  const made = depfileText(`${TARGET}/manifest.json`, names);
  return made.kind === 'ok' ? made.text : '';
};

const setTime = (root: string, name: string, seconds: number): void =>
  utimesSync(join(root, name), seconds, seconds);

function tree(names: readonly string[], more: Readonly<Record<string, string>>): string {
  const files = Object.fromEntries(names.map((n) => [`w/${n}`, '']));
  return join(folder({ ...files, [`w/${TARGET}/manifest.json`]: '', ...more }), 'w');
}

const runs = (root: string, command: string, args: readonly string[]): boolean => {
  const ran = spawnSync(command, args, { cwd: root, encoding: 'utf8' });
  expect([ran.status, ran.stderr]).toEqual([0, '']);
  return ran.stdout.includes('REBUILT');
};

test.skipIf(!has('make'))('make reads every name', () => {
  const target = 'o\\ u\\#t/$$x\\:y/manifest.json';
  const makefile = `${target}:\n\t@echo REBUILT\n-include out.d\n`;
  const root = tree(sayable, { 'w/Makefile': makefile, 'w/out.d': text(sayable) });
  const make = (): boolean => runs(root, 'make', ['--no-print-directory']);
  const old = (): void => sayable.forEach((name) => setTime(root, name, 1000));
  old();
  setTime(root, `${TARGET}/manifest.json`, 2000);
  expect(make()).toBe(false);
  for (const name of sayable) {
    setTime(root, name, 3000);
    expect([name, make()]).toEqual([name, true]);
    setTime(root, name, 1000);
  }
  // An import that is gone is a change, not an end.
  rmSync(join(root, 'a b'));
  expect(make()).toBe(true);
});

test.skipIf(!has('ninja'))('Ninja reads every name', () => {
  const target = 'o$ u#t/$$x$:y/manifest.json';
  const rule = `rule llpc\n  command = cp kept.d out.d && echo REBUILT && touch $out\n  depfile = out.d\nbuild ${target}: llpc\n`;
  const root = tree(sayable, { 'w/build.ninja': rule, 'w/kept.d': text(sayable) });
  const ninja = (): boolean => runs(root, 'ninja', []);
  sayable.forEach((name) => setTime(root, name, 1000));
  rmSync(join(root, TARGET), { recursive: true });
  expect(ninja()).toBe(true);
  expect(ninja()).toBe(false);
  const later = statSync(join(root, TARGET)).mtimeMs / 1000 + 1000;
  for (const name of sayable.filter((_, i) => i % 4 === 0)) {
    setTime(root, name, later);
    expect([name, ninja()]).toEqual([name, true]);
    setTime(root, name, 1000);
    expect([name, ninja()]).toEqual([name, false]);
  }
  writeFileSync(join(root, 'kept.d'), text(sayable.filter((n) => n !== 'a b')));
  rmSync(join(root, 'a b'));
  expect([ninja(), ninja()]).toEqual([true, false]);
});
