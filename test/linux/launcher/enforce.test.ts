/** Launchers that run for real: what the program can do, and how it starts and ends. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { launcherOf } from '../../../src/codegen/linux/launcher/index.js';
import {
  ALL_RIGHTS,
  canLaunch,
  canMask,
  isRoot,
  launch,
  launcherFile,
  launchFile,
  planByPaths,
  READING,
  type Launched,
  type LaunchOptions,
  type PlanByPaths,
} from '../../support/launch.js';

/** An ordinary user, to whom the tree belongs. */
const USER = 1234;
let base = '';
const at = (path: string): string => join(base, path);

beforeAll(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'enforce-')));
  if (isRoot) chmodSync(tmpdir(), 0o755);
  chmodSync(base, 0o777);
});
afterAll(() => {
  rmSync(base, { recursive: true });
});
beforeEach(() => {
  rmSync(at('tree'), { recursive: true, force: true });
  for (const dir of ['tree/allowed', 'tree/denied/deep', 'tree/bin']) mkdirSync(at(dir), { recursive: true });
  for (const file of ['tree/allowed/file', 'tree/denied/file', 'tree/denied/deep/file', 'tree/secret'])
    writeFileSync(at(file), `${file}\n`);
  writeFileSync(at('tree/bin/tool'), '#!/bin/sh\necho tool "$@"\n', { mode: 0o755 });
});

/** Gives the tree to a user: root has no capability under a launcher, so that another user's files are closed to it. */
function as(user: number | undefined): LaunchOptions {
  if (user === undefined) return {};
  spawnSync('chown', ['-R', `${user}:${user}`, at('tree')]);
  return { user };
}

/** Reading everywhere, and every right in `tree/allowed`. */
const somewhere = (): PlanByPaths => ({
  rules: [
    [
      ['/', READING],
      ['/dev/null', ['write_file']],
      [at('tree/allowed'), ALL_RIGHTS],
    ],
  ],
});

const sh = (of: PlanByPaths, script: string, options: LaunchOptions = {}): Launched =>
  launch(planByPaths(of), ['/bin/sh', '-c', script], { cwd: '/', ...options });

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
    const withOdd = (inode: bigint): typeof plan => ({
      ...plan,
      objects: [{ path: odd, kind: 'file', identity: { device: String(status.dev), inode: String(inode) } }],
    });
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

describe.skipIf(!canLaunch())('launcher, looking for the command', () => {
  const nothing = (): ReturnType<typeof planByPaths> => planByPaths({});
  const run = (command: readonly string[], env: NodeJS.ProcessEnv, cwd = at('tree')): Launched =>
    launch(nothing(), command, { env, cwd });

  it('takes the first directory of PATH that has it', () => {
    expect(run(['tool', 'a'], { PATH: `${at('tree/none')}:${at('tree/bin')}:/bin` }).stdout).toBe('tool a\n');
    expect(run(['echo', 'b'], { PATH: `${at('tree/secret')}:/bin` }).stdout).toBe('b\n');
    expect(run(['tool'], { PATH: '/bin' }).status).toBe(127);
  });

  it('takes an empty directory of PATH as the current one', () => {
    for (const PATH of ['', ':/none', '/none:', '/none::/bin'])
      expect(run(['tool'], { PATH }, at('tree/bin')).stdout).toBe('tool\n');
  });

  it('looks in /bin and /usr/bin without PATH', () => {
    expect(run(['echo', 'a'], {}).stdout).toBe('a\n');
    expect(run(['echo', 'a'], { PATHS: '/none', XPATH: '/none' }).stdout).toBe('a\n');
  });

  it('takes a name with a slash as a path', () => {
    expect(run(['bin/tool'], { PATH: '/none' }).stdout).toBe('tool\n');
    expect(run([at('tree/bin/tool')], {}).stdout).toBe('tool\n');
  });

  it('gives a script without an interpreter line to the shell', () => {
    writeFileSync(at('tree/bin/script'), 'echo "$0" "$@"\n', { mode: 0o755 });
    const env = { PATH: at('tree/bin') };
    expect(run(['script', 'a', 'b c'], env).stdout).toBe(`${at('tree/bin/script')} a b c\n`);
    expect(run(['--', './bin/script'], env).stdout).toBe('./bin/script\n');
  });

  it('ends with 127 where the command is not found, and with 126 where it cannot be executed', () => {
    writeFileSync(at('tree/bin/plain'), 'x');
    const PATH = `${at('tree/bin')}:/bin`;
    expect(run(['none'], { PATH })).toMatchObject({
      status: 127,
      stderr: 'sandbox: cannot run `none`: ENOENT (no such file or directory)\n',
    });
    expect(run([''], { PATH }).status).toBe(127);
    expect(run(['./none'], { PATH }).status).toBe(127);
    expect(run(['plain'], { PATH })).toMatchObject({
      status: 126,
      stderr: 'sandbox: cannot run `plain`: EACCES (permission denied)\n',
    });
    expect(run(['/'], { PATH }).status).toBe(126);
    expect(run([at('tree/secret/x')], { PATH })).toMatchObject({
      status: 126,
      stderr: `sandbox: cannot run \`${at('tree/secret/x')}\`: ENOTDIR (not a directory)\n`,
    });
  });

  it('does not let a directory of PATH that is too long end the search, nor a name', () => {
    expect(run(['echo', 'a'], { PATH: `/${'x'.repeat(5000)}:/bin` }).stdout).toBe('a\n');
    expect(run(['x'.repeat(5000)], { PATH: '/bin' }).status).toBe(127);
    expect(run([`./${'x'.repeat(100_000)}`], { PATH: '/bin' })).toMatchObject({ status: 126 });
  });

  it('escapes the command in its message', () => {
    expect(run(['a\u001b[31m\\é'], { PATH: '/bin' }).stderr).toBe(
      'sandbox: cannot run `a\\x1b[31m\\\\xc3\\xa9`: ENOENT (no such file or directory)\n',
    );
  });
});

describe.skipIf(!canMask())('masks', () => {
  /** As root and as an ordinary user, who owns the tree. */
  const users = isRoot ? [undefined, USER] : [undefined];

  it.each(users)('ro stops every change of and beneath the object (user %s)', (user) => {
    const script = [
      `cat ${at('tree/denied/file')}`,
      `echo a > ${at('tree/denied/file')}`,
      `echo a > ${at('tree/denied/new')}`,
      `chmod 700 ${at('tree/denied')}`,
      `touch ${at('tree/denied/deep/file')}`,
      `rm -rf ${at('tree/denied')}`,
      `echo a > ${at('tree/secret')}`,
      `echo a > ${at('tree/beside')} && echo beside`,
    ].join(';');
    const masks: PlanByPaths['masks'] = [
      [at('tree/denied'), 'ro'],
      [at('tree/secret'), 'ro'],
    ];
    const { stdout, stderr } = sh({ masks }, script, as(user));
    expect(stdout).toBe('tree/denied/file\nbeside\n');
    expect(stderr.match(/Read-only file system/g)).toHaveLength(7);
    expect(statSync(at('tree/denied/file')).size).toBeGreaterThan(2);
  });

  it.each(users)('noexec stops execution (user %s)', (user) => {
    const run = sh(
      { masks: [[at('tree/bin'), 'noexec']] },
      `${at('tree/bin/tool')}; cat ${at('tree/bin/tool')}`,
      as(user),
    );
    expect(run.stdout).toContain('echo tool');
    expect(run.stderr).toContain('Permission denied');
  });

  it.each(users)(
    'hide stops reading, listing and looking beneath, in more than one place (user %s)',
    (user) => {
      mkdirSync(at('tree/hidden'));
      const masks: PlanByPaths['masks'] = [
        [at('tree/denied'), 'hide'],
        [at('tree/hidden'), 'hide'],
        [at('tree/bin/tool'), 'hide'],
        [at('tree/secret'), 'hide'],
      ];
      const script = `cat ${at('tree/secret')} ${at('tree/bin/tool')} ${at('tree/denied/file')}; ls ${at('tree/denied')} ${at('tree/hidden')}; stat -c %a%F ${at('tree/secret')} ${at('tree/hidden')}; chmod 777 ${at('tree/secret')} ${at('tree/denied')}`;
      const run = sh({ masks }, script, as(user));
      expect(run.stdout).toBe('0regular empty file\n0directory\n');
      expect(run.stderr.match(/Permission denied/g)).toHaveLength(5);
      expect(run.stderr.match(/Read-only file system/g)).toHaveLength(2);
    },
  );

  it.each(users)('pin stops moving and removing the object itself (user %s)', (user) => {
    const script = `mv ${at('tree/denied')} ${at('tree/moved')}; rm ${at('tree/secret')}; echo a > ${at('tree/denied/new')} && echo written`;
    const masks: PlanByPaths['masks'] = [
      [at('tree/denied'), 'pin'],
      [at('tree/secret'), 'pin'],
    ];
    const run = sh({ masks }, script, as(user));
    expect(run.stdout).toBe('written\n');
    expect(run.stderr.match(/Device or resource busy/g)).toHaveLength(2);
  });

  it('lie one in another, the outer one first', () => {
    const masks: PlanByPaths['masks'] = [
      [at('tree'), 'ro'],
      [at('tree/denied'), 'hide'],
    ];
    const run = sh(
      { masks },
      `cat ${at('tree/denied/file')}; echo a > ${at('tree/secret')}; cat ${at('tree/secret')}`,
    );
    expect(run.stdout).toBe('tree/secret\n');
    expect(run.stderr).toMatch(/Permission denied[^]*Read-only file system/);
  });

  it('hold on the root directory', () => {
    const run = sh(
      { masks: [['/', 'ro']] },
      `echo a > ${at('tree/new')}; echo a > ${at('tree/allowed/file')}; cat ${at('tree/secret')}`,
    );
    expect(run.stdout).toBe('tree/secret\n');
    expect(run.stderr.match(/Read-only file system/g)).toHaveLength(2);
  });

  it('hold for relative paths from a current directory beneath a mask', () => {
    const run = sh({ masks: [[at('tree/denied'), 'ro']] }, 'pwd; echo a > file; echo a > ../../denied/new', {
      cwd: at('tree/denied/deep'),
    });
    expect(run.stdout).toBe(`${at('tree/denied/deep')}\n`);
    expect(run.stderr.match(/Read-only file system/g)).toHaveLength(2);
  });

  it('refuse a current directory that they hide', () => {
    const plan = { masks: [[at('tree/denied'), 'hide']] } as const;
    for (const cwd of [at('tree/denied'), at('tree/denied/deep')]) {
      const run = sh(plan, 'true', { cwd });
      expect(run.status).toBe(125);
      expect(run.stderr).toMatch(
        /^sandbox: (the current directory is hidden|cannot enter the current directory)/,
      );
    }
  });

  it('refuse a standard stream that is a directory', () => {
    const directory = openSync(at('tree'), 'r');
    const run = sh({ masks: [[at('tree/denied'), 'ro']] }, 'true', { stdio: [directory, 'pipe', 'pipe'] });
    closeSync(directory);
    expect(run.status).toBe(125);
    expect(run.stderr).toContain('is a directory, through which the masks could be avoided');
  });

  it('refuse an object that is not the one that was grounded, and change nothing on the host', () => {
    const plan = planByPaths({ masks: [[at('tree/denied'), 'hide']] });
    mkdirSync(at('tree/other')); // before the other one is removed, so that it gets another inode number
    rmSync(at('tree/denied'), { recursive: true });
    expect(launch(plan, ['true'])).toMatchObject({ status: 125 });
    renameSync(at('tree/other'), at('tree/denied'));
    expect(launch(plan, ['true']).stderr).toContain(`that is now at \`${at('tree/denied')}\``);
    expect(statSync(at('tree/denied')).mode & 0o777).not.toBe(0);
  });

  it('hold in a namespace that the program makes', () => {
    const masks: PlanByPaths['masks'] = [
      [at('tree/secret'), 'hide'],
      [at('tree/denied'), 'ro'],
    ];
    const inner = `umount ${at('tree/secret')}; umount -l ${at('tree/denied')}; mount -o remount,bind,rw ${at('tree/denied')}; mount --bind ${at('tree')} ${at('tree/allowed')}; cat ${at('tree/secret')} ${at('tree/allowed/secret')}; echo a > ${at('tree/denied/new')}`;
    const run = sh(
      { masks },
      `unshare --user --map-root-user --mount sh -c '${inner}'`,
      isRoot ? as(USER) : {},
    );
    expect(run.stdout).toBe('');
    expect(run.stderr).toContain('cat: ');
    expect(() => statSync(at('tree/denied/new'))).toThrow('ENOENT');
  });

  it.each(users)('leave ids as they are and no capability (user %s)', (user) => {
    const masks: PlanByPaths['masks'] = [[at('tree/denied'), 'ro']];
    const run = sh(
      { masks },
      'id -u; id -g; grep ^Cap /proc/self/status; cat /proc/self/setgroups',
      as(user),
    );
    const id = user ?? process.getuid?.() ?? 0;
    expect(run.stdout.startsWith(`${id}\n${id}\n`)).toBe(true);
    expect(run.stdout.match(/\t0000000000000000\n/g)).toHaveLength(5);
    expect(run.stdout).toMatch(/deny\n$/);
  });

  it('go together with rules beneath a hidden directory', () => {
    const run = sh(
      {
        rules: [
          [
            ['/', READING],
            [at('tree/denied/deep'), ALL_RIGHTS],
          ],
        ],
        masks: [[at('tree/denied'), 'hide']],
      },
      `cat ${at('tree/secret')}; cat ${at('tree/denied/deep/file')}`,
    );
    expect(run.stdout).toBe('tree/secret\n');
    expect(run.stderr).toContain('Permission denied');
  });
});
