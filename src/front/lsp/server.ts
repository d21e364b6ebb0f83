/**
 * The language server: speaks the protocol on two streams and answers from the views of `workspace.ts`. Every answer is
 * about the newest text. The only state is the texts and the views.
 */
import {
  createConnection,
  DidChangeWorkspaceFoldersNotification,
  ResponseError,
  ErrorCodes,
  TextDocumentSyncKind,
  TextDocuments,
  type Connection,
  type InitializeParams,
  type InitializeResult,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import type { Defines } from '../../ir/check/values.js';
import { layOutText } from '../../format/format.js';
import { complete } from './completion.js';
import { findings, quickFixes } from './findings.js';
import { createGate } from './gate.js';
import { hover } from './hover.js';
import { definition, references, rename, renameRange } from './navigate.js';
import { folds, outline, semanticTokens, TOKEN_TYPES } from './outline.js';
import {
  closeText,
  createWorkspace,
  openText,
  ownFile,
  pathOf,
  rangeIn,
  viewOf,
  type View,
  type Workspace,
} from './workspace.js';

export interface ServerOptions {
  readonly defines: Defines;
  readonly version: string;
}

/** Serves until the input ends or the client sends `exit`. `end` ends the process, with an exit code and a reason. */
export function serve(
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
  options: ServerOptions,
  end: (code: number, why?: string) => void,
): void {
  const { reader, writer } = createGate(input, output, end);
  const connection = createConnection(reader, writer);
  const documents = new TextDocuments(TextDocument);
  const workspace = createWorkspace(options.defines);
  connection.onInitialize((params) => initialize(workspace, params, options.version));
  const publish = publisher(connection, workspace);
  documents.onDidChangeContent(({ document }) => {
    openText(workspace, document);
    publish();
  });
  documents.onDidClose(({ document }) => {
    closeText(workspace, document.uri);
    void connection.sendDiagnostics({ uri: document.uri, diagnostics: [] });
    publish();
  });
  connection.onDidChangeWatchedFiles(publish);
  connection.onNotification(DidChangeWorkspaceFoldersNotification.type, ({ event }) => {
    removeFolders(workspace, event.removed);
    addFolders(workspace, event.added);
  });
  answer(connection, workspace);
  documents.listen(connection);
  connection.listen();
}

function initialize(workspace: Workspace, params: InitializeParams, version: string): InitializeResult {
  const root = params.rootUri == null ? [] : [{ uri: params.rootUri }];
  addFolders(workspace, params.workspaceFolders ?? root);
  return {
    serverInfo: { name: 'llpc', version },
    capabilities: {
      textDocumentSync: TextDocumentSyncKind.Incremental,
      hoverProvider: true,
      definitionProvider: true,
      referencesProvider: true,
      renameProvider: { prepareProvider: true },
      completionProvider: { triggerCharacters: ['"', '/', '{', ','] },
      codeActionProvider: { codeActionKinds: ['quickfix'] },
      documentFormattingProvider: true,
      documentSymbolProvider: true,
      foldingRangeProvider: true,
      workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
      semanticTokensProvider: {
        legend: { tokenTypes: [...TOKEN_TYPES], tokenModifiers: [] },
        full: true,
      },
    },
  };
}

function addFolders(workspace: Workspace, folders: readonly { readonly uri: string }[]): void {
  workspace.folders.push(...folders.flatMap(({ uri }) => pathOf(uri) ?? []));
}

function removeFolders(workspace: Workspace, folders: readonly { readonly uri: string }[]): void {
  for (const { uri } of folders) {
    const at = workspace.folders.indexOf(pathOf(uri) ?? '');
    if (at >= 0) workspace.folders.splice(at, 1);
  }
}

/**
 * Returns a function that sends the diagnostics of all open texts, because a change of one text may affect others. It
 * waits until the messages that have arrived are read.
 */
function publisher(connection: Connection, workspace: Workspace): () => void {
  const sent = new Map<string, View>();
  let waiting = false;
  return () => {
    if (waiting) return;
    waiting = true;
    setImmediate(() => {
      waiting = false;
      for (const [uri, document] of workspace.open) {
        try {
          const view = viewOf(workspace, uri);
          if (view === undefined || sent.get(uri) === view) continue;
          sent.set(uri, view);
          const { version, uri: own } = document;
          void connection.sendDiagnostics({ uri: own, version, diagnostics: findings(view) });
        } catch (error) {
          connection.console.error(`a bug in llpc, at ${uri}: ${faultText(error)}`);
        }
      }
      for (const uri of sent.keys()) if (!workspace.open.has(uri)) sent.delete(uri);
    });
  };
}

function faultText(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

interface OnDocument {
  readonly textDocument: { readonly uri: string };
}

interface AtPosition extends OnDocument {
  readonly position: { readonly line: number; readonly character: number };
}

function answer(connection: Connection, workspace: Workspace): void {
  const at =
    <P extends AtPosition, R>(give: (view: View, offset: number, params: P) => R, none: R) =>
    (params: P): R => {
      const view = viewOf(workspace, params.textDocument.uri);
      const document = view?.documents[0];
      return view === undefined || document === undefined
        ? none
        : give(view, document.offsetAt(params.position), params);
    };
  const of =
    <P extends OnDocument, R>(give: (view: View, params: P) => R, none: R) =>
    (params: P): R => {
      const view = viewOf(workspace, params.textDocument.uri);
      return view === undefined ? none : give(view, params);
    };
  connection.onHover(at((view, offset) => hover(workspace, view, offset) ?? null, null));
  connection.onDefinition(at((view, offset) => definition(view, offset), []));
  connection.onReferences(
    at((view, offset, { context }) => references(workspace, view, offset, context.includeDeclaration), []),
  );
  connection.onPrepareRename(at((view, offset) => renameRange(view, offset) ?? null, null));
  connection.onRenameRequest(
    at((view, offset, { newName }) => renamed(workspace, view, offset, newName), null),
  );
  connection.onCompletion(at((view, offset) => complete(workspace, view, offset), []));
  connection.onCodeAction(
    of((view, { range }) => {
      const document = view.documents[0];
      return document === undefined
        ? []
        : quickFixes(view, document.offsetAt(range.start), document.offsetAt(range.end));
    }, []),
  );
  connection.onDocumentFormatting(of((view) => formatted(view), []));
  connection.onDocumentSymbol(of((view) => outline(view), []));
  connection.onFoldingRanges(of((view) => view.documents.slice(0, 1).flatMap(folds), []));
  connection.languages.semanticTokens.on(of((view) => ({ data: semanticTokens(view) }), { data: [] }));
}

function renamed(workspace: Workspace, view: View, offset: number, name: string) {
  const result = rename(workspace, view, offset, name);
  if (result.kind === 'refused') throw new ResponseError(ErrorCodes.InvalidParams, result.why);
  return {
    changes: Object.fromEntries(Object.entries(result.changes).map(([uri, edits]) => [uri, [...edits]])),
  };
}

/** The edit that formats a file: the part that differs. A file with syntax errors is not changed. */
function formatted(view: View) {
  const [document] = view.documents;
  const old = document?.getText() ?? '';
  const { file, complete: wellFormed } = ownFile(view);
  const text = wellFormed ? layOutText(file, old) : old;
  if (document === undefined || text === old) return [];
  const { start, end, newText } = difference(old, text);
  return [{ range: rangeIn(document, { start, end }), newText }];
}

function difference(
  old: string,
  text: string,
): { readonly start: number; readonly end: number; readonly newText: string } {
  const most = Math.min(old.length, text.length);
  let start = 0;
  while (start < most && old[start] === text[start]) start++;
  if (cutsEnd(old, start) || cutsEnd(text, start)) start--;
  let same = 0;
  while (same < most - start && old[old.length - 1 - same] === text[text.length - 1 - same]) same++;
  if (same > 0 && (cutsEnd(old, old.length - same) || cutsEnd(text, text.length - same))) same--;
  return { start, end: old.length - same, newText: text.slice(start, text.length - same) };
}

/** True between the two characters of a CRLF, where the protocol has no position. */
function cutsEnd(text: string, at: number): boolean {
  return text[at - 1] === '\r' && text[at] === '\n';
}
