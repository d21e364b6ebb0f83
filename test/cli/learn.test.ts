/** `llpc learn` as a command: what goes where, exit codes, and messages for wrong input. */
import { chmodSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { validateAgainst } from '../../src/runtime/schema.js';
import { folder, llpc } from '../support/llpc.js';

const TRACE = `1 openat(AT_FDCWD, "/home/user/.apprc", O_RDONLY) = 3
1 openat(AT_FDCWD, "/srv/data/a", O_RDONLY) = 4
1 openat(AT_FDCWD, "/srv/data/b", O_RDONLY) = 4
1 openat(AT_FDCWD, "/srv/data/c", O_RDONLY) = 4
1 openat(AT_FDCWD, "/etc/shadow", O_RDONLY) = -1 EACCES (Permission denied)
1 openat(AT_FDCWD, "/srv/data/app-1.2.3/x", O_WRONLY) = 4
1 stat("/srv/none", 0x7f) = -1 ENOENT (No such file or directory)
1 +++ exited with 0 +++
`;
const SCENARIO = {
  format: 'llp-scenario',
  version: 1,
  tree: [{ file: '/srv/a' }],
  steps: [
    { call: 'enforce' },
    { call: 'open', path: '/srv/a', expect: 'allow' },
    { call: 'stat', path: '/srv/a', expect: 'EACCES' },
  ],
};
const root = folder({
  'app.strace': TRACE,
  'app.strace.gz': gzipSync(TRACE),
  'rubbish.txt': 'hello, world\n',
  'empty.txt': '',
  'mixed.strace': `${TRACE}rubbish\n1 read(3, 0x7f, 4\n`,
  'cut.strace': '1 stat("/a/long"..., {st_mode=S_IFREG|0644, ...}) = 0\n',
  'relative.strace': '1 open("x", O_RDONLY) = 3\n',
  'latin.strace': new Uint8Array([0x31, 0x20, 0xe9]),
  'broken.gz': new Uint8Array([0x1f, 0x8b, 0, 0]),
  'recorded.json': JSON.stringify(SCENARIO),
  'broken.json': '{"format": ',
  'asserts.llp': 'llp 1;\nassert never write, create under "/srv/data";\n',
  'glob.llp': 'llp 1;\nassert never write under "/srv/*";\n',
  'tree/bin/run': '#!/opt/sh -e\n',
  'exec.strace': '1 execve("/usr/run", ["run"], 0x7f /* 1 var */) = 0\n',
  'folder/x': '',
});
symlinkSync('bin', join(root, 'tree/usr'));
chmodSync(join(root, 'tree/bin/run'), 0o755);

type Row = readonly [args: string, code: number, message: RegExp];
const ROWS: readonly Row[] = [
  ['learn', 2, /learn from what\?/],
  ['learn nowhere', 1, /LLP2017[^]*there is no such file/],
  ['learn folder', 1, /LLP2017[^]*it is a directory/],
  ['learn latin.strace', 1, /LLP2017[^]*it is not UTF-8/],
  ['learn broken.gz', 1, /LLP2017[^]*broken\.gz/],
  ['learn rubbish.txt', 1, /LLP5020[^]*it is not the output of strace[^]*help: write `strace -f/],
  ['learn empty.txt', 1, /LLP5020[^]*there is no call in it/],
  [
    'learn mixed.strace',
    1,
    /LLP5021[^]*line 9: [^]*line 10: the arguments of `read` do not end[^]*--lenient[^]*2 errors/,
  ],
  ['learn cut.strace', 1, /LLP5021[^]*line 1: strace cut a path of `stat`[^]*-s 4096/],
  ['learn relative.strace', 1, /LLP5021[^]*`x` is relative[^]*--cwd DIR/],
  ['learn broken.json', 1, /LLP5011/],
  ['learn app.strace --no-generalise sibling', 2, /did you mean `siblings`\?/],
  ['learn app.strace --never wrote:/etc', 2, /did you mean `write`\?/],
  ['learn app.strace --never write', 2, /write `--never ACTIONS:\/PATH`/],
  ['learn app.strace --never write:/a/../b', 2, /has `\.` or `\.\.` in it/],
  ['learn app.strace --assert glob.llp', 1, /LLP5020[^]*glob in its path/],
  ['learn app.strace --assert nowhere.llp', 1, /LLP2017/],
  ['learn app.strace --assert rubbish.txt', 1, /LLP1/],
  ['learn app.strace --siblings 1', 2, /whole number from 2/],
  ['learn app.strace --cwd here', 2, /absolute path/],
  ['learn app.strace recorded.json --save-scenario s.json', 2, /takes one trace/],
];

test.each(ROWS)('llpc %s', async (line, code, message) => {
  const ran = await llpc(root, line.split(' '), { NO_COLOR: '1' });
  expect([ran.code, ran.out]).toEqual([code, '']);
  expect(ran.err).toMatch(message);
});

test('llpc learn: the policy goes to standard output, the report to standard error', async () => {
  const ran = await llpc(root, ['learn', 'app.strace']);
  expect(ran.code).toBe(0);
  expect(ran.out).toContain('param home: path = "/home/user";');
  expect(ran.out).toContain('file? "${home}/.apprc" { allow open, read; }');
  expect(ran.out).toContain('dir? "/srv/data" { allow open, read; }');
  expect(ran.out).toContain('file? "/srv/data/app-[0-9]*/x" { allow write; }');
  expect(ran.out).not.toContain('shadow');
  expect(ran.err).toContain('app.strace:5: openat("/etc/shadow"): EACCES');
  expect(ran.err).toContain('/srv/data/…: open, read; not observed: /srv/data/d');
  expect(ran.err).toContain('looked for and not found, which needs no grant as `walk` is allowed: 1');
  expect((await llpc(root, ['learn', 'app.strace.gz', '--name', 'app'])).out).toBe(
    ran.out.replace('app.strace,', 'app.strace.gz,'),
  );
});

test('llpc learn: with -o the policy is a file that compiles and runs its own scenario', async () => {
  const ran = await llpc(root, [
    'learn',
    'app.strace',
    '-o',
    'out/app.llp',
    '--save-scenario',
    'out/app.json',
  ]);
  expect([ran.code, ran.err]).toEqual([0, '']);
  expect(ran.out).toContain('0 denied');
  expect((await llpc(root, ['check', 'out/app.llp'])).err).toBe('');
  const replayed = await llpc(root, ['run', 'out/app.llp', '--scenario', 'out/app.json']);
  expect([replayed.code, replayed.out]).toEqual([
    0,
    expect.stringContaining(', 0 not as expected') as string,
  ]);
});

test('llpc learn: rules are switched off, one by one and all', async () => {
  const { out } = await llpc(root, ['learn', 'app.strace', '--no-generalise', 'all']);
  expect(out).toContain('file? "/srv/data/a" { allow open, read; }');
  expect(out).toContain('file? "/srv/data/app-1.2.3/x" { allow open, write; }');
  expect(out).toContain('file? "/home/user/.apprc"');
  expect(out).toContain('// Not generalised.');
  expect((await llpc(root, ['learn', 'app.strace', '--no-generalise', 'versions,home'])).out).toContain(
    'dir? "/srv/data" {',
  );
});

test('llpc learn: assertions are kept and reported', async () => {
  const ran = await llpc(root, ['learn', 'app.strace', '--never', 'write, create:/srv/data']);
  expect(ran.code).toBe(0);
  expect(ran.out).not.toContain('write');
  expect(ran.err).toMatch(
    /app\.strace:6: open, write on \/srv\/data\/app-1\.2\.3\/x: never write, create under "\/srv\/data"/,
  );
});

test('llpc learn: assertions of a file are those of the option', async () => {
  const ran = await llpc(root, ['learn', 'app.strace', '--assert', 'asserts.llp']);
  expect(ran.code).toBe(0);
  expect(ran.out).toBe((await llpc(root, ['learn', 'app.strace', '--never', 'write,create:/srv/data'])).out);
  expect(ran.err).toContain(
    'app.strace:6: open, write on /srv/data/app-1.2.3/x: never create, write under "/srv/data"',
  );
});

test('llpc learn: the report is JSON of its schema', async () => {
  const ran = await llpc(root, ['learn', 'app.strace', 'recorded.json', '--report', 'json']);
  const data: unknown = JSON.parse(ran.out);
  expect(await validateAgainst('learn-1.json', data)).toEqual([]);
  expect(data).toMatchObject({
    inputs: [
      { calls: 8, replay: { denied: [] } },
      { calls: 3, replay: { denied: [] } },
    ],
  });
  expect(data).toMatchObject({ refused: [{ line: 5 }, { file: 'recorded.json', line: 3 }] });
});

test('llpc learn: what is not understood is left out only when asked to', async () => {
  const ran = await llpc(root, ['learn', 'mixed.strace', '--lenient', '--no-verify']);
  expect(ran.code).toBe(0);
  expect(ran.err).toContain('2 lines not understood: not replayed');
});

test('llpc learn --root reads links and what programs are executed with', async () => {
  const { out, code } = await llpc(root, ['learn', 'exec.strace', '--root', 'tree']);
  expect(code).toBe(0);
  expect(out).toContain('file? "/opt/sh" { allow execute, open; }');
  expect(out).toContain('file? "/bin/run" { allow execute, open; }');
});

test('llpc learn --root names a directory', async () => {
  for (const path of ['nowhere', 'app.strace']) {
    const { err, code } = await llpc(root, ['learn', 'exec.strace', '--root', path]);
    expect(err).toContain(`\`--root ${path}\`: there is no such directory`);
    expect(code).toBe(2);
  }
});
