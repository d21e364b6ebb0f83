/** The tree on which launchers are tried, and a shell under a plan. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import {
  ALL_RIGHTS,
  isRoot,
  launch,
  planByPaths,
  READING,
  type Launched,
  type LaunchOptions,
  type PlanByPaths,
} from '../../support/launch.js';

/** An ordinary user. */
export const USER = 1234;
let base = '';

/** A path in the tree of the test that runs. */
export const at = (path: string): string => join(base, path);

/** Makes the tree anew before each test of the file. */
export function useTree(): void {
  beforeAll(() => {
    base = realpathSync(mkdtempSync(join(tmpdir(), 'enforce-')));
    if (isRoot) chmodSync(tmpdir(), 0o755);
    chmodSync(base, 0o777);
  });
  afterAll(() => {
    rmSync(base, { recursive: true });
  });
  beforeEach(() => {
    rmSync(at('tree'), { recursive: true, force: true });
    for (const dir of ['tree/allowed', 'tree/denied/deep', 'tree/bin'])
      mkdirSync(at(dir), { recursive: true });
    for (const file of ['tree/allowed/file', 'tree/denied/file', 'tree/denied/deep/file', 'tree/secret'])
      writeFileSync(at(file), `${file}\n`);
    writeFileSync(at('tree/bin/tool'), '#!/bin/sh\necho tool "$@"\n', { mode: 0o755 });
  });
}

/** Gives the tree to a user: root has no capability under a launcher, so that another user's files are closed to it. */
export function as(user: number | undefined): LaunchOptions {
  if (user === undefined) return {};
  spawnSync('chown', ['-R', `${user}:${user}`, at('tree')]);
  return { user };
}

/** Reading everywhere, and every right in `tree/allowed`. */
export const somewhere = (): PlanByPaths => ({
  rules: [
    [
      ['/', READING],
      ['/dev/null', ['write_file']],
      [at('tree/allowed'), ALL_RIGHTS],
    ],
  ],
});

/** Runs a script of the shell under a plan. */
export const sh = (of: PlanByPaths, script: string, options: LaunchOptions = {}): Launched =>
  launch(planByPaths(of), ['/bin/sh', '-c', script], { cwd: '/', ...options });
