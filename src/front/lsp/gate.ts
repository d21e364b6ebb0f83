/**
 * Filters the messages between the streams and the connection: it enforces the life cycle of a server, and refuses
 * malformed messages.
 *
 *     new ── initialize ──▶ running ── shutdown ──▶ down     `exit` ends the process in any state: 0 from `down`, else 1
 *
 * Input: messages. Output: the messages that are allowed in this state and have valid parameters. Of the others,
 * requests get an error as answer, notifications with wrong parameters are logged, and notifications in a wrong state
 * are dropped.
 */
import {
  ErrorCodes,
  Message,
  MessageType,
  StreamMessageReader,
  StreamMessageWriter,
  type MessageReader,
  type MessageWriter,
  type NotificationMessage,
  type RequestMessage,
} from 'vscode-languageserver/node';
import { paramsFault } from './params.js';

type LifeState = 'new' | 'running' | 'down';

/** `ServerNotInitialized` of the protocol. */
const NOT_INITIALIZED = -32002;

/** Exit codes: two of the protocol, and the command line's code for input that is not the protocol. */
const ENDED = 0;
const LOST = 1;
const USAGE = 2;

export interface Gate {
  readonly reader: MessageReader;
  readonly writer: MessageWriter;
}

/** The number of turns of the event loop without a message after which no more message is expected. */
const QUIET_TURNS = 20;

/** Calls `then` after the last message: the reader may deliver messages after the input has ended. */
function whenRead(count: { readonly messages: number }, then: () => void, before = -1, quiet = 0): void {
  if (quiet > QUIET_TURNS) return then();
  const { messages } = count;
  setImmediate(() => whenRead(count, then, messages, messages === before ? quiet + 1 : 0));
}

/** Creates the gate. `end` ends the process; `why` is given if the client did not end it properly. */
export function createGate(
  input: NodeJS.ReadableStream,
  output: NodeJS.WritableStream,
  end: (code: number, why?: string) => void,
): Gate {
  const reader = new StreamMessageReader(input);
  const writer = new StreamMessageWriter(output);
  let state: LifeState = 'new';
  const count = { messages: 0 };
  const atEnd = (): void =>
    whenRead(count, () => {
      if (count.messages > 0) end(state === 'down' ? ENDED : LOST);
      else end(USAGE, NO_PROTOCOL);
    });
  checkStart(input, (why) => end(USAGE, why));
  input.on('end', atEnd);
  input.on('close', atEnd);
  reader.onError((error) => {
    if (error instanceof SyntaxError) refuse(writer, null, ErrorCodes.ParseError, 'the message is not JSON');
    else end(USAGE, `${NO_PROTOCOL}: ${error.message.replaceAll('\n', ' ')}`);
  });
  const listen: MessageReader['listen'] = (callback) =>
    reader.listen((message) => {
      count.messages++;
      const passed = judge(message, state, writer);
      if (passed === undefined) return;
      state = passed.next;
      callback(message);
    });
  return { reader: gated(reader, listen), writer };
}

/** The reader with another `listen`. `createGate` handles its errors. */
function gated(reader: MessageReader, listen: MessageReader['listen']): MessageReader {
  return {
    listen,
    onError: () => ({ dispose: () => undefined }),
    onClose: reader.onClose,
    onPartialMessage: reader.onPartialMessage,
    dispose: () => reader.dispose(),
  };
}

/** The state after a message that passes; undefined for a message that does not pass. */
function judge(
  message: Message,
  state: LifeState,
  writer: MessageWriter,
): { readonly next: LifeState } | undefined {
  if (Message.isRequest(message)) return judgeRequest(message, state, writer);
  if (Message.isNotification(message)) return judgeNotification(message, state, writer);
  if (Message.isResponse(message)) return { next: state };
  refuse(writer, null, ErrorCodes.InvalidRequest, 'the message is neither a request nor a notification');
  return undefined;
}

function judgeRequest(
  { id, method, params }: RequestMessage,
  state: LifeState,
  writer: MessageWriter,
): { readonly next: LifeState } | undefined {
  if (state === 'new' && method !== 'initialize')
    return refuse(writer, id, NOT_INITIALIZED, `\`initialize\` comes before \`${method}\``);
  if (state === 'running' && method === 'initialize')
    return refuse(writer, id, ErrorCodes.InvalidRequest, '`initialize` was sent before');
  if (state === 'down')
    return refuse(writer, id, ErrorCodes.InvalidRequest, `\`${method}\` comes after \`shutdown\``);
  const fault = paramsFault(method, params);
  if (fault !== undefined) return refuse(writer, id, ErrorCodes.InvalidParams, `\`${method}\`: ${fault}`);
  return { next: method === 'initialize' ? 'running' : method === 'shutdown' ? 'down' : state };
}

function judgeNotification(
  { method, params }: NotificationMessage,
  state: LifeState,
  writer: MessageWriter,
): { readonly next: LifeState } | undefined {
  if (state !== 'running') return method === 'exit' ? { next: state } : undefined;
  const fault = paramsFault(method, params);
  if (fault === undefined) return { next: state };
  const message = `\`${method}\` is ignored: ${fault}`;
  send(writer, { method: 'window/logMessage', params: { type: MessageType.Error, message } });
  return undefined;
}

function refuse(writer: MessageWriter, id: RequestMessage['id'], code: number, message: string): undefined {
  send(writer, { id, error: { code, message } });
}

function send(writer: MessageWriter, fields: object): void {
  const message: Message & object = { jsonrpc: '2.0', ...fields };
  // If the client is gone, the end of the input shows it.
  writer.write(message).catch(() => undefined);
}

const NO_PROTOCOL =
  'the input is not the Language Server Protocol: an editor starts `llpc lsp` and talks to it (docs/editors.md)';

/** Longer than the first header of any client. */
const MAX_START = 1000;

/** Checks that the first line is a header. Otherwise the reader would wait for one forever. */
function checkStart(input: NodeJS.ReadableStream, wrong: (why: string) => void): void {
  let start = '';
  const look = (chunk: Buffer | string): void => {
    start += chunk.toString('latin1');
    const length = start.indexOf('\n');
    if (length < 0 && start.length < MAX_START) return;
    input.off('data', look);
    if (!/^[\w-]+:[^\n]*\r$/.test(start.slice(0, length < 0 ? MAX_START : length)))
      wrong(`${NO_PROTOCOL}: it does not begin with a header`);
  };
  input.on('data', look);
}
