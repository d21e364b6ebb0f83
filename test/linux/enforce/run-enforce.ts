/** Runs `llpc enforce` as a process, on a folder with a policy for it. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import fs from 'node:fs';
import { join } from 'node:path';
import { folder, MAIN, type Ran } from '../../support/llpc.js';
import { canLaunch, canMask } from '../../support/launch.js';

export const isRoot = process.getuid?.() === 0;
export const enforces = canLaunch() && canMask();
export const traces = enforces && spawnSync('strace', ['-V']).status === 0;
if (!enforces) console.warn('skipped: `llpc enforce`: Landlock or user namespaces are absent');
else if (!traces) console.warn('skipped: `llpc enforce --trace`: strace is absent');

/** What no policy can hold on Linux, and what programs need. */
export const POLICY = `llp 1;
param at: path;
accept unenforced getattr, chdir, walk, open, setattr, map, execute, readdir, ioctl, fcntl, lock on linux;
policy "box" {
  default deny;
  dir "/usr" { allow all; }
  dir? "/lib64" { allow all; }
  dir? "/etc" { allow read, open, readdir; }
  file "/dev/null" { allow all; }
  dir "\${at}" {
    allow all;
    file "secret" { deny all; }
    dir "kept" { deny write, create, unlink, rmdir, rename, renameto, link, linkto, append, setattr; }
  }
}
`;

/** A folder with the policy, a secret file, a directory that is kept, and a temporary folder of its own. */
export function box(): string {
  const root = folder({
    'policy.llp': POLICY,
    'in/secret': 'the secret\n',
    'in/open': 'open\n',
    'in/kept/x': 'x\n',
    'tmp/.keep': '',
  });
  fs.chmodSync(root, 0o755);
  return root;
}

/** The arguments of `enforce` on a box. */
export function enforceArgs(
  root: string,
  command: readonly string[],
  options: readonly string[] = [],
): string[] {
  return ['enforce', join(root, 'policy.llp'), '-D', `at=${root}/in`, ...options, '--', ...command];
}

/** The environment of a process: its temporary folder is that of the box. */
export function envOf(root: string, more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'] ?? '', TMPDIR: join(root, 'tmp'), ...more };
}

interface RunOptions {
  readonly options?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** What stands before Node: `setpriv …`. */
  readonly before?: readonly string[];
}

/** Runs a command under the policy of a box, in its folder `in`. */
export function enforce(root: string, command: readonly string[], run: RunOptions = {}): Ran {
  const args = enforceArgs(root, command, run.options);
  const [program = '', ...rest] = [...(run.before ?? []), process.execPath, MAIN, ...args];
  const { status, signal, stdout, stderr } = spawnSync(program, rest, {
    cwd: join(root, 'in'),
    env: envOf(root, run.env),
    encoding: 'utf8',
    input: run.input ?? '',
  });
  return { code: status, out: stdout, err: signal === null ? stderr : `${signal}\n${stderr}` };
}

/** Starts a command under the policy of a box, and does not wait for it. */
export function startEnforced(root: string, command: readonly string[]): ChildProcess {
  return spawn(process.execPath, [MAIN, ...enforceArgs(root, command)], {
    cwd: join(root, 'in'),
    env: envOf(root),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Returns what lies in the temporary folder of a box, beside what was put there. */
export function leftBehind(root: string): string[] {
  return fs.readdirSync(join(root, 'tmp')).filter((name) => name !== '.keep');
}

/** Returns the processes whose arguments have this mark. */
export function processesWith(mark: string): number[] {
  return fs.readdirSync('/proc').flatMap((name) => {
    try {
      const line = /^\d+$/.test(name) ? fs.readFileSync(`/proc/${name}/cmdline`, 'utf8') : '';
      return line.includes(mark) && Number(name) !== process.pid ? [Number(name)] : [];
    } catch {
      return [];
    }
  });
}
