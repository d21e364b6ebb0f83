/** A client of the language server, which runs as a child process: the protocol and nothing else. */
import { spawn, type ChildProcess } from 'node:child_process';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  createMessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
  type MessageConnection,
} from 'vscode-jsonrpc/node';
import type { Diagnostic, DocumentSymbol, InitializeResult } from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { defined } from '../../src/base/assert.js';
import type { Completion } from '../../src/front/lsp/completion.js';
import type { QuickFix } from '../../src/front/lsp/findings.js';
import type { TextLocation, Range } from '../../src/front/lsp/workspace.js';

/** The answers that the tests read. */
interface Answers {
  readonly hover: { readonly contents: { readonly value: string }; readonly range: Range } | null;
  readonly definition: readonly TextLocation[];
  readonly references: readonly TextLocation[];
  readonly prepareRename: Range | null;
  readonly rename: { readonly changes: Readonly<Record<string, readonly Edit[]>> };
  readonly completion: readonly Completion[];
  readonly codeAction: readonly QuickFix[];
  readonly formatting: readonly Edit[];
  readonly documentSymbol: readonly DocumentSymbol[];
  readonly foldingRange: readonly {
    readonly startLine: number;
    readonly endLine: number;
    readonly kind?: string;
  }[];
  readonly 'semanticTokens/full': { readonly data: readonly number[] };
}

export interface Edit {
  readonly range: Range;
  readonly newText: string;
}

export interface Client {
  readonly child: ChildProcess;
  readonly connection: MessageConnection;
  readonly log: readonly string[];
  readonly initialized: InitializeResult;
  /** What was published last, by URI. */
  readonly published: ReadonlyMap<
    string,
    { readonly version: number; readonly diagnostics: readonly Diagnostic[] }
  >;
}

/** A server that nothing was said to yet. */
export interface Server {
  readonly child: ChildProcess;
  readonly connection: MessageConnection;
  /** What it says in `window/logMessage`. */
  readonly log: readonly string[];
  /** Exit code and what is on standard error, when it has ended. */
  readonly ended: Promise<{ readonly code: number | null; readonly err: string }>;
}

export function startServer(args: readonly string[] = []): Server {
  const child = spawn(process.execPath, [resolve('dist/src/front/cli/main.js'), 'lsp', '--stdio', ...args], {
    stdio: 'pipe',
  });
  let err = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  const ended = new Promise<{ code: number | null; err: string }>((done) =>
    child.once('close', (code) => done({ code, err })),
  );
  const connection = createMessageConnection(
    new StreamMessageReader(child.stdout),
    new StreamMessageWriter(child.stdin),
  );
  const log: string[] = [];
  connection.onNotification('window/logMessage', ({ message }: { message: string }) => {
    log.push(message);
  });
  connection.listen();
  return { child, connection, log, ended };
}

/** Starts a server for a folder. */
export async function startClient(folder: string, args: readonly string[] = []): Promise<Client> {
  const { child, connection, log } = startServer(args);
  const published = new Map<string, { version: number; diagnostics: Diagnostic[] }>();
  connection.onNotification(
    'textDocument/publishDiagnostics',
    (p: { uri: string; version: number; diagnostics: Diagnostic[] }) => {
      published.set(p.uri, p);
    },
  );
  const uri = pathToFileURL(folder).href;
  const initialized: InitializeResult = await connection.sendRequest('initialize', {
    processId: process.pid,
    rootUri: uri,
    workspaceFolders: [{ uri, name: 'folder' }],
    capabilities: {},
  });
  await connection.sendNotification('initialized', {});
  return { child, connection, log, initialized, published };
}

/** Ends the server as the protocol says; gives its exit code. */
export async function stopClient({ child, connection }: Client): Promise<number | null> {
  const code = new Promise<number | null>((done) => child.once('exit', (c) => done(c)));
  await connection.sendRequest('shutdown');
  await connection.sendNotification('exit');
  const exit = await code;
  connection.dispose();
  return exit;
}

/** A text that is open in the editor, with a mark `|` where the cursor is. */
export interface OpenText {
  readonly uri: string;
  readonly document: TextDocument;
  readonly offset: number;
}

export async function open({ connection }: Client, uri: string, marked: string): Promise<OpenText> {
  const opened = readMarked(uri, 1, marked);
  const text = opened.document.getText();
  await connection.sendNotification('textDocument/didOpen', {
    textDocument: { uri, languageId: 'llp', version: 1, text },
  });
  return opened;
}

/** The whole text anew. */
export async function change(
  { connection }: Client,
  uri: string,
  version: number,
  marked: string,
): Promise<OpenText> {
  const opened = readMarked(uri, version, marked);
  const contentChanges = [{ text: opened.document.getText() }];
  await connection.sendNotification('textDocument/didChange', {
    textDocument: { uri, version },
    contentChanges,
  });
  return opened;
}

function readMarked(uri: string, version: number, marked: string): OpenText {
  const at = marked.indexOf('¦');
  const text = marked.replace('¦', '');
  return { uri, document: TextDocument.create(uri, 'llp', version, text), offset: at < 0 ? 0 : at };
}

export function ask<M extends keyof Answers>(
  { connection }: Client,
  method: M,
  { uri, document, offset }: OpenText,
  more: object = {},
): Promise<Answers[M]> {
  const position = document.positionAt(offset);
  return connection.sendRequest(`textDocument/${method}`, { textDocument: { uri }, position, ...more });
}

/** What is published of this version of a text. Answers come in order, so one question is enough to wait for. */
export async function diagnosticsOf(
  client: Client,
  text: OpenText,
  version = text.document.version,
): Promise<readonly Diagnostic[]> {
  for (let asked = 0; asked < 100; asked++) {
    const found = client.published.get(text.uri);
    if (found?.version === version) return found.diagnostics;
    await ask(client, 'foldingRange', text);
  }
  throw new Error(`nothing is published about ${text.uri}`);
}

/** A text after edits. */
export function apply({ document }: OpenText, edits: readonly Edit[]): string {
  return TextDocument.applyEdits(
    document,
    edits.map((e) => ({ range: { ...e.range }, newText: e.newText })),
  );
}

/** The text that a location is about, from the open texts. */
export function textAt(texts: readonly OpenText[], { uri, range }: TextLocation): string {
  return defined(
    texts.find((t) => t.uri === uri),
    `the text ${uri}`,
  ).document.getText(range);
}
