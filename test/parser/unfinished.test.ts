/** Statements that are being typed: one mistake, at the end of their line, and the next statement is what it was. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { defined } from '../../src/base/assert.js';
import { positionAt } from '../../src/diagnostics/lines.js';
import type { PolicyFile } from '../../src/parser/ast.js';
import { readLexemes } from '../../src/parser/lexemes.js';
import { parse } from '../../src/parser/parse.js';
import { fc } from '../support/random.js';

const DECLARED = [
  ...['imports', 'params', 'actions', 'fragments', 'policies', 'assertions', 'accepts', 'tests'],
] as readonly (keyof PolicyFile)[];

function counts(text: string): readonly number[] {
  const file = defined(parse(text, 0).value, 'a tree');
  return DECLARED.map((kind) => (file[kind] as readonly unknown[]).length);
}

const OUTER = [
  ...['assert ', 'assert never ', 'assert always ', 'assert never read ', 'assert never read under '],
  ...[
    'assert never gains ',
    'accept ',
    'accept gains ',
    'accept unenforced ',
    'accept unenforced read ',
    'accept unenforced read on ',
    'import ',
    'param ',
    'param x',
    'param x: ',
  ],
  ...['actions ', 'actions a', 'actions a = ', 'actions a = read, ', 'policy ', 'policy "q" ', 'fragment '],
  ...['fragment f', 'test ', 'test "x" '],
];
const DECLARATIONS = [
  ...[
    'accept gains write;',
    'accept unenforced write on linux;',
    'actions z = read;',
    'policy "n" { default deny; }',
    'import "std/node.llp";',
  ],
  ...['test "n" { expect allow read "/x"; }', 'assert never write under "/etc";', 'param n: path = "/a";'],
];

describe.each(OUTER)('parse, an unfinished declaration: %s', (half) => {
  it.each(DECLARATIONS)('%s', (next) => {
    const { value, diagnostics } = parse(`llp 1;\n${half}\n${next}\n`, 0);
    expect(diagnostics.map((d) => [d.code, d.span?.start, d.span?.end])).toEqual([
      ['LLP1001', 7 + half.trimEnd().length, 7 + half.trimEnd().length],
    ]);
    const file = defined(value, 'a tree');
    const alone = counts(`llp 1;\n${next}\n`);
    DECLARED.forEach((kind, i) =>
      expect((file[kind] as readonly unknown[]).length).toBeGreaterThanOrEqual(alone[i] ?? 0),
    );
  });
});

const INNER = [
  ...[
    'allow ',
    'allow read',
    'allow read, ',
    'deny ',
    'forbid read',
    'dir ',
    'dir "/a" ',
    'file ',
    'file? "/a"',
  ],
  ...[
    'default ',
    'here ',
    'use ',
    'assert never ',
    'assert never read under ',
    'accept gains ',
    'accept unenforced read ',
    'accept unenforced read on ',
  ],
];
const ITEMS = [
  'allow read;',
  'deny write;',
  'dir "b" { allow read; }',
  'file "c" { allow read; }',
  'here { allow read; }',
];

describe.each(INNER)('parse, an unfinished item of a policy: %s', (half) => {
  // `default` goes on with a verdict on the next line too.
  it.each(ITEMS.filter((item) => half !== 'default ' || !/^(allow|deny)/.test(item)))('%s', (next) => {
    const { value, diagnostics } = parse(
      `llp 1;\npolicy "p" {\n  ${half}\n  ${next}\n  dir "z" { allow open; }\n}\n`,
      0,
    );
    expect(diagnostics.map((d) => d.code)).toEqual(['LLP1001']);
    const items = value?.policies[0]?.items.slice(-2).map((item) => item.kind);
    expect(items).toEqual([
      next.startsWith('here') ? 'here' : /^(dir|file)/.test(next) ? 'scope' : 'rule',
      'scope',
    ]);
  });
});

const EXAMPLES = readdirSync('examples')
  .filter((name) => !name.includes('.'))
  .map((name) => `examples/${name}/policy.llp`)
  .filter((path) => !path.includes('integrations'))
  .map((path) => readFileSync(path, 'utf8'));

it('parse: a cut statement of an example is reported on its line', () => {
  const cut = fc.constantFrom(...EXAMPLES).chain((text) => {
    const lines = text.split('\n');
    const statements = lines.flatMap((line, i) => (/^\s*[a-z][^{}]*;\s*$/.test(line) && i > 0 ? [i] : []));
    return fc.record({ text: fc.constant(text), at: fc.constantFrom(...statements), n: fc.nat() });
  });
  fc.assert(
    fc.property(cut, ({ text, at, n }) => {
      const lines = text.split('\n');
      const { tokens } = readLexemes(lines[at] ?? '');
      lines[at] = (lines[at] ?? '').slice(0, tokens[n % (tokens.length - 1)]?.end);
      const broken = lines.join('\n');
      const source = { name: 'a.llp', text: broken };
      const found = parse(broken, 0).diagnostics.map((d) => positionAt(source, d.span?.start ?? 0).line);
      expect(new Set([...found, at + 1])).toEqual(new Set([at + 1]));
    }),
    { numRuns: 2000 },
  );
});

it.each([
  ['assert ', '`never` or `always`'],
  ['assert never ', 'the name of an action, `all` or `gains`'],
  ['assert always ', 'the name of an action, or `all`'],
  ['assert never read ', '`under` or `at`, and a path'],
])('parse: says what comes after `%s`', (half, wanted) => {
  const [found] = parse(`llp 1;\n${half}\nactions z = read;\n`, 0).diagnostics;
  expect(found?.message).toBe(`expected ${wanted}, found the end of the line`);
});
