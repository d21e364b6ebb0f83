/** A sample of the seeded faults: `npm run faults` tries all. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { foundByBuild, withFault } from './apply.js';
import { FAULTS } from './faults.js';

describe('the build with a seeded fault', () => {
  it('finds nothing without one', async () => {
    expect(await foundByBuild(undefined)).toBeUndefined();
  });

  // One of each part that a build has to catch.
  const built = FAULTS.filter((f) => f.caughtBy === 'build');
  const sample = built.filter((f, i) => built.findIndex((g) => g.part === f.part) === i);

  it.each(sample.map((f) => [f.part, f] as const))('%s: is refused', async (_, fault) => {
    expect(await foundByBuild(fault)).toBeDefined();
  });
});

describe('the list of seeded faults', () => {
  it.each(FAULTS.map((f) => [`${f.part}: ${f.name}`, f] as const))('%s: fits the source', (_, fault) => {
    expect(() => withFault(fault, readFileSync(fault.file, 'utf8'))).not.toThrow();
  });
});
