/** The package as it is published: all that it names is in it, each export can be imported and has types, and needs no bundler. */
import { spawnSync } from 'node:child_process';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { folder, type Ran } from '../support/llpc.js';
import { EXAMPLES, install, packageOf, sh } from '../support/project.js';

interface Target {
  readonly types: string;
  readonly default?: string;
}

const PACKAGE = JSON.parse(readFileSync('package.json', 'utf8')) as {
  readonly name: string;
  readonly bin: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, Target | string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional: boolean }>>;
};

const ENTRIES = Object.entries(PACKAGE.exports).flatMap(([path, target]) =>
  typeof target === 'string' ? [] : [[path.replace('.', PACKAGE.name), target] as const],
);
const MODULES = ENTRIES.filter(([, target]) => target.default !== undefined).map(([name]) => name);

function packed(): readonly string[] {
  const args = ['pack', '--dry-run', '--json', '--ignore-scripts'];
  const { stdout } = spawnSync('npm', args, { encoding: 'utf8', maxBuffer: 1 << 26 });
  const [report] = Object.values(JSON.parse(stdout) as object) as { files: { path: string }[] }[];
  return report?.files.map((f) => f.path) ?? [];
}

test('package: the packed files include every file that package.json names', () => {
  const files = packed();
  const named = [
    ...Object.values(PACKAGE.bin),
    ...ENTRIES.flatMap(([, target]) => Object.values(target) as string[]),
    'schema/manifest-1.json',
    'std/node.llp',
    'docs/errors/LLP2001.md',
    'docs/integrations.md',
    'LICENSE',
  ].map((path) => path.replace(/^\.\//, ''));
  expect(named.filter((path) => !files.includes(path))).toEqual([]);
  expect(
    files.filter((path) => /\.test\.|node_modules|tsbuildinfo|^(?:test|src|bench)\//.test(path)),
  ).toEqual([]);
});

test('package: each command is an executable file, because `npx` may have linked an earlier build', () => {
  for (const path of Object.values(PACKAGE.bin)) accessSync(path, constants.X_OK);
});

describe('package, exports', () => {
  const root = folder({ 'package.json': '{ "type": "module" }' });
  install(root, ['unplugin', 'vitest', 'vite', 'rollup', 'esbuild', 'webpack', 'typescript']);

  it('each export names an existing file', () => {
    for (const [, target] of ENTRIES)
      for (const path of Object.values(target)) expect(existsSync(path)).toBe(true);
    expect(MODULES).toEqual([
      'llpc',
      'llpc/runtime',
      'llpc/testing',
      'llpc/vitest',
      'llpc/unplugin',
      ...['vite', 'rollup', 'esbuild', 'webpack'].map((b) => `llpc/unplugin/${b}`),
    ]);
  });

  it('each export can be imported', () => {
    const names = MODULES.filter((name) => name !== 'llpc/vitest');
    const text = `for (const name of ${JSON.stringify(names)}) console.log(name, Object.keys(await import(name)).length > 0);`;
    writeFileSync(join(root, 'import.js'), text);
    const ran = sh(root, 'node import.js');
    expect(ran).toEqual({ code: 0, out: names.map((name) => `${name} true\n`).join(''), err: '' });
  });

  test.each(['NodeNext', 'Bundler'])('each export has types with the resolution %s', (resolution) => {
    const lines = MODULES.map(
      (name, i) =>
        `import * as m${i} from '${name}';\nexport const x${i}: keyof typeof m${i} | undefined = undefined;`,
    );
    const use = `import { compile } from 'llpc';
import { loadPolicy } from 'llpc/runtime';
import { llp } from 'llpc/unplugin/vite';
import policy from './app.llp';
export const plugin = llp({ defines: { a: 'b' } });
export const loaded: typeof loadPolicy = loadPolicy;
export const name: string = policy.manifest.policy + compile('').diagnostics.length;
// @ts-expect-error an option that there is not
llp({ define: {} });
// @ts-expect-error an artifact is no text
export const wrong: string = policy;
`;
    writeFileSync(join(root, 'types.ts'), `${lines.join('\n')}\n${use}`);
    const module = resolution === 'NodeNext' ? 'NodeNext' : 'ESNext';
    const flags = `--noEmit --strict --skipLibCheck --target ES2022 --module ${module} --moduleResolution ${resolution}`;
    expect(sh(root, `tsc ${flags} --types llpc/client types.ts`)).toEqual({ code: 0, out: '', err: '' });
  });
});

const SHELL = `llp 1;
import "std/shell.llp";
policy "app" { default deny; use shell; dir "/srv" { allow read; } }
test "reading" { expect allow read "/srv/a"; }
`;

describe('package, the unpacked tarball with only its dependencies', () => {
  const root = folder({ 'app.llp': SHELL, 'package.json': '{ "type": "module" }' });
  const home = join(root, 'node_modules/llpc');
  mkdirSync(home, { recursive: true });
  expect(spawnSync('npm', ['pack', '--ignore-scripts', '--pack-destination', root]).status).toBe(0);
  const [tarball = ''] = readdirSync(root).filter((name) => name.endsWith('.tgz'));
  const untar = ['xzf', join(root, tarball), '--strip-components=1', '-C', home];
  expect(spawnSync('tar', untar).status).toBe(0);
  for (const name of Object.keys(PACKAGE.dependencies)) {
    mkdirSync(dirname(join(root, 'node_modules', name)), { recursive: true });
    symlinkSync(resolve('node_modules', name), join(root, 'node_modules', name));
  }
  const node = (...args: string[]): Ran => {
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
    return { code: status, out: stdout, err: stderr };
  };

  test.each([
    'check app.llp',
    'build app.llp -o out',
    'test app.llp',
    'verify out/manifest.json',
    'explain app.llp read /srv/a',
    'graph app.llp',
    'diff app.llp app.llp',
    'check app.llp --format sarif',
    '--version',
  ])('llpc %s', (line) => {
    const main = join(home, PACKAGE.bin['llpc'] ?? '');
    expect(node(main, ...line.split(' '))).toMatchObject({ code: 0, err: '' });
  });

  it('each export can be imported, or names the package that is missing', () => {
    const wanted = (name: string): string => /^llpc\/(vitest|unplugin)/.exec(name)?.[1] ?? 'ok';
    const text = `for (const name of ${JSON.stringify(MODULES)})
      console.log(await import(name).then(() => 'ok', (e) => /Cannot find package '(.*?)'/.exec(e.message)?.[1]));`;
    const ran = node('--input-type=module', '--eval', text);
    expect(ran).toEqual({ code: 0, out: MODULES.map((name) => `${wanted(name)}\n`).join(''), err: '' });
  });

  it('a CommonJS module can import it', () => {
    const text = `import('llpc').then(({ compile }) => console.log(compile('llp 1;').diagnostics.length));`;
    expect(node('--input-type=commonjs', '--eval', text)).toEqual({ code: 0, out: '1\n', err: '' });
  });

  it('does not name the folder of its build', () => {
    const files = readdirSync(home, { recursive: true, encoding: 'utf8' })
      .map((name) => join(home, name))
      .filter((path) => statSync(path).isFile());
    expect(files.length).toBeGreaterThan(100);
    expect(files.filter((path) => readFileSync(path).includes(resolve('.')))).toEqual([]);
  });
});

test('package: an installation adds neither bundlers nor a test runner', () => {
  const optional = Object.keys(PACKAGE.peerDependencies);
  expect(optional).toEqual(['unplugin', 'vitest']);
  for (const name of optional) {
    expect(PACKAGE.peerDependenciesMeta[name]).toEqual({ optional: true });
    expect(PACKAGE.dependencies).not.toHaveProperty(name);
  }
});

test('package: the examples name the versions that they are tested with', () => {
  for (const name of ['make', 'ninja', 'vite', 'rollup', 'esbuild', 'webpack', 'vitest', 'pre-commit']) {
    const { dependencies, devDependencies } = packageOf(join(EXAMPLES, name));
    expect(dependencies).toEqual({ llpc: 'file:../../..' });
    for (const [dependency, version] of Object.entries(devDependencies ?? {}))
      expect([dependency, version]).toEqual([dependency, PACKAGE.devDependencies[dependency]]);
  }
});
