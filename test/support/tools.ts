/** Programs of the machine that some tests need; without one they are skipped, and say so. */
import { spawnSync } from 'node:child_process';

export function has(program: string): boolean {
  const found = spawnSync(program, ['--version'], { encoding: 'utf8' }).status === 0;
  if (!found) process.stderr.write(`skipped, since there is no \`${program}\` here\n`);
  return found;
}
