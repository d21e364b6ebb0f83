/** `llpc enforce --trace`, `--dry-run`, and `llpc learn -- COMMAND`: runs that strace follows. */
import fs from 'node:fs';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { llpcProcess } from '../../support/llpc.js';
import { compile } from '../../support/compile.js';
import { buildTree } from '../../../src/runtime/kernel/build-tree.js';
import { groundForLinux } from '../../../src/runtime/linux/load.js';
import { compareCalls } from '../../../src/tools/enforce/compare.js';
import { withoutLauncher } from '../../../src/tools/enforce/live.js';
import { recordTrace } from '../../../src/tools/learn/record.js';
import { readTrace } from '../../../src/tools/learn/strace.js';
import { box, enforce, enforces, isRoot, leftBehind, traces } from './run-enforce.js';

describe.skipIf(!traces)('llpc enforce --trace', () => {
  const SCRIPT =
    'cat open; cat secret; echo a >new; mv new newer; rm newer; echo b >kept/x; rm secret; mkdir d; rmdir d; exit 7';

  it('shows each refused call with the rule and its line, and the model agrees on every call', () => {
    const root = box();
    const { code, out, err } = enforce(root, ['sh', '-c', SCRIPT], { options: ['--trace'] });
    expect(out).toBe('open\n');
    expect(err).toMatch(/\n\d\d+ calls compared with the model of the kernel: 0 disagreements\n/);
    expect(code).toBe(7);
    expect(err).toMatch(
      /openat\("secret"\): EACCES\n\n {2}open, read \S*\/in\/secret: deny\n {4}decided by this rule of `file "\S*\/in\/secret"`\n {6}\S*policy\.llp:12:21\n {6}file "secret" \{ deny all; \}/,
    );
    expect(err).toContain('openat("kept/x"): EROFS');
    expect(err).toContain('unlinkat("secret"): EBUSY');
    expect(leftBehind(root)).toEqual([]);
  });

  it.skipIf(!isRoot)('works for an ordinary user, and permission bits are told apart from the policy', () => {
    const root = box();
    fs.writeFileSync(join(root, 'in/private'), '', { mode: 0o600 });
    spawnSync('chown', ['-R', '1234:1234', root]);
    spawnSync('chown', ['0:0', join(root, 'in/private')]);
    fs.chmodSync(join(root, '..'), 0o755);
    const before = ['setpriv', '--reuid', '1234', '--regid', '1234', '--clear-groups'];
    const { err } = enforce(root, ['cat', 'private'], { options: ['--trace'], before });
    expect(err).toContain(': 0 disagreements');
    expect(err).toMatch(
      /refused by permission bits, whatever the policy says \(\d\)\n(.*\n)* {2}openat\("private"\): EACCES/,
    );
  });

  it('a child has another /proc/self, which is not compared', () => {
    const { code, err } = enforce(box(), ['sh', '-c', 'cat /proc/self/stat; exit 0'], {
      options: ['--trace'],
    });
    expect(err).toContain(': 0 disagreements');
    expect(code).toBe(0);
  });

  it('a signal ends the command, not strace alone, and the exit is its own', () => {
    const { err } = enforce(box(), ['sh', '-c', 'kill -TERM $$'], { options: ['--trace'] });
    expect(err).toContain('SIGTERM');
  });

  it('--save-trace writes what learn reads', () => {
    const root = box();
    const saved = join(root, 'run.strace');
    enforce(root, ['cat', 'open'], { options: ['--trace', '--save-trace', saved] });
    const learned = llpcProcess(root, ['learn', saved, '-o', join(root, 'out.llp')]);
    expect(learned.code, learned.err).toBe(0);
    expect(fs.readFileSync(join(root, 'out.llp'), 'utf8')).toMatch(/in\/open" \{ allow [^}]*read/);
  });
});

describe.skipIf(!enforces)('without strace', () => {
  it('the message names its package', () => {
    const root = box();
    const path = join(root, 'tmp/bin');
    fs.mkdirSync(path);
    for (const options of [['--trace'], ['--dry-run']]) {
      const { code, err } = enforce(root, ['/bin/true'], { options, env: { PATH: path } });
      expect([code, err]).toEqual([125, expect.stringContaining('it is in the package `strace`')]);
    }
  });
});

describe.skipIf(!traces)('llpc enforce --dry-run', () => {
  it('refuses nothing, and shows what the policy would refuse', () => {
    const root = box();
    const script = 'cat secret; echo b >kept/x; touch kept/y; exit 3';
    const { code, out, err } = enforce(root, ['sh', '-c', script], { options: ['--dry-run'] });
    expect([code, out]).toEqual([3, 'the secret\n']);
    expect(fs.readFileSync(join(root, 'in/kept/x'), 'utf8')).toBe('b\n');
    expect(err).toMatch(/the policy would refuse \d+ requests/);
    expect(err).toMatch(/read, \S*.*\/in\/secret: deny|open, read.* \S*\/in\/secret: deny/);
    expect(err).toMatch(/write\S*.* \S*\/in\/kept\/x: deny/);
    expect(err).toMatch(/create \S*\/in\/kept: deny/);
  });
});

describe.skipIf(!traces)('llpc learn -- COMMAND', () => {
  it('records the run, and standard output stays that of the command', () => {
    const root = box();
    const args = [
      'learn',
      '-o',
      'app.llp',
      '--save-trace',
      'app.strace',
      '--',
      'sh',
      '-c',
      'cat in/open; exit 3',
    ];
    const { code, out, err } = llpcProcess(root, args);
    expect([code, out]).toEqual([0, 'open\n']);
    expect(err).toContain('`sh` ended with exit code 3');
    expect(err).not.toContain('ELOOP');
    const policy = fs.readFileSync(join(root, 'app.llp'), 'utf8');
    expect(policy).toContain('policy "sh"');
    expect(policy).toMatch(/in\/open" \{ allow [^}]*read/);
    expect(fs.readFileSync(join(root, 'app.strace'), 'utf8')).toContain('execve(');
  });

  it.each([
    [['learn', '--', 'true'], 'where to?'],
    [['learn', 'x.strace', '-o', 'y', '--', 'true'], 'not from both'],
    [['learn', 'x.strace', '-o', 'y', '--save-trace', 'z'], '--save-trace'],
  ])('usage: %j', (args, why) => {
    expect(llpcProcess(box(), args)).toMatchObject({ code: 2, err: expect.stringContaining(why) });
  });
});

describe('compareCalls', () => {
  const TRACE = `7  execve("/proc/self/fd/3", ["llpc", "app"], 0x7ffc /* 9 vars */) = 0
7  unshare(CLONE_NEWUSER) = 0
7  execve("/usr/app", ["app"], 0x7ffc /* 9 vars */) = 0
7  openat(AT_FDCWD, "/srv/a", O_RDONLY) = 3
7  openat(AT_FDCWD, "/srv/secret", O_RDONLY) = RESULT
7  +++ exited with 0 +++
`;

  function compared(result: string): string[] {
    const text = `llp 1; accept unenforced getattr, chdir, walk, open, setattr, readdir, map, execute, ioctl, fcntl, lock on linux;
policy "p" { default deny; dir "/usr" { allow all; } dir "/srv" { allow all; file "secret" { deny all; } } }`;
    const { artifact } = compile(text, { target: 'linux' });
    const tree = () =>
      buildTree(['/usr/app', '/srv/a', '/srv/secret'].map((path) => ({ kind: 'file', path }) as const)).vfs;
    const loaded = artifact && groundForLinux(artifact, tree());
    if (loaded?.kind !== 'loaded' || loaded.value.plan === undefined) throw new Error('it does not load');
    const trace = withoutLauncher(readTrace(TRACE.replace('RESULT', result)));
    const recording = recordTrace(trace, { input: 0, cwd: '/', everyRequest: true });
    const where = { cwd: '/', lookup: () => undefined };
    const { refused, disagreements } = compareCalls(
      recording,
      loaded.value,
      loaded.value.plan,
      tree(),
      where,
    );
    return [
      ...refused.map((r) => `refused ${r.call}`),
      ...disagreements.map((d) => `${d.step.path ?? ''}: kernel ${d.kernel}, model ${d.model}`),
    ];
  }

  it('a refusal on which both agree is not a disagreement', () => {
    expect(compared('-1 EACCES (Permission denied)')).toEqual(['refused openat("/srv/secret")']);
  });

  it('what the kernel allows against the model is one, and so is another errno', () => {
    expect(compared('4')).toEqual(['/srv/secret: kernel allow, model EACCES']);
    expect(compared('-1 EPERM (Operation not permitted)')).toEqual([
      '/srv/secret: kernel EPERM, model EACCES',
    ]);
  });
});
