/** A session as an editor has it, at random: several texts that import each other are typed into, and anything is asked. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { expect, it } from 'vitest';
import { defined } from '../../src/base/assert.js';
import { folder } from '../support/llpc.js';
import { diagnosticsOf, startClient, stopClient } from '../support/lsp-client.js';
import { cases, fc } from '../support/random.js';

const EVERY = readFileSync('test/format/every.llp', 'utf8');
const PIECES = [
  '',
  '\r\n',
  '\r',
  'import "b.llp";\n',
  'import "a.llp";\n',
  'assert never ',
  'dir "/😀" {',
  '}',
  '"',
  '/*',
  'allow read, ',
  '${site}',
  'x'.repeat(3000),
];
const METHODS = [
  'hover',
  'definition',
  'references',
  'prepareRename',
  'rename',
  'completion',
  'codeAction',
  'formatting',
  'documentSymbol',
  'foldingRange',
  'semanticTokens/full',
];

type Step =
  | {
      readonly kind: 'edit';
      readonly text: 0 | 1 | 2;
      readonly at: number;
      readonly length: number;
      readonly put: string;
    }
  | { readonly kind: 'ask'; readonly text: 0 | 1 | 2; readonly at: number; readonly method: string }
  | { readonly kind: 'reopen'; readonly text: 0 | 1 | 2 };

const text = fc.constantFrom(0 as const, 1 as const, 2 as const);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('edit' as const),
      text,
      at: fc.nat(),
      length: fc.nat({ max: 30 }),
      put: fc.constantFrom(...PIECES),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('ask' as const),
      text,
      at: fc.nat(),
      method: fc.constantFrom(...METHODS),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reopen' as const), text }) },
);

it('llpc lsp, random sessions: answers every request from the newest texts', async () => {
  const root = folder({});
  const client = await startClient(root);
  const { connection } = client;
  const uris = ['a.llp', 'b.llp'].map((name) => pathToFileURL(join(root, name)).href).concat('untitled:c');
  const refusals =
    /is not a name|no name here|is declared already|comes with the compiler|is a word|is an action/;
  let asked = 0;
  let version = 0;
  const session = async (steps: readonly Step[]): Promise<void> => {
    const documents = await Promise.all(
      uris.map(async (uri) => {
        const document = TextDocument.create(uri, 'llp', ++version, EVERY);
        await connection.sendNotification('textDocument/didOpen', {
          textDocument: { uri, languageId: 'llp', version: document.version, text: EVERY },
        });
        return document;
      }),
    );
    for (const step of steps) {
      const document = defined(documents[step.text], 'a text');
      const { uri } = document;
      if (step.kind === 'reopen') {
        await connection.sendNotification('textDocument/didClose', { textDocument: { uri } });
        await connection.sendNotification('textDocument/didOpen', {
          textDocument: { uri, languageId: 'llp', version: document.version, text: document.getText() },
        });
        continue;
      }
      const from = step.at % (document.getText().length + 1);
      const start = document.positionAt(from);
      if (step.kind === 'edit') {
        const change = { range: { start, end: document.positionAt(from + step.length) }, text: step.put };
        TextDocument.update(document, [change], ++version);
        await connection.sendNotification('textDocument/didChange', {
          textDocument: { uri, version },
          contentChanges: [change],
        });
      } else {
        asked++;
        const params = {
          textDocument: { uri },
          position: start,
          range: { start, end: start },
          newName: 'other',
          context: { includeDeclaration: true, diagnostics: [] },
          options: {},
        };
        await connection.sendRequest(`textDocument/${step.method}`, params).catch((error: unknown) => {
          if (step.method !== 'rename' || !refusals.test(String(error))) throw error;
        });
      }
    }
    for (const document of documents) {
      const published = await diagnosticsOf(client, { uri: document.uri, document, offset: 0 });
      for (const { range } of published) {
        const [start, end] = [document.offsetAt(range.start), document.offsetAt(range.end)];
        expect([document.positionAt(start), document.positionAt(end)]).toEqual([range.start, range.end]);
      }
      await connection.sendNotification('textDocument/didClose', { textDocument: { uri: document.uri } });
    }
  };
  const property = fc.asyncProperty(fc.array(step, { maxLength: 25 }), session);
  await fc.assert(property, { numRuns: cases(60, 1) });
  expect(asked).toBeGreaterThan(100);
  expect(client.log).toEqual([]);
  expect(await stopClient(client)).toBe(0);
});
