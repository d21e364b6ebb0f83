/** Launchers that run for real: what the program can do, and how it starts and ends. */
import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { describe, expect, it } from 'vitest';
import { launcherOf } from '../../../src/codegen/linux/launcher/index.js';
import {
  ALL_RIGHTS,
  canLaunch,
  isRoot,
  launch,
  launcherFile,
  launchFile,
  planByPaths,
  READING,
} from '../../support/launch.js';
import { has } from '../../support/tools.js';
import { as, at, sh, somewhere, USER, useTree } from './tree.js';

useTree();

describe.skipIf(!canLaunch())('launcher', () => {
  it('lets rules decide about reading and writing', () => {
    const { stdout, stderr, status } = sh(
      somewhere(),
      `cat ${at('tree/denied/file')}; echo a > ${at('tree/allowed/new')} && echo written; echo b > ${at('tree/denied/file')}`,
    );
    expect(stdout).toBe('tree/denied/file\nwritten\n');
    expect(stderr).toContain('Permission denied');
    expect(status).not.toBe(0);
  });

  it('enforces each ruleset: what one of them denies is denied', () => {
    const rules = [
      ...(somewhere().rules ?? []),
      [['/', ALL_RIGHTS.filter((right) => right !== 'make_reg')] as const],
    ];
    const script = `echo a > ${at('tree/allowed/file')} && echo 1; echo a > ${at('tree/allowed/new')} || echo 2`;
    expect(sh({ rules }, script).stdout).toBe('1\n2\n');
  });

  it('adds only the rights of files to a rule on a file', () => {
    const rules = [[['/', READING] as const, [at('tree/secret'), ALL_RIGHTS] as const]];
    expect(sh({ rules }, `echo a > ${at('tree/secret')} && cat ${at('tree/secret')}`).stdout).toBe('a\n');
  });

  it('restricts nothing that no ruleset handles', () => {
    const run = sh({ rules: [[]], handled: ['make_dir'] }, `echo a > ${at('tree/x')}; mkdir ${at('tree/y')}`);
    expect(run.stderr).toContain('cannot create directory');
    expect(statSync(at('tree/x')).size).toBe(2);
  });

  it('leaves the process to the program: exit code, signal, streams, environment, arguments', () => {
    expect(sh(somewhere(), 'exit 0').status).toBe(0);
    expect(sh(somewhere(), 'exit 3').status).toBe(3);
    expect(sh(somewhere(), 'kill -TERM $$')).toMatchObject({ status: null, signal: 'SIGTERM' });
    expect(sh(somewhere(), 'tr a-z A-Z', { input: 'in\n' }).stdout).toBe('IN\n');
    expect(sh(somewhere(), 'echo $FOO >&2', { env: { ...process.env, FOO: 'bar' } }).stderr).toBe('bar\n');
    const run = launch(planByPaths(somewhere()), ['printf', '%s|', 'a b', '', '--', 'c']);
    expect(run.stdout).toBe('a b||--|c|');
  });

  it('closes descriptors above 2', () => {
    const descriptor = openSync(at('tree/secret'), 'r');
    const stdio = ['ignore', 'pipe', 'pipe', descriptor, descriptor] as const;
    const run = sh(somewhere(), 'for fd in /proc/self/fd/*; do echo ${fd##*/}; done', { stdio: [...stdio] });
    closeSync(descriptor);
    const open = run.stdout.trim().split('\n').map(Number);
    expect(open.filter((fd) => fd > 3)).toEqual([]); // the shell itself reads the directory with one descriptor
    expect(sh(somewhere(), 'cat <&3', { stdio: [...stdio.slice(0, 3), 'ignore'] }).stderr).toMatch(
      /bad file|Bad file/i,
    );
  });

  it('has no_new_privs, and no capabilities', () => {
    const { stdout } = sh(somewhere(), 'grep -E "^(Cap|NoNewPrivs|Seccomp:)" /proc/self/status');
    expect(stdout).toMatch(/^NoNewPrivs:\t1$/m);
    expect(stdout).toMatch(/^Seccomp:\t0$/m);
    for (const set of ['Inh', 'Prm', 'Eff', 'Amb', ...(isRoot ? ['Bnd'] : [])])
      expect(stdout).toContain(`Cap${set}:\t0000000000000000\n`);
  });

  it.skipIf(!isRoot)('runs as an ordinary user', () => {
    const { stdout, stderr } = sh(
      somewhere(),
      `id -u; grep -E "^(CapEff|CapPrm)" /proc/self/status; echo a > ${at('tree/secret')}`,
      as(USER),
    );
    expect(stdout).toBe(`${USER}\nCapPrm:\t0000000000000000\nCapEff:\t0000000000000000\n`);
    expect(stderr).toContain('Permission denied');
  });

  it.skipIf(!isRoot)('keeps an inheritable capability from the program', () => {
    const before = ['setpriv', '--inh-caps=+chown', '--ambient-caps=+chown', '--bounding-set=+chown'];
    const run = sh(somewhere(), 'grep -E "^Cap(Inh|Prm|Eff|Amb)" /proc/self/status', { before });
    expect(run.stdout.match(/0000000000000000/g)).toHaveLength(4);
  });

  it('shows how it is used when there is no command', () => {
    const file = launcherFile(planByPaths(somewhere()));
    for (const command of [[], ['--']]) {
      const run = launchFile(file, command);
      expect(run).toMatchObject({ status: 125, stdout: '' });
      expect(run.stderr).toMatch(/^usage: sandbox COMMAND/);
    }
    expect(launchFile(file, ['--', 'echo', '--']).stdout).toBe('--\n');
  });

  it('refuses an object that is not the one that was grounded, and shows its path', () => {
    const plan = planByPaths(somewhere());
    renameSync(at('tree/allowed'), at('tree/other'));
    mkdirSync(at('tree/allowed'));
    const run = launch(plan, ['touch', at('tree/ran')], { cwd: '/' });
    expect(run).toMatchObject({ status: 125, stdout: '' });
    expect(run.stderr).toBe(
      `sandbox: the policy was loaded for another object than the one that is now at \`${at('tree/allowed')}\`\n`,
    );
    rmSync(at('tree/allowed'), { recursive: true });
    symlinkSync(at('tree/other'), at('tree/allowed'));
    expect(launch(plan, ['true']).stderr).toContain('another object');
    rmSync(at('tree/allowed'));
    expect(launch(plan, ['true'])).toMatchObject({
      status: 125,
      stderr: `sandbox: cannot open \`${at('tree/allowed')}\`: ENOENT (no such file or directory)\n`,
    });
  });

  it('shows a path without what would control a terminal, and opens it as it is', () => {
    const odd = `${at('tree')}/a\u001b[1m\n\udcff`;
    const bytes = Buffer.concat([Buffer.from(`${at('tree')}/a\u001b[1m\n`), Buffer.from([0xff])]);
    const plan = planByPaths({ rules: [[['/', ALL_RIGHTS]]] });
    const { device } = plan.objects[0]?.identity ?? { device: '' };
    writeFileSync(bytes, '');
    const status = statSync(bytes, { bigint: true });
    const withOdd = (inode: bigint): typeof plan => {
      const identity = { device: String(status.dev), inode: String(inode), birth: null };
      return { ...plan, objects: [{ path: odd, kind: 'file', identity }] };
    };
    expect(launch(withOdd(status.ino), ['/bin/true']).status).toBe(126); // the only rule is on the odd file
    expect(launch(withOdd(1n), ['/bin/true']).stderr).toContain(`\`${at('tree')}/a\ufffd[1m\ufffd\ufffd\`\n`);
    expect(device).not.toBe('');
  });

  it('resolves the paths of a portable plan, and leaves out optional objects that are absent', () => {
    symlinkSync(at('tree/denied'), at('tree/link'));
    const portable = { portable: true, optional: [at('tree/absent')] };
    const rules = [
      [
        ['/', READING] as const,
        [at('tree/absent'), ALL_RIGHTS] as const,
        [at('tree/link'), ALL_RIGHTS] as const,
      ],
    ];
    const script = `echo a > ${at('tree/denied/new')} && cat ${at('tree/denied/new')}`;
    expect(sh({ ...portable, rules }, script).stdout).toBe('a\n');
    expect(sh({ portable: true, rules }, script)).toMatchObject({
      status: 125,
      stderr: `sandbox: cannot open \`${at('tree/absent')}\`: ENOENT (no such file or directory)\n`,
    });
  });

  it('refuses a kernel that is older than the policy needs, and leaves out nothing on a new one', () => {
    const run = sh({ ...somewhere(), leastAbi: 99 }, 'true');
    expect(run).toMatchObject({ status: 125, stdout: '' });
    expect(run.stderr).toMatch(/^sandbox: this kernel has an older Landlock than ABI 99/);
  });

  it.skipIf(!has('strace'))('leaves out the rights that an older kernel does not have', () => {
    const log = at('log');
    const plan = planByPaths(somewhere());
    const handled = [1, 2, 3, 4, 5].map((abi) => {
      const before = [
        'strace',
        '-X',
        'raw',
        '-o',
        log,
        '-e',
        `inject=landlock_create_ruleset:retval=${abi}:when=1`,
      ];
      expect(launch(plan, ['/bin/echo', 'ran'], { before }).stdout).toBe('ran\n');
      return /handled_access_fs=(\w+)/.exec(readFileSync(log, 'utf8'))?.[1];
    });
    expect(handled).toEqual(['0x1fff', '0x3fff', '0x7fff', '0x7fff', '0xffff']);
  });

  it('takes 20,000 rules', () => {
    mkdirSync(at('tree/many'));
    const paths = Array.from({ length: 20_000 }, (_, i) => at(`tree/many/${i}`));
    for (const path of paths) writeFileSync(path, '');
    const rules = [
      [['/', READING] as const, ...paths.map((path) => [path, ['write_file', 'truncate']] as const)],
    ];
    const script = `echo a > ${at('tree/many/0')} && echo b > ${at('tree/many/19999')} && echo c > ${at('tree/secret')}`;
    const run = sh({ rules }, script);
    expect(run.stderr).toContain('tree/secret');
    expect([statSync(paths[0] ?? '').size, statSync(paths[19_999] ?? '').size]).toEqual([2, 2]);
  });

  it('opens the objects of many directories, in whatever order they come', () => {
    const paths = ['a', 'b', 'a/c'].flatMap((dir) => {
      mkdirSync(at(`tree/${dir}`));
      return Array.from({ length: 90 }, (_, i) => at(`tree/${dir}/file${i}`));
    });
    for (const path of paths) writeFileSync(path, '');
    const rules = [
      [['/', READING] as const, ...paths.map((path) => [path, ['write_file', 'truncate']] as const)],
    ];
    const script = `for f in ${at('tree')}/a/file* ${at('tree')}/b/file* ${at('tree')}/a/c/file*; do echo a > $f; done; echo b > ${at('tree/secret')}; ls /proc/self/fd`;
    const run = sh({ rules }, script);
    expect(run.stderr.match(/Permission denied/g)).toHaveLength(1);
    expect(paths.every((path) => statSync(path).size === 2)).toBe(true);
    expect(run.stdout).toBe('0\n1\n2\n3\n');
  });

  it('enforces the policy also where standard streams are closed', () => {
    const close = ['/bin/sh', '-c', 'exec "$@" <&- >&-', 'sh'];
    const many = ['tree/allowed/file', 'tree/denied/file', 'tree/denied/deep/file', 'tree/bin/tool'];
    const rules = [
      [['/', READING] as const, ...many.map((path) => [at(path), ['write_file']] as const)],
      [['/', ALL_RIGHTS] as const],
    ];
    const run = sh(
      { rules },
      `echo a >> ${at('tree/secret')}; echo b >> ${at('tree/denied/file')}; ls /proc/self/fd >&2`,
      {
        before: close,
      },
    );
    expect(run.stderr).toMatch(/Permission denied\n(0|1|2|3)\n/);
    expect(statSync(at('tree/denied/file')).size).toBe('tree/denied/file\n'.length + 2);
    expect(statSync(at('tree/secret')).size).toBe('tree/secret\n'.length);
  });

  it('gives the same bytes for the same plan', () => {
    const plan = planByPaths(somewhere());
    for (const architecture of ['x86-64', 'aarch64'] as const)
      expect(launcherOf(plan, architecture)).toEqual(launcherOf(plan, architecture));
  });
});
