/** Copies a project of `examples/integrations` to a temporary folder, with the packages that its package.json names. */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { expect } from 'vitest';
import type { Ran } from './llpc.js';

const ROOT = resolve('.');
export const EXAMPLES = join(ROOT, 'examples/integrations');

interface Package {
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

export function packageOf(folder: string): Package {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Package;
}

/** Copies a project, or makes an empty one that has these packages. */
export function project(name: string): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), `llpc-${name}-`)));
  cpSync(join(EXAMPLES, name), root, { recursive: true });
  install(root, Object.keys(packageOf(root).devDependencies ?? {}));
  return root;
}

export function install(root: string, packages: readonly string[]): void {
  const modules = join(root, 'node_modules');
  mkdirSync(join(modules, '.bin'), { recursive: true });
  symlinkSync(ROOT, join(modules, 'llpc'));
  for (const name of packages) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', name), join(modules, name));
  }
  const main = join(ROOT, 'dist/src/front/cli/main.js');
  writeFileSync(join(modules, '.bin/llpc'), `#!/bin/sh\nexec "${process.execPath}" "${main}" "$@"\n`, {
    mode: 0o755,
  });
}

/** Runs a command line as `npm run` does. */
export function sh(root: string, command: string): Ran {
  const path = [
    join(root, 'node_modules/.bin'),
    join(ROOT, 'node_modules/.bin'),
    dirname(process.execPath),
    process.env['PATH'],
  ];
  const env = { PATH: path.join(':'), HOME: process.env['HOME'], NO_COLOR: '1' };
  const ran = spawnSync('sh', ['-c', command], { cwd: root, env, encoding: 'utf8', maxBuffer: 1 << 26 });
  return { code: ran.status, out: ran.stdout, err: ran.stderr };
}

/** Runs a script of the project, which must succeed, and returns its output. */
export function script(root: string, name: string): string {
  const command = packageOf(root).scripts[name] ?? `echo "no script ${name}"; false`;
  const ran = sh(root, command);
  expect(ran, `${name} in ${root}: ${ran.out}${ran.err}`).toMatchObject({ code: 0 });
  return ran.out;
}
