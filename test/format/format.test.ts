/** The formatter on the policies of the project, and on small texts with their layout. */
import { describe, expect, test } from 'vitest';
import { formatText } from '../../src/format/format.js';
import { EXAMPLES, FILES, formatted, meaning, read, tokens } from '../support/formatted.js';

describe('formatText', () => {
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
