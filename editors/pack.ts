/**
 * Packs the folder that `stage` made as a `.vsix`, with the packer of Visual Studio Code, which also checks the
 * manifest. The packer and its 200 packages are installed separately, in `editors/vsce`, without the parts for signing
 * and publishing.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { argv } from 'node:process';
import { pathToFileURL } from 'node:url';
import { stage } from './stage.js';

/** The interface of the packer, as far as it is used. */
interface Packer {
  createVSIX(options: object): Promise<void>;
  listFiles(options: object): Promise<string[]>;
}

const PACKER = resolve('editors/vsce/node_modules/@vscode/vsce/out/api.js');

export const hasPacker = (): boolean => existsSync(PACKER);

/** Packs a staged folder. Returns the files in the package. */
export async function pack(cwd: string, packagePath: string): Promise<readonly string[]> {
  const packer = (await import(pathToFileURL(PACKER).href)) as Packer;
  await packer.createVSIX({ cwd, packagePath, dependencies: false, allowMissingRepository: true });
  return packer.listFiles({ cwd, dependencies: false });
}

if (import.meta.url === pathToFileURL(argv[1] ?? '').href) {
  await stage('dist/vscode');
  await pack('dist/vscode', join('dist', 'llp.vsix'));
}
