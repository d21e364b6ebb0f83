/** For every unfinished text, each request to the language server gets a valid answer. */
import { readFileSync } from 'node:fs';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { expect, it } from 'vitest';
import { defined } from '../../src/base/assert.js';
import { complete } from '../../src/front/lsp/completion.js';
import { findings, quickFixes } from '../../src/front/lsp/findings.js';
import { hover } from '../../src/front/lsp/hover.js';
import { definition, references, rename, renameRange } from '../../src/front/lsp/navigate.js';
import { folds, outline, semanticTokens, type Outline } from '../../src/front/lsp/outline.js';
import { createWorkspace, viewOf, type Range } from '../../src/front/lsp/workspace.js';
import { readLexemes } from '../../src/parser/lexemes.js';
import { cases, fc } from '../support/random.js';

const EVERY = readFileSync('test/format/every.llp', 'utf8');
const WORDS = readLexemes(EVERY).tokens.map((t) => t.image);
const URI = 'untitled:broken.llp';

/** A text that was right once: cut, doubled, with a piece taken out or put in; or words in any order. */
const broken: fc.Arbitrary<string> = fc.oneof(
  fc.nat({ max: EVERY.length }).map((n) => EVERY.slice(0, n)),
  fc
    .tuple(
      fc.nat({ max: EVERY.length }),
      fc.nat({ max: 60 }),
      fc.constantFrom('', '"', '{', '}', ';', '😀', '/*', '${', '\r'),
    )
    .map(([at, n, put]) => EVERY.slice(0, at) + put + EVERY.slice(at + n)),
  fc.array(fc.constantFrom(...WORDS, '\n', '// x\n', '/* x */'), { maxLength: 60 }).map((w) => w.join(' ')),
);

function contains(outer: Range, inner: Range): boolean {
  const before = (a: Range['start'], b: Range['start']): boolean =>
    a.line < b.line || (a.line === b.line && a.character <= b.character);
  return before(outer.start, inner.start) && before(inner.end, outer.end);
}

function checkOutline(symbols: readonly Outline[], around: Range): void {
  for (const symbol of symbols) {
    expect(symbol.name).not.toBe('');
    expect(contains(around, symbol.range)).toBe(true);
    expect(contains(symbol.range, symbol.selectionRange)).toBe(true);
    checkOutline(symbol.children, symbol.range);
  }
}

it('complete, hover, navigate and outline: answer for texts that are being written', () => {
  let answered = 0;
  const property = fc.property(broken, fc.integer({ min: 0, max: 1_000_000 }), (text, where) => {
    const workspace = createWorkspace({});
    const document = TextDocument.create(URI, 'llp', 1, text);
    workspace.open.set(URI, document);
    const view = defined(viewOf(workspace, URI), 'a view');
    const offset = where % (text.length + 1);
    const whole = { start: { line: 0, character: 0 }, end: document.positionAt(text.length) };
    checkOutline(outline(view), whole);
    for (const { range } of findings(view)) expect(contains(whole, range)).toBe(true);
    for (const { startLine, endLine } of folds(document))
      expect([startLine >= 0, endLine < document.lineCount]).toEqual([true, true]);
    const tokens = semanticTokens(view);
    for (let i = 0; i < tokens.length; i += 5) {
      expect(tokens[i + 2]).toBeGreaterThan(0);
      if (i > 0 && tokens[i] === 0) expect(tokens[i + 1]).toBeGreaterThanOrEqual(tokens[i - 3] ?? 0);
    }
    for (const { textEdit } of complete(workspace, view, offset))
      expect(document.offsetAt(textEdit.range.end)).toBe(offset);
    const shown = [hover(workspace, view, offset), renameRange(view, offset)].filter((r) => r !== undefined);
    answered +=
      shown.length + definition(view, offset).length + references(workspace, view, offset, true).length;
    rename(workspace, view, offset, 'other');
    quickFixes(view, 0, text.length);
  });
  fc.assert(property, { numRuns: cases(1000, 1) });
  expect(answered).toBeGreaterThan(300);
});
