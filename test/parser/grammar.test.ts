import { readFileSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { printProduction } from '../../grammar/ebnf.js';
import { generate } from '../../grammar/generate.js';
import { readProductions } from '../../grammar/model.js';
import { PolicyParser } from '../../src/parser/grammar.js';

const productions = readProductions();
const comments = new Map<string, string>();
for (const [, comment = '', method = ''] of readFileSync('src/parser/grammar.ts', 'utf8').matchAll(
  /^ {2}\/\/ (.*)\n(?: {2}\/\/ .*\n)*? {2}readonly (\w+): Production</gm,
))
  comments.set(method, comment);

test('grammar: chevrotain finds no fault', () => {
  expect(() => new PolicyParser(false)).not.toThrow();
});

test('grammar: the generated files are up to date (npm run grammar)', async () => {
  for (const [name, text] of await generate())
    expect(readFileSync(`grammar/${name}`, 'utf8'), name).toBe(text);
  expect(readdirSync('grammar/railroad').length).toBe(productions.length);
});

test.each(productions.map((p) => [p.method, p] as const))(
  'grammar: the comment of %s is its production',
  (method, production) => {
    expect(comments.get(method)).toBe(printProduction(production));
  },
);

test('grammar: diagrams contain no script and no link', async () => {
  for (const [name, text] of await generate()) {
    if (!name.endsWith('.svg')) continue;
    const foreign = text.replaceAll('http://www.w3.org/2000/svg', '').match(/<script|https?:|@import|url\(/);
    expect(foreign, name).toBeNull();
  }
});
