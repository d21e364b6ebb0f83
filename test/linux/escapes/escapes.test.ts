/** Escapes that are tried under real launchers. Each is stopped, or it is not and docs/enforcement.md names it. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { copyFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { EnforcementPlan } from '../../../src/artifact/enforcement-plan.js';
import {
  ALL_RIGHTS,
  canMask,
  isRoot,
  launchFile,
  launcherFile,
  planByPaths,
  READING,
} from '../../support/launch.js';
import { readPage } from '../../support/page.js';
import { ESCAPES, escapeRows, type Escape, type PlanName, type Word } from './cases.js';

const SOURCE = fileURLToPath(new URL('escape.c', import.meta.url));
const LOADER = '/lib64/ld-linux-x86-64.so.2';
const SYSTEM = [
  ...new Set(
    ['/usr', '/lib', '/lib64', '/bin', '/proc']
      .filter((path) => existsSync(path))
      .map((path) => realpathSync(path)),
  ),
];
const able = canMask() && hasCompiler() && existsSync(LOADER);
const USERS = isRoot ? [undefined, 1234] : [undefined];

let base = '';
let outside: ChildProcess;
const at = (path: string): string => join(base, path);

function hasCompiler(): boolean {
  const found = spawnSync('gcc', ['--version']).status === 0;
  if (!found) process.stderr.write('skipped, since there is no gcc here\n');
  return found;
}

/** `open` is writable but for its masks, `data` is read and not executed, and no rule is on `closed`. */
function makeTree(): void {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'escapes-')));
  for (const dir of ['open/frozen', 'open/spare', 'data', 'bin', 'closed'])
    mkdirSync(at(dir), { recursive: true });
  for (const file of ['open/hidden', 'open/frozen/file', 'open/file', 'closed/file'])
    writeFileSync(at(file), 'secret\n');
  linkSync(at('open/frozen/file'), at('open/link'));
  const built = spawnSync('gcc', ['-O1', '-o', at('bin/escape'), SOURCE], { encoding: 'utf8' });
  if (built.status !== 0) throw new Error(built.stderr);
  copyFileSync(at('bin/escape'), at('data/tool'));
  spawnSync('chmod', ['-R', 'a+rX', base]);
  chmodSync(at('open/frozen/file'), 0o666);
  for (const dir of ['open', 'open/spare', 'open/frozen']) chmodSync(at(dir), 0o777);
  if (isRoot) chmodSync(tmpdir(), 0o755);
}

function planNamed(name: PlanName): EnforcementPlan {
  const rules = [
    ...SYSTEM.map((path) => [path, READING] as const),
    [at('bin'), READING] as const,
    [at('open'), ALL_RIGHTS] as const,
    [at('data'), ['read_file', 'read_dir']] as const,
  ];
  const masks = [
    [at('open/hidden'), 'hide'],
    [at('open/frozen'), 'ro'],
    [at('data'), 'noexec'],
  ] as const;
  switch (name) {
    case 'all':
      return planByPaths({ rules: [rules], masks });
    case 'masks':
      return planByPaths({ masks });
    case 'no-masks':
      return planByPaths({ rules: [rules] });
    case 'filter':
      return planByPaths({ filter: { actions: ['unlink'], ioUring: true } });
  }
}

function wordsOf(user: number | undefined): Readonly<Record<Word, string>> {
  return {
    OPEN: at('open'),
    HIDDEN: at('open/hidden'),
    FROZEN: at('open/frozen'),
    CLOSED: at('closed/file'),
    READ_ONLY_LINK: at('open/link'),
    TOOL: at('data/tool'),
    DATA: at('data'),
    SPARE: at('open/spare'),
    LOADER,
    ESCAPE: at('bin/escape'),
    PID: String(outside.pid),
    SOCKET: at(`open/socket-${user ?? 'own'}`),
    FILE: at('open/file'),
  };
}

function asUser(user: number | undefined): string[] {
  return user === undefined ? [] : ['setpriv', `--reuid=${user}`, `--regid=${user}`, '--clear-groups'];
}

async function startOutside(user: number | undefined): Promise<ChildProcess> {
  const [program = '', ...args] = [...asUser(user), 'sleep', '1000'];
  const child = spawn(program, args, { cwd: base, stdio: 'ignore' });
  await once(child, 'spawn');
  return child;
}

/** Starts the process that passes a descriptor of the denied file to whoever connects. */
async function serve(words: Readonly<Record<Word, string>>, user: number | undefined): Promise<ChildProcess> {
  const args = [...asUser(user), words.ESCAPE, 'serve', words.SOCKET, words.CLOSED];
  const child = spawn(args[0] ?? '', args.slice(1), { stdio: ['ignore', 'pipe', 'inherit'] });
  if (child.stdout !== null) await once(child.stdout, 'data');
  return child;
}

async function attemptOf(escape: Escape, user: number | undefined): Promise<string> {
  const words = wordsOf(user);
  const [attempt, ...args] = escape.attempt;
  const given = args.map((arg) => (arg in words ? words[arg as Word] : arg));
  const command = attempt === 'run-loader' ? [...given, 'nothing'] : [words.ESCAPE, attempt, ...given];
  const server = attempt === 'receive' ? await serve(words, user) : undefined;
  const file = launcherFile(planNamed(escape.plan));
  try {
    if (attempt === 'swap') swap();
    const { status, stdout, stderr } = launchFile(file, command, user === undefined ? {} : { user });
    if (status === 125) return stderr.includes(words.OPEN) ? 'not started' : stderr;
    return stdout.trim() + stderr.trim();
  } finally {
    if (attempt === 'swap') swapBack();
    rmSync(join(file, '..'), { recursive: true });
    server?.kill();
  }
}

function swap(): void {
  renameSync(at('open'), at('away'));
  mkdirSync(at('open'));
}

function swapBack(): void {
  rmSync(at('open'), { recursive: true });
  renameSync(at('away'), at('open'));
}

describe.runIf(able).each(USERS)('escapes of user %s', (user) => {
  beforeAll(async () => {
    makeTree();
    outside = await startOutside(user);
  });
  afterAll(() => {
    outside.kill();
    rmSync(base, { recursive: true });
  });

  it.each(ESCAPES)('$what ($plan)', async (escape) => {
    const { result } = escape;
    const said = await attemptOf(escape, user);
    if ('gap' in result) expect(said).toBe('reached');
    else if (said !== result.or) expect(said).toContain(result.stopped);
  });
});

it('docs/enforcement.md: its table of escapes is that of this test', () => {
  const rows = readPage('docs/enforcement.md')
    .split('<!-- escapes -->')[1]
    ?.split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) => line.replace(/\s+/g, ' '));
  expect(rows).toEqual(escapeRows());
});
