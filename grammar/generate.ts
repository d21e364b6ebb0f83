/** Writes the files of this folder from the parser (`npm run grammar`). The output is deterministic. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { argv } from 'node:process';
import { pathToFileURL } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { printEbnf } from './ebnf.js';
import { printReadme, printTokens } from './glossary.js';
import { readProductions } from './model.js';
import { diagramFile, printDiagram } from './railroad.js';
import { printTextMate } from './textmate.js';

/** The generated files by their path from the folder `grammar`. */
export async function generate(): Promise<ReadonlyMap<string, string>> {
  const productions = readProductions();
  const files = new Map<string, string>();
  files.set('llp.ebnf', printEbnf(productions));
  files.set('tokens.md', await laidOut(printTokens(), 'markdown'));
  files.set('README.md', await laidOut(printReadme(productions), 'markdown'));
  files.set('../editors/vscode/syntaxes/llp.tmLanguage.json', await laidOut(printTextMate(), 'json'));
  for (const p of productions) files.set(`railroad/${diagramFile(p.name)}`, printDiagram(p));
  return files;
}

async function laidOut(text: string, parser: 'markdown' | 'json'): Promise<string> {
  return format(text, { ...(await resolveConfig('README.md')), parser });
}

async function write(folder: string): Promise<void> {
  const files = await generate();
  mkdirSync(`${folder}/railroad`, { recursive: true });
  for (const old of readdirSync(`${folder}/railroad`))
    if (!files.has(`railroad/${old}`)) rmSync(`${folder}/railroad/${old}`);
  for (const [name, text] of files) writeFileSync(`${folder}/${name}`, text);
}

if (import.meta.url === pathToFileURL(argv[1] ?? '').href) await write('grammar');
