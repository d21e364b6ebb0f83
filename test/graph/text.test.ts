/** DOT and Mermaid: as they were, read by Graphviz, safe with any name; and what a model says. */
import { Graphviz } from '@hpcc-js/wasm-graphviz';
import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { largePolicy } from '../../bench/policies.js';
import {
  WALK,
  maskOf,
  type ActionName,
  type ActionMask,
  ALL_ACTIONS,
  NO_ACTIONS,
  difference,
} from '../../src/abi/actions.js';
import { printDot } from '../../src/tools/graph/dot.js';
import { printMermaid } from '../../src/tools/graph/mermaid.js';
import { nodesOf, type GraphModel, type GraphNode } from '../../src/tools/graph/model.js';
import { rightsKind, rightsText } from '../../src/tools/graph/rights.js';
import { columns, foldedName, naturally, shortened } from '../../src/tools/graph/text.js';
import { matchGolden } from '../support/golden.js';
import { compileWithStd } from '../support/compile.js';
import { ODD, modelOf } from '../support/draw.js';

const EXAMPLES = new URL('../../examples/', import.meta.url);
const read = (name: string): string => readFileSync(new URL(`${name}/policy.llp`, EXAMPLES), 'utf8');
const examples = readdirSync(EXAMPLES, { withFileTypes: true })
  .filter((e) => e.isDirectory() && e.name !== 'integrations')
  .map((e) => e.name);
const graphviz = await Graphviz.load();

/** Everything in one line of Mermaid is a statement that this knows; quotes hold no quote. */
const MERMAID =
  /^(flowchart LR|  subgraph layer\d+\["[^"]*"\]|    direction LR|    (n|legend)\d+\["[^"]*"\](:::legend)?|  end|  n\d+ (---|-\.-) n\d+|  linkStyle [\d,]+ stroke:#000,stroke-width:4px|  classDef [a-z-]+ [a-z0-9:#, -]+|  class [n\d,]+ [a-z-]+)$/;

function expectSound(model: GraphModel): void {
  const nodes = model.layers.flatMap((l) => nodesOf(l.root));
  const plain = graphviz.layout(printDot(model), 'plain', 'dot');
  expect(plain.match(/^node n/gm)).toHaveLength(nodes.length);
  expect(plain.match(/^edge n/gm) ?? []).toHaveLength(nodes.length - model.layers.length);
  const lines = printMermaid(model).trimEnd().split('\n');
  expect(lines.filter((line) => !MERMAID.test(line))).toEqual([]);
  expect(lines.filter((line) => /^ {4}n\d/.test(line))).toHaveLength(nodes.length);
}

describe.each(examples)('extractGraph, example %s', (example) => {
  it('prints the graph of the golden files, and Graphviz reads it', async () => {
    const model = await modelOf(compileWithStd(read(example)));
    matchGolden(`${example}/graph.dot`, printDot(model));
    matchGolden(`${example}/graph.mmd`, printMermaid(model));
    expectSound(model);
  });
});

test.each([
  ['odd names', ODD, { path: '/a<b>&"c"/x#y;z|w/"]\n%%' }],
  ['one action', read('static-site'), { action: 'execute' }],
  ['a walk', read('static-site'), { path: '/srv/www/uploads/../uploads/a.php', action: 'write' }],
] as const)(
  'extractGraph, %s: prints the golden files, and the graph is sound',
  async (name, text, asked) => {
    const model = await modelOf(compileWithStd(text), asked);
    matchGolden(`graph/${name.replace(/ /g, '-')}.dot`, printDot(model));
    matchGolden(`graph/${name.replace(/ /g, '-')}.mmd`, printMermaid(model));
    expectSound(model);
  },
);

/** What Mermaid 11 looks for in a text before and after it reads the statements, wherever that stands. */
const SPECIAL =
  /style.*:\S*#.*;|classDef.*:\S*#.*;|%%|\$\$.*\$\$|fa[bklrs]?:fa-|"(?:[-+]|\d+[.)])(?: |"|<br)/;

test('printMermaid: Mermaid finds no syntax in a name', async () => {
  const names = [
    'style:a"b',
    'classDef:"',
    'style:',
    '"',
    'a%%{init',
    '$$x$$',
    'fa:fa-car',
    '1. a',
    '- b',
    '+ c',
    '2) d',
  ];
  const scopes = names.map((n, i) => {
    const path = n.replace(/["{$]/g, '\\$&');
    return `dir "/${path}" { allow read; dir "in${'abcdefghijk'[i] ?? ''}" { allow ${['write', 'append'][i % 2] ?? ''}; } }`;
  });
  const model = await modelOf(
    compileWithStd(`llp 1; policy "style:p" { default deny; ${scopes.join('\n')} }`),
    {
      full: true,
    },
  );
  expectSound(model);
  const statements = printMermaid(model)
    .split('\n')
    .filter((line) => /^ {2,4}(?:subgraph|n\d+\[)/.test(line));
  expect(statements.filter((line) => SPECIAL.test(line))).toEqual([]);
  const labels = statements.flatMap((line) => /^ {4}n\d+\["(.*?)(?:<br\/>.*)?"\]$/.exec(line)?.[1] ?? []);
  const decoded = labels.map((l) =>
    l.replace(/#(\d+);/g, (_, code: string) => String.fromCharCode(Number(code))),
  );
  expect(decoded).toEqual(expect.arrayContaining(names));
});

async function drawn(body: string, asked: Parameters<typeof modelOf>[1] = {}): Promise<GraphNode[]> {
  const sets = 'actions look = open, read; actions edit = write, unlink, create;';
  const model = await modelOf(compileWithStd(`llp 1; ${sets} policy "p" { ${body} }`), asked);
  return model.layers.flatMap((l) => nodesOf(l.root));
}
const shown = (nodes: readonly GraphNode[]): string[] =>
  nodes.map((n) => [n.name, ...n.tags, ...n.rows.map((r) => `${r.label}=${r.text}`)].join('; '));

describe('extractGraph', () => {
  it('folds siblings with the same rights, if everything beneath differs in digits only', async () => {
    const nodes = await drawn(
      'default deny; ' + [8, 9, 10, 11].map((i) => `dir "/a${i}/b${i}" { allow look; }`).join(''),
    );
    expect(shown(nodes)).toEqual(['/; =nothing', 'a8 … a11; ×4', 'b8 … b11; ×4; =look']);
    expect(nodes.map((n) => n.places)).toEqual([1, 4, 4]);
    expect(nodes[2]?.tooltip.split('\n').slice(0, 4)).toEqual(['/a8/b8', '/a9/b9', '/a10/b10', '/a11/b11']);
  });

  it('folds nothing with `full`, and nothing on the walk', async () => {
    const body = `default deny; ${[1, 2, 3].map((i) => `dir "/a${i}" { allow look; }`).join('')}`;
    expect(shown(await drawn(body))).toEqual(['/; =nothing', 'a1, a2, a3; =look']);
    expect(await drawn(body, { full: true })).toHaveLength(4);
    const walked = await drawn(body, { path: '/a2/x', action: 'read' });
    expect(shown(walked)).toEqual([
      '/; =deny',
      'a1, a3; =allow',
      'a2; =allow',
      'x; file; no scope; region=allow; walked=read: allow',
    ]);
    expect(walked.filter((n) => n.onPath).map((n) => n.name)).toEqual(['/', 'a2', 'x']);
  });

  it('keeps apart what is optional, a file, a glob, or denied for good', async () => {
    const nodes = await drawn(
      `default deny; dir "/a" { allow look; } dir? "/b" { allow look; } file "/c" { allow look; } dir "/[d]" { allow look; }
       dir "/e" { allow look; forbid write; }`,
      { action: 'write' },
    );
    expect(shown(nodes)).toEqual([
      '/; =deny',
      'a; =deny',
      'b; optional; =deny',
      'c; file; =deny',
      'e; =forbid',
      '[d]; glob; =deny',
    ]);
  });

  it('separates the directory from everything beneath it, and from a file of that name', async () => {
    const nodes = await drawn(
      'default deny; dir? "/a" { allow look; here { allow edit; } } file? "/a" { allow edit; } dir? "/b" { allow look; } file? "/b" { allow edit; }',
    );
    expect(shown(nodes)).toEqual([
      '/; =nothing',
      'a; dir and file; optional; itself=look + edit; beneath=look; file=edit',
      'b; dir and file; optional; directory=look; file=edit',
    ]);
  });

  it('writes the path to a place before the place', async () => {
    expect(shown(await drawn('default deny; dir "/a/b/c" { allow look; }'))).toEqual([
      '/; =nothing',
      'a/b/c; =look',
    ]);
  });

  it('takes a path that a scope names as a directory for a directory', async () => {
    const nodes = await drawn('default deny; dir? "/a" { allow read; here { deny read; } }', {
      path: '//a',
      action: 'read',
    });
    expect(shown(nodes)).toEqual(['/; =deny', 'a; optional; itself=deny; beneath=allow; walked=read: deny']);
  });

  it('ends at the end of the path', async () => {
    const nodes = await drawn('default deny; file "/a" { allow read; }', { path: '/a/x', action: 'read' });
    expect(shown(nodes)).toEqual(['/; =deny; walked=read: ENOTDIR', 'a; file; =allow']);
    expect(nodes.map((n) => n.onPath)).toEqual([true, false]);
  });

  it('leads a file past a scope of a directory', async () => {
    const nodes = await drawn('default deny; dir "/a" { allow look; dir "*" { deny all; } }', {
      path: '/a/b',
      action: 'read',
    });
    expect(shown(nodes)).toEqual([
      '/; =deny',
      'a; =allow',
      '*; glob; =deny',
      'b; file; no scope; region=allow; walked=read: allow',
    ]);
  });

  it('draws 500 similar scopes in four boxes', async () => {
    const model = await modelOf(compileWithStd(largePolicy(500)));
    expect(model.layers.flatMap((l) => nodesOf(l.root)).map((n) => n.places)).toEqual([1, 1, 100, 500]);
  });

  it('shows the requested layer', async () => {
    const result = compileWithStd(
      'llp 1; policy "a" { deny walk; } policy "b" { dir? "/x" { allow read; } } policy "c" { default allow; }',
    );
    expect((await modelOf(result)).layers.map((l) => l.name)).toEqual(['a', 'b', 'c']);
    expect((await modelOf(result, { layer: 'b' })).layers.map((l) => l.name)).toEqual(['b']);
    const rootOf = async (layer: string): Promise<string | undefined> => {
      const { layers } = await modelOf(result, { path: '/z', layer, action: 'read' });
      return shown(layers.flatMap((l) => nodesOf(l.root)))[0];
    };
    expect(await rootOf('a')).toBe('/; =deny; walked=read: deny, at the walk');
    expect(await rootOf('b')).toBe('/; =deny; walked=read: another layer denies');
    expect(await rootOf('c')).toBe('/; =allow; walked=read: this layer is not asked');
  });
});

describe('rightsText', () => {
  const sets = [
    {
      name: 'look',
      actions: maskOf('open', 'read', 'getattr', 'map', 'chdir'),
    },
    { name: 'edit', actions: maskOf('write', 'unlink', 'create') },
  ];
  const mask = (...names: readonly ActionName[]): ActionMask => maskOf('walk', ...names);

  it.each([
    [WALK, 'nothing', 'nothing'],
    [NO_ACTIONS, 'nothing, no walk', 'nothing'],
    [ALL_ACTIONS, 'everything', 'change-run'],
    [mask('open', 'read', 'getattr', 'map', 'chdir'), 'look', 'look'],
    [mask('open', 'read', 'getattr', 'chdir'), 'look except map', 'look'],
    [mask('open', 'read'), 'open + read', 'look'],
    [mask('open', 'read', 'getattr', 'map', 'chdir', 'write', 'unlink', 'create'), 'look + edit', 'change'],
    [mask('open', 'read', 'getattr', 'map', 'chdir', 'execute'), 'look + execute', 'run'],
    [mask('write', 'execute'), 'execute + write', 'change-run'],
    [difference(ALL_ACTIONS, maskOf('write')), 'all except write', 'change-run'],
    [mask('chdir', 'chroot', 'fcntl', 'ioctl', 'lock', 'receive'), 'chdir + chroot + fcntl + 3 more', 'look'],
  ])('%i is %s: %s', (rights, text, kind) => {
    expect(rightsText(rights, sets)).toBe(text);
    expect(rightsKind(rights)).toBe(kind);
  });
});

describe('graph/text, names of places', () => {
  it('naturally sorts names by their numbers', () => {
    expect(['a10', 'b', 'a9', 'a', 'a08', 'a9b2'].sort(naturally)).toEqual([
      'a',
      'a08',
      'a9',
      'a9b2',
      'a10',
      'b',
    ]);
  });

  it('shortened cuts a name in the middle, to a number of columns', () => {
    for (const text of ['x'.repeat(50), '日本'.repeat(30), 'e\u0301'.repeat(60), '🎉'.repeat(20)]) {
      const short = shortened(text, 21);
      expect(columns(short)).toBeLessThanOrEqual(21);
      expect(columns(short)).toBeGreaterThan(17);
      expect(short).toContain('…');
    }
    expect(shortened('report.tar.gz', 13)).toBe('report.tar.gz');
  });

  it('foldedName lists few names', () => {
    expect(foldedName(['lib', 'lib64'], 2)).toEqual({ text: 'lib, lib64', hidden: false });
    expect(foldedName(['a', 'b', 'c', 'd'], 4)).toEqual({ text: 'a … d', hidden: true });
    expect(foldedName(['.ssh'], 3)).toEqual({ text: '.ssh', hidden: true });
  });
});
