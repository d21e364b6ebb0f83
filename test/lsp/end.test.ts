/** An input that ends at once, as a shell's: what was in it is answered and counts for the exit code. */
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

/** Writes all of it, and waits for the answers to `last` and to what came before; then ends the input. */
function speak(input: string, last?: number): Promise<Ended> {
  const child = spawn(process.execPath, [resolve('dist/src/front/cli/main.js'), 'lsp'], { stdio: 'pipe' });
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

describe('llpc lsp, end of the process', () => {
  it.each([
    ['exit after shutdown', initialize + shutdown + exit, 0],
    ['exit without shutdown', initialize + exit, 1],
    ['exit before anything', exit, 1],
    ['input ends', initialize, 1],
  ])('%s', async (_, input, code) => {
    const ended = await speak(input);
    expect([ended.code, ended.err]).toEqual([code, '']);
  });

  it.each([
    ['a text', 'llp 1;\npolicy "p" { default deny; }\n'],
    ['a wrong header', 'hello\r\n\r\n'],
    ['a length that is none', 'Content-Length: x\r\n\r\n{}'],
  ])('reports input that is not a message: %s', async (_, input) => {
    const { code, err, answers } = await speak(input);
    expect([code, answers]).toEqual([2, []]);
    expect(err).toMatch(/^llpc: .*\n$/);
  });
});
