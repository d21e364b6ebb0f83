/** `llpc/testing`: policies, scenarios and questions as values, for any test runner. */
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, test } from 'vitest';
import { defined } from '../../src/base/assert.js';
import {
  compileFile,
  decider,
  runScenarioFile,
  runTests,
  stageFiles,
} from '../../src/front/harness/index.js';
import { folder, FAILING, GOOD, llpc } from '../support/llpc.js';

const TREE = [{ file: '/srv/www/a' }, { file: '/srv/www/private/b' }, { dir: '/srv/www/private/private' }];
const scenario = (steps: readonly object[], more: object = {}): string =>
  JSON.stringify({ format: 'llp-scenario', version: 1, tree: TREE, ...more, steps });
const STEPS = [{ call: 'enforce' }, { call: 'open', path: '/srv/www/private/b', expect: 'EACCES' }];

const root = folder({
  'good.llp': GOOD,
  'bad.llp': 'llp 1;\npolicy "p" { alow read; }\n',
  'failing.llp': FAILING,
  's.json': scenario(STEPS),
  'wrong.json': scenario([...STEPS, { call: 'open', path: '/srv/www/a', expect: 'EACCES' }]),
  'fault.json': scenario([{ call: 'enforce', policy: 'other' }]),
  'refs.json': scenario(
    [
      { call: 'enforce', policy: 'strict' },
      { call: 'open', path: '/srv/www/a', expect: 'EACCES' },
    ],
    {
      policies: [{ name: 'strict', source: 'good.llp', defines: { site: '/srv/www/private' } }],
    },
  ),
  'missing.json': scenario(STEPS, { policies: [{ name: 'x', source: 'none.llp' }] }),
  'no-tree.json': scenario(STEPS, { tree: { directory: 'none' } }),
  'broken.json': '{',
});
const at = (name: string): string => join(root, name);
const good = compileFile(at('good.llp'));

describe('compileFile', () => {
  it('returns the artifact of llpc build, from a path and from a URL', async () => {
    await llpc(root, ['build', 'good.llp', '-o', 'out']);
    const manifest = readFileSync(at('out/manifest.json'), 'utf8');
    expect(stageFiles(good).get('manifest.json')).toBe(manifest);
    expect(stageFiles(compileFile(pathToFileURL(at('good.llp')))).get('manifest.json')).toBe(manifest);
  });

  it('takes defines', () => {
    const { artifact } = compileFile(at('good.llp'), { defines: { site: '/x' } });
    expect(JSON.stringify(artifact?.manifest.maps)).toContain('/x');
  });

  it('reports a missing file', () => {
    expect(compileFile(at('none.llp'))).toMatchObject({
      artifact: undefined,
      diagnostics: [{ code: 'LLP2017' }],
    });
  });

  it('returns the tests of the policy', () => {
    expect(runTests(good)?.map((t) => t.passed)).toEqual([true]);
    expect(runTests(compileFile(at('failing.llp')))?.map((t) => t.passed)).toEqual([false]);
  });
});

describe('stageFiles', () => {
  it('has every stage of a compilation, and the parts of an artifact', () => {
    const all = stageFiles(good);
    expect([...all.keys()]).toEqual(['policy.txt', 'hierarchy.txt', 'plan.txt', 'asm.txt', 'manifest.json']);
    const few = stageFiles(defined(good.artifact, 'it compiles'));
    expect([...few]).toEqual([...all].filter(([name]) => /asm|manifest/.test(name)));
  });

  it('throws the diagnostics of a policy that does not compile', () => {
    expect(() => stageFiles(at('bad.llp'))).toThrow(/does not compile\n.*bad\.llp:2:14: error\[LLP1015\]/);
  });
});

describe('runScenarioFile', () => {
  it('replays as llpc run does', async () => {
    const ran = await runScenarioFile(good, at('s.json'));
    expect(ran).toMatchObject({ passed: true, failed: [], diagnostics: [], report: '' });
    const printed = (await llpc(root, ['run', 'good.llp', '--scenario', 's.json', '--format', 'json'])).out;
    expect(ran.steps.map((s) => JSON.stringify(s) + '\n').join('')).toBe(printed);
  });

  it('names the step that was not as expected', async () => {
    const ran = await runScenarioFile(at('good.llp'), pathToFileURL(at('wrong.json')));
    expect(ran.passed).toBe(false);
    expect(ran.failed.map((s) => s.step)).toEqual([3]);
    expect(ran.report).toMatch(/^NO {3}3 {2}allow .*expected EACCES$/);
  });

  it('finds the policies that a scenario names', async () => {
    expect(await runScenarioFile(defined(good.artifact, 'it compiles'), at('refs.json'))).toMatchObject({
      passed: true,
    });
  });

  test.each([
    ['fault.json', /LLP5011.*step 1/],
    ['missing.json', /LLP2017.*none\.llp/],
    ['no-tree.json', /LLP5010/],
    ['broken.json', /LLP5011.*not JSON/],
    ['none.json', /LLP2017/],
  ])('fails for %s', async (file, report) => {
    const ran = await runScenarioFile(good, at(file));
    expect(ran.passed).toBe(false);
    expect(ran.report).toMatch(report);
  });

  it('rejects for a policy that does not compile', async () => {
    await expect(runScenarioFile(at('bad.llp'), at('s.json'))).rejects.toThrow(/LLP1015/);
  });
});

describe('decider', () => {
  const { decide, why } = decider(good, [
    '/srv/www/a',
    '/srv/www/private/',
    { kind: 'link', path: '/l', target: '/l' },
  ]);

  it('decide returns the verdict or the error of a call', () => {
    expect(decide('read', '/srv/www/a')).toBe('allow');
    expect(decide('open', '/srv/www/private')).toBe('deny');
    expect(decide('read', '/srv/www/none')).toBe('ENOENT');
    expect(decide('read', '/l')).toBe('ELOOP');
    expect(decide('raed' as 'read', '/srv/www/a')).toBe('EINVAL');
  });

  it('why returns the rule that decides', () => {
    expect(why('open', '/srv/www/private')).toMatch(
      /good\.llp:5:53: note: decided by this rule of `dir "\/srv\/www\/private"`\n.*deny all;/,
    );
    expect(why('open', '/')).toBe('note: decided by `default deny`: no rule mentions it');
    expect(why('raed' as 'read', '/srv/www/a')).toBe('');
  });

  it('throws if the policy cannot be loaded on the tree', () => {
    expect(() => decider(at('bad.llp'), [])).toThrow(/LLP1015/);
    expect(() => decider(good, ['/srv/www/a', '/srv/www/a/b'])).toThrow(/cannot make/);
    expect(() => decider(good, ['/srv/www/private'])).toThrow(/LLP5002/);
  });
});

test('llpc/testing: loads without vitest', () => {
  const alone = folder({ 'a.mjs': '' });
  const url = pathToFileURL(join(process.cwd(), 'dist/src/front/harness/index.js')).href;
  writeFileSync(
    join(alone, 'hook.mjs'),
    `export const resolve = (name, context, next) => {
  if (/^(?:vitest|unplugin)/.test(name)) throw new Error(name);
  return next(name, context);
};\n`,
  );
  writeFileSync(
    join(alone, 'a.mjs'),
    `import { register } from 'node:module';
register(${JSON.stringify(pathToFileURL(join(alone, 'hook.mjs')).href)});
console.log(Object.keys(await import(${JSON.stringify(url)})).sort().join());\n`,
  );
  const ran = spawnSync(process.execPath, [join(alone, 'a.mjs')], { encoding: 'utf8' });
  expect(ran.stderr).toBe('');
  expect(ran.stdout).toBe('compileFile,decider,runScenarioFile,runTests,stageFiles\n');
});
