/** Conventions of the tests themselves. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const FILES = readdirSync('test', { recursive: true, encoding: 'utf8' }).filter((name) =>
  name.endsWith('.test.ts'),
);
const OWN = 'conventions.test.ts';

/** The files that contain a text and are not named as they should be. */
const misnamed = (text: string, ending: string): string[] =>
  FILES.filter((name) => name !== OWN && !name.endsWith(ending)).filter((name) =>
    readFileSync(`test/${name}`, 'utf8').includes(text),
  );

describe('test files', () => {
  it('end in `.random.test.ts` where they ask how many random cases to try', () => {
    expect(misnamed('import { cases', '.random.test.ts')).toEqual([]);
  });

  it('take `fc` from test/support/random.ts, which sets the seed', () => {
    expect(misnamed("from 'fast-check'", 'never')).toEqual([]);
  });
});
