/**
 * The texts that are open in an editor or on disk, and their compilations (views).
 *
 * A view is computed once for each version of a text and its imports, and kept, so that a request is only a look-up. An
 * open text takes precedence over the file on disk, for imports too.
 */
import { readdirSync, statSync, type Stats } from 'node:fs';
import { basename, isAbsolute, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { analyse, type Analysed } from '../../compile.js';
import { readText } from '../cli/io.js';
import { defined } from '../../base/assert.js';
import type { Span } from '../../diagnostics/types.js';
import { collectNames, type FileNames } from '../../ir/check/names.js';
import type { Defines } from '../../ir/check/values.js';
import type { LinkedFile } from '../../parser/linked.js';
import type { Importer } from '../../parser/link.js';
import { stdUrl } from '../../parser/std.js';

export interface Workspace {
  /** The open documents by normalised URI (`sameUri`). The document itself has the URI of the editor. */
  readonly open: Map<string, TextDocument>;
  /** Counts the changes of each open text, because an editor may open a text again with an old version number. */
  readonly revisions: Map<string, number>;
  readonly views: Map<string, View>;
  readonly defines: Defines;
  /** The folders that are open in the editor. */
  readonly folders: string[];
}

/** The compilation of one text. */
export interface View extends Analysed {
  readonly uri: string;
  /** The names that are visible in each file. */
  readonly names: readonly FileNames[];
  /** One document for each source. */
  readonly documents: readonly TextDocument[];
  /** By URI: the state of each text that was read (see `stampOf`). */
  readonly stamps: ReadonlyMap<string, string>;
}

export function createWorkspace(defines: Defines): Workspace {
  return { open: new Map(), revisions: new Map(), views: new Map(), defines, folders: [] };
}

/** Records that a text was opened or changed. */
export function openText(workspace: Workspace, document: TextDocument): void {
  const uri = sameUri(document.uri);
  workspace.open.set(uri, document);
  workspace.revisions.set(uri, (workspace.revisions.get(uri) ?? 0) + 1);
}

export function closeText(workspace: Workspace, uri: string): void {
  workspace.open.delete(sameUri(uri));
  workspace.views.delete(sameUri(uri));
}

/** The view of a text; undefined if the text is neither open nor on disk. */
export function viewOf(workspace: Workspace, asked: string): View | undefined {
  const uri = sameUri(asked);
  const known = workspace.views.get(uri);
  if (known !== undefined && isCurrent(workspace, known)) return known;
  const text = textOf(workspace, uri);
  if (text === undefined) {
    workspace.views.delete(uri);
    return undefined;
  }
  const view = makeView(workspace, uri, text);
  workspace.views.set(uri, view);
  return view;
}

function isCurrent(workspace: Workspace, view: View): boolean {
  return [...view.stamps].every(([uri, stamp]) => stampOf(workspace, uri) === stamp);
}

/** The path of a URI; undefined if it does not name a file on this machine. */
export function pathOf(uri: string): string | undefined {
  try {
    return uri.startsWith('file:') ? fileURLToPath(uri) : undefined;
  } catch {
    return undefined;
  }
}

/** The normalised URI: editors differ in the characters that they escape. */
function sameUri(uri: string): string {
  const path = pathOf(uri);
  return path === undefined ? uri : pathToFileURL(path).href;
}

function textOf(workspace: Workspace, uri: string): string | undefined {
  const open = workspace.open.get(uri);
  if (open !== undefined) return open.getText();
  const path = pathOf(uri);
  const read = path === undefined ? undefined : readText(path);
  return read?.kind === 'ok' ? read.text : undefined;
}

/** A string that differs whenever the text changes, in the editor or on disk. */
function stampOf(workspace: Workspace, uri: string): string {
  const open = workspace.open.get(uri);
  if (open !== undefined) return `open ${workspace.revisions.get(uri) ?? 0} ${open.version}`;
  const path = pathOf(uri);
  const stat = path === undefined ? undefined : statOf(path);
  return stat === undefined ? 'absent' : `${stat.mtimeMs} ${stat.size} ${stat.ino}`;
}

function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function makeView(workspace: Workspace, uri: string, text: string): View {
  const stamps = new Map([[uri, stampOf(workspace, uri)]]);
  const importer: Importer = (name) => {
    const imported = uriOf(name);
    stamps.set(imported, stampOf(workspace, imported));
    const open = workspace.open.get(imported);
    if (open !== undefined) return { kind: 'ok', text: open.getText() };
    const path = pathOf(imported);
    return path === undefined ? { kind: 'missing', why: UNSAVED } : readText(path);
  };
  const name = nameOf(uri);
  const defines = workspace.defines;
  const analysed = analyse([{ name, text, id: basename(name) }], { importer, defines });
  const documents = analysed.sources.map((source, i) => {
    const at = i === 0 ? uri : uriOf(source.name);
    return workspace.open.get(at) ?? TextDocument.create(at, 'llp', 0, source.text);
  });
  return { ...analysed, uri, names: collectNames(analysed.linked, []), documents, stamps };
}

const UNSAVED = 'the policy is not saved yet, so nothing is beside it';

/** The name of a text in diagnostics: its path, or its URI if it is not on disk. */
function nameOf(uri: string): string {
  const path = pathOf(uri) ?? futurePath(uri);
  if (path === undefined) return uri;
  return process.platform === 'win32' ? path.replaceAll('\\', '/') : path;
}

/** The future path of an unsaved text that has one; undefined for other texts. */
function futurePath(uri: string): string | undefined {
  return uri.startsWith('untitled:/') ? pathOf(uri.replace(/^untitled:\/*/, 'file:///')) : undefined;
}

/** The URI of a source by its name. A name that is not a path belongs to a text that is not on disk. */
function uriOf(name: string): string {
  const url = name.startsWith('std/') ? stdUrl(name) : undefined;
  if (url !== undefined) return url.href;
  return isAbsolute(name) ? pathToFileURL(name).href : /^[\w+-]{2,}:/.test(name) ? name : `untitled:${name}`;
}

/** The folder of the standard library, whose files must not be changed. */
const STD = new URL('.', stdUrl('std/runtime.llp') ?? 'none:/').href;

export function isStd(uri: string): boolean {
  return uri.startsWith(STD);
}

/** The file for which the view was made. */
export function ownFile(view: View): LinkedFile {
  return defined(view.linked.files[0], 'the entry is the first file');
}

export interface TextLocation {
  readonly uri: string;
  readonly range: Range;
}

export interface Range {
  readonly start: { readonly line: number; readonly character: number };
  readonly end: { readonly line: number; readonly character: number };
}

export function locationOf(view: View, span: Span): TextLocation {
  const document = defined(view.documents[span.source], 'a span is in a source');
  return { uri: document.uri, range: rangeIn(document, span) };
}

export function rangeIn(document: TextDocument, { start, end }: Pick<Span, 'start' | 'end'>): Range {
  return { start: document.positionAt(start), end: document.positionAt(end) };
}

/** The most policies that are searched for: more than any workspace has. */
const MAX_FILES = 2000;
const MAX_DEPTH = 12;

/** The views of all open texts and of all policies in the folders of the workspace. */
export function allViews(workspace: Workspace): View[] {
  const uris = new Set(workspace.open.keys());
  for (const folder of workspace.folders) collectFiles(folder, 0, uris);
  return [...uris].flatMap((uri) => viewOf(workspace, uri) ?? []);
}

function collectFiles(folder: string, depth: number, uris: Set<string>): void {
  if (depth > MAX_DEPTH) return;
  for (const entry of entriesOf(folder)) {
    if (uris.size >= MAX_FILES) return;
    const path = join(folder, entry.name);
    if (entry.isFile() && entry.name.endsWith('.llp')) uris.add(pathToFileURL(path).href);
    else if (entry.isDirectory() && !/^(?:\.|node_modules$)/.test(entry.name))
      collectFiles(path, depth + 1, uris);
  }
}

function entriesOf(folder: string): ReturnType<typeof readEntries> {
  try {
    return readEntries(folder);
  } catch {
    return [];
  }
}

const readEntries = (folder: string) => readdirSync(folder, { withFileTypes: true });
