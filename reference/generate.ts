/**
 * Writes the pages of `docs/reference` from help texts, schemas and declarations (`npm run docs`). It is deterministic.
 */
import { writeFileSync } from 'node:fs';
import { argv } from 'node:process';
import { pathToFileURL } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { printCommands } from './commands.js';
import { printFormats } from './formats.js';
import { printLibrary } from './library.js';

/**
 * The generated pages by their name in `docs/reference`. The working directory must be the repository, with `dist`
 * built.
 */
export async function generate(): Promise<ReadonlyMap<string, string>> {
  const pages = {
    'commands.md': printCommands(),
    'formats.md': printFormats(),
    'library.md': printLibrary(),
  };
  const made = new Map<string, string>();
  const settings = await resolveConfig('README.md');
  for (const [name, text] of Object.entries(pages))
    made.set(name, await format(text, { ...settings, parser: 'markdown' }));
  return made;
}

if (import.meta.url === pathToFileURL(argv[1] ?? '').href)
  for (const [name, text] of await generate()) writeFileSync(`docs/reference/${name}`, text);
