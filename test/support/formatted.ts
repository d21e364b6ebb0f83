/** Texts through the formatter, and what a text means apart from its layout. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { fileImporter } from '../../src/front/cli/io.js';
import { compile } from './compile.js';
import { formatText } from '../../src/format/format.js';
import { readLexemes } from '../../src/parser/lexemes.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The text of a file of the project. */
export const read = (path: string): string => readFileSync(`${ROOT}${path}`, 'utf8');
export const EXAMPLES = readdirSync(`${ROOT}examples`).filter(
  (name) => name !== 'integrations' && !name.includes('.'),
);

/** The policies that are laid out by hand as the formatter lays them out. */
export const FILES = [
  ...EXAMPLES.map((name) => `examples/${name}/policy.llp`),
  ...readdirSync(`${ROOT}std`).map((name) => `std/${name}`),
];

/** The text as it is laid out; throws where it has an error. */
export function formatted(text: string): string {
  const result = formatText(text);
  if (result.kind === 'ok') return result.text;
  throw new Error(result.diagnostics.map((d) => d.message).join('\n'));
}

/** Programs, maps and chains without places in the text. */
export function meaning(text: string): unknown {
  const { artifact } = compile(text, {
    defines: text.includes('param ext') ? { ext: 'x' } : {},
    importer: fileImporter,
  });
  if (artifact === undefined) return undefined;
  const { sources, ...manifest } = artifact.manifest;
  const plain = JSON.stringify(manifest, (key, value: unknown) => (key === 'span' ? undefined : value));
  return [plain, [...artifact.bytecode].map(([name, bytes]) => [name, Buffer.from(bytes).toString('hex')])];
}

export const tokens = (text: string): string[] => readLexemes(text).tokens.map((t) => t.image);
