/**
 * The formatter on random policies with random comments at random places: every token and every comment survives once and in
 * order, a second run changes nothing, and the policy compiles to the same artifact.
 */
import { describe, expect, it } from 'vitest';
import { readLexemes } from '../../src/parser/lexemes.js';
import { policyText } from '../support/arbitrary.js';
import { FILES, formatted, meaning, read, tokens } from '../support/formatted.js';
import { cases, fc } from '../support/random.js';

const RUNS = cases(1000);
const TEXTS = [...FILES, 'test/format/every.llp', 'test/parser/site.llp'].map(read);

/** A comment as it may come out: without what the layout decides. */
const core = (comment: string): string =>
  comment.replace(/[ \t]+$/gm, '').replace(/\s*(?:\r\n|\r|\n)\s*/g, '\n');
const comments = (text: string): string[] => readLexemes(text).comments.map((c) => core(c.image));

const eol = fc.constantFrom('\n', '\r\n', '\r');
const space = fc
  .array(fc.oneof(eol, fc.constantFrom(' ', '  ', '\t', '\uFEFF')), { maxLength: 4 })
  .map((s) => s.join(''));
const word = fc.constantFrom('', 'a', ' why', '*', ' /', ' * ', '😀', ' "{;', 'x'.repeat(90), '  ');
const comment: fc.Arbitrary<string> = fc.oneof(
  fc.tuple(word, eol).map(([w, end]) => `//${w}${end}`),
  word.map((w) => `/*${w} */`),
  fc.tuple(word, eol, word).map(([a, end, b]) => `/*${a}${end} ${b} */`),
  fc.tuple(word, eol, word).map(([a, end, b]) => `/**${a}${end}   *${b}${end}\t*/`),
);
/** What stands between two tokens: often nothing but white space. */
const gap = fc.oneof(
  { weight: 6, arbitrary: space },
  {
    weight: 1,
    arbitrary: fc
      .array(fc.tuple(space, comment), { minLength: 1, maxLength: 3 })
      .chain((parts) => space.map((s) => parts.flat().join('') + s)),
  },
);

/** A text with other things between its tokens. */
const scattered = (base: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  base.chain((text) => {
    const words = tokens(text);
    return fc
      .array(gap, { minLength: words.length + 1, maxLength: words.length + 1 })
      .map(
        (gaps) =>
          words.map((w, i) => `${gaps[i]}${apart(words[i - 1], w, gaps[i] ?? '')}${w}`).join('') +
          gaps.at(-1),
      );
  });

/** Words that would run together have a space between. */
function apart(before: string | undefined, after: string, between: string): string {
  return between === '' && before !== undefined && /\w$/.test(before) && /^\w/.test(after) ? ' ' : '';
}

const scatteredText = scattered(fc.oneof(policyText, fc.constantFrom(...TEXTS)));

describe('formatText, random comments', () => {
  it('keeps every token and every comment, once and in order', () => {
    let kept = 0;
    const property = fc.property(scatteredText, (text) => {
      const out = formatted(text);
      expect(tokens(out)).toEqual(tokens(text));
      expect(comments(out)).toEqual(comments(text));
      kept += comments(out).length;
    });
    fc.assert(property, { numRuns: RUNS });
    expect(kept).toBeGreaterThan(5 * RUNS);
  });

  it('changes nothing the second time', () => {
    const property = fc.property(scatteredText, (text) => {
      const once = formatted(text);
      expect(formatted(once)).toBe(once);
    });
    fc.assert(property, { numRuns: RUNS });
  });

  it('leaves no more than one empty line, no space at an end, and an end at the end', () => {
    const property = fc.property(scatteredText, (text) => {
      const out = formatted(text)
        .replace(/\r\n?/g, '\n')
        .replace(/\/\*[^]*?\*\//g, '/**/');
      expect(out).not.toMatch(/\n\n\n|[ \t]\n|\{\n\n|\n\n *\}|\n\n$/);
      expect(out).toMatch(/[^\n]\n$/);
    });
    fc.assert(property, { numRuns: RUNS });
  });

  it('keeps what the policy means', () => {
    let compiled = 0;
    const property = fc.property(scattered(policyText), (text) => {
      const before = meaning(text);
      if (before !== undefined) compiled++;
      expect(meaning(formatted(text))).toEqual(before);
    });
    fc.assert(property, { numRuns: cases(60, 1) });
    expect(compiled).toBeGreaterThan(15);
  });
});
