/** `checkPlaces`: what it reports of small policies, with the text that it marks. */
import { describe, expect, it } from 'vitest';
import { checkText } from '../support/policy.js';

/** Codes of `checkPlaces`: an allow of what is forbidden, globs that disagree, a rule that changes nothing. */
const CODES = ['LLP3012', 'LLP3013', 'LLP3014'];

/** Each diagnostic of `checkPlaces` as its code and the marked text. */
function reportsOf(body: string): string {
  const text = `llp 1; policy "p" { ${body} }`;
  const { diagnostics } = checkText(text);
  return diagnostics
    .filter((d) => CODES.includes(d.code))
    .map((d) => `${d.code} ${text.slice(d.span?.start, d.span?.end)}`)
    .join('; ');
}

const ROWS: readonly (readonly [what: string, body: string, reports: string])[] = [
  ['a deny of what is denied', 'default deny; deny read;', 'LLP3014 deny read;'],
  ['an allow of what is allowed', 'default allow; allow read;', 'LLP3014 allow read;'],
  [
    'an allow within the same allow',
    'default deny; dir "/a" { allow read; dir "b" { allow read; } }',
    'LLP3014 allow read;',
  ],
  ['a deny within an allow', 'default deny; dir "/a" { allow read; dir "b" { deny read; } }', ''],
  [
    'a deny of two actions, one of which is allowed',
    'default deny; allow read; dir "/a" { deny read, write; }',
    '',
  ],
  [
    'an allow that a `here` overrides for the directory alone',
    'default deny; dir "/a" { allow readdir; here { deny readdir; } }',
    '',
  ],
  ['a forbid of what is denied', 'default deny; dir "/a" { forbid read; }', ''],
  [
    'a forbid within a forbid',
    'default allow; dir "/a" { forbid read; dir "b" { forbid read; } }',
    'LLP3014 forbid read;',
  ],
  [
    'an allow within a forbid',
    'default allow; dir "/a" { forbid read; dir "b" { allow read; } }',
    'LLP3012 allow read;',
  ],
  [
    'an allow of another action within a forbid',
    'default deny; dir "/a" { forbid read; dir "b" { allow write; } }',
    '',
  ],
  [
    'a forbid of a `here` does not bind what is beneath',
    'default allow; dir "/a" { here { forbid readdir; } dir "b" { allow readdir; } }',
    'LLP3014 allow readdir;',
  ],
  [
    'two globs that disagree',
    'default deny; dir "/a*" { allow read; } dir "/*b" { deny read; }',
    'LLP3013 "/*b"',
  ],
  ['two globs that agree', 'default deny; dir "/a*" { allow read; } dir "/*b" { allow read; }', ''],
  [
    'two globs that no name is in',
    'default deny; dir "/a*" { allow read; } dir "/b*" { deny read; }',
    'LLP3014 deny read;',
  ],
  [
    'two globs about different actions',
    'default deny; dir "/a*" { allow read; } dir "/*b" { allow write; }',
    '',
  ],
  [
    'a glob, and a name that it matches',
    'default deny; dir "/a*" { allow read; } dir "/ab" { deny read; }',
    '',
  ],
  [
    'globs of different kinds of object',
    'default deny; dir? "/a*" { allow read; } file? "/*b" { deny read; }',
    'LLP3014 deny read;',
  ],
];

describe('checkPlaces', () => {
  it.each(ROWS)('%s', (_, body, reports) => {
    expect(reportsOf(body)).toBe(reports);
  });
});
