/** Runs the built command line as a child process, in a folder of its own. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

export const MAIN = resolve('dist/src/front/cli/main.js');
if (!existsSync(MAIN)) throw new Error('the command line is not built: npm run build');

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

export function llpc(
  cwd: string,
  args: readonly string[],
  options: { readonly input?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Ran {
  const env = { PATH: process.env['PATH'] ?? '', ...options.env };
  const ran = spawnSync(process.execPath, [MAIN, ...args], {
    cwd,
    env,
    encoding: 'utf8',
    input: options.input ?? '',
    maxBuffer: 1 << 26,
  });
  return { code: ran.status, out: ran.stdout, err: ran.stderr };
}

/** A new folder with these files. */
export function folder(files: Readonly<Record<string, string | Uint8Array>>): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'llpc-test-')));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), content);
  }
  return root;
}

/** Every file beneath a folder, sorted. */
export function filesIn(root: string): string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' }).sort();
}

export const GOOD = `llp 1;
param site: path = "/srv/www";
policy "site" {
  default deny;
  dir "\${site}" { allow read, open; dir "private" { deny all; } }
}
test "reading" {
  expect allow read "/srv/www/a";
  expect deny read "/srv/www/private/a";
}
`;
export const BAD = 'llp 1;\npolicy "p" { alow read; }\n';
export const WARNED = 'llp 1;\npolicy "p" { default deny; deny read; }\n';
export const FAILING = GOOD.replace('expect deny', 'expect allow');
