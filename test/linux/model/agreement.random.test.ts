/** Random trees, plans and calls: a real program under the real launcher gets what the model says, errno included. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { cases, fc, SEED } from '../../support/random.js';
import { disagreement, OUTCOMES } from './case-run.js';
import { linuxCase } from './random-case.js';
import { realKernel, type RealKernel } from './real-kernel.js';

/** Cases that share a process to start them. */
const BATCH = 50;
const kernel = realKernel();
const skipped = typeof kernel === 'string' ? ` (skipped: ${kernel})` : '';

it.skipIf(typeof kernel === 'string')(`model, agrees with the kernel on random cases${skipped}`, () => {
  if (typeof kernel === 'string') return;
  process.umask(0);
  const folder = mkdtempSync(join(tmpdir(), 'agreement-'));
  for (let at = 0, left = cases(10_000); left > 0; at++, left -= BATCH) {
    const size = Math.min(BATCH, left);
    const seed = SEED + at;
    const wrong = disagreement(fc.sample(linuxCase(kernel.abi), { seed, numRuns: size }), kernel, folder);
    if (wrong !== undefined) shrinkFrom(seed, wrong.index, kernel, folder);
  }
  expect(rarely(OUTCOMES)).toEqual([]);
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

/** Calls that must fail in these ways and succeed; without them the cases have become dull. */
const WANTED = {
  openat: ['ok', 'EACCES', 'EROFS'],
  renameat2: ['ok', 'EACCES', 'EXDEV', 'EROFS', 'EBUSY'],
  linkat: ['ok', 'EACCES', 'EXDEV'],
  unlinkat: ['ok', 'EACCES', 'EROFS', 'EBUSY'],
  mkdirat: ['ok', 'EACCES', 'EROFS'],
  truncate: ['ok', 'EACCES', 'EROFS'],
  ftruncate: ['ok', 'EACCES'],
  execve: ['ok', 'EACCES'],
  mmap: ['ok', 'EACCES', 'EPERM'],
  chdir: ['ok', 'EACCES'],
  mount: ['EPERM'],
} as const;

/** Returns the results that did not occur. */
function rarely(outcomes: ReadonlyMap<string, number>): string[] {
  const all = Object.entries(WANTED).flatMap(([name, results]) => results.map((r) => `${name} ${r}`));
  return all.filter((key) => !outcomes.has(key));
}
