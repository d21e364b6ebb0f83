/** Every diagnostic says what to do: where it is reported, or by its row in the catalogue. */
import { readFileSync, readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { CATALOGUE, report, type CatalogueEntry } from '../../src/diagnostics/catalogue.js';

/** The rule is shown behind what a test expected, and the tree behind what it wanted: which is wrong, only its author knows. */
const NONE = ['LLP5009', 'LLP5012'];
const CALL = /\b(?:report|problemOf|make)\(\s*'(LLP\d{4})'/g;

interface Call {
  readonly file: string;
  readonly code: string;
  readonly text: string;
}

/** Every call that makes a diagnostic, with its arguments. */
function callsIn(file: string): Call[] {
  const text = readFileSync(new URL(`../../src/${file}`, import.meta.url), 'utf8');
  return [...text.matchAll(CALL)].map((m) => {
    let [depth, end] = [1, m.index + (m[0].indexOf('(') + 1)];
    for (; depth > 0; end++) depth += text[end] === '(' ? 1 : text[end] === ')' ? -1 : 0;
    return { file, code: m[1] ?? '', text: text.slice(m.index, end) };
  });
}

const FILES = readdirSync(new URL('../../src', import.meta.url), { recursive: true, encoding: 'utf8' });
const CALLS = FILES.filter((f) => f.endsWith('.ts')).flatMap(callsIn);
const ENTRIES = Object.entries<CatalogueEntry>(CATALOGUE);

/** An argument or a property that is a help; `details` hold one. */
const HELPED = /\b(?:help|details|misspelt|HELP)\b|,\s*['`]/;

it('CATALOGUE: each diagnostic has a help', () => {
  const rows = new Map(ENTRIES);
  const helpless = CALLS.filter(({ code, text }) => rows.get(code)?.help === undefined && !HELPED.test(text));
  expect([...new Set(helpless.map((c) => c.code))].sort()).toEqual(NONE);
  expect(CALLS.length).toBeGreaterThan(100);
});

it('CATALOGUE: each code is reported somewhere', () => {
  const used = new Set(
    FILES.filter((f) => f.endsWith('.ts') && !f.startsWith('diagnostics/')).flatMap((f) =>
      [...readFileSync(new URL(`../../src/${f}`, import.meta.url), 'utf8').matchAll(/LLP\d{4}/g)].map(
        (m) => m[0],
      ),
    ),
  );
  for (const file of ['not-a-policy.ts'])
    for (const { code } of callsIn(`diagnostics/${file}`)) used.add(code);
  expect(ENTRIES.map(([code]) => code).filter((code) => !used.has(code))).toEqual([]);
  expect([...used].filter((code) => !Object.hasOwn(CATALOGUE, code))).toEqual([]);
});

it('report: the help of the place replaces the help of the row', () => {
  const params = { path: 'a', why: 'b' };
  expect(report('LLP2017', params, {}).help).toBe(CATALOGUE.LLP2017.help);
  expect(report('LLP2017', params, { help: 'c' }).help).toBe('c');
  expect(report('LLP5009', { wanted: 'a', found: 'b' }, {})).not.toHaveProperty('help');
});
