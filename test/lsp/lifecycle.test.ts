/** Messages at a wrong time, without what they need, or that are none: answered as the protocol says. */
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { StreamMessageReader } from 'vscode-jsonrpc/node';
import { describe, expect, it } from 'vitest';

interface Answer {
  readonly id?: number | null;
  readonly method?: string;
  readonly params?: { readonly message?: string };
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string };
}

interface Ended {
  readonly answers: readonly Answer[];
  readonly code: number | null;
  readonly err: string;
}

const frame = (text: string): string => `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`;
const message = (value: object): string => frame(JSON.stringify({ jsonrpc: '2.0', ...value }));
const request = (id: number, method: string, params?: unknown): string => message({ id, method, params });
const notification = (method: string, params?: unknown): string => message({ method, params });

const initialize = request(1, 'initialize', { processId: null, rootUri: null, capabilities: {} });
const shutdown = request(99, 'shutdown');
const exit = notification('exit');
const uri = 'file:///w/a.llp';
const at = { textDocument: { uri }, position: { line: 0, character: 0 } };

/** Writes all of it, and waits for the answers to `last` and to what came before; then ends the input. */
function speak(input: string, last?: number): Promise<Ended> {
  const child = spawn(process.execPath, [resolve('dist/src/cli/main.js'), 'lsp'], { stdio: 'pipe' });
  const answers: Answer[] = [];
  let err = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
  new StreamMessageReader(child.stdout).listen((m) => {
    answers.push(m as Answer);
    if ((m as Answer).id === last) child.stdin.end();
  });
  child.stdin.write(input);
  if (last === undefined) child.stdin.end();
  return new Promise((done) => child.once('close', (code) => done({ answers, code, err })));
}

const errorsOf = ({ answers }: Ended): unknown[] =>
  answers.flatMap(({ id, error }) => (error === undefined ? [] : [[id, error.code]]));

describe('a request', () => {
  it('before `initialize` is refused, and what follows is served', async () => {
    const ended = await speak(
      request(5, 'textDocument/hover', at) +
        request(6, 'shutdown') +
        notification('initialized', {}) +
        initialize,
      1,
    );
    expect(errorsOf(ended)).toEqual([
      [5, -32002],
      [6, -32002],
    ]);
    expect(ended.answers.at(-1)).toMatchObject({ id: 1, result: { serverInfo: { name: 'llpc' } } });
  });

  it('after `shutdown` is refused, and so is a second `initialize`', async () => {
    const again = request(2, 'initialize', { capabilities: {} });
    const ended = await speak(initialize + again + shutdown + request(3, 'textDocument/hover', at), 3);
    expect(errorsOf(ended)).toEqual([
      [2, -32600],
      [3, -32600],
    ]);
    expect(ended.code).toBe(0);
  });

  it.each([
    ['textDocument/hover', undefined],
    ['textDocument/hover', { textDocument: {} }],
    ['textDocument/hover', { textDocument: { uri } }],
    ['textDocument/completion', { textDocument: { uri }, position: { line: -1, character: 0 } }],
    ['textDocument/definition', { textDocument: { uri }, position: { line: 0, character: 0.5 } }],
    ['textDocument/references', at],
    ['textDocument/rename', at],
    ['textDocument/codeAction', { textDocument: { uri } }],
    ['textDocument/formatting', null],
  ])('%s without what it needs is refused: %j', async (method, params) => {
    const ended = await speak(initialize + request(2, method, params), 2);
    expect(errorsOf(ended)).toEqual([[2, -32602]]);
    expect(ended.answers.find((a) => a.id === 2)?.error?.message).toContain(`\`${method}\` needs \``);
  });

  it('that is no JSON is told so, and the next is served', async () => {
    const ended = await speak(frame('{"jsonrpc": ') + initialize, 1);
    expect(errorsOf(ended)).toEqual([[null, -32700]]);
  });
});

describe('a notification without what it needs', () => {
  it.each([
    ['textDocument/didOpen', undefined],
    ['textDocument/didOpen', { textDocument: { uri } }],
    ['textDocument/didChange', { textDocument: { uri } }],
    ['textDocument/didClose', {}],
  ])('is told in the log: %s %j', async (method, params) => {
    const ended = await speak(initialize + notification(method, params) + shutdown, 99);
    const logged = ended.answers.filter((a) => a.method === 'window/logMessage');
    expect(logged.map((a) => a.params?.message)).toEqual([expect.stringContaining(`\`${method}\` needs \``)]);
    expect([ended.code, ended.err]).toEqual([0, '']);
  });
});

describe('the end', () => {
  it.each([
    ['exit after shutdown', initialize + shutdown + exit, 0],
    ['exit without shutdown', initialize + exit, 1],
    ['exit before anything', exit, 1],
    ['input ends', initialize, 1],
    ['no input', '', 1],
  ])('%s', async (_, input, code) => {
    const ended = await speak(input);
    expect([ended.code, ended.err]).toEqual([code, '']);
  });

  it.each([
    ['a text', 'llp 1;\npolicy "p" { default deny; }\n'],
    ['a wrong header', 'hello\r\n\r\n'],
    ['a length that is none', 'Content-Length: x\r\n\r\n{}'],
  ])('is told where the input is something else: %s', async (_, input) => {
    const { code, err, answers } = await speak(input);
    expect([code, answers]).toEqual([1, []]);
    expect(err).toMatch(/^llpc: standard input does not speak the Language Server Protocol.*\n$/);
  });
});
