/** Which program is the language server: what the settings name, what the folder brings along, or what is on the path. */
import { join } from 'node:path';

export interface Found {
  readonly kind: 'program' | 'module';
  readonly path: string;
  readonly args: readonly string[];
}

export interface Asked {
  /** The setting; empty when there is none. */
  readonly path: string;
  readonly defines: Readonly<Record<string, string>>;
  readonly folders: readonly string[];
  /** Whether what a folder brings along may be run. */
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
