/** Launchers for aarch64 under user emulation, which passes on what it knows: no Landlock, no filters. */
import { closeSync, mkdirSync, mkdtempSync, openSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { probeOf } from '../../../src/codegen/linux/launcher/probe.js';
import {
  launcherFile,
  launchFile,
  planByPaths,
  READING,
  type Launched,
  type LaunchOptions,
  type PlanByPaths,
} from '../../support/launch.js';
import { has } from '../../support/tools.js';

const QEMU = 'qemu-aarch64';
let base = '';
const at = (path: string): string => join(base, path);

beforeAll(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'aarch64-')));
  mkdirSync(at('bin'));
  writeFileSync(at('bin/tool'), '#!/bin/sh\necho tool "$@"\n', { mode: 0o755 });
  writeFileSync(at('bin/plain'), '', { mode: 0o644 });
});
afterAll(() => {
  rmSync(base, { recursive: true });
});

function run(of: PlanByPaths, command: readonly string[], options: LaunchOptions = {}): Launched {
  const file = launcherFile(planByPaths(of), 'aarch64');
  try {
    return launchFile(file, command, { before: [QEMU], ...options });
  } finally {
    rmSync(join(file, '..'), { recursive: true });
  }
}

describe.skipIf(!has(QEMU))('launcher for aarch64', () => {
  it('executes the command, whose exit code, signal and streams are its own', () => {
    expect(run({}, ['/bin/sh', '-c', 'exit 3']).status).toBe(3);
    expect(run({}, ['/bin/sh', '-c', 'kill -TERM $$']).signal).toBe('SIGTERM');
    expect(run({}, ['tr', 'a-z', 'A-Z'], { input: 'in' }).stdout).toBe('IN');
    expect(run({}, ['printf', '%s|', 'a b', '', '--']).stdout).toBe('a b||--|');
  });

  it('looks for the command in PATH', () => {
    const env = { PATH: `/none:${at('bin')}` };
    const file = launcherFile(planByPaths({}), 'aarch64');
    const found = (command: readonly string[]): Launched =>
      launchFile('/usr/bin/env', ['-i', `PATH=${env.PATH}`, `/usr/bin/${QEMU}`, file, ...command]);
    expect(found(['tool', 'a']).stdout).toBe('tool a\n');
    expect(found(['--', 'tool']).stdout).toBe('tool\n');
    expect(found(['plain'])).toMatchObject({
      status: 126,
      stderr: 'sandbox: cannot run `plain`: EACCES (permission denied)\n',
    });
    expect(found(['no\u001bne'])).toMatchObject({
      status: 127,
      stderr: 'sandbox: cannot run `no\\x1bne`: ENOENT (no such file or directory)\n',
    });
    rmSync(join(file, '..'), { recursive: true });
  });

  it('shows how it is used when there is no command', () => {
    expect(run({}, [])).toMatchObject({ status: 125, stdout: '' });
    expect(run({}, ['--']).stderr).toMatch(/^usage: sandbox COMMAND/);
  });

  it('says which call it could not make', () => {
    expect(run({ rules: [[['/', READING]]] }, ['true'])).toMatchObject({
      status: 125,
      stderr:
        'sandbox: cannot use Landlock, which enforces the policy: ENOSYS (this kernel does not have the system call)\n',
    });
  });

  it('leaves out rulesets where the policy can do without Landlock', () => {
    expect(run({ rules: [[['/none', READING]]], portable: true, leastAbi: 0 }, ['echo', 'a']).stdout).toBe(
      'a\n',
    );
  });

  it('refuses a standard stream that is a directory: it reads the status as this architecture lays it out', () => {
    const directory = openSync(base, 'r');
    const options: LaunchOptions = { stdio: [directory, 'pipe', 'pipe'], cwd: base };
    expect(run({ masks: [[at('bin'), 'ro']] }, ['true'], options).stderr).toContain(
      'is a directory, through which',
    );
    closeSync(directory);
  });

  it('gives the probe a code that starts at a whole instruction', () => {
    writeFileSync(at('probe'), probeOf('aarch64'), { mode: 0o755 });
    expect(launchFile(QEMU, [at('probe')])).toMatchObject({ status: 0, signal: null }); // no Landlock, no masks
  });

  it('reaches the masks, and says where the emulation ends', () => {
    // The emulator has a thread of its own, and a process with threads cannot enter a user namespace.
    expect(run({ masks: [[at('bin'), 'ro']] }, ['true'], { cwd: base })).toMatchObject({
      status: 125,
      stderr: expect.stringMatching(
        /^sandbox: cannot make the user namespace .*: EINVAL \(invalid argument\)\n$/,
      ) as string,
    });
  });
});
