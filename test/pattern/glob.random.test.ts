/** The glob matcher against two others: that of `minimatch`, and the reference evaluator's. */
import { Minimatch } from 'minimatch';
import { describe, expect, it } from 'vitest';
import { compileGlob, escapePattern, matchesGlob, parseComponent } from '../../src/pattern/glob.js';
import { globMatches } from '../support/reference-glob.js';
import { globText, namesOver } from '../support/arbitrary-glob.js';
import { cases, fc } from '../support/random.js';

const NAMES = namesOver(['a', 'b', 'c', '.', '-', '*'], 3);
const RUNS = cases(3000, 1);

/** Only what the language has: no `**`, no `!(…)`, no comments; `dot: false`. */
function minimatch(glob: string): (name: string) => boolean {
  const matcher = new Minimatch(glob, {
    dot: false,
    noext: true,
    nonegate: true,
    nocomment: true,
    noglobstar: true,
    platform: 'linux',
  });
  return (name) => matcher.match(name);
}

describe('compileGlob', () => {
  it('matches the same names as minimatch and the reference', () => {
    let matched = 0;
    const property = fc.property(globText, (text) => {
      const glob = compileGlob(text);
      expect(glob, text).toBeDefined();
      if (glob === undefined) return;
      const other = minimatch(text);
      for (const name of NAMES) {
        const own = matchesGlob(glob, name);
        if (own !== other(name)) throw new Error(`minimatch has ${!own} for ${text} on ${name}`);
        if (own !== globMatches(text, name))
          throw new Error(`the reference has ${!own} for ${text} on ${name}`);
        if (own) matched++;
      }
    });
    fc.assert(property, { numRuns: RUNS });
    console.log('globs', RUNS, 'names', NAMES.length, 'matches', matched);
    expect(matched).toBeGreaterThan(RUNS);
  });

  it('counts code points, not UTF-16 units', () => {
    const matches = (glob: string, name: string): boolean => matchesGlob(compileGlob(glob) ?? never(), name);
    expect(matches('?', '😀')).toBe(true);
    expect(matches('??', '😀')).toBe(false);
    expect(matches('[😀-😂]', '😁')).toBe(true);
    expect(matches('[!a]', '😁')).toBe(true);
  });

  it('matches a name with a leading dot only if the glob has a leading dot', () => {
    for (const glob of ['*', '?*', '[.]*', '[!a]*', '{*,?x}']) expect(globOf(glob, '.x'), glob).toBe(false);
    for (const glob of ['.*', '{.,a}*', '\\.?', '.[a-z]']) expect(globOf(glob, '.x'), glob).toBe(true);
  });
});

function never(): never {
  throw new Error('the glob compiles');
}

function globOf(glob: string, name: string): boolean {
  return matchesGlob(compileGlob(glob) ?? never(), name);
}

describe('compileGlob, an escaped name', () => {
  it('is a literal that matches only itself', () => {
    const name = fc.string({ minLength: 1, unit: fc.constantFrom(...'ab.*?[]{}\\,!-😀') });
    fc.assert(
      fc.property(name, (text) => {
        expect(parseComponent(escapePattern(text))).toEqual({ kind: 'literal', name: text });
      }),
      { numRuns: RUNS },
    );
  });
});

describe('compileGlob, a malformed glob', () => {
  it.each([
    ['**', 'double-star', 0],
    ['a**', 'double-star', 1],
    ['[a', 'open-set', 0],
    ['[]', 'empty-set', 0],
    ['x[!', 'open-set', 1],
    ['[b-a]', 'reversed-range', 1],
    ['{a,b', 'open-brace', 0],
    ['{a}', 'single-alternative', 0],
    ['{,}', 'empty-alternative-only', 0],
    ['a\\', 'trailing-backslash', 1],
    ['{a,b}'.repeat(9), 'too-many-alternatives', 45],
  ])('%s: %s', (source, fault, offset) => {
    expect(parseComponent(source)).toEqual({ kind: 'fault', fault, offset });
  });

  it('returns a component or a fault for any text', () => {
    const text = fc.string({ maxLength: 12, unit: fc.constantFrom(...'ab*?[]{}!-\\,.') });
    fc.assert(
      fc.property(text, (source) => {
        const read = parseComponent(source);
        if (read.kind === 'fault') expect(read.offset).toBeLessThanOrEqual(source.length);
        else expect(compileGlob(source)).toBeDefined();
      }),
      { numRuns: RUNS },
    );
  });
});
