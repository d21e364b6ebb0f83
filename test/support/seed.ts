/** Chooses the seed of all random tests of a run, before the first of them starts. */
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export function setup(): void {
  if (process.env['LLP_SEED'] !== undefined) return;
  process.env['LLP_SEED'] = String(seedOfSources());
  console.log(`random cases: LLP_SEED=${process.env['LLP_SEED']}`);
}

/** A number that changes with every change of `src`, of `std` or of a dependency. No clock: a run can be repeated. */
function seedOfSources(): number {
  const hash = createHash('sha256').update(readFileSync('package-lock.json'));
  for (const folder of ['src', 'std'])
    for (const name of filesIn(folder)) hash.update(name).update(readFileSync(name));
  return hash.digest().readUInt32BE() >>> 1;
}

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
