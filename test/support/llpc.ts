/** Runs the command line, in a folder of its own: in the test's process, or as the process that a shell starts. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { runCommandLine } from '../../src/front/cli/command-line.js';

export const MAIN = resolve('dist/src/front/cli/main.js');
if (!existsSync(MAIN)) throw new Error('the command line is not built: npm run build');

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

type Environment = Readonly<Record<string, string>>;

/**
 * Runs a command in this process, which takes a tenth of the time that a process takes. Commands run one after another, as
 * folder, environment and streams belong to the process. Standard input, signals and watching want `llpcProcess`.
 */
export async function llpc(cwd: string, args: readonly string[], env: Environment = {}): Promise<Ran> {
  if (isRunning) throw new Error('two commands at once: await the first');
  isRunning = true;
  const [folder, environment] = [process.cwd(), process.env];
  const [out, err] = [captured(process.stdout), captured(process.stderr)];
  try {
    process.chdir(cwd);
    process.env = withPath(env);
    const code = await runCommandLine(args);
    return { code, out: out.text(), err: err.text() };
  } finally {
    out.restore();
    err.restore();
    process.env = environment;
    process.chdir(folder);
    isRunning = false;
  }
}

let isRunning = false;

/** Keeps what is written to a stream, until `restore`. */
function captured(stream: NodeJS.WriteStream): { readonly text: () => string; readonly restore: () => void } {
  const chunks: Buffer[] = [];
  const { write } = stream;
  stream.write = (chunk: string | Uint8Array): boolean => chunks.push(Buffer.from(chunk)) > 0;
  return { text: () => Buffer.concat(chunks).toString(), restore: () => void (stream.write = write) };
}

/** Runs the built command line as a child process. */
export function llpcProcess(
  cwd: string,
  args: readonly string[],
  options: { readonly input?: string | Uint8Array; readonly env?: Environment } = {},
): Ran {
  const ran = spawnSync(process.execPath, [MAIN, ...args], {
    cwd,
    env: withPath(options.env),
    encoding: 'utf8',
    input: options.input ?? '',
    maxBuffer: 1 << 26,
  });
  return { code: ran.status, out: ran.stdout, err: ran.stderr };
}

/** The whole environment of a command: nothing of the caller's but where programs are. */
function withPath(env: Environment = {}): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'] ?? '', ...env };
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
