import { expect, test } from 'vitest';
import { escapePattern } from '../../src/pattern/glob.js';
import { parseSoundly } from '../support/syntax-tree.js';
import { fc } from '../support/random.js';

/** Text as one writes it in a string of a policy. */
function quote(text: string): string {
  return `"${text.replace(/[\\"$*?[\]{}]/g, '\\$&').replace(/[\0-\x1f\x7f\u0085\u2028\u2029]/g, number)}"`;
}

function number(char: string): string {
  if (char === '\n') return '\\n';
  return char === '\t' ? '\\t' : `\\u{${char.charCodeAt(0).toString(16)}}`;
}

/** Every character by its number. */
function quoteAll(text: string): string {
  return `"${[...text].map((c) => `\\u{${c.codePointAt(0)?.toString(16) ?? ''}}`).join('')}"`;
}

/** What a path of a scope reads as: pattern syntax. */
function readPath(quoted: string): string | undefined {
  const { file, diagnostics } = parseSoundly(`llp 1; policy "p" { dir ${quoted} { } }`);
  expect(diagnostics).toEqual([]);
  const scope = file?.policies[0]?.items[0];
  if (scope?.kind !== 'scope') return undefined;
  return scope.path.parts.map((p) => (p.kind === 'text' ? p.text : '')).join('');
}

/** Text without NUL and without halves of pairs. */
const text = fc.oneof(
  fc.string({ unit: 'binary' }).filter((s) => !s.includes('\0')),
  fc.string({ unit: fc.constantFrom(...'\\"$*?[]{}u4/.-!,ntа\n\t\r ') }),
);

test('template: reads back any escaped text as a path', () => {
  fc.assert(
    fc.property(text, (s) => void expect(readPath(quote(s))).toBe(escapePattern(s))),
    { numRuns: 500 },
  );
});

test('template: reads back any text that is written in numbers', () => {
  fc.assert(
    fc.property(text, (s) => void expect(readPath(quoteAll(s))).toBe(escapePattern(s))),
    { numRuns: 300 },
  );
});

test('template: reads back any escaped text as a name', () => {
  const property = fc.property(text, (s) => {
    expect(parseSoundly(`llp 1; policy ${quote(s)} { }`).file?.policies[0]?.name).toBe(s);
  });
  fc.assert(property, { numRuns: 300 });
});

test.each([
  ['glob characters stay active', '"/a/*.{b,c}[!d]?"', '/a/*.{b,c}[!d]?'],
  ['escaped ones keep their backslash', '"\\*\\?\\[\\]\\{\\}\\\\"', '\\*\\?\\[\\]\\{\\}\\\\'],
  ['a dollar alone is itself', '"a$b\\${c}"', 'a$b${c}'],
  ['numbers of glob characters are no globs', '"\\u{2a}\\u{5c}"', '\\*\\\\'],
  ['the largest number', '"\\u{10FFFF}"', '\u{10ffff}'],
])('template: %s', (_, quoted, expected) => {
  expect(readPath(quoted)).toBe(expected);
});

test.each(['\\u{0}', '\\u{d800}', '\\u{}', '\\u{1234567}', '\\x41', '\\u0041', '\\'])(
  'template: %s is not an escape',
  (escape) => {
    const { diagnostics } = parseSoundly(`llp 1; policy "p" { dir "a${escape} b" { } }`);
    expect(diagnostics.map((d) => d.code)).toEqual(['LLP1004']);
  },
);
