/** The classes of names that sets of globs make, against every short name, by the matcher that glob.random.test.ts has tested. */
import { describe, expect, it } from 'vitest';
import { compileGlob, matchesGlob, type Glob } from '../../src/pattern/glob.js';
import { nameClasses } from '../../src/pattern/name-classes.js';
import { globText, namesOver } from '../support/arbitrary-glob.js';
import { cases, fc } from '../support/random.js';

/** `x` is in the globs, `z` in none: it stands for every other character. */
const NAMES = namesOver(['a', 'b', 'c', '.', '-', '*', 'x', 'z'], 4);
const RUNS = cases(300, 1);

const keyOf = (globs: readonly Glob[], name: string): string =>
  globs.flatMap((glob, i) => (matchesGlob(glob, name) ? [i] : [])).join();

describe('nameClasses', () => {
  it('finds every class that a name is in, each with a shortest name', () => {
    const count = { sets: 0, classes: 0, large: 0 };
    const literals = fc.uniqueArray(fc.constantFrom<string[]>('a', 'b', 'ab', '.a', 'z', '*', '-', 'c'), {
      maxLength: 4,
    });
    const property = fc.property(
      fc.array(globText, { minLength: 1, maxLength: 3 }),
      literals,
      (texts, named) => {
        const globs = texts.flatMap((t) => compileGlob(t) ?? []);
        const classes = nameClasses(globs, new Set(named));
        if (classes === undefined) {
          count.large++;
          return;
        }
        count.sets++;
        count.classes += classes.length;
        const shortest = new Map<string, string>();
        for (const name of NAMES) {
          const key = keyOf(globs, name);
          if (!named.includes(name) && !shortest.has(key)) shortest.set(key, name);
        }
        const found = new Map(classes.map((c) => [c.matching.join(), c.witness]));
        expect(found.size, 'no class twice').toBe(classes.length);
        for (const [key, name] of shortest) {
          const witness = found.get(key);
          expect(witness, `${texts.join(' ')}: the class of ${name}`).toBeDefined();
          expect(
            [...(witness ?? '')].length,
            `${witness ?? ''} is no longer than ${name}`,
          ).toBeLessThanOrEqual(name.length);
        }
        for (const [key, witness] of found) {
          expect(keyOf(globs, witness), `${texts.join(' ')}: ${witness}`).toBe(key);
          expect(witness).toMatch(/^[^/\0]+$/u);
          expect(['.', '..', ...named]).not.toContain(witness);
        }
      },
    );
    fc.assert(property, { numRuns: RUNS });
    console.log('name classes', count);
    expect(count.large).toBeLessThan(RUNS / 10);
  });

  it('leaves out a class that only literals and names of directories are in', () => {
    const classes = (texts: readonly string[], named: readonly string[]): string[] =>
      (
        nameClasses(
          texts.flatMap((t) => compileGlob(t) ?? []),
          new Set(named),
        ) ?? []
      ).map((c) => c.matching.join());
    expect(classes(['[ab]', '*'], ['a', 'b'])).toEqual(['', '1']);
    expect(classes(['[ab]', '*'], ['a'])).toEqual(['', '0,1', '1']);
    expect(classes(['{.,..}'], [])).toEqual(['']);
    expect(classes(['.?'], [])).toEqual(['', '0']);
  });
});
