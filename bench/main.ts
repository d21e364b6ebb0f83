/**
 * `npm run bench`: every figure that README and the issues name, each beside what it is compared to, from one run. Prints a
 * table; `--json` prints JSON. Machines are noisy: medians of several rounds, and ratios.
 */
import { whatCompiles } from './compile.js';
import { whatDiffers } from './diff.js';
import { whatDecides } from './decide.js';
import { whatRuns } from './engine.js';
import { whatEdits } from './edit.js';
import { whatGrounds } from './ground.js';
import { whatStarts } from './start.js';
import { whatTranslates } from './translate.js';
import { whatTheKernelTakes } from './kernel.js';
import { sizes } from './sizes.js';
import type { Row } from './rows.js';

const rows: Row[] = [
  ...sizes(),
  ...whatStarts(),
  ...whatCompiles(),
  ...whatDiffers(),
  ...whatEdits(),
  ...whatGrounds(),
  ...whatRuns(),
  ...whatDecides(),
  ...whatTranslates(),
  ...whatTheKernelTakes(),
];

if (process.argv.includes('--json')) {
  process.stdout.write(JSON.stringify({ node: process.version, rows }, null, 1) + '\n');
} else {
  for (const { what, value, unit, target, beside } of rows) {
    const figure = `${value.toPrecision(4)} ${unit}`;
    process.stdout.write(`${what.padEnd(52)} ${figure.padStart(20)}   ${target.padEnd(18)} ${beside}\n`);
  }
}
