/** The life of a server as the protocol has it, and clients that do not keep to it. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { folder } from '../support/llpc.js';
import {
  apply,
  ask,
  diagnosticsOf,
  open,
  startClient,
  startServer,
  stopClient,
  type Client,
} from '../support/lsp-client.js';

const CAPABLE = { processId: null, rootUri: null, capabilities: {} };
const HOVER = { textDocument: { uri: 'untitled:a' }, position: { line: 0, character: 0 } };
const GOOD = 'llp 1;\npolicy "p" { default deny; dir "/a" { allow read; } }\n';

describe('llpc lsp, order of messages', () => {
  it('refuses requests before `initialize`, and drops notifications', async () => {
    const { connection, ended } = startServer();
    await expect(connection.sendRequest('textDocument/hover', HOVER)).rejects.toMatchObject({ code: -32002 });
    await expect(connection.sendRequest('shutdown')).rejects.toMatchObject({ code: -32002 });
    const textDocument = { uri: 'untitled:a', languageId: 'llp', version: 1, text: 'llp 1;\n' };
    await connection.sendNotification('textDocument/didOpen', { textDocument });
    await connection.sendRequest('initialize', CAPABLE);
    expect(await connection.sendRequest('textDocument/foldingRange', HOVER)).toEqual([]);
    expect(await connection.sendRequest('textDocument/hover', HOVER)).toBeNull();
    await connection.sendNotification('exit');
    expect(await ended).toEqual({ code: 1, err: '' });
  });

  it('accepts one `initialize`, and only `exit` after `shutdown`', async () => {
    const { connection, ended } = startServer();
    await expect(connection.sendRequest('initialize', { processId: null })).rejects.toMatchObject({
      code: -32602,
    });
    await connection.sendRequest('initialize', CAPABLE);
    await expect(connection.sendRequest('initialize', CAPABLE)).rejects.toMatchObject({ code: -32600 });
    expect(await connection.sendRequest('shutdown')).toBeNull();
    for (const method of ['textDocument/hover', 'shutdown', 'initialize'])
      await expect(connection.sendRequest(method, HOVER)).rejects.toMatchObject({ code: -32600 });
    await connection.sendNotification('exit');
    expect(await ended).toEqual({ code: 0, err: '' });
  });

  it.each([
    ['before all', 1, []],
    ['without `shutdown`', 1, ['initialize']],
    ['after `shutdown`', 0, ['initialize', 'shutdown']],
  ])('ends at `exit`, or at the end of the input: %s', async (_, code, methods) => {
    for (const end of ['exit', 'close'] as const) {
      const { child, connection, ended } = startServer();
      for (const method of methods)
        await connection.sendRequest(method, method === 'initialize' ? CAPABLE : undefined);
      if (end === 'exit') await connection.sendNotification('exit');
      else child.stdin?.end();
      const result = await ended;
      if (end === 'close' && methods.length === 0)
        expect(result.err).toMatch(/not the Language Server Protocol/);
      else expect(result).toEqual({ code, err: '' });
    }
  });
});

describe('llpc lsp, input that is not a message', () => {
  it.each([
    ['text', 'llp 1;\npolicy "p" {}\n', /it does not begin with a header/],
    ['nothing', '', /an editor starts `llpc lsp`/],
    ['text without an end', 'x'.repeat(2000), /it does not begin with a header/],
    ['bytes', '\0\xff\n', /it does not begin with a header/],
    [
      'a message without a header',
      '{"jsonrpc":"2.0","id":1,"method":"shutdown"}\n',
      /does not begin with a header/,
    ],
    ['other ends of lines', 'Content-Length: 2\n\n{}', /it does not begin with a header/],
    ['another header', 'Host: x\r\n\r\n', /Content-Length/],
    ['a length that is none', 'Content-Length: x\r\n\r\n{}', /Content-Length/],
  ])('ends with a message: %s', async (_, input, wanted) => {
    const { child, ended } = startServer();
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(Buffer.from(input, 'latin1'));
    const { code, err } = await ended;
    expect(err).toMatch(wanted);
    expect(err).toMatch(/^llpc: the input is not the Language Server Protocol.*\n$/);
    expect(code).toBe(2);
  });

  it('refuses a malformed message, and continues', async () => {
    const { child, connection, ended } = startServer();
    const answers: unknown[] = [];
    child.stdout?.on('data', (chunk: Buffer) => answers.push(chunk.toString()));
    for (const body of ['{', '[]', '{}', 'null', '{"jsonrpc":"2.0","id":null,"method":"shutdown"}'])
      child.stdin?.write(`Content-Length: ${body.length}\r\n\r\n${body}`);
    await connection.sendRequest('initialize', CAPABLE);
    expect(answers.join('').match(/"code":-\d+/g)).toEqual([
      '"code":-32700',
      ...Array.from({ length: 4 }, () => '"code":-32600'),
    ]);
    await connection.sendNotification('exit');
    expect((await ended).code).toBe(1);
  });
});

describe('llpc lsp, unusual editors', () => {
  const root = folder({
    'a+b @ü/lib.llp': 'llp 1;\nactions look = raed;\n',
    'a+b @ü/user.llp': 'llp 1;\nimport "lib.llp";\npolicy "p" { default deny; dir "/a" { allow look; } }\n',
  });
  const uri = (name: string): string => pathToFileURL(join(root, name)).href;
  let client: Client;
  beforeAll(async () => {
    client = await startClient(root);
  });
  afterAll(async () => {
    expect(client.log.filter((m) => m.includes('bug in llpc'))).toEqual([]);
    expect(await stopClient(client)).toBe(0);
  });

  it.each([
    ['textDocument/didOpen', undefined, /`params` is missing/],
    ['textDocument/didOpen', {}, /`params.textDocument` is missing/],
    [
      'textDocument/didOpen',
      { textDocument: { uri: 'untitled:q', version: 1 } },
      /`params.textDocument.text` is missing/,
    ],
    [
      'textDocument/didOpen',
      { textDocument: { uri: 1, version: 1, text: '' } },
      /`params.textDocument.uri` is not a string/,
    ],
    [
      'textDocument/didChange',
      { textDocument: { uri: 'untitled:q', version: 1 } },
      /`params.contentChanges` is missing/,
    ],
    [
      'textDocument/didChange',
      {
        textDocument: { uri: 'untitled:q', version: 2 },
        contentChanges: [{ text: 'x', range: { start: 0 } }],
      },
      /`params.contentChanges\[0\].range.start` is not an object/,
    ],
    [
      'textDocument/didChange',
      { textDocument: { uri: 'untitled:q', version: null }, contentChanges: [] },
      /version` is not an integer/,
    ],
    ['textDocument/didClose', { textDocument: null }, /`params.textDocument` is not an object/],
    ['workspace/didChangeWorkspaceFolders', {}, /`params.event` is missing/],
  ])(
    'a notification that lacks something is ignored, and the log says so: %s %j',
    async (method, params, wanted) => {
      const before = client.log.length;
      await client.connection.sendNotification(method, ...(params === undefined ? [] : [params]));
      await client.connection.sendRequest('textDocument/foldingRange', HOVER);
      expect(client.log.slice(before)).toEqual([expect.stringMatching(wanted)]);
      expect(client.log.at(-1)).toMatch(new RegExp(`^\`${method}\` is ignored`));
    },
  );

  it.each([
    ['textDocument/hover', undefined, /`params` is missing/],
    ['textDocument/hover', { textDocument: { uri: 'untitled:a' } }, /`params.position` is missing/],
    ['textDocument/rename', HOVER, /`params.newName` is missing/],
    ['textDocument/codeAction', HOVER, /`params.range` is missing/],
    ['textDocument/semanticTokens/full', { textDocument: 'x' }, /`params.textDocument` is not an object/],
  ])('refuses a request without a required parameter: %s %j', async (method, params, wanted) => {
    const asked = client.connection.sendRequest(method, ...(params === undefined ? [] : [params]));
    await expect(asked).rejects.toMatchObject({
      code: -32602,
      message: expect.stringMatching(wanted) as string,
    });
  });

  it('answers for positions outside of a text, and for texts that are not open', async () => {
    const text = await open(client, 'untitled:nowhere', GOOD);
    for (const [line, character] of [
      [0, 999],
      [99, 0],
      [2 ** 31 - 1, 2 ** 31 - 1],
      [-1, -1],
    ])
      for (const method of ['hover', 'definition', 'references', 'prepareRename', 'completion'])
        for (const asked of [
          text.uri,
          'untitled:never',
          uri('never.llp'),
          uri(''),
          'file://elsewhere/a.llp',
          'file:///%2F',
          ':',
          '',
        ])
          await client.connection.sendRequest(`textDocument/${method}`, {
            textDocument: { uri: asked },
            position: { line, character },
            context: { includeDeclaration: true },
          });
    await client.connection.sendNotification('textDocument/didChange', {
      textDocument: { uri: text.uri, version: 2 },
      contentChanges: [
        { range: { start: { line: 99, character: 9 }, end: { line: 7, character: 1 } }, text: '// end' },
      ],
    });
    expect(await diagnosticsOf(client, text, 2)).toEqual([]);
  });

  it.each([
    'untitled:Untitled-1',
    'untitled:/tmp/x.llp',
    'file://elsewhere/a.llp',
    'file:///a%2Fb.llp',
    'file:///%zz',
    'vscode-vfs://github/a/b.llp',
    'x',
    '',
  ])('answers for a text whose URI is not a file: %s', async (odd) => {
    const text = await open(client, odd, 'llp 1;\nimport "-";\nimport "lib.llp";\nactions look = re¦ad;\n');
    expect((await diagnosticsOf(client, text)).map((d) => [d.code, d.range.start.line])).toEqual([
      ['LLP2015', 1],
      ['LLP2015', 2],
    ]);
    await ask(client, 'rename', text, { newName: 'x' }).catch((e: unknown) =>
      expect(e).toMatchObject({ code: -32602 }),
    );
    await client.connection.sendNotification('textDocument/didClose', { textDocument: { uri: odd } });
  });

  it('takes URIs that escape more characters than others', async () => {
    const odd = (name: string): string => uri(`a+b @ü/${name}`).replace('+', '%2B').replace('@', '%40');
    const lib = await open(client, odd('lib.llp'), 'llp 1;\nactions look = read;\n');
    const user = await open(
      client,
      odd('user.llp'),
      'llp 1;\nimport "lib.llp";\npolicy "p" { default deny; dir "/a" { allow lo¦ok; } }\n',
    );
    expect(await diagnosticsOf(client, user)).toEqual([]);
    expect((await ask(client, 'definition', user)).map((l) => l.uri)).toEqual([lib.uri]);
    const { changes } = await ask(client, 'rename', user, { newName: 'see' });
    expect(Object.keys(changes).sort()).toEqual([lib.uri, user.uri].sort());
    expect(apply(lib, changes[lib.uri] ?? [])).toBe('llp 1;\nactions see = read;\n');
  });

  it('reads a text again that was reopened with another content and the old version', async () => {
    const lib = await open(client, uri('again/lib.llp'), 'llp 1;\nactions look = read;\n');
    const user = await open(
      client,
      uri('again/user.llp'),
      'llp 1;\nimport "lib.llp";\npolicy "p" { default deny; allow look; }\n',
    );
    expect(await diagnosticsOf(client, user)).toEqual([]);
    await client.connection.sendNotification('textDocument/didClose', { textDocument: { uri: lib.uri } });
    const again = await open(client, lib.uri, 'llp 1;\nactions other = read;\n');
    await ask(client, 'foldingRange', again);
    await ask(client, 'foldingRange', again);
    expect(client.published.get(user.uri)?.diagnostics.map((d) => d.code)).toEqual(['LLP2001']);
  });

  it('reports two open texts that import each other', async () => {
    const a = await open(client, uri('ring/a.llp'), 'llp 1;\nimport "b.llp";\nactions x¦a = read;\n');
    const b = await open(client, uri('ring/b.llp'), 'llp 1;\nimport "a.llp";\nactions xb = read;\n');
    expect((await diagnosticsOf(client, b)).map((d) => d.code)).toContain('LLP2016');
    await ask(client, 'foldingRange', a);
    expect(client.published.get(a.uri)?.diagnostics.map((d) => d.code)).toContain('LLP2016');
    const { changes } = await ask(client, 'rename', a, { newName: 'xc' });
    expect(Object.keys(changes)).toEqual([a.uri]);
    const itself = await open(client, uri('ring/c.llp'), 'llp 1;\nimport "c.llp";\nactions xb = read;\n');
    expect((await diagnosticsOf(client, itself)).map((d) => d.code)).toEqual(['LLP2016']);
  });

  it('refuses a new name that another import declares, if both are imported', async () => {
    const one = await open(client, uri('two/one.llp'), 'llp 1;\nactions fi¦rst = read;\n');
    await open(client, uri('two/two.llp'), 'llp 1;\nactions second = open;\n');
    const imports = 'llp 1;\nimport "one.llp";\nimport "two.llp";\n';
    await open(client, uri('two/user.llp'), `${imports}policy "p" { default deny; allow second; }\n`);
    await expect(ask(client, 'rename', one, { newName: 'second' })).rejects.toThrow(
      '`second` is declared already',
    );
    await open(
      client,
      uri('two/user.llp'),
      `${imports}actions third = write;\npolicy "p" { default deny; allow third; }\n`,
    );
    const { changes } = await ask(client, 'rename', one, { newName: 'third' });
    expect(Object.keys(changes)).toEqual([one.uri]);
  });

  it('answers for open texts whose files were deleted, and imports that are folders', async () => {
    mkdirSync(join(root, 'gone/lib.llp'), { recursive: true });
    const user = await open(
      client,
      uri('gone/user.llp'),
      'llp 1;\nimport "lib.llp";\npolicy "p" { default deny; allow look; }\n',
    );
    expect((await diagnosticsOf(client, user)).map((d) => d.code)).toEqual(['LLP2001', 'LLP2015'].reverse());
    rmSync(join(root, 'gone/lib.llp'), { recursive: true });
    writeFileSync(join(root, 'gone/lib.llp'), 'llp 1;\nactions look = read;\n');
    await client.connection.sendNotification('workspace/didChangeWatchedFiles', { changes: [] });
    await ask(client, 'foldingRange', user);
    await ask(client, 'foldingRange', user);
    expect(client.published.get(user.uri)?.diagnostics).toEqual([]);
    rmSync(join(root, 'gone'), { recursive: true });
    await client.connection.sendNotification('workspace/didChangeWatchedFiles', { changes: [] });
    await ask(client, 'foldingRange', user);
    await ask(client, 'foldingRange', user);
    expect(client.published.get(user.uri)?.diagnostics.map((d) => d.code)).toEqual(['LLP2015', 'LLP2001']);
  });

  it('answers for a very long line', async () => {
    const rules = Array.from({ length: 2000 }, (_, i) => `dir "/d${i}" { allow read, look; } `).join('');
    const text = await open(
      client,
      'untitled:long',
      `llp 1; actions look = read; policy "p" { default deny; ${rules} dir "/l¦ast" { deny read; } }`,
    );
    expect((await ask(client, 'hover', text))?.contents.value).toContain('`/last`');
    expect((await ask(client, 'semanticTokens/full', text)).data.length).toBeGreaterThan(10_000);
    const [edit] = await ask(client, 'formatting', text, { options: {} });
    expect(edit?.newText.split('\n').length).toBeGreaterThan(2000);
  });

  it('reads any end of a line, and a byte order mark', async () => {
    const text = await open(
      client,
      'untitled:cr',
      '\uFEFFllp 1;\rpolicy "p" {\r\n  default deny;\n  dir "/😀" { allow re¦ad; }\r  alow open;\r\n}\r',
    );
    expect((await diagnosticsOf(client, text)).map((d) => [d.code, d.range.start])).toEqual([
      ['LLP1015', { line: 4, character: 2 }],
    ]);
    expect((await ask(client, 'hover', text))?.range).toEqual({
      start: { line: 3, character: 20 },
      end: { line: 3, character: 24 },
    });
  });
});

test('llpc lsp: a half typed statement does not change symbols and diagnostics after it', async () => {
  const client = await startClient(folder({}));
  const text = await open(
    client,
    'untitled:half',
    'llp 1;\n\naccept gains read;\npolicy "p" {\n  default deny;\n  dir "/a" { allow read; }\n}\n',
  );
  const warned = (await diagnosticsOf(client, text)).map((d) => d.code);
  expect(warned).toEqual(['LLP3021']);
  const typed = 'assert never ';
  for (let i = 0; i < typed.length; i++) {
    const at = { line: 1, character: i };
    await client.connection.sendNotification('textDocument/didChange', {
      textDocument: { uri: text.uri, version: i + 2 },
      contentChanges: [{ range: { start: at, end: at }, text: typed[i] }],
    });
    const found = await diagnosticsOf(client, text, i + 2);
    expect(
      found.filter((d) => d.code !== 'LLP3021').map((d) => d.range.start.line),
      typed.slice(0, i + 1),
    ).toEqual([1]);
    const symbols = await ask(client, 'documentSymbol', text);
    expect(symbols.map((s) => [s.name, s.children?.map((c) => c.name)])).toEqual([['p', ['dir "/a"']]]);
  }
  expect(await stopClient(client)).toBe(0);
});
