/**
 * Reads the exports of a built module from its `.d.ts` file.
 *
 * Input: a file that `tsc` wrote. Output: each exported name with its declaration and doc comment; re-exports are
 * followed to the declaration. Known weakness: it understands what `tsc` writes for this project, not all of
 * TypeScript.
 */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { defined } from '../src/base/assert.js';

export interface Declaration {
  readonly kind: 'declaration';
  readonly name: string;
  /** The file of the declaration. It shows when two names have the same declaration. */
  readonly file: string;
  readonly doc: string;
  /** The declaration without `export` and `declare`. */
  readonly text: string;
}

export interface Namespace {
  readonly kind: 'namespace';
  readonly name: string;
  readonly file: string;
  readonly members: readonly Exported[];
}

export type Exported = Declaration | Namespace;

interface Statement {
  readonly doc: string;
  readonly text: string;
}

export function exportsOf(file: string): Exported[] {
  const statements = splitStatements(readFileSync(file, 'utf8'));
  const found = new Map<string, Exported>();
  const add = (exported: Exported): void => {
    const before = found.get(exported.name);
    // Overloads, or a type and a value with the same name, are shown together.
    if (before?.kind === 'declaration' && exported.kind === 'declaration' && before.file === exported.file)
      found.set(exported.name, { ...before, text: `${before.text}\n${exported.text}` });
    else found.set(exported.name, exported);
  };
  for (const statement of statements)
    for (const exported of exportedBy(statement, statements, file)) add(exported);
  return [...found.values()];
}

function exportedBy({ doc, text }: Statement, statements: readonly Statement[], file: string): Exported[] {
  const from = /from '(\.[^']*)';$/.exec(text)?.[1];
  const other = from === undefined ? undefined : resolve(file, from);
  const space = /^export \* as (\w+)/.exec(text)?.[1];
  if (space !== undefined && other !== undefined)
    return [{ kind: 'namespace', name: space, file: other, members: exportsOf(other) }];
  if (text.startsWith('export *') && other !== undefined) return exportsOf(other);
  const list = /^export (?:type )?\{([^}]*)\}/.exec(text)?.[1];
  if (list !== undefined)
    return namesIn(list).map((names) => named(names, other ?? file, other === undefined ? statements : []));
  const name = /^export (?:declare )?(?:abstract )?(?:function|const|class|interface|type) (\w+)/.exec(
    text,
  )?.[1];
  if (name === undefined) return [];
  return [{ kind: 'declaration', name, file, doc, text: plain(text) }];
}

/** The declaration of a name in an export list: in the file itself, possibly imported there, or in another file. */
function named(
  [name, as]: readonly [string, string],
  file: string,
  statements: readonly Statement[],
): Exported {
  const source = statements.find(
    ({ text }) => text.startsWith('import ') && new RegExp(`\\b${name}\\b.* from '\\.`, 's').test(text),
  );
  const path = /from '(\.[^']*)';$/.exec(source?.text ?? '')?.[1];
  const target = path === undefined ? file : resolve(file, path);
  const found = defined(
    exportsOf(target).find((e) => e.name === name),
    `\`${name}\` in ${target}`,
  );
  return as === name ? found : { ...found, name: as };
}

function namesIn(list: string): (readonly [string, string])[] {
  const parts = list.split(',').map((part) => part.trim().replace(/^type /, ''));
  return parts
    .filter((part) => part !== '')
    .map((part) => {
      const [name = '', as = name] = part.split(' as ');
      return [name, as] as const;
    });
}

const resolve = (file: string, path: string): string => join(dirname(file), path).replace(/\.js$/, '.d.ts');

const plain = (text: string): string =>
  text.replace(/^export (?:declare )?/, '').replace(/^ +private [^\n]*\n/gm, '');

/** The statements of a file, each with the doc comment before it. */
export function splitStatements(text: string): Statement[] {
  const statements: Statement[] = [];
  let doc = '';
  let at = 0;
  while (at < text.length) {
    const comment = /^\s*(\/\*[^]*?\*\/|\/\/[^\n]*|#![^\n]*)/.exec(text.slice(at));
    if (comment !== null) {
      doc = comment[1]?.startsWith('/**') === true ? docText(comment[1]) : doc;
      at += comment[0].length;
      continue;
    }
    const end = endOfStatement(text, at);
    const statement = text.slice(at, end).trim();
    if (statement !== '') statements.push({ doc, text: statement });
    doc = '';
    at = end;
  }
  return statements;
}

/** The end of a statement: a `;` outside of brackets, or the closing `}` of a block. */
function endOfStatement(text: string, start: number): number {
  const block = /^\s*(?:export )?(?:declare )?(?:abstract )?(?:interface|class|namespace) /.test(
    text.slice(start),
  );
  let depth = 0;
  const token = /\/\*[^]*?\*\/|\/\/[^\n]*|'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`|[{}()[\];]/g;
  token.lastIndex = start;
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    const [found] = match;
    if (found === '{' || found === '(' || found === '[') depth++;
    if (found === '}' || found === ')' || found === ']') depth--;
    if (depth === 0 && found === (block ? '}' : ';')) return token.lastIndex;
  }
  return text.length;
}

export function docText(comment: string): string {
  return comment
    .replace(/^\/\*\*+|\*\/$/g, '')
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, '').trimEnd())
    .join('\n')
    .trim();
}
