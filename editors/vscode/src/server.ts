/** Finds the language server: the program in the settings, in a workspace folder, or on the path. */
import { join } from 'node:path';

export interface Found {
  readonly kind: 'program' | 'module';
  readonly path: string;
  readonly args: readonly string[];
}

export interface Asked {
  /** The setting `llp.path`; empty if it is not set. */
  readonly path: string;
  readonly defines: Readonly<Record<string, string>>;
  readonly folders: readonly string[];
  /** True if programs from the workspace folders may be run. */
  readonly trusted: boolean;
  readonly exists: (path: string) => boolean;
}

const MODULE = ['node_modules', 'llpc', 'dist', 'src', 'front', 'cli', 'main.js'] as const;

export function findServer({ path, defines, folders, trusted, exists }: Asked): Found {
  const args = ['lsp', ...Object.entries(defines).flatMap(([name, value]) => ['-D', `${name}=${value}`])];
  if (path !== '') return { kind: path.endsWith('.js') ? 'module' : 'program', path, args };
  const own = trusted ? folders.map((folder) => join(folder, ...MODULE)).find(exists) : undefined;
  return own === undefined ? { kind: 'program', path: 'llpc', args } : { kind: 'module', path: own, args };
}
