/** Masks for real: what each stops, as root and as an ordinary user. */
import {
  chmodSync,
  closeSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  ALL_RIGHTS,
  canMask,
  isRoot,
  launch,
  planByPaths,
  READING,
  type PlanByPaths,
} from '../../support/launch.js';
import { as, at, sh, USER, useTree } from './tree.js';

useTree();

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
      expect(sh({ masks }, 'ls /proc/self/fd', as(user)).stdout).toBe('0\n1\n2\n3\n'); // 3 is the directory itself
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

  it.skipIf(!isRoot)(
    'refuse an object that root cannot reach without the capabilities of the first namespace',
    () => {
      as(USER);
      chmodSync(at('tree/denied'), 0o700);
      const run = sh({ masks: [[at('tree/denied/deep'), 'ro']] }, 'true');
      expect(run).toMatchObject({
        status: 125,
        stderr: `sandbox: cannot open \`${at('tree/denied/deep')}\`: EACCES (permission denied)\n`,
      });
      const rules = [[['/', READING] as const, [at('tree/denied/deep'), ALL_RIGHTS] as const]];
      expect(sh({ rules, masks: [[at('tree/secret'), 'ro']] }, 'echo a').stdout).toBe('a\n');
    },
  );

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

  it('follow the links of a portable plan, and leave out an optional object that is absent', () => {
    symlinkSync(at('tree/denied'), at('tree/link'));
    const masks: PlanByPaths['masks'] = [
      [at('tree/absent'), 'hide'],
      [at('tree/link'), 'ro'],
      [at('tree/secret'), 'hide'],
    ];
    const script = `echo a > ${at('tree/denied/new')}; cat ${at('tree/secret')}; cat ${at('tree/denied/file')}`;
    const run = sh({ masks, portable: true, optional: [at('tree/absent')] }, script);
    expect(run.stdout).toBe('tree/denied/file\n');
    expect(run.stderr).toMatch(/Read-only file system[^]*Permission denied/);
    expect(sh({ masks, portable: true }, 'true').stderr).toContain(
      `cannot open \`${at('tree/absent')}\`: ENOENT`,
    );
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
