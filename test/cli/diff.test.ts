/** `llpc diff` from the outside: files, layers, manifests, formats, exit codes. */
import { expect, test } from 'vitest';
import { validateAgainst } from '../../src/runtime/schema.js';
import { BAD, folder, llpc } from '../support/llpc.js';

const OLD =
  'llp 1;\nparam site: path = "/srv";\npolicy "p" {\n  default deny;\n  dir "${site}" { allow read; }\n}\n';
const root = folder({
  'old.llp': OLD,
  'new.llp': OLD.replace('allow read;', 'allow read, open; dir? "x" { deny read; }'),
  'layer.llp': 'llp 1;\npolicy "q" { default allow; dir? "/srv/x" { deny read; } }\n',
  'bad.llp': BAD,
});

test.each([
  ['diff old.llp new.llp', 0, /widened/, /^$/],
  ['diff old.llp new.llp --exit-code', 1, /widened/, /^$/],
  ['diff old.llp old.llp --exit-code', 0, /^no difference on any path/, /^$/],
  ['diff old.llp new.llp -D site=/www', 0, /\/www\/x and beneath/, /^$/],
  ['diff --old old.llp --new old.llp --new layer.llp', 0, /deny read; in dir "\/srv\/x"/, /^$/],
  ['diff old.llp bad.llp', 1, /^$/, /LLP1015/],
  ['diff nowhere.llp bad.llp', 1, /^$/, /LLP2017[^]*LLP1015/],
  ['diff old.llp nowhere.json', 1, /^$/, /LLP2017/],
  ['diff old.llp', 2, /^$/, /write `llpc diff OLD NEW`/],
  ['diff old.llp new.llp layer.llp', 2, /^$/, /`--old FILE` and `--new FILE`/],
  ['diff old.llp new.llp --format sarif', 2, /^$/, /it takes `text`, `json`, `markdown`/],
] as const)('llpc %s: exit code %i', async (args, code, out, err) => {
  const ran = await llpc(root, args.split(' '));
  expect(ran.err).toMatch(err);
  expect(ran.out).toMatch(out);
  expect(ran.code).toBe(code);
});

test('llpc diff: text, with the lines of both files', async () => {
  expect((await llpc(root, ['diff', 'old.llp', 'new.llp'])).out).toBe(`/srv and beneath
  + open: deny -> allow, as on /srv/
      old: default deny
      new: new.llp:5: allow read, open; in dir "/srv"

/srv/x and beneath
  - read: allow -> deny, as on /srv/x/a
      old: old.llp:5: allow read; in dir "/srv"
      new: new.llp:5: deny read; in dir "/srv/x"

what must be there when it is loaded
  dir /srv/x: nothing -> may be absent

1 widened, 1 narrowed, 1 at load; 3 states compared
`);
});

test('llpc diff: a manifest means what it was made from', async () => {
  for (const [file, out] of [
    ['old.llp', 'o'],
    ['new.llp', 'n'],
  ] as const)
    expect((await llpc(root, ['build', file, '-o', out])).code).toBe(0);
  expect((await llpc(root, ['diff', 'o/manifest.json', 'old.llp', '--exit-code'])).code).toBe(0);
  const json = async (a: string, b: string): Promise<unknown> =>
    JSON.parse((await llpc(root, ['diff', a, b, '--format', 'json'])).out);
  const made = await json('o/manifest.json', 'n/manifest.json');
  expect(await validateAgainst('diff-1.json', made)).toEqual([]);
  const whole = (data: unknown): string =>
    JSON.stringify(data, (key, value: unknown) => (key === 'text' ? undefined : value));
  // The text of a rule is the whole rule in a policy, the line in a manifest.
  expect(whole(made)).toBe(whole(await json('old.llp', 'new.llp')));
  expect((await llpc(root, ['diff', 'o/manifest.json', 'n/manifest.json', '--exit-code'])).code).toBe(1);
});
