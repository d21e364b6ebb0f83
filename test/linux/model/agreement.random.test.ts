/** Random trees, plans and calls: a real program under the real launcher gets what the model says, errno included. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { cases, fc, SEED } from '../../support/random.js';
import { disagreement, OUTCOMES } from './case-run.js';
import { linuxCase } from './random-case.js';
import { realKernel, type RealKernel } from './real-kernel.js';

/** Cases that share a process to start them. */
const BATCH = 50;
const kernel = realKernel();
/** In memory where possible: most of the time of a case is that of making and removing its tree. */
const memory = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const folder = mkdtempSync(join(memory, 'llp-agreement-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const skipped = typeof kernel === 'string' ? ` (skipped: ${kernel})` : '';

it.skipIf(typeof kernel === 'string')(`model, agrees with the kernel on random cases${skipped}`, () => {
  if (typeof kernel === 'string') return;
  process.umask(0);
  const wanted = cases(10_000);
  for (let at = 0, left = wanted; left > 0; at++, left -= BATCH) {
    const size = Math.min(BATCH, left);
    const seed = SEED + at;
    const wrong = disagreement(fc.sample(linuxCase(kernel.abi), { seed, numRuns: size }), kernel, folder);
    if (wrong !== undefined) shrinkFrom(seed, wrong.index, kernel, folder);
  }
  if (wanted >= ENOUGH) expect(missingResults(OUTCOMES)).toEqual([]);
});

/** Runs one case of a batch again by itself, and fails with the smallest case that fails alike. */
function shrinkFrom(seed: number, index: number, real: RealKernel, folder: string): void {
  const agrees = fc.property(linuxCase(real.abi), (drawn) => {
    const wrong = disagreement([drawn], real, folder);
    if (wrong !== undefined) throw new Error(wrong.differs);
  });
  fc.assert(agrees, { seed, path: String(index), numRuns: 1 });
  throw new Error(`case ${index} of seed ${seed} does not agree, but does when it runs by itself`);
}

/** So many cases that each of the results below occurs several times. */
const ENOUGH = 2000;
/** Results that must occur; without them the cases have become dull. */
const WANTED = {
  openat: ['ok', 'EACCES', 'EROFS'],
  renameat2: ['ok', 'EACCES', 'EXDEV', 'EROFS', 'EBUSY'],
  linkat: ['ok', 'EACCES', 'EXDEV'],
  unlinkat: ['ok', 'EACCES', 'EROFS', 'EBUSY'],
  mkdirat: ['ok', 'EACCES', 'EROFS'],
  truncate: ['ok', 'EACCES', 'EROFS'],
  ftruncate: ['ok', 'EACCES'],
  execve: ['ok', 'EACCES'],
  mmap: ['ok', 'EACCES'],
  mount: ['EPERM'],
} as const;

/** Returns the results that did not occur. */
function missingResults(outcomes: ReadonlyMap<string, number>): string[] {
  const all = Object.entries(WANTED).flatMap(([name, results]) => results.map((r) => `${name} ${r}`));
  return all.filter((key) => !outcomes.has(key));
}
