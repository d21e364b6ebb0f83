/** Every call of the setup fails once: the launcher says which one, ends with 125, and the command never runs. */
import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { matchGolden } from '../../support/golden.js';
import {
  ALL_RIGHTS,
  canMask,
  isRoot,
  launcherFile,
  launchFile,
  planByPaths,
  READING,
} from '../../support/launch.js';
import { has } from '../../support/tools.js';

/** Calls of the same name and message that follow each other: only the first two of them are tried. */
const OFTEN = 2;
let base = '';
let file = '';
const at = (path: string): string => join(base, path);

beforeAll(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'failures-')));
  for (const dir of ['ro', 'hidden', 'hidden2']) mkdirSync(at(dir));
  for (const name of ['secret', 'secret2']) writeFileSync(at(name), '');
  file = launcherFile(
    planByPaths({
      rules: [
        [
          ['/', READING],
          [base, ALL_RIGHTS],
        ],
        [['/', ALL_RIGHTS]],
      ],
      masks: [
        ['/', 'noexec'],
        [at('hidden'), 'hide'],
        [at('hidden2'), 'hide'],
        [at('ro'), 'ro', 'noexec'],
        [at('secret'), 'hide'],
        [at('secret2'), 'hide'],
      ],
      filter: { actions: ['chroot'], ioUring: true },
    }),
  );
});
afterAll(() => {
  rmSync(base, { recursive: true });
  rmSync(join(file, '..'), { recursive: true });
});

/** The calls of a launcher before it executes the command, each with how often its name was there before, from 1 on. */
function callsOfSetup(): { readonly name: string; readonly when: number; readonly args: string }[] {
  const log = at('log');
  launchFile(file, ['/bin/true'], { before: ['strace', '-o', log], cwd: '/' });
  const lines = readFileSync(log, 'utf8').split('\n');
  const setup = lines.slice(
    1,
    lines.findIndex((line, i) => i > 0 && line.startsWith('execve(')),
  );
  const seen = new Map<string, number>();
  return setup.flatMap((line) => {
    const [, name = '', args = ''] = /^(\w+)\((.*)/.exec(line) ?? [];
    const when = (seen.get(name) ?? 0) + 1;
    seen.set(name, when);
    return /PR_CAPBSET_DROP/.test(args) && when > OFTEN + 1 ? [] : [{ name, when, args }];
  });
}

describe.skipIf(!canMask() || !has('strace'))('a launcher of which a call fails', () => {
  it('says what it could not do, ends with 125, and does not start the command', () => {
    const lines = callsOfSetup().map(({ name, when }) => {
      const before = ['strace', '-o', '/dev/null', '-e', `inject=${name}:error=EPERM:when=${when}`];
      const run = launchFile(file, ['/bin/touch', at('ran')], { before, cwd: '/' });
      expect(run, `${name} ${when}`).toMatchObject({ status: 125, signal: null, stdout: '' });
      expect(run.stderr).toMatch(/^sandbox: .*: EPERM \(operation not permitted\)\n$/);
      expect(existsSync(at('ran'))).toBe(false);
      return `${name}: ${run.stderr.replaceAll(base, 'BASE')}`;
    });
    expect(lines.length).toBeGreaterThan(90);
    matchGolden('linux/launcher/failures.txt', lines.join(''));
  });

  it('ends with a signal that comes during a call, and does not start the command', () => {
    const first = callsOfSetup().filter(({ when }) => when === 1);
    for (const { name } of first) {
      const before = ['strace', '-o', '/dev/null', '-e', `inject=${name}:signal=TERM:when=1`];
      expect(launchFile(file, ['/bin/touch', at('ran')], { before, cwd: '/' }), name).toMatchObject({
        signal: 'SIGTERM',
      });
      expect(existsSync(at('ran'))).toBe(false);
    }
  });

  it.each([
    [
      'landlock_create_ruleset:error=ENOSYS',
      'cannot use Landlock, which enforces the policy: ENOSYS (this kernel does not have the system call)',
    ],
    [
      'landlock_create_ruleset:error=EOPNOTSUPP',
      'cannot use Landlock, which enforces the policy: EOPNOTSUPP (not supported, or switched off)',
    ],
    [
      'unshare:error=ENOSPC',
      'cannot make the user namespace that the masks of the policy need; this system may not allow it: ENOSPC (no space left on device)',
    ],
    [
      'openat:error=ENOENT:when=4',
      'cannot open /proc/self/setgroups, through which the ids of the user namespace are mapped: ENOENT (no such file or directory)',
    ],
    ['fsmount:error=EUCLEAN', 'cannot make the mount that hides objects: EUCLEAN (structure needs cleaning)'],
    ['capset:error=ENOTRECOVERABLE', 'cannot give up the capabilities: error 131'],
  ])('names the error of %s', (inject, message) => {
    const before = ['strace', '-o', '/dev/null', '-e', `inject=${inject}`];
    expect(launchFile(file, ['/bin/true'], { before, cwd: '/' }).stderr).toBe(`sandbox: ${message}\n`);
  });

  it('writes its message in one call', () => {
    const before = ['strace', '-o', at('log'), '-e', 'inject=move_mount:error=EPERM:when=3'];
    launchFile(file, ['/bin/true'], { before, cwd: '/' });
    launchFile(file, ['/bin/true'], { before: [...before, '-e', 'trace=write,move_mount'], cwd: '/' });
    const writes = readFileSync(at('log'), 'utf8').match(/^write\(2,/gm);
    expect(writes).toHaveLength(1);
  });

  it.skipIf(!isRoot)('gives up capabilities also where it may not lock them away', () => {
    const plain = launcherFile(planByPaths({ rules: [[['/', ALL_RIGHTS]]] }));
    const before = ['setpriv', '--bounding-set=-setpcap'];
    const run = launchFile(plain, ['grep', '-E', '^Cap(Inh|Prm|Eff|Amb)', '/proc/self/status'], { before });
    rmSync(join(plain, '..'), { recursive: true });
    expect(run.stdout.match(/0000000000000000/g)).toHaveLength(4);
  });
});

describe.skipIf(!canMask())('launchers', () => {
  it('run 50 at once', async () => {
    const runs = Array.from(
      { length: 50 },
      () =>
        new Promise<number | null>((resolve, reject) => {
          const child = spawn(file, ['/bin/sh', '-c', 'exit 7'], { cwd: '/', stdio: 'ignore' });
          child.on('error', reject);
          child.on('exit', resolve);
        }),
    );
    expect(new Set(await Promise.all(runs))).toEqual(new Set([126])); // `/` is noexec
  });
});
