/** Measures the start of the command line: a process that checks a small policy, and one that does nothing. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SMALL_POLICY } from './policies.js';
import { medianMs, type Row } from './rows.js';

const ROUNDS = 15;

/** What a reader of /usr and /srv needs, without masks. */
const ENFORCED = `llp 1;
accept unenforced getattr, chdir, walk, open, setattr, readdir, map, execute, ioctl, fcntl, lock on linux;
policy "small" {
  default deny;
  dir "/usr" { allow read, execute, open, readdir, map, getattr; }
  dir "/srv" { allow read, open, readdir; }
}
`;

export function whatStarts(): Row[] {
  const folder = mkdtempSync(join(tmpdir(), 'llp-bench-'));
  try {
    const file = join(folder, 'small.llp');
    writeFileSync(file, SMALL_POLICY);
    const main = fileURLToPath(new URL('../src/front/cli/main.js', import.meta.url));
    const idle = medianMs(ROUNDS, () => void spawnSync(process.execPath, ['-e', '0']));
    const value = medianMs(ROUNDS, () => void spawnSync(process.execPath, [main, 'check', file]));
    const enforced = enforcedMs(folder, main);
    const beside = `node alone: ${idle.toFixed(0)} ms, so ${(value - idle).toFixed(0)} ms are llpc's`;
    return [
      {
        what: 'llpc check of a small policy, whole process',
        value,
        unit: 'ms',
        target: 'under 150 ms',
        beside,
      },
      ...enforced.map((ms): Row => {
        return {
          what: 'llpc enforce of a small policy, beside node -e 0',
          value: ms / idle,
          unit: 'times',
          target: 'at most 2.5',
          beside: `${ms.toFixed(0)} ms, and llpc check ${value.toFixed(0)} ms`,
        };
      }),
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The time of `llpc enforce` with a program that does nothing; none where this kernel enforces nothing. */
function enforcedMs(folder: string, main: string): number[] {
  const file = join(folder, 'enforced.llp');
  writeFileSync(file, ENFORCED);
  const args = [main, 'enforce', file, '--', '/usr/bin/true'];
  if (spawnSync(process.execPath, args).status !== 0) return [];
  return [medianMs(ROUNDS, () => void spawnSync(process.execPath, args))];
}
