/**
 * Files that the program inherits as standard streams: what can be done with the descriptor itself, and when the file is opened
 * again through /proc/self/fd.
 *
 * A descriptor keeps the rights with which it was opened: the gap `earlier-descriptor`. Opening it again is judged by Landlock
 * at the path of the file. It is not judged by masks, since the file lies on the mount beneath them. So the launcher refuses a
 * stream that a mask protects.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, linkSync, mkdirSync, openSync, readFileSync, unlinkSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { MaskKind } from '../../../src/artifact/enforcement-plan.js';
import {
  canLaunch,
  canMask,
  isRoot,
  type Launched,
  type LaunchOptions,
  type PlanByPaths,
} from '../../support/launch.js';
import { as, at, sh, somewhere, USER, useTree } from './tree.js';

useTree();

type StreamName = 'standard input' | 'standard output' | 'standard error';
const STREAMS: readonly StreamName[] = ['standard input', 'standard output', 'standard error'];

/** Runs a script with a file as one of its streams. */
function withStream(
  of: PlanByPaths,
  script: string,
  path: string,
  flags: string,
  stream = 0,
  options: LaunchOptions = {},
): Launched {
  const file = openSync(path, flags);
  const stdio = [0, 1, 2].map((fd) =>
    fd === stream ? file : fd === 0 ? ('ignore' as const) : ('pipe' as const),
  );
  try {
    return sh(of, script, { ...options, stdio });
  } finally {
    closeSync(file);
  }
}

const refusal = (stream: StreamName): string =>
  `sandbox: ${stream} is a file that a mask of the policy protects, and the program could open it again without the mask; pass its contents through a pipe, as with cat\n`;

describe.skipIf(!canLaunch())('a file as standard input under Landlock', () => {
  const rules = (): PlanByPaths => ({
    rules: [
      [
        ['/usr', ['execute', 'read_file', 'read_dir']],
        ['/lib', ['execute', 'read_file']],
        ['/lib64', ['execute', 'read_file']],
        ['/bin', ['execute', 'read_file']],
        ['/dev/null', ['read_file', 'write_file']],
        [at('tree/allowed'), ['read_file']],
      ],
    ],
    portable: true,
    optional: ['/lib', '/lib64'],
  });

  it('earlier-descriptor: is read, although its path may not be opened', () => {
    const run = withStream(rules(), 'cat', at('tree/secret'), 'r');
    expect(run).toMatchObject({ status: 0, stdout: 'tree/secret\n' });
  });

  it('is judged at its path when it is opened again', () => {
    // /proc itself needs no right: the link leads to the file without a walk.
    expect(withStream(rules(), 'cat /proc/self/fd/0', at('tree/secret'), 'r').stderr).toContain(
      'Permission denied',
    );
    const allowed = at('tree/allowed/file');
    expect(withStream(rules(), 'cat /proc/self/fd/0', allowed, 'r').stdout).toBe('tree/allowed/file\n');
    expect(withStream(rules(), 'echo a > /proc/self/fd/0', allowed, 'r').stderr).toContain(
      'ermission denied',
    );
    expect(readFileSync(allowed, 'utf8')).toBe('tree/allowed/file\n');
  });
});

describe.skipIf(!canMask())('a file as a standard stream under masks', () => {
  const users = isRoot ? [undefined, USER] : [undefined];
  const protecting: readonly (readonly [kind: MaskKind, path: string])[] = [
    ['ro', 'tree/denied'],
    ['ro', 'tree/denied/deep'],
    ['ro', 'tree/denied/deep/file'],
    ['hide', 'tree/denied'],
    ['hide', 'tree/denied/deep'],
    ['hide', 'tree/denied/deep/file'],
    ['ro', 'tree'],
  ];

  it.each(protecting)('is refused beneath `%s` on %s', (kind, path) => {
    for (const user of users)
      for (const [fd, stream] of STREAMS.entries()) {
        const flags = fd === 0 ? 'r' : 'a';
        const options = as(user);
        const run = withStream(
          { masks: [[at(path), kind]] },
          'true',
          at('tree/denied/deep/file'),
          flags,
          fd,
          options,
        );
        const said =
          fd === 2
            ? readFileSync(at('tree/denied/deep/file'), 'utf8').slice(-refusal(stream).length)
            : run.stderr;
        expect([run.status, said]).toEqual([125, refusal(stream)]);
      }
  });

  it('would avoid the mask if it were let through', () => {
    // The same namespaces and masks, laid by `unshare` and `mount`: this is why the launcher refuses.
    const file = openSync(at('tree/secret'), 'r');
    const script = `mount --bind ${at('tree/secret')} ${at('tree/secret')} && mount -o remount,bind,ro ${at('tree/secret')} && ! echo a 2>&- > ${at('tree/secret')} && echo past > /proc/self/fd/0`;
    const run = spawnSync('unshare', ['-rm', 'sh', '-c', script], {
      stdio: [file, 'pipe', 'pipe'],
      encoding: 'utf8',
    });
    closeSync(file);
    expect(run).toMatchObject({ status: 0 });
    expect(readFileSync(at('tree/secret'), 'utf8')).toBe('past\n');
  });

  it('is refused in a portable plan too', () => {
    const masks: PlanByPaths['masks'] = [[at('tree/denied'), 'ro']];
    const run = withStream({ masks, portable: true }, 'true', at('tree/denied/file'), 'r');
    expect(run).toMatchObject({ status: 125, stderr: refusal('standard input') });
  });

  it.each([
    ['beside the mask', 'tree/secret', 'ro', 'tree/denied'],
    ['in a pinned directory', 'tree/denied/file', 'pin', 'tree/denied'],
    ['where nothing may be executed', 'tree/denied/file', 'noexec', 'tree/denied'],
    ['whose name only begins like that of the mask', 'tree/denied2', 'hide', 'tree/denied'],
  ] as const)('is let through %s', (_, path, kind, mask) => {
    spawnSync('touch', [at(path)]);
    expect(withStream({ masks: [[at(mask), kind]] }, 'echo a', at(path), 'a', 1)).toMatchObject({
      status: 0,
    });
    expect(readFileSync(at(path), 'utf8')).toMatch(/a\n$/);
  });

  it('earlier-descriptor: is let through where its name was removed, and cannot be found beneath a mask any more', () => {
    const file = openSync(at('tree/denied/file'), 'r+');
    unlinkSync(at('tree/denied/file'));
    const run = sh({ masks: [[at('tree/denied'), 'hide']] }, 'cat', { stdio: [file, 'pipe', 'pipe'] });
    closeSync(file);
    expect(run).toMatchObject({ status: 0, stdout: 'tree/denied/file\n' });
  });

  it('is judged at the name through which it was opened: a hard link elsewhere lies beneath no mask', () => {
    linkSync(at('tree/denied/file'), at('tree/link'));
    const masks: PlanByPaths['masks'] = [[at('tree/denied'), 'ro']];
    expect(withStream({ masks }, 'cat', at('tree/link'), 'r')).toMatchObject({ status: 0 });
    expect(withStream({ masks }, 'cat', at('tree/denied/file'), 'r')).toMatchObject({ status: 125 });
  });

  it.skipIf(!isRoot)('is refused where the user cannot find out what protects it', () => {
    mkdirSync(at('tree/closed'), 0o700);
    spawnSync('sh', ['-c', `echo a > ${at('tree/closed/file')}; chmod 666 ${at('tree/closed/file')}`]);
    const run = withStream({ masks: [[at('tree/denied'), 'ro']] }, 'cat', at('tree/closed/file'), 'r', 0, {
      user: USER,
    });
    expect(run).toMatchObject({
      status: 125,
      stderr: 'sandbox: cannot find out whether a mask protects standard input: EACCES (permission denied)\n',
    });
  });

  it('leaves terminals, pipes and closed streams alone', () => {
    const masks: PlanByPaths['masks'] = [['/dev', 'ro']];
    expect(sh({ masks }, 'cat', { input: 'in\n' }).stdout).toBe('in\n');
    expect(sh({ masks }, 'echo a', { stdio: ['ignore', 'pipe', 'pipe'] }).stdout).toBe('a\n');
    expect(sh({ masks }, 'echo a', { before: ['sh', '-c', 'exec "$@" <&- 2>&-', 'sh'] }).stdout).toBe('a\n');
  });
});

describe.skipIf(!canLaunch() || !isRoot)('without masks', () => {
  it('every file is let through: Landlock judges it when it is opened again', () => {
    expect(withStream(somewhere(), 'cat', at('tree/denied/file'), 'r').stdout).toBe('tree/denied/file\n');
  });
});
