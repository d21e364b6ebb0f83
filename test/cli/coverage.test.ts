/** `--coverage` of `llpc test` and `llpc run`, and `llpc test --generate`, from the outside. */
import { appendFileSync, copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { validateAgainst } from '../../src/runtime/schema.js';
import { BAD, folder, llpc } from '../support/llpc.js';

const SITE = `llp 1;
policy "site" {
  default deny;
  dir "/srv" {
    allow read, open;
    dir? "private" { deny read; }
    here { deny open; }
  }
}
test "one" { expect allow read "/srv/x"; expect deny write "/srv/x"; }
`;
const SCENARIO = {
  format: 'llp-scenario',
  version: 1,
  tree: [{ file: '/srv/private/key' }],
  steps: [{ call: 'enforce' }, { call: 'open', path: '/srv/private/key', expect: 'EACCES' }],
};
const root = folder({
  'site.llp': SITE,
  'bad.llp': BAD,
  'steps.json': JSON.stringify(SCENARIO),
  'folder/x': '',
});

test('llpc test --coverage: tests: what decided and what never did', async () => {
  const { code, out } = await llpc(root, ['test', 'site.llp', '--coverage']);
  expect(code).toBe(0);
  expect(out).toBe(`ok - site.llp: one
1 test, 2 expectations, 0 failed
coverage of site.llp
  layer "site": 1 of 3 rules decided something; 2 decisions
        1  default deny
        1  site.llp:5:5 allow open, read in dir "/srv"
    never  site.llp:6:22 deny read in dir "/srv/private"
    never  site.llp:7:12 deny open in here of dir "/srv"
`);
});

test('llpc test --coverage: a scenario', async () => {
  const { code, out } = await llpc(root, ['run', 'site.llp', '--scenario', 'steps.json', '--coverage']);
  expect(code).toBe(0);
  expect(out).toContain('coverage of main\n');
  expect(out).toMatch(/ {8}1 {2}site\.llp:6:22 deny read in dir "\/srv\/private"\n/);
});

test('llpc test --coverage: lcov counts lines, branches and scopes', async () => {
  const { code } = await llpc(root, [
    'test',
    'site.llp',
    '--coverage-format',
    'lcov',
    '--coverage-out',
    'cov/lcov.info',
  ]);
  expect(code).toBe(0);
  expect(readFileSync(join(root, 'cov/lcov.info'), 'utf8')).toBe(`TN:
SF:site.llp
FN:4,dir "/srv"
FN:6,dir "/srv/private"
FNDA:1,dir "/srv"
FNDA:0,dir "/srv/private"
FNF:2
FNH:1
BRDA:5,0,0,1
BRDA:6,0,1,-
BRDA:7,0,2,-
BRF:3
BRH:1
DA:5,1
DA:6,0
DA:7,0
LF:3
LH:1
end_of_record
`);
});

test('llpc test --coverage: JSON fits the schema', async () => {
  for (const args of [
    ['test', 'site.llp'],
    ['run', 'site.llp', '--scenario', 'steps.json'],
  ]) {
    const flags = ['--format', 'json', '--coverage-format', 'json', '--coverage-out', 'cov.json'];
    expect((await llpc(root, [...args, ...flags])).code).toBe(0);
    const data = JSON.parse(readFileSync(join(root, 'cov.json'), 'utf8')) as {
      readonly policies: readonly object[];
    };
    expect(await validateAgainst('coverage-1.json', data)).toEqual([]);
    expect(data.policies).toHaveLength(1);
  }
});

test.each([
  ['test site.llp --coverage --format json', 2, /write `--coverage-out FILE`/],
  ['test site.llp --coverage-format xml', 2, /it takes `text`, `json`, `lcov`/],
  ['test site.llp --coverage-out folder', 1, /LLP5013/],
  ['test site.llp --generate --coverage', 2, /do not go together/],
  ['test site.llp --generate --coverage-format lcov', 2, /do not go together/],
  ['test site.llp --generate --watch', 2, /do not go together/],
  ['test bad.llp --generate', 1, /LLP1015/],
  ['test nowhere.llp --generate', 1, /LLP2017/],
] as const)('llpc %s: exit code %i', async (args, code, message) => {
  const ran = await llpc(root, args.split(' '));
  expect(ran.err).toMatch(message);
  expect(ran.code).toBe(code);
});

test('llpc test --coverage: what --generate prints passes and covers everything when it is appended', async () => {
  const made = await llpc(root, ['test', 'site.llp', '--generate']);
  expect([made.code, made.err]).toEqual([0, '']);
  expect(made.out).toMatch(
    /^\/\/ made by `llpc test --generate`: \d+ expectations for 3 rules, inside the scope of each rule and just outside it; /,
  );
  copyFileSync(join(root, 'site.llp'), join(root, 'appended.llp'));
  appendFileSync(join(root, 'appended.llp'), made.out);
  const { code, out } = await llpc(root, ['test', 'appended.llp', '--coverage']);
  expect(code).toBe(0);
  expect(out).toContain('3 of 3 rules decided something');
  expect(out).not.toContain('never');
});
