/**
 * The formatter on random policies with random comments at random places: every token and every comment survives once and in
 * order, a second run changes nothing, and the policy compiles to the same artifact.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { fileImporter } from '../../src/front/cli/io.js';
import { compile } from '../../src/compile.js';
import { formatText } from '../../src/format/format.js';
import { readLexemes } from '../../src/parser/lexemes.js';
import { policyText } from '../support/arbitrary.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const SEED = Number(process.env['LLP_SEED'] ?? 4_711);
const read = (path: string): string => readFileSync(`${ROOT}${path}`, 'utf8');
const EXAMPLES = readdirSync(`${ROOT}examples`).filter((name) => name !== 'integrations');
const FILES = [
  ...EXAMPLES.map((name) => `examples/${name}/policy.llp`),
  ...readdirSync(`${ROOT}std`).map((name) => `std/${name}`),
];
const TEXTS = [...FILES, 'test/format/every.llp', 'test/parser/site.llp'].map(read);

function formatted(text: string): string {
  const result = formatText(text);
  if (result.kind === 'ok') return result.text;
  throw new Error(result.diagnostics.map((d) => d.message).join('\n'));
}

/** Programs, maps and chains without places in the text. */
function meaning(text: string): unknown {
  const { artifact } = compile(text, {
    defines: text.includes('param ext') ? { ext: 'x' } : {},
    importer: fileImporter,
  });
  if (artifact === undefined) return undefined;
  const { sources, ...manifest } = artifact.manifest;
  const plain = JSON.stringify(manifest, (key, value: unknown) => (key === 'span' ? undefined : value));
  return [plain, [...artifact.bytecode].map(([name, bytes]) => [name, Buffer.from(bytes).toString('hex')])];
}

/** A comment as it may come out: without what the layout decides. */
const core = (comment: string): string =>
  comment.replace(/[ \t]+$/gm, '').replace(/\s*(?:\r\n|\r|\n)\s*/g, '\n');
const comments = (text: string): string[] => readLexemes(text).comments.map((c) => core(c.image));
const tokens = (text: string): string[] => readLexemes(text).tokens.map((t) => t.image);

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

describe('the formatter', () => {
  it('keeps every token and every comment, once and in order', () => {
    let kept = 0;
    const property = fc.property(scatteredText, (text) => {
      const out = formatted(text);
      expect(tokens(out)).toEqual(tokens(text));
      expect(comments(out)).toEqual(comments(text));
      kept += comments(out).length;
    });
    fc.assert(property, { numRuns: 1000, seed: SEED });
    expect(kept).toBeGreaterThan(5000);
  });

  it('changes nothing the second time', () => {
    const property = fc.property(scatteredText, (text) => {
      const once = formatted(text);
      expect(formatted(once)).toBe(once);
    });
    fc.assert(property, { numRuns: 1000, seed: SEED });
  });

  it('leaves no more than one empty line, no space at an end, and an end at the end', () => {
    const property = fc.property(scatteredText, (text) => {
      const out = formatted(text)
        .replace(/\r\n?/g, '\n')
        .replace(/\/\*[^]*?\*\//g, '/**/');
      expect(out).not.toMatch(/\n\n\n|[ \t]\n|\{\n\n|\n\n *\}|\n\n$/);
      expect(out).toMatch(/[^\n]\n$/);
    });
    fc.assert(property, { numRuns: 300, seed: SEED });
  });

  it('keeps what the policy means', () => {
    let compiled = 0;
    const property = fc.property(scattered(policyText), (text) => {
      const before = meaning(text);
      if (before !== undefined) compiled++;
      expect(meaning(formatted(text))).toEqual(before);
    });
    fc.assert(property, { numRuns: 60, seed: SEED });
    expect(compiled).toBeGreaterThan(15);
  });

  test.each(FILES)('%s is laid out', (file) => {
    expect(formatted(read(file))).toBe(read(file));
  });

  test.each(EXAMPLES)('the example %s means the same on one line', (name) => {
    const text = read(`examples/${name}/policy.llp`);
    const line = tokens(text).join(' ');
    expect(meaning(text)).toBeDefined();
    expect(meaning(formatted(line))).toEqual(meaning(text));
  });
});

/** A name, a text, and what becomes of it. */
const ROWS: readonly (readonly [string, string, string])[] = [
  ['a short file', 'llp 1;policy "p"{}', 'llp 1;\npolicy "p" {}\n'],
  [
    'a rule on the line of its block',
    'llp 1; policy "p" { allow read; }',
    'llp 1;\npolicy "p" { allow read; }\n',
  ],
  [
    'two rules',
    'llp 1; policy "p" { allow read; deny open; }',
    'llp 1;\npolicy "p" {\n  allow read;\n  deny open;\n}\n',
  ],
  [
    'a block that was opened',
    'llp 1; policy "p" {\nallow read; }',
    'llp 1;\npolicy "p" {\n  allow read;\n}\n',
  ],
  [
    'empty lines',
    '\n\nllp 1;\n\n\n\npolicy "p" {\n\n\nallow read;\n\n\ndeny open;\n\n}\n\n',
    'llp 1;\n\npolicy "p" {\n  allow read;\n\n  deny open;\n}\n',
  ],
  ['ends of lines of Windows', 'llp 1;\r\npolicy "p" {\n}', 'llp 1;\r\npolicy "p" {}\r\n'],
  ['a byte order mark', '\uFEFFllp 1;', '\uFEFFllp 1;\n'],
  [
    'strings',
    'llp 1; policy "p" { dir   "/a\\u{41}\\*" { } }',
    'llp 1;\npolicy "p" {\n  dir "/a\\u{41}\\*" {}\n}\n',
  ],
  ['comments after code', 'llp 1;//a\npolicy "p" {//b\n}//c', 'llp 1; //a\npolicy "p" { //b\n} //c\n'],
  ['a comment in an empty block', 'llp 1; policy "p" {/*a*/}', 'llp 1;\npolicy "p" { /*a*/ }\n'],
  [
    'comments in a list',
    'llp 1; actions a = read, // r\n open /* o */, write;',
    'llp 1;\nactions a =\n  read, // r\n  open /* o */, write;\n',
  ],
  ['a comment before each sign', 'llp/*1*/1/*2*/;', 'llp /*1*/ 1 /*2*/;\n'],
  [
    'a comment in parentheses',
    'llp 1; fragment f(/*1*/a: path/*2*/) {}',
    'llp 1;\nfragment f(/*1*/ a: path /*2*/) {}\n',
  ],
  [
    'a block comment with stars',
    'llp 1; policy "p" {\n/* a\n* b\n     */\n}',
    'llp 1;\npolicy "p" {\n  /* a\n   * b\n   */\n}\n',
  ],
  [
    'any other block comment',
    'llp 1; policy "p" {\n/* a\n b */\n}',
    'llp 1;\npolicy "p" {\n  /* a\n b */\n}\n',
  ],
];

test.each(ROWS)('layout of %s', (_, text, wanted) => {
  expect(formatted(text)).toBe(wanted);
});

test('a long set is filled', () => {
  const names = Array.from({ length: 30 }, (_, i) => `name${i}`);
  const lines = formatted(
    `llp 1; actions a = ${names.join(',')}; policy "p" { allow ${names.join(',')}; }`,
  ).split('\n');
  expect(lines.every((l) => l.length <= 100)).toBe(true);
  expect(lines.filter((l) => l.length > 85).length).toBeGreaterThan(3);
});

test('a text with a syntax error is refused with what is wrong', () => {
  expect(formatText('llp 1; policy "p" { alow read; }', 2)).toMatchObject({
    kind: 'refused',
    diagnostics: [{ code: 'LLP1015', span: { source: 2 } }],
  });
});
