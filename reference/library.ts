/**
 * Prints the page of the library: the exports of each entry of the package, as the TypeScript compiler declares them.
 */
import { readFileSync } from 'node:fs';
import { docText, exportsOf, type Declaration, type Exported } from './declarations.js';

interface Package {
  readonly name: string;
  readonly exports: Readonly<Record<string, string | { readonly types?: string }>>;
}

export function printLibrary(): string {
  const { name, exports } = JSON.parse(readFileSync('package.json', 'utf8')) as Package;
  const shown = new Map<string, string>();
  const sections = Object.entries(exports).flatMap(([entry, target]) => {
    const file = typeof target === 'string' ? undefined : target.types;
    if (file?.startsWith('./dist/src/') !== true) return [];
    const from = entry.replace(/^\./, name);
    return [
      '',
      `## ${from}`,
      '',
      header(file),
      ...exportsOf(file.slice(2)).flatMap((e) => print(e, from, shown)),
    ];
  });
  const intro = [
    '# Library',
    '',
    'The exports of the package, as the TypeScript compiler declares them. A type that a declaration mentions may not be exported itself.',
  ];
  return [...intro, ...sections, ''].join('\n');
}

/** The file comment of a module. */
function header(types: string): string {
  const source = types.replace('./dist/', '').replace(/\.d\.ts$/, '.ts');
  return docText(/^\/\*\*[^]*?\*\//.exec(readFileSync(source, 'utf8'))?.[0] ?? '');
}

/** The section of an export. `shown` are the declarations that are already printed, by file and name. */
function print(exported: Exported, from: string, shown: Map<string, string>): string[] {
  if (exported.kind === 'namespace') {
    const inner = `${from}: ${exported.name}`;
    return ['', `## ${inner}`, '', ...exported.members.flatMap((member) => print(member, inner, shown))];
  }
  const key = `${exported.file} ${exported.name}`;
  const before = shown.get(key);
  if (before !== undefined) return ['', `### ${exported.name}`, '', `As in ${before}.`];
  shown.set(key, from);
  return declaration(exported);
}

function declaration({ name, doc, text }: Declaration): string[] {
  return ['', `### ${name}`, '', ...(doc === '' ? [] : [doc, '']), '```ts', text, '```'];
}
