/**
 * `npm run bench`: measures all figures of the README in one run, each with the figure to which it is compared. Prints
 * a table, or JSON with `--json`. Machines are noisy, so figures are medians of several rounds, or ratios.
 *
 * Each group is measured in a separate process, because V8's machine code and heap depend on what the process has done
 * before, and a user's process has not compiled a hundred thousand scopes.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Row } from './rows.js';

const GROUPS: Readonly<Record<string, () => Promise<readonly Row[]>>> = {
  sizes: async () => (await import('./sizes.js')).sizes(),
  start: async () => (await import('./start.js')).whatStarts(),
  compile: async () => (await import('./compile.js')).whatCompiles(),
  diff: async () => (await import('./diff.js')).whatDiffers(),
  edit: async () => (await import('./edit.js')).whatEdits(),
  ground: async () => (await import('./ground.js')).whatGrounds(),
  host: async () => (await import('./host.js')).whatGroundsOnTheHost(),
  engine: async () => (await import('./engine.js')).whatRuns(),
  decide: async () => (await import('./decide.js')).whatDecides(),
  translate: async () => (await import('./translate.js')).whatTranslates(),
  launch: async () => (await import('./launch.js')).whatLaunches(),
  kernel: async () => (await import('./kernel.js')).whatTheKernelTakes(),
};

const at = process.argv.indexOf('--group');
if (at >= 0) {
  const measure = GROUPS[process.argv[at + 1] ?? ''];
  if (measure === undefined) throw new Error(`the groups are ${Object.keys(GROUPS).join(', ')}`);
  process.stdout.write(JSON.stringify(await measure()));
} else if (process.argv.includes('--json')) {
  const rows = Object.keys(GROUPS).flatMap(rowsOf);
  process.stdout.write(JSON.stringify({ node: process.version, rows }, null, 1) + '\n');
} else {
  for (const group of Object.keys(GROUPS)) for (const row of rowsOf(group)) process.stdout.write(lineOf(row));
}

function rowsOf(group: string): readonly Row[] {
  const args = [fileURLToPath(import.meta.url), '--group', group];
  const { status, stdout } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (status !== 0) throw new Error(`the group ${group} cannot be measured`);
  return JSON.parse(stdout) as Row[];
}

function lineOf({ what, value, unit, target, beside }: Row): string {
  const figure = `${value.toPrecision(4)} ${unit}`;
  return `${what.padEnd(52)} ${figure.padStart(20)}   ${target.padEnd(18)} ${beside}\n`;
}
