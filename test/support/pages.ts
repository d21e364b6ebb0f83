/** The Markdown files of the repository. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';

const FOLDERS = ['docs', 'examples', 'grammar', 'editors/vscode'];

/** Every page, by its path from the repository, in alphabetical order. */
export const PAGES: readonly string[] = [
  'README.md',
  'ARCHITECTURE.md',
  'CONTRIBUTING.md',
  ...FOLDERS.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.md') && !name.includes('node_modules'))
      .map((name) => join(folder, name)),
  ),
].sort();
