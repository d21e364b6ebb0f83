/** Checks the parameters of messages, as far as this server reads them. */

/** Returns what is wrong with a value; undefined if it is valid. `at` is the name of the value. */
type ParamCheck = (value: unknown, at: string) => string | undefined;

const text: ParamCheck = (value, at) =>
  typeof value === 'string' ? undefined : fault(value, at, 'a string');
const integer: ParamCheck = (value, at) =>
  Number.isInteger(value) ? undefined : fault(value, at, 'an integer');

function fault(value: unknown, at: string, wanted: string): string {
  return value === undefined ? `\`${at}\` is missing` : `\`${at}\` is not ${wanted}`;
}

function object(fields: Readonly<Record<string, ParamCheck>>): ParamCheck {
  return (value, at) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      return fault(value, at, 'an object');
    const own = value as Readonly<Record<string, unknown>>;
    for (const [name, check] of Object.entries(fields)) {
      const found = check(own[name], `${at}.${name}`);
      if (found !== undefined) return found;
    }
    return undefined;
  };
}

function list(check: ParamCheck): ParamCheck {
  return (value, at) => {
    if (!Array.isArray(value)) return fault(value, at, 'a list');
    for (const [i, item] of value.entries()) {
      const found = check(item, `${at}[${i}]`);
      if (found !== undefined) return found;
    }
    return undefined;
  };
}

/** Checks a value that may be absent or `null`. */
function optional(check: ParamCheck): ParamCheck {
  return (value, at) => (value === undefined || value === null ? undefined : check(value, at));
}

const position = object({ line: integer, character: integer });
const range = object({ start: position, end: position });
const textDocument = object({ uri: text });
const of = object({ textDocument });
const at = object({ textDocument, position });
const folders = list(object({ uri: text }));

const CHECKS: ReadonlyMap<string, ParamCheck> = new Map([
  [
    'initialize',
    object({ capabilities: object({}), rootUri: optional(text), workspaceFolders: optional(folders) }),
  ],
  ['textDocument/didOpen', object({ textDocument: object({ uri: text, version: integer, text }) })],
  [
    'textDocument/didChange',
    object({
      textDocument: object({ uri: text, version: integer }),
      contentChanges: list(object({ text, range: optional(range) })),
    }),
  ],
  ['textDocument/didClose', of],
  ['textDocument/didSave', of],
  ['textDocument/hover', at],
  ['textDocument/definition', at],
  ['textDocument/references', object({ textDocument, position, context: object({}) })],
  ['textDocument/prepareRename', at],
  ['textDocument/rename', object({ textDocument, position, newName: text })],
  ['textDocument/completion', at],
  ['textDocument/codeAction', object({ textDocument, range })],
  ['textDocument/formatting', of],
  ['textDocument/documentSymbol', of],
  ['textDocument/foldingRange', of],
  ['textDocument/semanticTokens/full', of],
  ['workspace/didChangeWorkspaceFolders', object({ event: object({ added: folders, removed: folders }) })],
]);

/** What is wrong with the parameters of a message, as text; undefined if they are valid. */
export function paramsFault(method: string, params: unknown): string | undefined {
  return CHECKS.get(method)?.(params, 'params');
}
