/** The outline symbols, the folding ranges and the semantic tokens of a file. */
import { FoldingRangeKind, SymbolKind } from 'vscode-languageserver';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import { actionBit } from '../../abi/actions.js';
import { assertNever } from '../../base/assert.js';
import type { Span } from '../../diagnostics/types.js';
import type * as ast from '../../parser/ast.js';
import { readLexemes, type Lexeme } from '../../parser/lexemes.js';
import { occurrences } from './symbols.js';
import { ownFile, rangeIn, type Range, type View } from './workspace.js';

export interface Outline {
  readonly name: string;
  readonly kind: SymbolKind;
  readonly range: Range;
  readonly selectionRange: Range;
  readonly children: Outline[];
}

export function outline(view: View): Outline[] {
  const { file } = ownFile(view);
  const [document] = view.documents;
  if (document === undefined) return [];
  const d = document;
  const named = (
    node: { name: ast.Name; span: Span },
    kind: SymbolKind,
    items: readonly ast.ScopeItem[] = [],
  ): Outline => symbol(d, node.name.text, kind, node.span, node.name.span, inner(d, items));
  const nodes = [
    ...file.params.map((p) => named(p, SymbolKind.Variable)),
    ...file.actions.map((a) => named(a, SymbolKind.Constant)),
    ...file.fragments.map((f) => named(f, SymbolKind.Function, f.items)),
    ...file.policies.map((p) => symbol(d, p.name, SymbolKind.Module, p.span, p.nameSpan, inner(d, p.items))),
    ...file.tests.map((t) => symbol(d, t.name, SymbolKind.Method, t.span, t.span, [])),
  ];
  return nodes.sort((a, b) => d.offsetAt(a.range.start) - d.offsetAt(b.range.start));
}

/** A symbol. An empty name becomes `…`, because editors refuse a symbol without a name. */
function symbol(
  document: TextDocument,
  name: string,
  kind: SymbolKind,
  span: Span,
  own: Span,
  children: Outline[],
): Outline {
  const selectionRange = rangeIn(document, own);
  return { name: name === '' ? '…' : name, kind, range: rangeIn(document, span), selectionRange, children };
}

function inner(document: TextDocument, items: readonly ast.ScopeItem[]): Outline[] {
  return items.flatMap((item) => {
    switch (item.kind) {
      case 'scope': {
        const { span } = item.path;
        const name = `${item.object}${item.optional ? '?' : ''} ${document.getText().slice(span.start, span.end)}`;
        const kind = item.object === 'dir' ? SymbolKind.Namespace : SymbolKind.File;
        return [symbol(document, name, kind, item.span, span, inner(document, item.items))];
      }
      case 'here':
        return [symbol(document, 'here', SymbolKind.Object, item.span, item.span, [])];
      case 'use':
      case 'rule':
        return [];
      default:
        return assertNever(item);
    }
  });
}

export interface Fold {
  readonly startLine: number;
  readonly endLine: number;
  readonly kind?: FoldingRangeKind;
}

/**
 * The blocks, comments and imports of several lines. They are found from tokens, so that files with errors fold too.
 */
export function folds(document: TextDocument): Fold[] {
  const { tokens, comments } = readLexemes(document.getText());
  const line = (offset: number): number => document.positionAt(offset).line;
  const out: Fold[] = [];
  const open: Lexeme[] = [];
  for (const token of tokens) {
    if (token.image === '{') open.push(token);
    const start = token.image === '}' ? open.pop() : undefined;
    if (start !== undefined) out.push({ startLine: line(start.start), endLine: line(token.start) - 1 });
  }
  out.push(
    ...runs(
      comments.map((c) => [line(c.start), line(c.end)]),
      FoldingRangeKind.Comment,
    ),
  );
  const imports = tokens.flatMap((t, i) =>
    t.image === 'import' ? [[line(t.start), line(tokens[i + 1]?.end ?? t.end)] as const] : [],
  );
  out.push(...runs(imports, FoldingRangeKind.Imports));
  return out.filter((f) => f.endLine > f.startLine);
}

/** Joins neighbouring ranges of lines. */
function runs(lines: readonly (readonly [number, number])[], kind: FoldingRangeKind): Fold[] {
  const out: { startLine: number; endLine: number; kind: FoldingRangeKind }[] = [];
  for (const [startLine, endLine] of lines) {
    const last = out.at(-1);
    if (last !== undefined && startLine <= last.endLine + 1) last.endLine = endLine;
    else out.push({ startLine, endLine, kind });
  }
  return out;
}

export const TOKEN_TYPES = [
  'keyword',
  'comment',
  'string',
  'number',
  'enumMember',
  'type',
  'function',
  'parameter',
  'variable',
] as const;
type TokenType = (typeof TOKEN_TYPES)[number];

interface ColouredToken {
  readonly start: number;
  readonly end: number;
  readonly type: TokenType;
}

/** The semantic tokens in the encoding of the protocol: five numbers for each token, relative to the token before. */
export function semanticTokens(view: View): number[] {
  const [document] = view.documents;
  if (document === undefined) return [];
  const text = document.getText();
  const names = new Map(
    occurrences(view).flatMap((o) =>
      o.name.span.source === 0 ? [[o.name.span.start, typeOf(o)] as const] : [],
    ),
  );
  const { tokens, comments } = readLexemes(text);
  const colours = [...tokens, ...comments].flatMap((t) => colour(t, names)).sort((a, b) => a.start - b.start);
  return encode(
    document,
    colours.flatMap((c) => perLine(text, c)),
  );
}

function typeOf({ declaration, local }: ReturnType<typeof occurrences>[number]): TokenType {
  switch (declaration.kind) {
    case 'actions':
      return 'type';
    case 'fragment':
      return 'function';
    case 'param':
      return local ? 'parameter' : 'variable';
  }
}

function colour(token: Lexeme, names: ReadonlyMap<number, TokenType>): ColouredToken[] {
  const { kind, start, end, image } = token;
  const known = names.get(start);
  if (known !== undefined) return [{ start, end, type: known }];
  switch (kind) {
    case 'keyword':
    case 'name':
      return actionBit(image) !== undefined
        ? [{ start, end, type: 'enumMember' }]
        : kind === 'keyword'
          ? [{ start, end, type: kind }]
          : [];
    case 'comment':
    case 'number':
      return [{ start, end, type: kind }];
    case 'string':
      return stringColours(token, names);
    case 'sign':
      return [];
    default:
      return assertNever(kind);
  }
}

/** The colours of a string: the names of parameters in it have their own colour. */
function stringColours(
  { start, end, image }: Lexeme,
  names: ReadonlyMap<number, TokenType>,
): ColouredToken[] {
  const out: ColouredToken[] = [];
  let from = start;
  for (const match of image.matchAll(/\$\{([A-Za-z_][A-Za-z0-9_-]*)\}/g)) {
    const name = start + match.index + 2;
    const type = names.get(name);
    if (type === undefined) continue;
    const to = name + (match[1]?.length ?? 0);
    out.push({ start: from, end: name, type: 'string' }, { start: name, end: to, type });
    from = to;
  }
  return from < end ? [...out, { start: from, end, type: 'string' }] : out;
}

/** Splits a token at line ends, because the protocol does not allow tokens of several lines. */
function perLine(text: string, { start, end, type }: ColouredToken): ColouredToken[] {
  let from = start;
  return text
    .slice(start, end)
    .split(/(\r\n|\r|\n)/)
    .flatMap((piece, i) => {
      const own = { start: from, end: from + piece.length, type };
      from += piece.length;
      return i % 2 === 0 && piece !== '' ? [own] : [];
    });
}

function encode(document: TextDocument, colours: readonly ColouredToken[]): number[] {
  let [line, character] = [0, 0];
  return colours.flatMap(({ start, end, type }) => {
    const at = document.positionAt(start);
    const row = [
      at.line - line,
      at.line === line ? at.character - character : at.character,
      end - start,
      TOKEN_TYPES.indexOf(type),
      0,
    ];
    ({ line, character } = at);
    return row;
  });
}
