import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { filesIn, folder, GOOD, llpc, MAIN } from '../support/llpc.js';

const FILES = {
  'policy/site.llp': GOOD.replace('llp 1;', 'llp 1;\nimport "more/sets.llp";').replace('read, open', 'look'),
  'policy/more/sets.llp': 'llp 1;\nactions look = read, open;\n',
};

const contents = (dir: string): [string, string][] =>
  filesIn(dir).map((name) => [name, readFileSync(join(dir, name), 'latin1')]);

async function built(files: Readonly<Record<string, string>> = FILES): Promise<string> {
  const root = folder(files);
  expect(await llpc(root, ['build', 'policy/site.llp', '-o', 'out'])).toEqual({ code: 0, out: '', err: '' });
  return join(root, 'out');
}

test('llpc build: the same bytes from whatever folder it is built', async () => {
  const first = contents(await built());
  expect(first.map(([name]) => name)).toContain('manifest.json');
  const root = folder(FILES);
  expect((await llpc(join(root, 'policy'), ['build', 'site.llp', '-o', 'deep/er/out'])).code).toBe(0);
  expect(contents(join(root, 'policy/deep/er/out'))).toEqual(first);
  expect((await llpc('/', ['build', join(root, 'policy/site.llp'), '-o', join(root, 'out')])).code).toBe(0);
  expect(contents(join(root, 'out'))).toEqual(first);
  expect(first.filter(([, text]) => text.includes(root))).toEqual([]);
});

test('llpc build: building again over the same folder changes nothing', async () => {
  const out = await built();
  const first = contents(out);
  const root = dirname(out);
  expect((await llpc(root, ['build', 'policy/site.llp', '-o', 'out'])).code).toBe(0);
  expect(contents(out)).toEqual(first);
});

test('llpc build: several builds at once into one folder leave what one leaves', async () => {
  const first = contents(await built());
  const root = folder(FILES);
  const args = [MAIN, 'build', 'policy/site.llp', '-o', 'deep/out', '--depfile', 'deep/out.d'];
  const one = (): Promise<number | null> =>
    new Promise((done) =>
      spawn(process.execPath, args, { cwd: root, stdio: 'ignore' }).on('exit', (code) => done(code)),
    );
  expect(await Promise.all([one(), one(), one(), one(), one(), one()])).toEqual([0, 0, 0, 0, 0, 0]);
  expect(contents(join(root, 'deep/out'))).toEqual(first);
  expect(filesIn(join(root, 'deep')).filter((name) => !name.startsWith('out/'))).toEqual(['out', 'out.d']);
});

test.each([
  ['a file is there', 'site.llp/x', () => {}],
  ['a file is the folder', 'plain', (root: string) => writeFileSync(join(root, 'plain'), 'kept')],
  [
    'a folder has the name of the manifest',
    'taken',
    (root: string) => mkdirSync(join(root, 'taken/manifest.json/x'), { recursive: true }),
  ],
  ['the device takes no files', '/proc/out', () => {}],
  [
    'a link leads nowhere',
    'dangling/out',
    (root: string) => symlinkSync('/nowhere/else', join(root, 'dangling')),
  ],
])('nothing is left behind when %s', async (_, out, prepare) => {
  const root = folder({ 'site.llp': GOOD });
  prepare(root);
  const before = filesIn(root);
  const ran = await llpc(root, ['build', 'site.llp', '-o', out]);
  expect(ran.code).toBe(1);
  expect(ran.err).toMatch(/error\[LLP5013\]: cannot write to /);
  expect(filesIn(root)).toEqual(before);
});

test.each([
  ['build site.llp -o out --depfile site.llp'],
  ['build site.llp -o out --depfile ./out/../site.llp'],
  ['graph site.llp -o site.llp'],
])('llpc %s writes over no file that it reads', async (args) => {
  const root = folder({ 'site.llp': GOOD });
  const ran = await llpc(root, args.split(' '));
  expect([ran.code, filesIn(root)]).toEqual([1, ['site.llp']]);
  expect(ran.err).toMatch(/error\[LLP5013\]: cannot write to .*: it is one of the files that are read/);
  expect(readFileSync(join(root, 'site.llp'), 'utf8')).toBe(GOOD);
});

test('llpc build: what was built is what is asked', async () => {
  const root = dirname(await built());
  const policy = await llpc(root, ['explain', 'policy/site.llp', 'read', '/srv/www/private/x']);
  expect(policy.out).toMatch(/^read \/srv\/www\/private\/x: deny\n/);
  // The manifest alone tells what must be there: the same tree, the same runs.
  const manifest = await llpc(root, ['explain', 'out/manifest.json', 'read', '/srv/www/private/x']);
  expect([manifest.code, manifest.err]).toEqual([0, '']);
  expect(runsOf(manifest.out)).toBe(runsOf(policy.out));
});

/** All but the place of the rule, which a manifest gives without its text. */
function runsOf(explanation: string): string {
  return explanation.slice(0, explanation.indexOf('decided by'));
}
