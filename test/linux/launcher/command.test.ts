/** How a launcher finds the command that it executes. */
import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { canLaunch, launch, planByPaths, type Launched } from '../../support/launch.js';
import { at, useTree } from './tree.js';

useTree();

describe.skipIf(!canLaunch())('launcher, looking for the command', () => {
  const nothing = (): ReturnType<typeof planByPaths> => planByPaths({});
  const run = (command: readonly string[], env: NodeJS.ProcessEnv, cwd = at('tree')): Launched =>
    launch(nothing(), command, { env, cwd });

  it('takes the first directory of PATH that has it', () => {
    expect(run(['tool', 'a'], { PATH: `${at('tree/none')}:${at('tree/bin')}:/bin` }).stdout).toBe('tool a\n');
    expect(run(['echo', 'b'], { PATH: `${at('tree/secret')}:/bin` }).stdout).toBe('b\n');
    expect(run(['tool'], { PATH: '/bin' }).status).toBe(127);
  });

  it('takes an empty directory of PATH as the current one', () => {
    for (const PATH of ['', ':/none', '/none:', '/none::/bin'])
      expect(run(['tool'], { PATH }, at('tree/bin')).stdout).toBe('tool\n');
  });

  it('looks in /bin and /usr/bin without PATH', () => {
    expect(run(['echo', 'a'], {}).stdout).toBe('a\n');
    expect(run(['echo', 'a'], { PATHS: '/none', XPATH: '/none' }).stdout).toBe('a\n');
  });

  it('takes a name with a slash as a path', () => {
    expect(run(['bin/tool'], { PATH: '/none' }).stdout).toBe('tool\n');
    expect(run([at('tree/bin/tool')], {}).stdout).toBe('tool\n');
  });

  it('gives a script without an interpreter line to the shell', () => {
    writeFileSync(at('tree/bin/script'), 'echo "$0" "$@"\n', { mode: 0o755 });
    const env = { PATH: at('tree/bin') };
    expect(run(['script', 'a', 'b c'], env).stdout).toBe(`${at('tree/bin/script')} a b c\n`);
    expect(run(['--', './bin/script'], env).stdout).toBe('./bin/script\n');
  });

  it('ends with 127 where the command is not found, and with 126 where it cannot be executed', () => {
    writeFileSync(at('tree/bin/plain'), 'x');
    const PATH = `${at('tree/bin')}:/bin`;
    expect(run(['none'], { PATH })).toMatchObject({
      status: 127,
      stderr: 'sandbox: cannot run `none`: ENOENT (no such file or directory)\n',
    });
    expect(run([''], { PATH }).status).toBe(127);
    expect(run(['./none'], { PATH }).status).toBe(127);
    expect(run(['plain'], { PATH })).toMatchObject({
      status: 126,
      stderr: 'sandbox: cannot run `plain`: EACCES (permission denied)\n',
    });
    expect(run(['/'], { PATH }).status).toBe(126);
    expect(run([at('tree/secret/x')], { PATH })).toMatchObject({
      status: 126,
      stderr: `sandbox: cannot run \`${at('tree/secret/x')}\`: ENOTDIR (not a directory)\n`,
    });
  });

  it('does not let a directory of PATH that is too long end the search, nor a name', () => {
    expect(run(['echo', 'a'], { PATH: `/${'x'.repeat(5000)}:/bin` }).stdout).toBe('a\n');
    expect(run(['x'.repeat(5000)], { PATH: '/bin' }).status).toBe(127);
    expect(run([`./${'x'.repeat(100_000)}`], { PATH: '/bin' })).toMatchObject({ status: 126 });
  });

  it('escapes the command in its message', () => {
    expect(run(['a\u001b[31m\\é'], { PATH: '/bin' }).stderr).toBe(
      'sandbox: cannot run `a\\x1b[31m\\\\xc3\\xa9`: ENOENT (no such file or directory)\n',
    );
  });
});
