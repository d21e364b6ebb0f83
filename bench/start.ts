/** Measures the start of the command line: a process that checks a small policy, and one that does nothing. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SMALL_POLICY } from './policies.js';
import { medianMs, type Row } from './rows.js';

const ROUNDS = 15;

export function whatStarts(): Row[] {
  const folder = mkdtempSync(join(tmpdir(), 'llp-bench-'));
  try {
    const file = join(folder, 'small.llp');
    writeFileSync(file, SMALL_POLICY);
    const main = fileURLToPath(new URL('../src/front/cli/main.js', import.meta.url));
    const idle = medianMs(ROUNDS, () => void spawnSync(process.execPath, ['-e', '0']));
    const value = medianMs(ROUNDS, () => void spawnSync(process.execPath, [main, 'check', file]));
    const beside = `node alone: ${idle.toFixed(0)} ms, so ${(value - idle).toFixed(0)} ms are llpc's`;
    return [
      {
        what: 'llpc check of a small policy, whole process',
        value,
        unit: 'ms',
        target: 'under 150 ms',
        beside,
      },
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}
