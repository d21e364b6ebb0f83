/** For every text, the parser returns a tree or diagnostics, with spans within the text, and never throws. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { renderText } from '../../src/diagnostics/render.js';
import { KEYWORDS, PUNCTUATION } from '../../src/parser/tokens.js';
import { parseSoundly } from '../support/syntax-tree.js';
import { cases, fc } from '../support/random.js';

const SITE = readFileSync('test/parser/site.llp', 'utf8');
const WORDS = [...KEYWORDS, ...PUNCTUATION].map((t) => String(t.PATTERN));
const OTHERS = [
  'read',
  'x',
  '1',
  '"/a"',
  '"${b}"',
  '"',
  '/a',
  '/*',
  '*/',
  '// c\n',
  '\n',
  '§',
  '\\',
  '\uFEFF',
  '',
];

function survives(text: string): void {
  const { diagnostics } = parseSoundly(text);
  const found = diagnostics.map((d) => ({ ...d, notes: [] }));
  expect(renderText(found, [], { colour: false }).length > 0).toBe(found.length > 0);
}

test('parse: soups of tokens', () => {
  const soup = fc.array(fc.constantFrom(...WORDS, ...OTHERS), { maxLength: 80 });
  fc.assert(
    fc.property(soup, (words) => survives(words.join(' '))),
    { numRuns: 1500 },
  );
});

test('parse: soups of tokens inside a policy and a test', () => {
  const soup = fc.array(fc.constantFrom(...WORDS, ...OTHERS), { maxLength: 30 });
  const property = fc.property(soup, soup, (a, b) =>
    survives(`llp 1; policy "p" { ${a.join(' ')} } test "t" { ${b.join('')} }`),
  );
  fc.assert(property, { numRuns: 1000 });
});

test('parse: bytes, and strings of all characters', () => {
  const bytes = fc.uint8Array({ maxLength: 300 }).map((b) => new TextDecoder().decode(b));
  fc.assert(fc.property(fc.oneof(bytes, fc.string({ unit: 'binary' })), survives), { numRuns: 1000 });
});

test('parse: a file with parts removed, moved or inserted', () => {
  const place = fc.nat(SITE.length);
  const edit = fc.tuple(place, place, place, fc.constantFrom(...WORDS, ...OTHERS));
  const property = fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
    let text = SITE;
    for (const [from, length, to, word] of edits) {
      const part = text.slice(from, from + (length % 40));
      const rest = text.slice(0, from) + word + text.slice(from + part.length);
      text = to % 2 === 0 ? rest : rest.slice(0, to) + part + rest.slice(to);
    }
    survives(text);
  });
  fc.assert(property, { numRuns: 1000 });
});

test('parse: every beginning of a file', () => {
  for (let end = 0; end <= SITE.length; end++) survives(SITE.slice(0, end));
});

test.each(['{', 'dir "a" {', 'here {', 'fragment f { dir "a" {', '(', '['])(
  'parse: %s 100000 times',
  (open) => {
    survives(open.repeat(100_000));
    survives(`llp 1; policy "p" { ${open.repeat(100_000)}${'}'.repeat(100_000)} }`);
  },
);

const SIZE = cases(5_000_000);
const fill = (unit: string): string => unit.repeat(Math.ceil(SIZE / unit.length));

test.each([
  ['garbage', fill('§a!')],
  ['one string', `llp 1; import "${fill('x')}";`],
  ['one string that is not closed', `llp 1; import "${fill('x ')}`],
  ['escapes', `llp 1; import "${fill('\\q')}";`],
  ['interpolations', `llp 1; import "${fill('${a}')}";`],
  ['braces', fill('{')],
  ['closing braces', fill('}')],
  ['a comment', `/*${fill('* ')}*/`],
  ['a comment that is not closed', `/*${fill('*')}`],
  ['comments', fill('// x\n')],
  ['misspelt words', fill('alow ')],
  ['quotes', fill('"\n')],
  ['blanks after a quote', `"${fill(' ')}`],
  ['policies with a mistake each', `llp 1;${fill('policy "p" { allow read }')}`],
])('parse: megabytes of %s', (_, text) => survives(text));
