import { STAGES } from '../../src/codegen/target.js';
import { validateAgainst } from '../../src/runtime/schema.js';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { largePolicy } from '../../bench/policies.js';
import { BAD, FAILING, filesIn, folder, GOOD, llpc, llpcProcess, WARNED } from '../support/llpc.js';

const MOVES =
  'llp 1;\npolicy "p" { dir "/in" { allow rename, renameto; } dir "/out" { allow read, renameto; } }\n';
const MADE = '\ufeff{ "format": "llp-manifest", "version": 1, "sources": [{ "name": "good.llp" }] }\n';
const root = folder({
  'good.llp': GOOD,
  'bad.llp': BAD,
  'warned.llp': WARNED,
  'failing.llp': FAILING,
  'moves.llp': MOVES,
  'gains.llp': `${MOVES}assert never gains read;\n`,
  'accepted.llp': `${MOVES}accept gains read;\nassert never write under "/out";\n`,
  'required.llp': 'llp 1;\nparam a: path;\npolicy "p" { default deny; dir "${a}" { allow read; } }\n',
  'latin.llp': new Uint8Array([0x6c, 0x6c, 0x70, 0x20, 0xe9]),
  'cycle.llp': 'llp 1;\nimport "back.llp";\n',
  'back.llp': 'llp 1;\nimport "cycle.llp";\n',
  'inner/outside.llp': 'llp 1;\nimport "../good.llp";\n',
  'lost.llp': 'llp 1;\nimport "nowhere.llp";\n',
  'folder/x': '',
  'folder/free.llp': 'llp 1;\npolicy "p" { default allow; dir? "/etc" { deny write; } }\n',
  plain: '',
  'huge.llp': largePolicy(3000),
  'globs.llp': globs(),
  'broken.json': '{"format": ',
  'made.json': MADE,
  'made.txt': MADE,
  'made/made.llp': MADE,
  'made/import.llp': 'llp 1;\nimport "made.llp";\npolicy "p" { default deny; }\n',
  'lines.json': 'llp\n1;\n',
  'away.json': scenario({ directory: '/nonexistent/llp' }),
  'file.json': scenario({ directory: 'plain' }),
  'here.json': scenario({ directory: process.cwd() }),
});
symlinkSync('loop.llp', join(root, 'loop.llp'));

/** Five globs that overlap, in each of seven levels: few states, and very many places. */
function globs(): string {
  const names = ['*a*', '*b*', '*c*', '*d*', '*e*'];
  const scopes = Array.from({ length: 7 }, (_, depth) =>
    names.map((n) => `dir "/${'*/'.repeat(depth)}${n}" { deny write; }`).join('\n'),
  );
  return `llp 1;\npolicy "p" {\n  default allow;\n${scopes.join('\n')}\n}\n`;
}

function scenario(tree: object): string {
  return JSON.stringify({
    format: 'llp-scenario',
    version: 1,
    tree,
    steps: [{ call: 'open', path: '/package.json' }],
  });
}

type Row = readonly [args: string, code: number, message: RegExp];

/** A command line, its exit code, and what it says on standard error. */
const ROWS: readonly Row[] = [
  ['check good.llp', 0, /^$/],
  ['check warned.llp', 0, /^warned\.llp:2:\d+: warning\[LLP3014\][^]*\n1 warning\n$/],
  ['check moves.llp', 0, /LLP3019[^]*rename \/in\/x -> \/out\/x`: run and confirmed[^]*\n1 warning\n$/],
  ['check gains.llp', 1, /^gains\.llp:3:1: error\[LLP3020\][^]*run and confirmed[^]*\n1 error\n$/],
  ['check accepted.llp', 0, /^$/],
  ['check bad.llp', 1, /^bad\.llp:2:14: error\[LLP1015\][^]*did you mean `allow`\?\n1 error\n$/],
  ['check good.llp bad.llp', 1, /LLP1015/],
  [
    'check nowhere.llp',
    1,
    /LLP2017[^]*`nowhere\.llp`: there is no such file\nhelp: name a file that can be read;/,
  ],
  ['check god.llp', 1, /LLP2017[^]*`god\.llp`: there is no such file\nhelp: did you mean `good\.llp`\?\n/],
  ['fmt ./inner/outsid.llp', 1, /LLP2017[^]*\nhelp: did you mean `\.\/inner\/outside\.llp`\?\n/],
  ['check folder', 1, /LLP2017[^]*it is a directory\nhelp: name the files in it\n/],
  ['check plain/x', 1, /LLP2017[^]*it, or a folder on the way to it, is not a directory/],
  ['check latin.llp', 1, /LLP2017[^]*it is not UTF-8/],
  ['check loop.llp', 1, /LLP2017[^]*it is a link that leads to itself/],
  [`check ${'x'.repeat(300)}`, 1, /LLP2017[^]*its name is too long/],
  ['check nowhere.llp bad.llp', 1, /LLP2017[^]*LLP1015/],
  ['check cycle.llp', 1, /LLP2016/],
  ['check inner/outside.llp', 1, /LLP2018/],
  ['check lost.llp', 1, /lost\.llp:2:8: error\[LLP2015\]/],
  ['check required.llp', 1, /LLP2008/],
  ['check required.llp -D a=/x', 0, /^$/],
  ['check required.llp -D b=/x', 1, /LLP2010/],
  ['check required.llp -D a=x/../y', 1, /LLP2009|LLP3003|LLP3001/],
  ['check required.llp -D a', 2, /`-D a`: write `-D name=value`/],
  ['check required.llp -D =a', 2, /write `-D name=value`/],
  ['check required.llp -D a=/x -D a=/y', 2, /`-D a=…` is given twice/],
  [
    'check made.json',
    1,
    /^made\.json:1:\d: error\[LLP2020\]: [^]*\nhelp: give [^\n]* `good\.llp`;[^\n]*\n1 error\n$/,
  ],
  ['check made/import.llp', 1, /^made\/made\.llp:1:\d: error\[LLP2020\][^]*\n1 error\n$/],
  ['test made.json', 1, /LLP2020[^]*\n1 error\n$/],
  ['build made.json -o out-made', 1, /LLP2020[^]*\n1 error\n$/],
  ['fmt made.json', 1, /LLP2020[^]*\n1 error\n$/],
  ['graph made.json', 1, /LLP2020[^]*\n1 error\n$/],
  ['diff made.txt good.llp', 1, /LLP2020[^]*\n1 error\n$/],
  ['explain made.txt read /a', 1, /LLP2020[^]*\n1 error\n$/],
  ['check broken.json', 1, /^broken\.json:1:1: error\[LLP10/],
  ['graph good.llp --path /a --path /b', 2, /`--path` is given twice/],
  ['explain good.llp read /a --format json --format text', 2, /`--format` is given twice/],
  ['check', 2, /which policy\?/],
  ['check good.llp --fromat json', 2, /unknown option `--fromat`: did you mean `--format`\?/],
  ['check good.llp --scenario x', 2, /unknown option `--scenario`/],
  ['check good.llp --format xml', 2, /it takes `text`, `json`, `sarif`/],
  ['check good.llp --emit everything', 2, /it takes `ast`/],
  ['check good.llp --plan chained', 2, /unknown option `--plan`/],
  ['check good.llp --format', 2, /--format/],
  ['build good.llp', 2, /where to\? Write `-o DIR`/],
  ['build -o out', 2, /which policy\?/],
  ['build good.llp --out=', 2, /where to\? Write `-o DIR`/],
  ['build good.llp -o plain', 1, /LLP5013[^]*it, or a folder on the way to it, is not a directory/],
  ['build bad.llp -o out-bad', 1, /LLP1015/],
  ['build nowhere.llp -o out-nowhere', 1, /LLP2017/],
  ['build good.llp --ot x', 2, /did you mean `--out`\?/],
  ['test good.llp', 0, /^$/],
  ['test failing.llp', 1, /failing\.llp:9:\d+: error\[LLP5009\]/],
  ['test bad.llp', 1, /LLP1015/],
  ['test nowhere.llp', 1, /LLP2017/],
  ['test', 2, /which policy\?/],
  ['test good.llp --emit ast', 2, /unknown option `--emit`/],
  ['explain good.llp read /srv/www/a', 0, /^$/],
  ['explain good.llp raed /srv/www/a', 2, /`raed` is not an action: did you mean `read`\?/],
  ['explain good.llp qqqqqqqqqq /srv', 2, /is not an action: the actions are /],
  ['explain good.llp read', 2, /write `llpc explain FILE ACTION PATH`/],
  ['explain good.llp read /a /b', 2, /write `llpc explain FILE ACTION PATH`/],
  [
    'run folder/free.llp --scenario lines.json',
    1,
    /LLP5011[^\n]*it is not JSON: [^\n]*\nhelp: [^\n]*\n1 error\n$/,
  ],
  ['run folder/free.llp --scenario away.json', 1, /LLP5010[^]*`\/nonexistent\/llp`: there is no such file/],
  [
    'run folder/free.llp --scenario file.json',
    1,
    /LLP5010[^]*`plain`: it, or a folder on the way to it, is not a directory/,
  ],
  ['run folder/free.llp --scenario here.json', 0, /^$/],
  ['explain bad.llp read /a', 1, /LLP1015/],
  ['explain nowhere.llp read /a', 1, /LLP2017/],
  ['explain nowhere.json read /a', 1, /LLP2017/],
  ['explain broken.json read /a', 1, /LLP5006/],
  ['explain good.llp read /a --scenario nowhere.json', 1, /nowhere\.json/],
  ['graph', 2, /which policy\?/],
  ['graph bad.llp', 1, /LLP1015/],
  ['graph nowhere.llp', 1, /LLP2017/],
  ['graph good.llp --action raed', 2, /`raed` is not an action: did you mean `read`\?/],
  ['graph good.llp --layer sight', 2, /there is no layer `sight`: they are `site`/],
  ['graph good.llp --layer sit', 2, /there is no layer `sit`: did you mean `site`\?/],
  ['graph good.llp --format json', 2, /`--format json`: it takes `svg`, `dot`, `mermaid`/],
  ['graph good.llp --format mermiad', 2, /did you mean `mermaid`\?/],
  ['graph good.llp --path=', 2, /`--path`: the empty path names nothing/],
  ['graph good.llp --out=', 2, /`--out`: name a file/],
  ['graph good.llp -o plain/x.svg', 1, /LLP5013[^]*it, or a folder on the way to it, is not a directory/],
  ['graph good.llp -o folder', 1, /LLP5013[^]*`folder`: a folder has this name/],
  ['graph good.llp --format dot -o inner/', 1, /LLP5013[^]*a folder has this name/],
  ['graph huge.llp --full --format dot', 1, /LLP4006[^]*more than 3000 boxes[^]*leave out `--full`/],
  ['graph globs.llp --format dot', 1, /LLP4006[^]*globs beneath globs/],
  ['', 2, /no command/],
  ['chekc good.llp', 2, /unknown command `chekc`: did you mean `check`\?/],
  ['frobnicate', 2, /unknown command `frobnicate`\n/],
  ['help frobnicate', 2, /unknown command/],
];

test.each(ROWS)('llpc %s: exit code %i', async (args, code, message) => {
  const ran = await llpc(root, args === '' ? [] : args.split(' '));
  expect(ran.err).toMatch(message);
  expect(ran.code).toBe(code);
  expect(ran.err + ran.out).not.toMatch(/\x1b|^ {4}at |please report/m);
  if (code === 2) expect(ran.out).toBe('');
});

test('llpc: none of these command lines writes a file', () => {
  expect(filesIn(root).filter((f) => /out|\.tmp$/.test(f))).toEqual(['inner/outside.llp']);
});

test.each([
  'check',
  'build',
  'run',
  'test',
  'explain',
  'graph',
  'diff',
  'fmt',
  'lsp',
  'disasm',
  'verify',
  'exec',
])('llpc %s --help', async (command) => {
  for (const args of [
    [command, '--help'],
    [command, '-h'],
    ['help', command],
  ]) {
    const { code, out, err } = await llpc(root, args);
    expect([code, err]).toEqual([0, '']);
    expect(out.startsWith(`llpc ${command} `)).toBe(true);
    expect(out).toContain('exit code');
  }
  expect((await llpc(root, ['--help'])).out).toContain(`llpc ${command} `);
});

test('llpc --version', async () => {
  for (const flag of ['--version', '-V'])
    expect((await llpc(root, [flag])).out).toMatch(/^llpc \d+\.\d+\.\d+\S*\n$/);
});

test('llpc check -: reads a policy from standard input', () => {
  expect(llpcProcess(root, ['check', '-'], { input: GOOD }).code).toBe(0);
  expect(llpcProcess(root, ['check', '-'], { input: BAD }).err).toMatch(/^<stdin>:2:14: /);
});

test.each([
  ['check good.llp', 0],
  ['check bad.llp', 1],
  ['check nowhere.llp', 1],
  ['build bad.llp -o out-bad', 1],
  ['test good.llp', 0],
  ['test failing.llp bad.llp nowhere.llp', 1],
  ['explain good.llp read /srv/www/a', 0],
  ['explain bad.llp read /srv/www/a', 1],
])('llpc %s --format json, sarif', async (args, code) => {
  for (const format of ['json', 'sarif']) {
    const ran = await llpc(root, [...args.split(' '), '--format', format]);
    expect([ran.code, ran.err]).toEqual([code, '']);
    const data = JSON.parse(ran.out) as { readonly format?: string };
    if (data.format !== 'llp-diagnostics') continue;
    expect(await validateAgainst('diagnostics-1.json', data)).toEqual([]);
  }
});

test.each([
  [['--no-color'], {}],
  [[], { NO_COLOR: '1' }],
  [[], {}],
  [[], { FORCE_COLOR: '1', TERM: 'xterm-256color' }],
])('llpc check: no colours without a terminal: %j %j', async (args, env) => {
  const { err } = await llpc(root, ['check', 'bad.llp', ...args], env);
  expect(err).toContain('error[LLP1015]');
  expect(err).not.toContain('\x1b');
});

test.each(STAGES)('llpc check --emit %s', async (stage) => {
  const one = await llpc(root, ['check', 'good.llp', '--emit', stage]);
  expect([one.code, one.err]).toEqual([0, '']);
  expect(one.out.length).toBeGreaterThan(50);
  expect(await llpc(root, ['check', 'good.llp', '--emit', stage])).toEqual(one);
});
