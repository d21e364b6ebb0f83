/** `llpc explain` from the outside: requests, steps of a scenario, audit records; edits that are tried. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { validateAgainst } from '../../src/runtime/schema.js';
import { folder, llpc, llpcProcess } from '../support/llpc.js';

const SITE = `llp 1;
policy "site" {
  default deny;
  dir "/srv" {
    allow read, open;
    dir? "private" { deny read; }
  }
}
`;
const SCENARIO = {
  format: 'llp-scenario',
  version: 1,
  tree: [{ file: '/srv/private/key' }, { link: '/srv/k', target: 'private/key' }],
  steps: [
    { call: 'enforce' },
    { call: 'open', path: '/srv/k', expect: 'EACCES' },
    { call: 'stat', path: '/nowhere', expect: 'ENOENT' },
  ],
};
const root = folder({ 'site.llp': SITE, 'steps.json': JSON.stringify(SCENARIO) });
const AUDIT =
  'type=LANDLOCK_ACCESS msg=audit(1.2:3): domain=1 blockers=fs.read_file path="/srv/private/key" ino=3';

test('llpc explain: a denial: what decides, what that overrides, and edits', async () => {
  const { code, out } = await llpc(root, ['explain', 'site.llp', 'read', '/srv/private/key']);
  expect(code).toBe(0);
  const tail = out.slice(out.indexOf('decided by'));
  expect(tail).toBe(`decided by this rule of \`dir "/srv/private"\`
  site.llp:6:22
  dir? "private" { deny read; }
it overrides, from the root down
  site.llp:5: allow read, open; (allow in dir "/srv")

the smallest edit that allows it
  site.llp:6
  -    dir? "private" { deny read; }
  +    dir? "private" { allow read; }
  it changes
    /srv/private and beneath: read deny -> allow, as on /srv/private/a

an edit that changes less elsewhere
  site.llp:6
  -    dir? "private" { deny read; }
  +    dir? "private" { file? "key" { allow read; } deny read; }
  it changes
    /srv/private/key (a file): read deny -> allow, as on /srv/private/key
`);
});

test('llpc explain: a step that enforces has no path, and a denial in it does not end it', async () => {
  const { code, out } = await llpc(root, ['explain', 'site.llp', '--scenario', 'steps.json', '--step', '1']);
  expect(code).toBe(0);
  expect(out).toMatch(/^enforce: allow\n/);
  expect(out).toMatch(/\na denial that does not end the call\ndecided by `default deny`/);
  expect(out).not.toContain('edit');
});

test('llpc explain: a name is no way to write lines of the report', async () => {
  const { out } = await llpc(root, ['explain', 'site.llp', 'read', '/srv/a\nread /srv/b: deny', '--why-not']);
  const own = 'read /srv/a\u{fffd}read /srv/b: deny: allow';
  expect(out.split('\n').filter((line) => line.startsWith('read '))).toEqual([own]);
});

test('llpc explain: what the policy says is a directory is asked about as one', async () => {
  const { code, out } = await llpc(root, ['explain', 'site.llp', 'read', '/srv/private']);
  expect(code).toBe(0);
  expect(out).toContain('decided by this rule of `dir "/srv/private"`');
});

const GLOBBED = `llp 1;
policy "homes" {
  default deny;
  dir? "/home/*/.ssh" { here { allow open, getattr; } }
  file? "/home/*/.netrc" { allow open; }
  dir? "/home/*/*" { allow lock; }
}
`;

test('llpc explain: what only a glob says is a directory is asked about as one, and is shown to be', async () => {
  const globbed = folder({ 'homes.llp': GLOBBED });
  const ask = async (...args: string[]): Promise<string[]> =>
    (await llpc(globbed, ['explain', 'homes.llp', ...args])).out.split('\n').slice(0, 2);
  const why = 'asked of a directory, as `dir "/home/*/.ssh"` names it; ';
  const [head, note] = await ask('open', '/home/u/.ssh');
  expect(head).toBe('open /home/u/.ssh/: allow');
  expect(note?.startsWith(why)).toBe(true);
  expect(await ask('open', '/home/u/.ssh/')).toEqual(['open /home/u/.ssh/: allow', '']);
  // A `file` scope names it, or it is asked of no directory.
  expect(await ask('open', '/home/u/.netrc')).toEqual(['open /home/u/.netrc: allow', '']);
  expect(await ask('read', '/home/u/.ssh')).toEqual(['read /home/u/.ssh: deny', '']);
});

test('llpc explain: what no call asks is answered and said to be that, without edits', async () => {
  const { code, out } = await llpc(root, ['explain', 'site.llp', 'read', '/srv/private']);
  expect(code).toBe(0);
  expect(out.split('\n').slice(0, 2)).toEqual([
    'read /srv/private/: deny',
    'no call asks `read` of a directory: no program can make this request',
  ]);
  expect(out).toContain('decided by this rule of `dir "/srv/private"`');
  expect(out).not.toContain('edit');
  const json = JSON.parse(
    (await llpc(root, ['explain', 'site.llp', 'read', '/srv/private', '--format', 'json'])).out,
  ) as unknown;
  expect(json).toMatchObject({ object: 'dir', asked: false, edits: null });
  expect(await validateAgainst('explanation-1.json', json)).toEqual([]);
  const tree = { format: 'llp-scenario', version: 1, tree: [{ file: '/srv/f' }], steps: [] };
  const given = folder({ 'site.llp': SITE, 'tree.json': JSON.stringify(tree) });
  const file = await llpc(given, ['explain', 'site.llp', 'readdir', '/srv/f', '--scenario', 'tree.json']);
  expect(file.out).toMatch(/^readdir \/srv\/f: deny\nno call asks `readdir` of a file: /);
});

test('llpc explain: an edit that an assertion rules out is told with the assertion', async () => {
  const asserted = folder({
    'site.llp': SITE.replace('policy', 'assert never read\n  under "/srv/private";\npolicy'),
    'free.llp': SITE,
  });
  const { out } = await llpc(asserted, ['explain', 'site.llp', 'read', '/srv/private/key']);
  expect(out.slice(out.indexOf('\nno small edit'))).toBe(`
no small edit of the policy allows it

ruled out by site.llp:2: assert never read
  site.llp:8
  -    dir? "private" { deny read; }
  +    dir? "private" { allow read; }

  site.llp:8
  -    dir? "private" { deny read; }
  +    dir? "private" { }

  site.llp:8
  -    dir? "private" { deny read; }
  +    dir? "private" { file? "key" { allow read; } deny read; }
`);
  const ask = async (file: string): Promise<unknown> =>
    JSON.parse((await llpc(asserted, ['explain', file, 'read', '/srv/private/key', '--format', 'json'])).out);
  expect(await validateAgainst('explanation-1.json', await ask('site.llp'))).toEqual([]);
  expect(await ask('site.llp')).toMatchObject({ edits: { smallest: null, ruledOut: [{}, {}, {}] } });
  expect(await ask('free.llp')).toMatchObject({ edits: { ruledOut: [] } });
});

test('llpc explain: the edit, applied by hand, does it', async () => {
  const ask = async (file: string): Promise<string> =>
    (await llpc(root, ['explain', file, 'read', '/srv/private/key'])).out;
  const data = JSON.parse(
    (await llpc(root, ['explain', 'site.llp', 'read', '/srv/private/key', '--format', 'json'])).out,
  ) as {
    readonly edits: {
      readonly smallest: { readonly hunks: readonly { readonly line: number; readonly added: string[] }[] };
    };
  };
  const lines = readFileSync(join(root, 'site.llp'), 'utf8').split('\n');
  for (const { line, added } of data.edits.smallest.hunks) lines.splice(line - 1, 1, ...added);
  writeFileSync(join(root, 'edited.llp'), lines.join('\n'));
  expect(await ask('site.llp')).toMatch(/^read \/srv\/private\/key: deny/);
  expect(await ask('edited.llp')).toMatch(/^read \/srv\/private\/key: allow/);
});

test('llpc explain --why-not: all that must hold', async () => {
  const { out } = await llpc(root, ['explain', 'site.llp', 'read', '/srv/private/key', '--why-not']);
  expect(out).toContain('  ok  walk on /srv/private: no rule denies it\n');
  expect(out).toMatch(/ {2}NO {2}read on \/srv\/private\/key: site\.llp:6: .*\n +this rule would have to go/);
});

test('llpc explain: a step of a scenario', async () => {
  const step = async (n: string): ReturnType<typeof llpc> =>
    llpc(root, ['explain', 'site.llp', '--scenario', 'steps.json', '--step', n]);
  expect((await step('2')).out).toMatch(/^open \/srv\/k: deny\n/);
  expect((await step('2')).out).toContain('deny read;');
  expect((await step('2')).out).toContain('the smallest edit that allows it');
  expect((await step('3')).out).toMatch(/^stat \/nowhere: (?:fails with ENOENT|deny)/);
  expect([(await step('9')).code, (await step('9')).err]).toEqual([
    1,
    expect.stringContaining('there is no step 9: it has 3 steps'),
  ]);
});

test('llpc explain: an audit record', async () => {
  const line = await llpc(root, ['explain', 'site.llp', '--audit', AUDIT]);
  expect(line.out).toMatch(/^read \/srv\/private\/key: deny/);
  expect(llpcProcess(root, ['explain', 'site.llp', '--audit', '-'], { input: `${AUDIT}\n` }).out).toBe(
    line.out,
  );
});

test.each([
  ['site.llp read', /write `llpc explain FILE ACTION PATH`/],
  ['site.llp read /a --audit x', /write `llpc explain FILE ACTION PATH`/],
  ['site.llp --step 1', /`--step` is of a scenario/],
  ['site.llp --scenario steps.json --step 0', /a whole number from 1/],
  ['site.llp --scenario steps.json --step -1', /`--step` needs a value, and what follows is an option/],
  ['site.llp --audit nothing', /no line has `blockers=`/],
])('llpc explain %s: usage', async (args, message) => {
  const { code, err } = await llpc(root, ['explain', ...args.split(' ')]);
  expect(err).toMatch(message);
  expect(code).toBe(2);
});

test('llpc explain: JSON fits its schema', async () => {
  expect((await llpc(root, ['build', 'site.llp', '-o', 'out'])).code).toBe(0);
  for (const args of [
    ['site.llp', 'read', '/srv/private/key', '--why-not'],
    ['site.llp', 'read', '/nowhere/..'],
    ['site.llp', 'read', '/srv/x'],
    ['site.llp', 'read', '/srv/private/key/x/../..'],
    ['out/manifest.json', 'read', '/srv/private/key', '--scenario', 'steps.json'],
    ['site.llp', '--scenario', 'steps.json', '--step', '2'],
    ['site.llp', '--audit', AUDIT],
  ]) {
    const { out } = await llpc(root, ['explain', ...args, '--format', 'json']);
    expect(await validateAgainst('explanation-1.json', JSON.parse(out))).toEqual([]);
  }
});
