/** The page about editors: its policy is laid out and correct, and the hover on it says what the page says. */
import { TextDocument } from 'vscode-languageserver-textdocument';
import { expect, it } from 'vitest';
import { defined } from '../../src/base/assert.js';
import { formatText } from '../../src/format/format.js';
import { hover } from '../../src/front/lsp/hover.js';
import { createWorkspace, viewOf } from '../../src/front/lsp/workspace.js';
import { blockIn, readPage } from '../support/page.js';

const PAGE = readPage('docs/editors.md');
const POLICY = blockIn(PAGE, 'llp');
const workspace = createWorkspace({});
workspace.open.set('untitled:a.llp', TextDocument.create('untitled:a.llp', 'llp', 1, POLICY));
const view = defined(viewOf(workspace, 'untitled:a.llp'), 'a view');

it('docs/editors.md: its policy has no mistake and is formatted', () => {
  expect(view.diagnostics).toEqual([]);
  expect(formatText(POLICY)).toEqual({ kind: 'ok', text: POLICY });
});

it('docs/editors.md: shows the text of the hover', () => {
  const shown = hover(workspace, view, POLICY.indexOf('uploads'))?.contents.value ?? '';
  const plain = shown.replace(/\[(`[^`]*`)\]\([^)]*\)/g, '$1');
  const quoted = [...PAGE.matchAll(/^>(?: (.*))?$/gm)].map(([, line]) => line ?? '').join('\n');
  expect(quoted.replace(/\n+/g, '\n')).toBe(plain.replace(/\n+/g, '\n'));
});
