/** `disasm`, `verify` and `exec` from the outside. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseAsm } from '../../src/bpf/parse.js';
import { encodeInstructions } from '../../src/bpf/encode.js';
import { hexOf } from '../../src/base/hex.js';
import { validateAgainst } from '../../src/runtime/schema.js';
import { assemble } from '../support/programs.js';
import { BAD, folder, GOOD, llpc, llpcProcess } from '../support/llpc.js';

const SUM = assemble('ldxb r0, [r1+0] | ldxb r2, [r1+1] | add r0, r2 | stxb [r1+0], r0 | exit');
const LOOP = assemble('L: ja L');
const CALLS = assemble('mov r0, r2 | jeq r0, 0, L | call_local F | L: exit | F: mov r0, 7 | exit');
const root = folder({
  'good.llp': GOOD,
  'bad.llp': BAD,
  'sum.bin': SUM,
  'whole.bin': assemble('ldxdw r0, [r1+0] | exit'),
  'sum.hex': hexOf(SUM).replace(/../g, '0x$& '),
  'loop.bin': LOOP,
  'calls.bin': CALLS,
  'broken.bin': Uint8Array.from([...SUM.map((b, i) => (i === 8 ? 0xff : b)), 1, 2, 3]),
  'empty.bin': '',
  'words.hex': 'b7 00 zz',
  'half.hex': 'b7 0',
  'latin.hex': new Uint8Array([0xe9]),
});
expect((await llpc(root, ['build', 'good.llp', '-o', 'out'])).code).toBe(0);

const place = { line: 1, column: 1, endLine: 1, endColumn: 1 };

type Row = readonly [args: string, code: number, message: RegExp];

const ROWS: readonly Row[] = [
  ['disasm', 2, /write `llpc disasm FILE`/],
  ['disasm good.llp bad.llp', 2, /write `llpc disasm FILE`/],
  ['disasm good.llp', 0, /^$/],
  ['disasm good.llp -D sit=/x', 1, /LLP2010/],
  ['disasm bad.llp', 1, /LLP1015/],
  ['disasm nowhere.bin', 1, /LLP2017[^]*there is no such file/],
  ['disasm nowhere.json', 1, /LLP2017/],
  ['disasm words.hex', 1, /LLP2017[^]*`zz` is not hex text of whole bytes/],
  ['disasm half.hex', 1, /LLP2017[^]*`0` is not hex text of whole bytes/],
  ['disasm latin.hex', 1, /LLP2017[^]*it is not UTF-8/],
  ['disasm sum.bin --hex', 1, /LLP2017/],
  ['disasm empty.bin', 1, /^empty\.bin: slot 0: error\[whole_instructions\]: the program is empty\n$/],
  [
    'disasm broken.bin',
    1,
    /^broken\.bin: slot 5: 010203: error\[whole_[^]*\nbroken\.bin: slot 1: ff[0-9a-f]{14}: error\[known_/,
  ],
  ['disasm out/manifest.json --program fs_wlak', 2, /did you mean `fs_walk`\?/],
  ['disasm out/manifest.json --program x', 2, /no program `x`: the programs are fs_walk, /],
  ['disasm sum.bin --dot --format json', 2, /choose one/],
  ['disasm sum.bin --format sarif', 2, /it takes `text`, `json`/],
  ['disasm sum.bin --doot', 2, /did you mean `--dot`\?/],
  ['disasm sum.bin --mem 00', 2, /unknown option `--mem`/],
  ['verify', 2, /write `llpc verify FILE`/],
  ['verify good.llp', 0, /^$/],
  ['verify bad.llp', 1, /LLP1015/],
  ['verify out/manifest.json', 0, /^$/],
  ['verify out/manifest.json --hook fs_walk', 2, /a manifest says what it has/],
  ['verify sum.bin', 2, /what is it\? Write `--hook HOOK`/],
  ['verify sum.bin --hook fs_walk --mem-size 4', 2, /choose one/],
  ['verify sum.bin --triggers open', 2, /goes with `--hook fs_pick`/],
  ['verify sum.bin --hook fs_pick --triggers open,raed', 2, /`--triggers raed`: did you mean `read`\?/],
  ['verify sum.bin --hook fs_wolk', 2, /did you mean `fs_walk`\?/],
  ['verify sum.bin --hook fs_ioctl', 2, /it takes `fs_walk`, `fs_pick`, `fs_get`/],
  ['verify sum.bin --mem-size -1', 2, /mem-size/],
  ['verify sum.bin --mem-size 4294967296', 2, /a whole number from 0 to 4294967295/],
  ['verify sum.bin --mem-size 2', 0, /^$/],
  ['verify sum.bin --hook fs_walk', 1, /^$/], // it reads a context from the middle of a field
  ['verify whole.bin --hook fs_walk', 0, /^$/],
  ['verify sum.bin --hook fs_pick', 1, /^$/],
  ['verify broken.bin --mem-size 2', 1, /^$/],
  ['exec', 2, /write `llpc exec FILE --mem HEX`/],
  ['exec good.llp', 2, /runs a raw program/],
  ['exec out/manifest.json', 2, /runs a raw program/],
  ['exec sum.bin --mem 0102', 0, /^$/],
  ['exec sum.hex --mem 0102 --engine interpreter', 0, /^$/],
  ['exec sum.bin --mem 0102 --engine interpretr', 2, /did you mean `interpreter`\?/],
  ['exec sum.bin --mem 0102 --engine wasm', 0, /^$/],
  ['exec sum.bin --mem 01 --engine wasm', 1, /^sum\.bin: slot 1: ldxb r2, \[r1\+1\]: error\[memory\]: /],
  ['exec loop.bin --engine wasm', 1, /^loop\.bin: slot 0: ja -1: fault: out of fuel\n$/],
  ['exec sum.bin --mem 0102 --engine jit', 2, /it takes `interpreter`, `wasm`, `auto`/],
  ['exec sum.bin --mem 010', 2, /`--mem`: `010` is not hex text of whole bytes/],
  ['exec sum.bin --mem 01', 1, /^sum\.bin: slot 1: ldxb r2, \[r1\+1\]: fault: bad load\n$/],
  ['exec loop.bin --fuel 100', 1, /^loop\.bin: slot 0: ja -1: fault: out of fuel\n$/],
  ['exec loop.bin', 1, /out of fuel/],
  ['exec loop.bin --fuel 0', 2, /a whole number from 1 to 2147483647/],
  ['exec loop.bin --fuel x', 2, /a whole number/],
  ['exec broken.bin', 1, /slot 1: ff[0-9a-f]{14}: error\[known_opcode\]/],
  ['exec nowhere.bin', 1, /LLP2017/],
  ['exec sum.bin --elf', 2, /go with `--plugin`/],
  ['exec sum.bin --debug', 2, /go with `--plugin`/],
  ['exec sum.bin --mem 0102 --trace', 0, /^$/],
  ['exec sum.bin --trace --engine wasm', 2, /`--trace` and `--engine wasm`: choose one/],
  ['exec --plugin --trace', 2, /`--trace` and `--plugin`: choose one/],
  ['exec sum.bin --mem 0102 --trace --engine auto', 0, /^$/],
  ['exec sum.bin --trace-limit 3', 2, /`--trace-limit` goes with `--trace`/],
  ['exec sum.bin --trace --trace-limit 0', 2, /a whole number from 1/],
  ['exec broken.bin --trace', 1, /slot 1: ff[0-9a-f]{14}: error\[known_opcode\]/],
  ['explain good.llp read /a --trace', 0, /^$/],
  ['explain good.llp read /a --trace --engine wasm', 2, /unknown option `--engine`/],
  ['explain good.llp read /a --engine auto', 2, /unknown option `--engine`/],
];

test.each(ROWS)('llpc %s: exit code %i', async (args, code, message) => {
  const ran = await llpc(root, args.split(' '));
  expect(ran.err).toMatch(message);
  expect(ran.code).toBe(code);
  expect(ran.err + ran.out).not.toMatch(/\x1b|^ {4}at |please report/m);
  if (code === 2) expect(ran.out).toBe('');
});

test('llpc disasm: one listing for bytes, a file of hex, and hex on standard input', () => {
  const body = (args: readonly string[], input = ''): string =>
    llpcProcess(root, ['disasm', ...args], { input }).out.replace(/^.*\n/, '');
  const listing = body(['sum.bin']);
  expect(listing).toMatch(/^ {3}0 .* ldxb r0, \[r1\+0\]\n/);
  expect(body(['sum.hex'])).toBe(listing);
  expect(body(['-'], hexOf(SUM))).toBe(listing);
});

test('llpc disasm: the listing of a build has the place of each instruction above and a note behind', async () => {
  const { out } = await llpc(root, ['disasm', 'out/manifest.json', '--program', 'fs_walk']);
  expect(out.split('\n')[1]).toBe('      ; good.llp:3:8  policy "site" {');
  const parsed = parseAsm(out.replace(/^.*\n/, ''));
  if (parsed.kind === 'failed') throw new Error(JSON.stringify(parsed.errors));
  const bytes = readFileSync(join(root, 'out/fs_walk.bpf'));
  expect(hexOf(encodeInstructions(parsed.instructions))).toBe(hexOf(bytes));
  expect((await llpc(root, ['disasm', 'good.llp', '--program', 'fs_walk'])).out).toBe(out);
});

test('llpc disasm: does not show a text that changed since the build', async () => {
  const changed = folder({ 'good.llp': GOOD });
  await llpc(changed, ['build', 'good.llp', '-o', 'out']);
  writeFileSync(join(changed, 'good.llp'), `// new\n${GOOD}`);
  const { out } = await llpc(changed, ['disasm', 'out/manifest.json', '--program', 'fs_walk']);
  expect(out.split('\n')[1]).toBe('      ; good.llp:3:8');
});

test('llpc disasm: a foreign manifest reads no device and writes no line of its own', async () => {
  const { sha256: _seal, ...manifest } = JSON.parse(
    readFileSync(join(root, 'out/manifest.json'), 'utf8'),
  ) as Record<string, unknown> & { programs: { spans: { note: string }[] }[] };
  const name = '/dev/../dev/zero\n\x1b[31m';
  const sources = ['/dev/zero', name].map((n) => ({ name: n, sha256: '0'.repeat(64) }));
  for (const { spans } of manifest.programs)
    for (const span of spans) Object.assign(span, { note: 'a\nb', span: { ...place, source: 1 } });
  writeFileSync(join(root, 'out/foreign.json'), JSON.stringify({ ...manifest, sources }));
  const { out, code } = await llpc(root, ['disasm', 'out/foreign.json', '--program', 'fs_get']);
  expect(code).toBe(0);
  expect(out.split('\n')[1]).toBe('      ; /dev/../dev/zero\u{fffd}\u{fffd}[31m:1:1');
  expect(out).toMatch(/^ {3}0 .* ; a\u{fffd}b$/mu);
});

test('llpc disasm --dot: a function has a cluster, and its call is dashed', async () => {
  const { out, code } = await llpc(root, ['disasm', 'calls.bin', '--dot']);
  expect(code).toBe(0);
  expect(out.match(/subgraph \w+/g)).toEqual(['subgraph cluster_0_0', 'subgraph cluster_0_4']);
  expect(out).toContain('p0_2 -> p0_4 [style=dashed, label="call"];');
});

test('llpc verify: reports every error, and a bytecode file that was changed', async () => {
  const { out } = await llpc(root, ['verify', 'broken.bin', '--hook', 'fs_pick']);
  expect(out).toMatch(/^broken\.bin: error\[subtype\]: /);
  expect(out).toMatch(/^broken\.bin: slot 1: ff.*: error\[known_opcode\]: /m);
  expect(out).toMatch(/^broken\.bin: slot 5: 010203: error\[whole_instructions\]: /m);
  const changed = folder({ 'good.llp': GOOD });
  await llpc(changed, ['build', 'good.llp', '-o', 'out']);
  writeFileSync(join(changed, 'out/fs_get.bpf'), SUM);
  const ran = await llpc(changed, ['verify', 'out/manifest.json']);
  expect(ran.code).toBe(1);
  expect(ran.out).toMatch(/^fs_get: error\[digest\]: `fs_get\.bpf` is not the file that was built$/m);
  expect(ran.out).toMatch(/^fs_get: slot 3: stxb \[r1\+0\], r0: error\[context\]: /m);
  expect(ran.out).toMatch(/^fs_walk: accepted \(fs_walk, \d+ instructions, \d+ bytes\)$/m);
});

test('llpc verify: shows the path to a fault without every round of a loop', async () => {
  const unsafe = assemble(
    'ldxb r3, [r1+0] | jgt r3, r2, L | add r1, r3 | ldxb r0, [r1+0] | L: mov r0, 0 | exit',
  );
  const endless = assemble('mov r2, 0 | L: add r2, 1 | jlt r2, 2000000, L | mov r0, 0 | exit');
  const own = folder({ 'unsafe.bin': unsafe, 'endless.bin': endless });
  expect(await llpc(own, ['verify', 'unsafe.bin', '--mem-size', '8'])).toMatchObject({
    code: 1,
    out: [
      'unsafe.bin: slot 3: ldxb r0, [r1+0]: error[memory]: offset 0 to 8, 1 byte, is outside of the 8 bytes of memory',
      '  path: slot 1: jgt r3, r2, +2: not taken',
      '',
    ].join('\n'),
  });
  const { out } = await llpc(own, ['verify', 'endless.bin', '--hook', 'fs_walk', '--format', 'json']);
  const { programs } = JSON.parse(out) as { programs: { errors: { rule: string; path: string[] }[] }[] };
  expect(programs[0]?.errors.map((e) => [e.rule, e.path.length])).toEqual([['budget', 17]]);
  expect(programs[0]?.errors[0]?.path[8]).toMatch(/^… \d+ more …$/);
});

test('llpc exec: prints the memory only when it changed', async () => {
  expect((await llpc(root, ['exec', 'sum.bin', '--mem', '01 02'])).out).toBe('r0 = 0x3\nmemory = 0302\n');
  expect((await llpc(root, ['exec', 'sum.bin', '--mem', '0100'])).out).toBe('r0 = 0x1\n');
  expect((await llpc(root, ['exec', 'calls.bin', '--mem', '00'])).out).toBe('r0 = 0x7\n');
});

test('llpc exec --trace: says what each instruction changed, and how many are not shown', async () => {
  const trace = async (...args: string[]): Promise<string> =>
    (await llpc(root, ['exec', ...args, '--trace'])).out;
  expect(
    (await trace('calls.bin', '--mem', '00')).split('\n').map((line) => line.replace(/ {2,}/g, ' ')),
  ).toEqual([
    ' 0 mov r0, r2 r0 = 0x1',
    ' 1 jeq r0, 0, +1 not taken',
    ' 2 call_local +1 to slot 4',
    ' 4 mov r0, 7 r0 = 0x7',
    ' 5 exit to slot 3',
    ' 3 exit',
    'r0 = 0x7',
    '',
  ]);
  const loop = await trace('loop.bin', '--fuel', '100', '--trace-limit', '2');
  expect(loop).toMatch(/^( {3}0 {2}ja -1 +to slot 0\n){2}… 98 more instructions: see `--trace-limit`\n$/);
});

test('llpc explain --trace: adds its instructions behind each run', async () => {
  const args = ['explain', 'good.llp', 'read', '/srv/www/private/a'];
  const plain = (await llpc(root, args)).out;
  const traced = (await llpc(root, [...args, '--trace'])).out;
  const isTrace = /^(?: {2,3}[ \d]\d {2}\S| {6}; )/;
  const rest = traced.split('\n').filter((line) => !isTrace.test(line));
  expect(rest.filter((line) => line !== '')).toEqual(plain.split('\n').filter((line) => line !== ''));
  const listing = (await llpc(root, ['disasm', 'good.llp', '--program', 'fs_walk'])).out;
  expect(listing).toContain('call 60');
  expect(traced.match(/^ {3}4 {2}call 60 +r0 = 0x[0-9a-f]+/gm)?.length).toBe(plain.match(/^fs_/gm)?.length);
  expect(traced).toMatch(/allow\n(?: +(?:before|after) .*\n)+ {6}; good\.llp:3:8 {2}policy "site" \{: /);
  expect(traced).toMatch(/^ {3}1 {2}ldxdw r2, \[r6\+16\] +r2 = inode \d+$/m);
  expect((await llpc(root, [...args, '--trace', '--trace-limit', '3'])).out).toMatch(
    /… \d+ more instructions/,
  );
});

test('llpc explain --trace --format json: adds a trace to each run', async () => {
  const args = ['explain', 'good.llp', 'read', '/srv/www/a', '--format', 'json'];
  type Explanation = { runs: { trace?: { steps: unknown[]; omitted: number } }[] };
  const plain = JSON.parse((await llpc(root, args)).out) as Explanation;
  const traced = JSON.parse(
    (await llpc(root, [...args, '--trace', '--trace-limit', '12'])).out,
  ) as Explanation;
  const total = traced.runs.reduce((sum, { trace }) => sum + (trace?.steps.length ?? 0), 0);
  expect(total).toBe(12);
  expect(traced.runs.map(({ trace: _, ...run }) => run)).toEqual(plain.runs);
});

test.each([
  'disasm good.llp',
  'disasm out/manifest.json',
  'disasm broken.bin',
  'verify good.llp',
  'verify broken.bin --hook fs_get',
  'verify sum.bin --mem-size 2',
  'exec sum.bin --mem 0102',
  'exec sum.bin',
  'exec sum.bin --mem 0102 --trace',
  'exec sum.bin --trace',
  'exec loop.bin --trace --trace-limit 2 --fuel 99',
  'exec broken.bin --trace',
  'exec broken.bin',
])('llpc %s --format json fits the schema, and is the same twice', async (args) => {
  const line = [...args.split(' '), '--format', 'json'];
  const one = await llpc(root, line);
  expect(one.err).toBe('');
  expect(await validateAgainst('bytecode-1.json', JSON.parse(one.out))).toEqual([]);
  expect(await llpc(root, line)).toEqual(one);
});

test('llpc disasm --format json: has the bytes of the program', async () => {
  const { out } = await llpc(root, ['disasm', 'sum.bin', '--format', 'json']);
  const data = JSON.parse(out) as { programs: { instructions: { bytes: string }[] }[] };
  expect(data.programs[0]?.instructions.map((i) => i.bytes).join('')).toBe(hexOf(SUM));
});

test('llpc exec: refuses more instructions than the interpreter holds', async () => {
  writeFileSync(join(root, 'long.bin'), Buffer.alloc(8 * 40_000, assemble('exit')));
  const { code, err } = await llpc(root, ['exec', 'long.bin']);
  expect([code, err]).toEqual([1, 'long.bin: error[size]: 40000 instructions are more than 32000\n']);
});
