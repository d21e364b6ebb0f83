/**
 * The `.vsix` of what `stage` made, with the packer of Visual Studio Code, which checks the manifest. It and its 200 packages are
 * installed apart, in `editors/vsce`, and without what they have for signing and publishing.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { argv } from 'node:process';
import { pathToFileURL } from 'node:url';
import { stage } from './stage.js';

/** The part of the packer's interface that is used. */
interface Packer {
  createVSIX(options: object): Promise<void>;
  listFiles(options: object): Promise<string[]>;
}

const PACKER = resolve('editors/vsce/node_modules/@vscode/vsce/out/api.js');

export const hasPacker = (): boolean => existsSync(PACKER);

/** Packs a staged folder; the files that are in the package. */
export async function pack(cwd: string, packagePath: string): Promise<readonly string[]> {
  const packer = (await import(pathToFileURL(PACKER).href)) as Packer;
  await packer.createVSIX({ cwd, packagePath, dependencies: false, allowMissingRepository: true });
  return packer.listFiles({ cwd, dependencies: false });
}

if (import.meta.url === pathToFileURL(argv[1] ?? '').href) {
  await stage('dist/vscode');
  await pack('dist/vscode', join('dist', 'llp.vsix'));
}
