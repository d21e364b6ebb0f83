/**
 * Stages the extension: `npm run vscode` writes it to `dist/vscode` and packs it (`pack.ts`). The client and its
 * dependencies are bundled into one file, so the package contains no `node_modules`.
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'rolldown';

const FILES = ['README.md', 'language-configuration.json', 'syntaxes'];

/** Writes the extension to a folder. The working directory must be the root of the repository. */
export async function stage(folder: string): Promise<void> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  for (const file of FILES) cpSync(join('editors/vscode', file), join(folder, file), { recursive: true });
  cpSync('LICENSE', join(folder, 'LICENSE'));
  writeFileSync(join(folder, 'package.json'), manifest());
  const { output } = await build({
    input: 'editors/vscode/src/extension.ts',
    external: ['vscode'],
    platform: 'node',
    logLevel: 'warn',
    output: { file: join(folder, 'out/extension.js'), format: 'cjs', minify: true },
  });
  writeFileSync(
    join(folder, 'NOTICES.txt'),
    notices(output.flatMap((o) => (o.type === 'chunk' ? o.moduleIds : []))),
  );
}

/** The licences of the packages in the bundle. */
function notices(modules: readonly string[]): string {
  const packages = [
    ...new Set(modules.flatMap((m) => /^.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(m)?.[0] ?? [])),
  ];
  return packages
    .sort()
    .map((folder) => {
      const file = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name));
      const name = /node_modules\/((?:@[^/]+\/)?[^/]+)\/$/.exec(folder)?.[1];
      return `${name}\n\n${readFileSync(join(folder, file ?? 'package.json'), 'utf8').trim()}\n`;
    })
    .join(`\n${'-'.repeat(80)}\n\n`);
}

/** The manifest of the package. `type` is removed, because the editor loads the bundle with `require`. */
function manifest(): string {
  const {
    type,
    private: unpublished,
    ...rest
  } = JSON.parse(readFileSync('editors/vscode/package.json', 'utf8')) as Record<string, unknown>;
  return JSON.stringify(rest, null, 2) + '\n';
}
