/** `llpc enforce` from the outside: what is refused and allowed, exit codes, streams, folders, users. */
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MAIN } from '../../support/llpc.js';
import { box, enforce, enforceArgs, enforces, envOf, isRoot, leftBehind } from './run-enforce.js';

describe.skipIf(!enforces)('llpc enforce', () => {
  it('what the policy denies inside what it allows is refused, and what is beside it works', () => {
    const root = box();
    const script = `cat open; cat secret; echo a >new && mv new newer && cat newer; cat kept/x; echo b >kept/x; rm kept/x; rm secret; mv kept moved`;
    const { code, out, err } = enforce(root, ['sh', '-c', script]);
    expect(out).toBe('open\na\nx\n');
    expect(err).toContain('cat: secret: Permission denied');
    expect(err).toContain('kept/x: Read-only file system');
    expect(err).toContain("cannot remove 'secret': Device or resource busy");
    expect(err).toContain("cannot move 'kept' to 'moved'");
    expect(code).toBe(1);
    expect(fs.readFileSync(join(root, 'in/secret'), 'utf8')).toBe('the secret\n');
    expect(fs.readFileSync(join(root, 'in/kept/x'), 'utf8')).toBe('x\n');
    expect(leftBehind(root)).toEqual([]);
  });

  it('the arguments of the command are its own, and standard input too', () => {
    const { code, out } = enforce(
      box(),
      ['sh', '-c', 'printf "%s," "$@"; cat', 'sh', '--', '-D', 'a b', '--help'],
      {
        input: 'from input',
      },
    );
    expect([code, out]).toEqual([0, '--,-D,a b,--help,from input']);
  });

  it('exit codes: of the command, 126 and 127 of the launcher, a signal', () => {
    const root = box();
    fs.writeFileSync(join(root, 'in/plain'), '');
    expect(enforce(root, ['sh', '-c', 'exit 42']).code).toBe(42);
    expect(enforce(root, ['./plain'])).toMatchObject({ code: 126 });
    expect(enforce(root, ['no-such-command'])).toMatchObject({ code: 127 });
    expect(enforce(root, ['sh', '-c', 'kill -KILL $$'])).toMatchObject({
      code: null,
      err: expect.stringContaining('SIGKILL'),
    });
    expect(enforce(root, ['sh', '-c', 'kill -TERM $$'])).toMatchObject({
      code: null,
      err: expect.stringContaining('SIGTERM'),
    });
  });

  it('exit code 125: usage, an error of the policy, an absent object, a gap that is not accepted', () => {
    const root = box();
    const policy = join(root, 'policy.llp');
    const text = fs.readFileSync(policy, 'utf8');
    const failed = (): { code: number | null; err: string } =>
      enforce(root, ['sh', '-c', 'echo started >&2']);
    expect(enforce(root, [])).toMatchObject({ code: 125 });
    expect(enforce(root, ['true'], { options: ['--no-such-option'] })).toMatchObject({ code: 125 });
    fs.writeFileSync(policy, text.replace('allow all', 'alow all'));
    expect(failed()).toMatchObject({ code: 125, err: expect.not.stringContaining('started') });
    fs.writeFileSync(policy, text.replace('file "secret"', 'file "absent"'));
    expect(failed()).toMatchObject({ code: 125, err: expect.stringContaining('LLP5001') });
    fs.writeFileSync(policy, text.replace('accept unenforced getattr,', 'accept unenforced'));
    expect(failed()).toMatchObject({ code: 125, err: expect.stringContaining('LLP4007') });
    expect(failed().err).not.toContain('started');
  });

  it('what Linux stops beyond the policy is told on standard error, and --exact does not start', () => {
    const root = box();
    const told = enforce(root, ['echo', 'started']);
    expect(told).toMatchObject({ code: 0, out: 'started\n', err: expect.stringContaining('LLP4008') });
    const exact = enforce(root, ['echo', 'started'], { options: ['--exact'] });
    expect(exact).toMatchObject({ code: 125, out: '' });
  });

  it('without masks the policy is still held, and what becomes stricter is told', () => {
    const { out, err } = enforce(box(), ['sh', '-c', 'echo started; cat secret'], {
      options: ['--no-masks'],
    });
    expect(out).toBe('started\n');
    expect(err).toContain('cat: secret: Permission denied');
    expect(err).toMatch(/policy\.llp:\d+:\d+: warning\[LLP4008\]/);
  });

  it.skipIf(!isRoot)('works for an ordinary user, who sees the objects of others as before', () => {
    const root = box();
    spawnSync('chown', ['-R', '1234:1234', root]);
    fs.chmodSync(join(root, '..'), 0o755);
    const before = ['setpriv', '--reuid', '1234', '--regid', '1234', '--clear-groups'];
    const { code, out, err } = enforce(root, ['sh', '-c', 'id -u; cat open; cat secret; echo a >new'], {
      before,
    });
    expect(out).toBe('1234\nopen\n');
    expect(err).toContain('secret: Permission denied');
    expect(code).toBe(0);
    expect(fs.statSync(join(root, 'in/new')).uid).toBe(1234);
  });

  it('a hard link to a denied file elsewhere is a gap that names it', () => {
    const root = box();
    fs.linkSync(join(root, 'in/secret'), join(root, 'elsewhere'));
    expect(enforce(root, ['true'])).toMatchObject({ code: 125, err: expect.stringContaining('/in/secret') });
  });
});

describe.skipIf(!enforces)('the launcher of llpc enforce', () => {
  it('is in no folder while the command runs, nor afterwards', () => {
    const root = box();
    const { out } = enforce(root, [
      'sh',
      '-c',
      'ls -A ../tmp 2>&1; ls -l /proc/self/fd 2>/dev/null | grep -c llpc; exit 0',
    ]);
    expect(out).not.toContain('llpc-');
    expect(leftBehind(root)).toEqual([]);
  });

  it('is made elsewhere when TMPDIR takes no files', () => {
    const root = box();
    expect(enforce(root, ['echo', 'started'], { env: { TMPDIR: '/proc' } })).toMatchObject({
      code: 0,
      out: 'started\n',
    });
    expect(enforce(root, ['echo', 'started'], { env: { TMPDIR: '/no/such' } })).toMatchObject({
      code: 0,
      out: 'started\n',
    });
  });

  /** Runs `enforce` in namespaces of its own, after a script that changes the mounts. */
  function changed(root: string, script: string): { code: number | null; err: string; out: string } {
    const command = [process.execPath, MAIN, ...enforceArgs(root, ['echo', 'started'])]
      .map((w) => `'${w}'`)
      .join(' ');
    const { status, stdout, stderr } = spawnSync(
      'unshare',
      ['-rm', 'sh', '-ec', `${script}\nexec ${command}`],
      {
        cwd: join(root, 'in'),
        env: envOf(root),
        encoding: 'utf8',
      },
    );
    return { code: status, out: stdout, err: stderr };
  }

  it('is made elsewhere when programs of TMPDIR cannot be executed', () => {
    const root = box();
    expect(changed(root, `mount -t tmpfs -o noexec none '${root}/tmp'`)).toMatchObject({
      code: 0,
      out: 'started\n',
    });
  });

  it('says why when no folder can hold it', () => {
    const root = box();
    const full = `for d in '${root}/tmp' /var/tmp /dev/shm; do mount -t tmpfs -o size=4k,nr_inodes=1 none $d; done; mount -t tmpfs -o ro none /mnt; mount --bind /mnt /tmp`;
    const inside = root.startsWith('/tmp/');
    const { code, err } = changed(root, inside ? full.replace('mount --bind /mnt /tmp', 'true') : full);
    if (inside) return expect([0, 125]).toContain(code);
    expect(code).toBe(125);
    expect(err).toContain('ENOSPC');
  });

  it('says what is missing without /proc', () => {
    const { code, err } = changed(box(), 'mount -t tmpfs none /proc');
    expect(code).toBe(125);
    expect(err).toMatch(/no folder can hold|mountinfo/);
  });
});
