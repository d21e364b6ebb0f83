/**
 * Completions at a place: keywords, actions and sets, fragments, parameters, files to import, paths of the file system.
 */
import { readdirSync, statSync, type Dirent } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CompletionItemKind } from 'vscode-languageserver';
import { ACTIONS } from '../../abi/actions.js';
import { TARGET_NAMES } from '../../artifact/manifest.js';
import { escapePattern, hasGlob, unescapePattern } from '../../pattern/glob.js';
import { stdUrl } from '../../parser/std.js';
import { contextAt, type CursorContext } from './context.js';
import { valueOf } from './hover.js';
import { enclosing } from './tree.js';
import { ownFile, rangeIn, type Range, type View, type Workspace } from './workspace.js';

export interface Completion {
  readonly label: string;
  readonly kind: CompletionItemKind;
  readonly detail?: string;
  readonly textEdit: { readonly range: Range; readonly newText: string };
}

interface Suggestion {
  readonly label: string;
  readonly kind: CompletionItemKind;
  readonly detail?: string;
  /** The text to insert, if it differs from the label. */
  readonly text?: string;
}

interface CompletionPoint {
  readonly workspace: Workspace;
  readonly view: View;
  readonly offset: number;
  readonly context: CursorContext;
}

export function complete(workspace: Workspace, view: View, offset: number): Completion[] {
  const document = view.documents[0];
  const text = document?.getText() ?? '';
  const at = { workspace, view, offset, context: contextAt(text, offset) };
  if (document === undefined || at.context.place === 'comment') return [];
  const [suggestions, typed] = at.context.place === 'string' ? inString(at) : [inCode(at), at.context.typed];
  const range = rangeIn(document, { start: offset - typed.length, end: offset });
  return suggestions.map(({ text: newText, ...s }) => ({
    ...s,
    textEdit: { range, newText: newText ?? s.label },
  }));
}

const word = (label: string): Suggestion => ({ label, kind: CompletionItemKind.Keyword });
const words = (text: string): Suggestion[] => text.split(' ').map(word);

const TOP = 'llp import param actions fragment policy assert accept test';
const RULES = 'allow deny forbid use';
const ITEMS: Readonly<Record<string, string>> = {
  policy: `default dir file here ${RULES} assert accept`,
  fragment: `dir file here ${RULES}`,
  dir: `dir file here ${RULES}`,
  file: RULES,
  here: RULES,
  test: 'given expect cd',
  given: 'file dir link bind hardlink',
};

/** Suggestions outside of strings, by the words of the statement so far. */
function inCode(at: CompletionPoint): Suggestion[] {
  const { statement, blocks } = at.context;
  const [first, ...rest] = statement.map((t) => t.image);
  const last = rest.at(-1);
  switch (first) {
    case undefined:
      return words(blocks.length === 0 ? TOP : (ITEMS[blocks.at(-1) ?? ''] ?? ''));
    case 'allow':
    case 'deny':
    case 'forbid':
      return inSet(at, rest);
    case 'actions':
      return rest.includes('=') ? inSet(at, rest.slice(rest.indexOf('=') + 1)) : [];
    case 'default':
      return rest.length === 0 ? words('allow deny') : [];
    case 'expect':
      return rest.length === 0 ? words('allow deny') : rest.length === 1 ? actions() : [];
    case 'param':
    case 'fragment':
      return last === ':' ? words('path name pattern') : [];
    case 'use':
      return rest.length === 0 ? fragments(at) : [];
    case 'assert':
      return rest.length === 0 ? words('never always') : inClaim(at, rest);
    case 'accept':
      return rest.length === 0 ? words('gains unenforced') : inAccept(at, rest);
    default:
      return [];
  }
}

function inSet(at: CompletionPoint, before: readonly string[]): Suggestion[] {
  const last = before.at(-1);
  if (last === 'all' && before.length === 1) return words('except');
  if (last !== undefined && last !== ',' && last !== 'except') return [];
  const sets = [...(at.view.names[0]?.actions.keys() ?? [])];
  const own = sets.map((label) => ({ label, kind: CompletionItemKind.Constant, detail: 'set of actions' }));
  return [...own, ...actions(), ...(last === undefined ? words('all') : [])];
}

/** Suggestions after `assert never` and `assert always`. */
function inClaim(at: CompletionPoint, [claim, ...rest]: readonly string[]): Suggestion[] {
  if (rest[0] === 'gains') return inSet(at, rest.slice(1));
  if (rest.length === 0) return [...inSet(at, rest), ...(claim === 'never' ? words('gains') : [])];
  const last = rest.at(-1);
  if (last === 'under' || last === 'at') return [];
  const set = inSet(at, rest);
  return last === ',' || last === 'except' ? set : [...set, ...words('under at')];
}

/** Suggestions after `accept gains` and `accept unenforced`. */
function inAccept(at: CompletionPoint, [what, ...rest]: readonly string[]): Suggestion[] {
  const last = rest.at(-1);
  if (what !== 'unenforced' || last === undefined) return inSet(at, rest);
  if (last === 'on') return targets();
  if (rest.includes('on')) return [];
  const set = inSet(at, rest);
  return last === ',' || last === 'except' ? set : [...set, ...words('on')];
}

function targets(): Suggestion[] {
  return TARGET_NAMES.map((label) => ({ label, kind: CompletionItemKind.EnumMember, detail: 'target' }));
}

function actions(): Suggestion[] {
  return ACTIONS.map((label) => ({ label, kind: CompletionItemKind.EnumMember, detail: 'action' }));
}

function fragments({ view }: CompletionPoint): Suggestion[] {
  return [...(view.names[0]?.fragments ?? [])].map(([label, { decl }]) => {
    const params = decl.params.map((p) => `${p.name.text}: ${p.type}`).join(', ');
    const args = decl.params.map((p) => `"${p.name.text}"`).join(', ');
    const text = args === '' ? label : `${label}(${args})`;
    return { label, kind: CompletionItemKind.Function, detail: `fragment ${label}(${params})`, text };
  });
}

/** Suggestions within a string, and the part of the string that they replace. */
function inString(at: CompletionPoint): readonly [readonly Suggestion[], string] {
  const { typed, statement } = at.context;
  const interpolation = /\$\{([A-Za-z0-9_-]*)$/.exec(typed)?.[1];
  if (interpolation !== undefined) return [params(at), interpolation];
  const first = statement[0]?.image;
  if (first === 'import') return imports(at);
  const inTest = at.context.blocks.some((b) => b === 'test');
  if (first === 'assert') return paths(at, 'file');
  return (first === 'dir' || first === 'file') && !inTest ? paths(at, first) : [[], ''];
}

function params({ view, offset }: CompletionPoint): Suggestion[] {
  const { blocks } = enclosing(ownFile(view).file, offset);
  const locals = blocks.flatMap((b) => (b.kind === 'fragment' ? b.params.map((p) => p.name.text) : []));
  const closed = view.documents[0]?.getText()[offset] === '}';
  return [...new Set([...locals, ...(view.names[0]?.params.keys() ?? [])])].map((label) => ({
    label,
    kind: CompletionItemKind.Variable,
    text: closed ? label : `${label}}`,
  }));
}

function imports({ view, context }: CompletionPoint): readonly [readonly Suggestion[], string] {
  const typed = context.typed.slice(1);
  const base = typed.slice(0, typed.lastIndexOf('/') + 1);
  const own = view.sources[0]?.name ?? '';
  const std = base === 'std/' ? stdUrl('std/runtime.llp') : undefined;
  const folder =
    std !== undefined ? dirname(fileURLToPath(std)) : isAbsolute(own) ? join(dirname(own), base) : undefined;
  const found = folder === undefined ? [] : entries(folder).filter((e) => e.isDir || e.name.endsWith('.llp'));
  const shipped = base === '' ? [{ label: 'std/', kind: CompletionItemKind.Folder }] : [];
  return [
    [...shipped, ...found.map((e) => entry(e, `${e.name}${e.isDir ? '/' : ''}`))],
    typed.slice(base.length),
  ];
}

/** Suggestions from the file system, for the path of the enclosing scopes and the text typed so far. */
function paths(at: CompletionPoint, object: 'dir' | 'file'): readonly [readonly Suggestion[], string] {
  const typed = at.context.typed.replace(/^"/, '');
  const base = typed.slice(0, typed.lastIndexOf('/') + 1);
  const folder = [...at.context.paths.map((p) => p.replace(/^"|"$/g, '')), base].map((p) => literal(at, p));
  const path = folder.some((p) => p === undefined) ? undefined : folder.filter((p) => p !== '').join('/');
  const found = path === undefined || !path.startsWith('/') ? [] : entries(path);
  const fit = found.filter((e) => object === 'file' || e.isDir);
  return [fit.map((e) => entry(e, escape(e.name))), typed.slice(base.length)];
}

/** The literal path that a string stands for; undefined if it contains a glob or an unknown parameter. */
function literal({ workspace, view }: CompletionPoint, raw: string): string | undefined {
  let known = true;
  const text = raw.replace(/\$\{([^}]*)\}/g, (_, name: string) => {
    const value = valueOf(workspace, view, name, 0);
    known &&= value !== undefined;
    return value ?? '';
  });
  return known && !hasGlob(text) ? unescapePattern(text.replace(/\\(["$])/g, '$1')) : undefined;
}

/** A name with the escapes that it needs in a string. */
function escape(name: string): string {
  const plain = escapePattern(name).replace(/["$]/g, '\\$&');
  return plain.replace(/[\0-\x1f\x7f]/g, (c) => `\\u{${c.charCodeAt(0).toString(16)}}`);
}

interface FolderEntry {
  readonly name: string;
  readonly isDir: boolean;
}

function entry({ name, isDir }: FolderEntry, text: string): Suggestion {
  return { label: name, kind: isDir ? CompletionItemKind.Folder : CompletionItemKind.File, text };
}

/** The most entries of a folder that are suggested: a longer list is of no use. */
const MAX_ENTRIES = 1000;

function entries(folder: string): FolderEntry[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .slice(0, MAX_ENTRIES)
      .map((e) => ({
        name: e.name,
        isDir: e.isDirectory() || (e.isSymbolicLink() && leadsToFolder(folder, e)),
      }));
  } catch {
    return [];
  }
}

function leadsToFolder(folder: string, { name }: Dirent): boolean {
  return statSync(join(folder, name), { throwIfNoEntry: false })?.isDirectory() === true;
}
