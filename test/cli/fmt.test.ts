/** `llpc fmt` from the outside. */
import { chmodSync, lstatSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { BAD, filesIn, folder, GOOD, llpc, llpcProcess } from '../support/llpc.js';

const UGLY = 'llp 1;policy "p"{allow read;deny open;}';
const FINE = 'llp 1;\npolicy "p" {\n  allow read;\n  deny open;\n}\n';
const files = { 'ugly.llp': UGLY, 'fine.llp': FINE, 'bad.llp': BAD, 'sub/ugly.llp': UGLY };
const textOf = (root: string, name: string): string => readFileSync(join(root, name), 'utf8');

describe('llpc fmt', () => {
  const root = folder(files);

  /** Arguments, exit code, standard output, standard error. */
  const ROWS: readonly (readonly [string, number, string | RegExp, RegExp])[] = [
    ['ugly.llp', 0, FINE, /^$/],
    ['-', 0, FINE, /^$/],
    ['--check fine.llp', 0, '', /^$/],
    ['--check fine.llp ugly.llp sub/ugly.llp', 1, 'ugly.llp\nsub/ugly.llp\n', /^$/],
    ['--check -', 1, '<stdin>\n', /^$/],
    ['bad.llp', 1, '', /^bad\.llp:2:14: error\[LLP1015\]/],
    ['--check ugly.llp bad.llp', 1, '', /LLP1015/],
    ['--write ugly.llp bad.llp', 1, '', /LLP1015/],
    ['--write ugly.llp nowhere.llp', 1, '', /LLP2017/],
    ['--format json bad.llp', 1, /"LLP1015"/, /^$/],
    ['', 2, '', /which policy\?/],
    ['ugly.llp fine.llp', 2, '', /say `--check` or `--write`/],
    ['--check --write ugly.llp', 2, '', /not both/],
    ['--write -', 2, '', /in place/],
  ];
  it.each(ROWS)('%s: exit code %i', async (args, code, out, err) => {
    const words = ['fmt', ...args.split(' ').filter((a) => a !== '')];
    const isStandardInput = words.includes('-');
    const ran = isStandardInput ? llpcProcess(root, words, { input: UGLY }) : await llpc(root, words);
    expect(ran.err).toMatch(err);
    if (typeof out === 'string') expect(ran.out).toBe(out);
    else expect(ran.out).toMatch(out);
    expect(ran.code).toBe(code);
  });

  it('changes no file without `--write`, nor when one of them has a mistake', () => {
    for (const [name, text] of Object.entries(files)) expect(textOf(root, name)).toBe(text);
    expect(filesIn(root).filter((f) => f.endsWith('.tmp'))).toEqual([]);
  });
});

test('llpc fmt --write replaces the texts, and keeps modes and links', async () => {
  const root = folder(files);
  chmodSync(join(root, 'ugly.llp'), 0o640);
  symlinkSync('sub/ugly.llp', join(root, 'link.llp'));
  const inode = statSync(join(root, 'fine.llp')).ino;
  expect(await llpc(root, ['fmt', '--write', 'ugly.llp', 'link.llp', 'fine.llp'])).toEqual({
    code: 0,
    out: '',
    err: '',
  });
  for (const name of ['ugly.llp', 'sub/ugly.llp', 'fine.llp']) expect(textOf(root, name)).toBe(FINE);
  expect(statSync(join(root, 'ugly.llp')).mode & 0o777).toBe(0o640);
  expect(lstatSync(join(root, 'link.llp')).isSymbolicLink()).toBe(true);
  expect(statSync(join(root, 'fine.llp')).ino).toBe(inode);
  expect(filesIn(root).filter((f) => f.includes('.tmp'))).toEqual([]);
});

test('llpc fmt: takes a name of the greatest length', async () => {
  const name = `${'n'.repeat(251)}.llp`;
  const long = folder({ [name]: GOOD.replace(/\n +/g, ' ') });
  expect(await llpc(long, ['fmt', '--write', name])).toMatchObject({ code: 0, err: '' });
  expect(filesIn(long)).toEqual([name]);
});
