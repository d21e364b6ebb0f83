/** Texts and names of policies cannot send control sequences to a terminal, or add lines to a report. */
import { expect, test } from 'vitest';
import { folder, llpc } from '../support/llpc.js';

/** An escape, a control character of the upper half, one that turns the order around, and what would begin a line. */
const ODD = '\u{1b}c\u{7}\u{9b}2J\u{202e}\u{2028}\r\nforged';
const IN_POLICY = [...ODD].map((c) => `\\u{${c.codePointAt(0)?.toString(16) ?? ''}}`).join('');
const SCOPES = `dir "/a${IN_POLICY}" { allow read, open; } dir? "/g${IN_POLICY}*" { deny read; }`;

function policy(more = '', scopes = SCOPES): string {
  return `llp 1;\npolicy "p${IN_POLICY}" { default deny; ${scopes} }\n${more}`;
}
const TESTS = `test "t${IN_POLICY}" { expect allow open "/a${IN_POLICY}/x"; }
test "u${IN_POLICY}" { expect deny open "/a${IN_POLICY}/x"; }
`;

const NAME = `p${ODD}.llp`;
const root = folder({
  'tests.llp': policy(TESTS),
  'plain.llp': policy('', 'dir "/b" { allow read; }'),
  'claims.llp': policy(`assert never open under "/a${IN_POLICY}";\n`),
  'conflict.llp': policy('', `dir "/a${IN_POLICY}" { allow read; deny read; }`),
  'glob.llp': policy('', `dir "/a${IN_POLICY}[" { allow read; }`),
  [NAME]: 'llp 1;\npolicy "p" { alow read; }\n',
});

test.each([
  ['check claims.llp', 1],
  ['check conflict.llp', 1],
  ['check glob.llp', 1],
  ['check NAME', 1],
  ['check NOWHERE', 1],
  ['test tests.llp', 1],
  ['test NAME', 1],
  ['test tests.llp --coverage', 1],
  ['test tests.llp --coverage --coverage-format lcov', 1],
  ['test tests.llp --generate', 0],
  ['diff tests.llp plain.llp', 0],
  ['diff tests.llp plain.llp --format markdown', 0],
  ['explain tests.llp open PATH', 0],
  ['explain tests.llp write PATH --why-not', 0],
  ['graph tests.llp --format dot', 0],
  ['graph tests.llp --format mermaid', 0],
  ['disasm tests.llp', 0],
] as const)('llpc %s', async (line, code) => {
  const words = { NAME, NOWHERE: `no${NAME}`, PATH: `/a${ODD}/x` };
  const args = line.split(' ').map((word) => Object.entries(words).find(([w]) => w === word)?.[1] ?? word);
  const ran = await llpc(root, args);
  expect(ran.code).toBe(code);
  const lines = `${ran.out}${ran.err}`.split('\n');
  expect(lines.filter((l) => /[\0-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e]|^ *forged/.test(l))).toEqual([]);
});
