/**
 * Unusual environments of a process: standard streams that are closed or that nobody reads do not change exit codes; a removed
 * working directory.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, constants, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { BAD, FAILING, folder, GOOD, llpc, llpcProcess, MAIN, WARNED } from '../support/llpc.js';

const root = folder({
  'good.llp': GOOD,
  'bad.llp': BAD,
  'warned.llp': WARNED,
  'failing.llp': FAILING,
  'flat.llp': GOOD.replace(/\n +/g, ' '),
});

/** The writing end of a pipe whose reading end is closed. */
function deadPipe(): number {
  const path = join(folder({}), 'pipe');
  execFileSync('mkfifo', [path]);
  const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writer = openSync(path, 'w');
  closeSync(reader);
  return writer;
}

type Stream = 'out' | 'err';

/** Without an end the run is stopped, and its code is null. */
function unread(
  args: readonly string[],
  streams: readonly Stream[],
): { readonly code: number | null; readonly err: string } {
  const pipe = deadPipe();
  const of = (stream: Stream): number | 'pipe' => (streams.includes(stream) ? pipe : 'pipe');
  const ran = spawnSync(process.execPath, [MAIN, ...args], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', of('out'), of('err')],
    timeout: 60_000,
  });
  closeSync(pipe);
  return { code: ran.status, err: streams.includes('err') ? '' : ran.stderr };
}

describe.each([
  ['check good.llp --format json', 0],
  ['check bad.llp --format json', 1],
  ['check bad.llp', 1],
  ['check warned.llp', 0],
  ['test good.llp', 0],
  ['test failing.llp', 1],
  ['fmt --check flat.llp', 1],
  ['diff good.llp warned.llp --exit-code', 1],
  ['graph good.llp', 0],
  ['--help', 0],
  ['chek good.llp', 2],
])('llpc %s', (line, code) => {
  const args = line.split(' ');

  it.each([[['out']], [['err']], [['out', 'err']]] as const)('where nobody reads: %s', async (streams) => {
    const ran = unread(args, streams);
    expect(ran.code).toBe(code);
    if (!streams.some((stream) => stream === 'err')) expect(ran.err).toBe((await llpc(root, args)).err);
  });

  it('without any standard stream', () => {
    const ran = spawnSync('sh', ['-c', '"$@" <&- >&- 2>&-', 'sh', process.execPath, MAIN, ...args], {
      cwd: root,
    });
    expect(ran.status).toBe(code);
  });
});

test('llpc: watching ends when nobody reads what it finds', () => {
  expect(unread(['check', 'good.llp', '--watch', '--format', 'json'], ['out'])).toEqual({
    code: 0,
    err: 'ok, watching 1 file\n',
  });
});

describe.skipIf(!existsSync('/dev/full'))('where the output is lost', () => {
  it.each([
    ['fmt good.llp', 1],
    ['check good.llp --format json', 1],
    ['check bad.llp --format json', 1],
    ['--help', 1],
    ['check good.llp', 0],
  ])('llpc %s', (line, code) => {
    const full = openSync('/dev/full', 'w');
    const ran = spawnSync(process.execPath, [MAIN, ...line.split(' ')], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', full, 'pipe'],
    });
    closeSync(full);
    expect(ran.status).toBe(code);
    if (code === 1) expect(ran.stderr).toBe('llpc: cannot write to standard output: the disk is full\n');
  });
});

describe.skipIf(!existsSync('/dev/zero'))('what has no end', () => {
  it.each([['check'], ['fmt'], ['exec'], ['learn'], ['graph']])('is refused by %s', async (command) => {
    const ran = await llpc(root, [command, '/dev/zero']);
    expect(ran.code).toBe(1);
    expect(ran.err).toContain('it is a device, and gives bytes without an end');
  });

  it('is read where it ends', async () => {
    expect((await llpc(root, ['check', '/dev/null'])).err).toMatch(/error\[LLP/);
    expect(llpcProcess(root, ['check', '-'], { input: GOOD }).code).toBe(0);
  });
});

test('llpc: in a folder that is gone, names of files mean nothing, and it is said', () => {
  const script = 'cd "$(mktemp -d)" && rmdir "$PWD" && exec "$@"';
  const run = (...args: string[]): readonly [number | null, string] => {
    const ran = spawnSync('sh', ['-c', script, 'sh', process.execPath, MAIN, ...args], {
      encoding: 'utf8',
      input: GOOD,
    });
    return [ran.status, ran.stderr];
  };
  const gone = 'llpc: the folder that it runs in is gone, or its path is too long\n';
  for (const command of ['check', 'test', 'graph']) expect(run(command, '-')).toEqual([2, gone]);
  expect(run('check', join(root, 'good.llp'))).toEqual([0, '']);
  expect(run('--version')).toEqual([0, '']);
});
