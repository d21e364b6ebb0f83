/** The plugin in each bundler: the example is built, its bundle enforces the policy, and what is wrong is told with its place. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, test } from 'vitest';
import { packageOf, project, script, sh } from '../support/project.js';

const BUNDLERS = ['vite', 'rollup', 'esbuild', 'webpack'] as const;
const VERDICTS = '/srv/data/a allow\n/srv/data/private/b deny\n';

/** esbuild counts columns from 0. */
const PLACE = (bundler: string, file: string, line: number, column: number): string =>
  `${file}:${line}:${bundler === 'esbuild' ? column - 1 : column}:`;

const edit = (root: string, file: string, change: (text: string) => string): void => {
  const path = join(root, file);
  writeFileSync(`${path}.new`, change(readFileSync(path, 'utf8')));
  renameSync(`${path}.new`, path);
};

/** Until a condition holds that another part of the program brings about. */
const until = (done: () => boolean): Promise<void> =>
  new Promise((resolve) => {
    const look = (): void => void (done() ? resolve() : setTimeout(look, 20));
    look();
  });

describe.each(BUNDLERS)('llpc/unplugin, %s', (bundler) => {
  const root = project(bundler);
  const build = (): { readonly code: number | null; readonly text: string } => {
    const { code, out, err } = sh(root, packageOf(root).scripts['build'] ?? '');
    return { code, text: out + err };
  };

  it('builds the example, and the bundle enforces its policy', () => {
    script(root, 'build');
    expect(script(root, 'start')).toBe(VERDICTS);
    // All that it needs is in it: the policy is not read when the program runs.
    expect(readFileSync(join(root, 'dist/main.js'), 'utf8')).not.toContain("app.llp'");
  });

  it('passes defines to the compiler', () => {
    edit(root, 'app.llp', (text) => text.replace('"/srv/data"', '"/nowhere"'));
    script(root, 'build');
    expect(script(root, 'start')).toBe(VERDICTS);
  });

  it('prints a warning with its place and line, and builds', () => {
    edit(root, 'app.llp', (text) => text.replace('default deny;', 'default deny; deny write;'));
    const { code, text } = build();
    expect(code).toBe(0);
    expect(text).toMatch(/`deny` of `write` in `\/` changes no decision/);
    expect(text).toMatch(/default deny; deny write;/);
    expect(text).toContain(PLACE(bundler, 'app.llp', 8, 17));
  });

  it('fails at an error, also of an import, with its place and line', () => {
    edit(root, 'sets.llp', (text) => text.replace('readdir', 'readdri'));
    const { code, text } = build();
    expect(code).toBe(1);
    expect(text).toMatch(/`readdri`/);
    expect(text).toMatch(/actions look = open, read, readdri, getattr;/);
    expect(text).toContain(PLACE(bundler, 'sets.llp', 2, 28));
    expect(text).toMatch(/did you mean|write `readdir`/);
  });

  it('fails if an import is missing', () => {
    edit(root, 'app.llp', (text) => text.replace('sets.llp', 'none.llp'));
    const { code, text } = build();
    expect(code).toBe(1);
    expect(text).toMatch(/LLP2015|cannot import/);
  });
});

test('llpc/unplugin: an imported policy has the types of an artifact', () => {
  const root = project('vite');
  script(root, 'check');
  edit(root, 'main.ts', (text) => `${text}\nconst wrong: string = policy.manifest.programs;\n`);
  const wrong = sh(root, packageOf(root).scripts['check'] ?? '');
  expect(wrong.out).toMatch(/main\.ts\(\d+,7\): error TS2322/);
});

/** Changes a file until it is seen: the watcher of a bundler may miss one change while it is still looking at the one before. */
async function seenToChange(change: () => void, isSeen: () => boolean): Promise<void> {
  for (let round = 0; round < 20 && !isSeen(); round++) {
    change();
    for (let wait = 0; wait < 60 && !isSeen(); wait++) await new Promise((done) => setTimeout(done, 50));
  }
  expect(isSeen(), 'the change is seen').toBe(true);
}

test('llpc/unplugin: the dev server of Vite serves a policy, and reloads the page when the policy or its import changes', async () => {
  const { createServer } = await import('vite');
  const root = project('vite');
  const configFile = join(root, 'vite.config.js');
  const server = await createServer({
    root,
    configFile,
    logLevel: 'silent',
    server: { middlewareMode: true, ws: false, watch: { ignoreInitial: true } },
  });
  try {
    const sent: string[] = [];
    const { hot } = server.environments.client;
    hot.send = ((payload: { type: string }) => sent.push(payload.type)) as typeof hot.send;
    const served = async (): Promise<string> =>
      (await server.environments.client.transformRequest('/app.llp'))?.code ?? '';
    await server.environments.client.transformRequest('/main.ts');
    expect(await served()).toMatch(/export default|__vite_ssr_export/);
    await until(() => server.watcher.getWatched()[root]?.includes('sets.llp') === true);
    for (const file of ['app.llp', 'sets.llp']) {
      sent.length = 0;
      const before = await served();
      await seenToChange(
        () => edit(root, file, (text) => `// more\n${text}`),
        () => sent.includes('full-reload'),
      );
      expect(await served()).not.toBe(before);
    }
    sent.length = 0;
    await seenToChange(
      () => edit(root, 'sets.llp', (text) => text.replace('readdir', 'readdri')),
      () => sent.includes('full-reload'),
    );
    await expect(served()).rejects.toMatchObject({
      message: expect.stringContaining('sets.llp:3:28: error[LLP2001]: ') as string,
      loc: { file: join(root, 'sets.llp'), line: 3, column: 27 },
      frame: expect.stringContaining('actions look') as string,
    });
  } finally {
    await server.close();
  }
});

test('llpc/unplugin: esbuild watches the imports of a policy', async () => {
  const { context } = await import('esbuild');
  const { llp } = await import('../../src/front/unplugin/esbuild.js');
  const root = project('esbuild');
  const results: number[] = [];
  const counted = {
    name: 'count',
    setup: (build: import('esbuild').PluginBuild) =>
      build.onEnd(({ errors }) => void results.push(errors.length)),
  };
  const watching = await context({
    absWorkingDir: root,
    entryPoints: ['main.js'],
    outfile: 'dist/main.js',
    bundle: true,
    format: 'esm',
    packages: 'external',
    logLevel: 'silent',
    plugins: [llp(), counted],
  });
  try {
    await watching.watch();
    await until(() => results.length === 1);
    edit(root, 'sets.llp', (text) => text.replace('readdir', 'readdri'));
    await until(() => results.length === 2);
    edit(root, 'sets.llp', (text) => text.replace('readdri', 'readdir'));
    await until(() => results.length === 3);
    expect(results).toEqual([0, 1, 0]);
  } finally {
    await watching.dispose();
  }
});
