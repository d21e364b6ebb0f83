/** The try.sh scripts of the examples: real programs under the policies, as root and as an ordinary user. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { canMask, isRoot } from '../support/launch.js';
import { readPage } from '../support/page.js';

const EXAMPLES = fileURLToPath(new URL('../../examples/', import.meta.url));
/** The programs that a script runs, and how many checks it makes. */
const SCRIPTS = [
  { example: 'build-step', programs: ['make', 'gcc'], works: 8, refused: 9 },
  { example: 'coding-agent', programs: ['git', 'npm', 'gcc'], works: 14, refused: 17 },
  { example: 'package-install', programs: ['npm', 'tar'], works: 14, refused: 4 },
  { example: 'static-site', programs: ['/usr/bin/python3', 'curl'], works: 18, refused: 0 },
] as const;
const USERS = isRoot ? [undefined, 1234] : [undefined];
const able = canMask();

function isThere(program: string): boolean {
  const found = spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;
  if (!found) process.stderr.write(`skipped, since there is no ${program} here\n`);
  return found;
}

/** Runs the script of an example. All that it makes lies in a folder, whose entries at the end are returned. */
function tryExample(example: string, user: number | undefined) {
  const folder = mkdtempSync(join(tmpdir(), 'try-'));
  try {
    if (isRoot) chmodSync(tmpdir(), 0o755);
    chmodSync(folder, 0o777);
    const script = join(EXAMPLES, example, 'try.sh');
    const asUser =
      user === undefined ? [] : ['setpriv', `--reuid=${user}`, `--regid=${user}`, '--clear-groups'];
    const [program = '', ...args] = [...asUser, 'sh', script];
    const env = { ...process.env, TMPDIR: folder };
    const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', env });
    return { status, stdout, stderr, left: readdirSync(folder) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe.each(SCRIPTS)('try.sh of $example', ({ example, programs, works, refused }) => {
  it.runIf(able && programs.every(isThere)).each(USERS)('goes as it should, as user %s', (user) => {
    const { status, stdout, stderr, left } = tryExample(example, user);
    const starting = (word: string): string[] => stdout.split('\n').filter((line) => line.startsWith(word));
    expect({ wrong: starting('WRONG'), status }, stdout + stderr).toEqual({ wrong: [], status: 0 });
    expect([starting('works ').length, starting('refused ').length]).toEqual([works, refused]);
    expect(left).toEqual([]);
  });
});

const readmeRuns = able && ['git', 'npm', 'gcc'].every(isThere);
it.runIf(readmeRuns)('README.md: its first command prints the lines that the page shows', () => {
  const shown = /<!-- try -->\n+```text\n([^`]*)```/.exec(readPage('README.md'))?.[1];
  const { stdout } = tryExample('coding-agent', undefined);
  const lines = shown?.trim().split('\n') ?? [];
  expect(lines.length).toBeGreaterThan(4);
  expect(lines.filter((line) => !stdout.split('\n').includes(line))).toEqual([]);
});

it('every script of an example is run by these tests', () => {
  const scripts = readdirSync(EXAMPLES).filter((name) => existsSync(join(EXAMPLES, name, 'try.sh')));
  expect(scripts).toEqual(SCRIPTS.map(({ example }) => example).sort());
});
