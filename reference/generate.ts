/** Writes the pages of `docs/reference` from help texts, JSON Schemas and declarations: `npm run docs`. The same bytes each time. */
import { writeFileSync } from 'node:fs';
import { argv } from 'node:process';
import { pathToFileURL } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { printCommands } from './commands.js';
import { printFormats } from './formats.js';
import { printLibrary } from './library.js';

/** Every generated page by its name in `docs/reference`. Reads the working directory, which is the repository, and its `dist`. */
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
