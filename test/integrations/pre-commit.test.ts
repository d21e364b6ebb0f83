/** The hooks: their definition has the form that pre-commit reads, and their commands do on files what they say. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { parse } from 'yaml';
import { COMMANDS } from '../../src/front/cli/help.js';
import { BAD, FAILING, folder, GOOD } from '../support/llpc.js';
import { has } from '../support/tools.js';
import { EXAMPLES, install, project, sh } from '../support/project.js';

interface Hook {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly entry: string;
  readonly language: string;
  readonly files: string;
}

const FILE = resolve('.pre-commit-hooks.yaml');
const hooks = parse(readFileSync(FILE, 'utf8')) as readonly Hook[];
const entryOf = (id: string): string => hooks.find((h) => h.id === id)?.entry ?? 'false';
const isThere = (name: string): boolean => COMMANDS.some((c) => c.name === name);

describe('.pre-commit-hooks.yaml', () => {
  it('defines each hook once, with the fields that pre-commit has', () => {
    expect(hooks.map((h) => h.id)).toEqual(['llpc-check', 'llpc-test', 'llpc-fmt']);
    for (const hook of hooks) {
      expect(Object.keys(hook).sort()).toEqual(['description', 'entry', 'files', 'id', 'language', 'name']);
      for (const value of Object.values(hook)) expect(value).toMatch(/^\S(?:.*\S)?$/);
      expect(hook.language).toBe('node');
    }
  });

  it('selects policies and nothing else', () => {
    for (const { files } of hooks) {
      const taken = ['a.llp', 'b/c.llp', 'a.llp.txt', 'llp', 'b.llp/c'].filter((f) =>
        new RegExp(files).test(f),
      );
      expect(taken).toEqual(['a.llp', 'b/c.llp']);
    }
  });

  it('starts the program of the package with existing commands', () => {
    const { bin } = JSON.parse(readFileSync('package.json', 'utf8')) as { bin: Record<string, string> };
    for (const { entry } of hooks) {
      const [program = '', command = ''] = entry.split(' ');
      expect(Object.keys(bin)).toContain(program);
      if (command !== 'fmt' || isThere('fmt')) expect(isThere(command)).toBe(true);
    }
  });

  // npm makes it from a clone, which has nothing built, and of all scripts runs this one.
  it('the package is built when it is installed from the repository', () => {
    const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as {
      scripts: Record<string, string>;
    };
    expect(scripts['prepare']).toBe('node prepare.js');
    expect(readFileSync('prepare.js', 'utf8')).toContain("run('npm run build')");
    expect(scripts['build']).toMatch(/^tsc -p \. /);
  });
});

describe('pre-commit, commands of the hooks', () => {
  const root = folder({ 'good.llp': GOOD, 'other.llp': GOOD, 'bad.llp': BAD, 'failing.llp': FAILING });
  install(root, []);

  test.each([
    ['llpc-check', 'good.llp other.llp', 0, ''],
    ['llpc-check', '', 0, ''],
    ['llpc-check', 'good.llp failing.llp', 0, ''],
    ['llpc-check', 'good.llp bad.llp other.llp', 1, 'bad.llp:2:14: error[LLP1015]'],
    ['llpc-test', 'good.llp other.llp', 0, ''],
    ['llpc-test', 'good.llp failing.llp', 1, 'LLP5009'],
    ['llpc-test', 'good.llp bad.llp', 1, 'LLP1015'],
  ])('%s on %s: exit code %i', (id, files, code, err) => {
    const ran = sh(root, `${entryOf(id)} ${files}`);
    expect([ran.code, ran.err.includes(err)]).toEqual([code, true]);
  });

  it('check each file as a policy, not as a layer', () => {
    // With no policy of its own it is no policy, and a fine part of one.
    writeFileSync(join(root, 'sets.llp'), 'llp 1;\nactions look = read;\n');
    expect(sh(root, 'llpc check good.llp sets.llp').code).toBe(0);
    const each = sh(root, `${entryOf('llpc-check')} good.llp sets.llp`);
    expect([each.code, each.err]).toEqual([1, expect.stringContaining('sets.llp:1:1: error[LLP2013]')]);
    expect(sh(root, 'llpc check --each good.llp --emit plan').code).toBe(2);
  });
});

describe('pre-commit, the example', () => {
  const root = project('pre-commit');
  const { repos } = parse(readFileSync(join(EXAMPLES, 'pre-commit/.pre-commit-config.yaml'), 'utf8')) as {
    repos: readonly { hooks: readonly { id: string; exclude?: string }[] }[];
  };
  const used = repos.flatMap((r) => r.hooks);

  it('uses existing hooks', () => {
    expect(used.map((h) => h.id).sort()).toEqual(hooks.map((h) => h.id).sort());
  });

  it.each(used)('$id passes on its files', ({ id, exclude }) => {
    if (id === 'llpc-fmt' && !isThere('fmt')) return;
    const files = ['app.llp', 'sets.llp'].filter(
      (f) => exclude === undefined || !new RegExp(exclude).test(f),
    );
    expect(sh(root, `${entryOf(id)} ${files.join(' ')}`)).toMatchObject({ code: 0, err: '' });
  });
});

test.skipIf(!has('pre-commit'))('pre-commit: accepts the definition and the example', () => {
  const root = project('pre-commit');
  expect(sh(root, `pre-commit validate-manifest ${FILE}`)).toMatchObject({ code: 0 });
  expect(sh(root, 'pre-commit validate-config .pre-commit-config.yaml')).toMatchObject({ code: 0 });
});
