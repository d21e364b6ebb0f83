import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { checkSources } from '../../src/compile.js';
import { diagnosticsJson } from '../../src/diagnostics/json.js';
import { renderText } from '../../src/diagnostics/render.js';
import { diagnosticsSarif } from '../../src/diagnostics/sarif.js';
import { sortDiagnostics } from '../../src/diagnostics/sort.js';
import { parseSoundly } from '../support/syntax-tree.js';

/** A mistake on each line that has a code at its end. */
const MISTAKES = `llp 1;
import "std/runtime.llp"              // LLP1001
param site: paht = "/srv";            // LLP1001
actions look = read, , getattr;       // LLP1001
polcy "site" {                        // LLP1015
  default maybe;                      // LLP1001
  dir /srv/www {                      // LLP1016
    allow read,;                      // LLP1001
    deny write                        // LLP1001
    file "a\\q" { deny read; }         // LLP1004
    dir "b {
      allow open;
    }
    file "x" { here { deny open; } }  // LLP1010
    # a comment                       // LLP1002
  }
}
test "t" {
  given { link "/a"; }                // LLP1001
  expect allow read;                  // LLP1001
}
`;

const sources = [{ name: 'site.llp', text: MISTAKES.replaceAll(/ *\/\/ LLP.*$/gm, '') }];
const wanted = MISTAKES.split('\n').flatMap((line, i) => {
  const code = line.includes('"b {') ? 'LLP1003' : /LLP\d+$/.exec(line)?.[0];
  return code === undefined ? [] : [[i + 1, code]];
});
const parsed = parseSoundly(sources[0]?.text ?? '');
const diagnostics = sortDiagnostics(
  parsed.diagnostics.map((d) => ({
    ...d,
    notes: [],
    ...(d.span === undefined ? {} : { span: { ...d.span, source: 0 } }),
  })),
);

test('recovery: reports each mistake of a file once, on its line', () => {
  const { diagnostics: rows } = diagnosticsJson(diagnostics, sources);
  expect(rows.map((d) => [d.location?.line, d.code])).toEqual(wanted);
});

test('recovery: text and SARIF have the same mistakes', () => {
  const text = renderText(diagnostics, sources, { colour: false });
  const heads = [...text.matchAll(/^site\.llp:(\d+):\d+: error\[(LLP\d+)\]/gm)];
  expect(heads.map(([, line, code]) => [Number(line), code])).toEqual(wanted);
  const { runs } = diagnosticsSarif(diagnostics, sources, '0') as {
    runs: {
      results: { ruleId: string; locations: { physicalLocation: { region: { startLine: number } } }[] }[];
    }[];
  };
  const rows = runs[0]?.results.map((r) => [r.locations[0]?.physicalLocation.region.startLine, r.ruleId]);
  expect(rows).toEqual(wanted);
});

test('recovery: reads the correct parts around the mistakes', () => {
  const { file } = parsed;
  expect(file?.actions[0]?.set.names.map((n) => n.text)).toEqual(['read', 'getattr']);
  expect(file?.policies.map((p) => p.name)).toEqual(['site']);
  expect(file?.tests.map((t) => t.name)).toEqual(['t']);
});

test('recovery: reports nothing for the example of the language', () => {
  const text = readFileSync('test/parser/site.llp', 'utf8');
  expect(parseSoundly(text).diagnostics).toEqual([]);
  const { diagnostics: found, policy } = checkSources([{ name: 'site.llp', id: 'site.llp', text }]);
  expect(found).toEqual([]);
  expect(policy?.layers.map((l) => l.name)).toEqual(['static-site']);
});

test('recovery: says that not all of many mistakes are shown', () => {
  const { diagnostics: all } = parseSoundly(
    `llp 1; policy "p" { ${'allow read } policy "p" {'.repeat(300)} }`,
  );
  expect(all.length).toBe(201);
  expect(all.at(-1)).toMatchObject({
    code: 'LLP1012',
    message: expect.stringMatching(/^\d+ mistakes? or more not shown$/) as string,
  });
});

/** One mistake each, whose consequences are not reported beside it. */
const ALONE: readonly (readonly [string, string])[] = [
  ['dir "/a { allow read; }\n dir "/b" { allow write; }', 'LLP1003'],
  ['dir "${x y}" { allow write; }', 'LLP1005'],
  ['file "a${" { deny read; }', 'LLP1005'],
  ['dir "\\q" { deny read; }', 'LLP1004'],
  ['dir "a" { deny read; }', 'LLP3001'],
];

test.each(ALONE)('recovery: reports one mistake and nothing that follows from it: %s', (items, code) => {
  const text = `llp 1;\npolicy "p" {\n ${items}\n}\n`;
  expect(checkSources([{ name: 'a.llp', id: 'a.llp', text }]).diagnostics.map((d) => d.code)).toEqual([code]);
});

test.each([
  ['/* policy "p" { allow read; }', 'LLP1006'],
  [`policy "p" { ${'dir "/a" { '.repeat(300)}`, 'LLP1009'],
])('recovery: does not report a missing policy if one could not be read: %.30s', (body, code) => {
  const text = `llp 1;\n${body}\n`;
  expect(checkSources([{ name: 'a.llp', id: 'a.llp', text }]).diagnostics.map((d) => d.code)).toEqual([code]);
});
