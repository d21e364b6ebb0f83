/**
 * What comes before the handlers: messages at a time when they may not come, or without what every one of their kind has.
 *
 * Input: messages as they arrive. Output: those that the handlers can rely on; the others are answered here, as the protocol
 * says ("Lifecycle Messages"; error codes of JSON-RPC): a request by an error, a notification by a line in the client's log.
 * Invariant: a request gets exactly one answer, whatever it is.
 */
import {
  ErrorCodes,
  StreamMessageReader,
  StreamMessageWriter,
  type Message,
  type MessageReader,
  type MessageWriter,
} from 'vscode-languageserver/node';

export interface Transport {
  readonly reader: MessageReader;
  readonly writer: MessageWriter;
}

/** The exit code when the input ends, and why, where that is for people. */
export type Ended = (code: number, why: string | undefined) => void;

interface Refusal {
  readonly code: number;
  readonly message: string;
}

interface Incoming {
  readonly jsonrpc: string;
  readonly id?: number | string | null;
  readonly method?: string;
  readonly params?: unknown;
}

export function openTransport(
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
  ended: Ended,
): Transport {
  const reader = new StreamMessageReader(input);
  const writer = new StreamMessageWriter(output);
  const phase: Phase = { at: 'new', messages: 0 };
  let bytes = 0;
  input.on('data', (chunk: Buffer) => (bytes += chunk.length));
  const end = (): void =>
    whenRead(phase, () => {
      const foreign = phase.messages === 0 && bytes > 0;
      ended(phase.at === 'shut down' ? 0 : 1, foreign ? `${NO_PROTOCOL} (no \`Content-Length\`)` : undefined);
    });
  input.on('end', end);
  input.on('close', end);
  reader.onError((error) => {
    if (error instanceof SyntaxError)
      void writer.write(response(null, { code: ErrorCodes.ParseError, message: 'the message is no JSON' }));
    // Where a message ends is not known any more.
    else ended(1, `${NO_PROTOCOL}: ${error.message.split('\n')[0]}`);
  });
  return { reader: checked(reader, writer, phase), writer };
}

const NO_PROTOCOL = 'standard input does not speak the Language Server Protocol';

interface Phase {
  at: 'new' | 'running' | 'shut down';
  /** That were read. */
  messages: number;
}

/** Turns of the event loop in which no message came, after which there is none left. */
const QUIET_TURNS = 20;

/** The reader gives its messages one by one, some of them after the input has ended. */
function whenRead(phase: Phase, then: () => void, before = -1, quiet = 0): void {
  if (quiet > QUIET_TURNS) return then();
  const { messages } = phase;
  setImmediate(() => whenRead(phase, then, messages, messages === before ? quiet + 1 : 0));
}

function checked(reader: MessageReader, writer: MessageWriter, phase: Phase): MessageReader {
  return {
    onError: reader.onError,
    onClose: reader.onClose,
    onPartialMessage: reader.onPartialMessage,
    dispose: () => reader.dispose(),
    listen: (callback) =>
      reader.listen((message) => {
        const incoming = message as Incoming;
        phase.messages++;
        const refusal = incoming.method === undefined ? undefined : refuse(incoming, phase);
        if (refusal === undefined) return callback(message);
        if (incoming.id !== undefined) void writer.write(response(incoming.id, refusal));
        else if (phase.at === 'running') void writer.write(logged(refusal.message));
      }),
  };
}

function refuse(incoming: Incoming, phase: Phase): Refusal | undefined {
  const { method = '', id } = incoming;
  const mistimed = method === 'exit' ? undefined : mistimedIn(phase, method);
  if (mistimed !== undefined) return mistimed;
  const missing = missingIn(method, incoming.params);
  if (missing !== undefined)
    return { code: ErrorCodes.InvalidParams, message: `\`${method}\` needs ${missing}` };
  if (method === 'initialize' && id !== undefined) phase.at = 'running';
  if (method === 'shutdown' && id !== undefined) phase.at = 'shut down';
  return undefined;
}

function mistimedIn({ at }: Phase, method: string): Refusal | undefined {
  if (at === 'shut down')
    return { code: ErrorCodes.InvalidRequest, message: `\`${method}\` comes after \`shutdown\`` };
  if (at === 'new' && method !== 'initialize')
    return { code: ErrorCodes.ServerNotInitialized, message: `\`${method}\` comes before \`initialize\`` };
  if (at === 'running' && method === 'initialize')
    return { code: ErrorCodes.InvalidRequest, message: '`initialize` comes a second time' };
  return undefined;
}

/** What the handlers read without looking, and is not there. */
function missingIn(method: string, params: unknown): string | undefined {
  if (method === 'initialize') return isRecord(params) ? undefined : '`params`';
  if (!method.startsWith('textDocument/')) return undefined;
  const document = field(params, 'textDocument');
  if (typeof field(document, 'uri') !== 'string') return '`textDocument.uri`';
  if (method === 'textDocument/didOpen' && typeof field(document, 'text') !== 'string')
    return '`textDocument.text`';
  if (method === 'textDocument/didChange' && !Array.isArray(field(params, 'contentChanges')))
    return '`contentChanges`';
  if (method === 'textDocument/rename' && typeof field(params, 'newName') !== 'string') return '`newName`';
  if (method === 'textDocument/references' && !isRecord(field(params, 'context'))) return '`context`';
  if (method === 'textDocument/codeAction' && !isRange(field(params, 'range'))) return '`range`';
  return AT_POSITION.has(method) && !isPosition(field(params, 'position')) ? '`position`' : undefined;
}

const AT_POSITION: ReadonlySet<string> = new Set(
  ['hover', 'definition', 'references', 'prepareRename', 'rename', 'completion'].map(
    (name) => `textDocument/${name}`,
  ),
);

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function field(value: unknown, name: string): unknown {
  return isRecord(value) ? value[name] : undefined;
}

function isPosition(value: unknown): boolean {
  return [field(value, 'line'), field(value, 'character')].every(
    (n) => Number.isInteger(n) && Number(n) >= 0,
  );
}

function isRange(value: unknown): boolean {
  return isPosition(field(value, 'start')) && isPosition(field(value, 'end'));
}

function response(id: Incoming['id'] | null, error: Refusal): Message {
  return { jsonrpc: '2.0', id, error } as Message;
}

/** `window/logMessage`, as an error. */
function logged(message: string): Message {
  return { jsonrpc: '2.0', method: 'window/logMessage', params: { type: 1, message } } as Message;
}
