/** What a fix promises: the text with it has one mistake less. On the example of every page, and on what a program can be told. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, test } from 'vitest';
import { checkSources } from '../../src/compile.js';
import { defined } from '../../src/base/assert.js';
import type { Diagnostic } from '../../src/diagnostics/types.js';

const FOLDER = fileURLToPath(new URL('../../docs/errors/', import.meta.url));
const check = (text: string): readonly Diagnostic[] =>
  checkSources([{ name: 'policy.llp', text }]).diagnostics;
const PAGES = readdirSync(FOLDER).flatMap((page) => {
  const text = /```llp\n([^]*?)```/.exec(readFileSync(`${FOLDER}${page}`, 'utf8'))?.[1];
  return text === undefined ? [] : [[page.replace('.md', ''), text] as const];
});

function mend(text: string, { fix }: Diagnostic): string {
  const { span, replacement } = defined(fix, 'a fix');
  return text.slice(0, span.start) + replacement + text.slice(span.end);
}

const count = (text: string, code: string): number => check(text).filter((d) => d.code === code).length;

describe('checkSources, fixes of the pages', () => {
  const fixable = PAGES.flatMap(([page, text]) =>
    check(text).flatMap((d, i) => (d.fix === undefined ? [] : [[page, d.code, i, text] as const])),
  );

  it.each(fixable)('%s, %s of diagnostic %i: the fix removes it', (_, code, index, text) => {
    const mended = mend(text, defined(check(text)[index], 'a diagnostic'));
    expect(count(mended, code)).toBeLessThan(count(text, code));
  });

  it('most pages on syntax and names have a fix', () => {
    expect(new Set(fixable.map(([, code]) => code)).size).toBeGreaterThan(12);
  });
});

const policy = (body: string): string => `llp 1; policy "p" { default deny; ${body} }`;

test.each([
  ['a misspelt action', policy('allow raed;'), policy('allow read;')],
  [
    'a misspelt action of a test',
    'llp 1; test "t" { expect deny raed "/a"; }',
    'llp 1; test "t" { expect deny read "/a"; }',
  ],
  [
    'a misspelt parameter',
    'llp 1; param site: path = "/a"; policy "p" { dir "${sit}" { allow read; } }',
    'llp 1; param site: path = "/a"; policy "p" { dir "${site}" { allow read; } }',
  ],
  [
    'a misspelt fragment',
    'llp 1; fragment abc { allow read; } policy "p" { use abd; }',
    'llp 1; fragment abc { allow read; } policy "p" { use abc; }',
  ],
  ['a misspelt type', 'llp 1; param a: paht = "/a";', 'llp 1; param a: path = "/a";'],
  ['a hash', 'llp 1; # a\n', 'llp 1; // a\n'],
  ['a comma of another script', policy('allow read，open;'), policy('allow read,open;')],
  ['a relative path', policy('dir "a\\*" { allow read; }'), policy('dir "/a\\*" { allow read; }')],
  [
    'an absolute path in a scope',
    policy('dir "/a" { dir "/b" { allow read; } }'),
    policy('dir "/a" { dir "b" { allow read; } }'),
  ],
  ['a path with dots', policy('dir "/a/./b/../c" { allow read; }'), policy('dir "/a/c" { allow read; }')],
])('checkSources, fix of %s', (_, text, wanted) => {
  const mended = check(text).flatMap((d) => (d.fix === undefined ? [] : [mend(text, d)]));
  expect(mended).toContain(wanted);
});

test('checkSources: offers no fix that would lose text of a path that is written in another way', () => {
  const text = 'llp 1; param s: path = "/a"; policy "p" { dir "${s}/./b" { allow read; } }';
  expect(check(text).map((d) => [d.code, d.fix])).toEqual([['LLP3003', undefined]]);
});
