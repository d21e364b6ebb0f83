/**
 * Parses a text to a syntax tree.
 *
 * Input: any text. Output: the tree of what could be read, and every independent syntax error. With errors the tree
 * lacks what could not be read, so that later passes can still report more. There is no tree only if the nesting is too
 * deep. Invariant: it never throws, and its time is nearly linear in the length of the text.
 */
import type { IRecognitionException, IToken, MismatchedTokenException } from 'chevrotain';
import { report } from '../diagnostics/catalogue.js';
import { counted } from '../base/text.js';
import type { Diagnostic, Outcome, Span } from '../diagnostics/types.js';
import { nearestName } from '../diagnostics/suggest.js';
import type { PolicyFile } from './ast.js';
import { PolicyParser } from './grammar.js';
import { MAX_ERRORS } from './node-parser.js';
import { foundText, keywordHelp } from './messages.js';
import * as t from './tokens.js';
import { endUnfinished } from './unfinished.js';

/** The deepest nesting of braces: far deeper than any policy, and far below the limit of the call stack. */
const MAX_DEPTH = 200;

let parser: PolicyParser | undefined;

/** Parses one file. `source` is its index, for spans. */
export function parse(text: string, source: number): Outcome<PolicyFile> {
  const lexed = t.policyLexer().tokenize(text);
  const out = lexicalErrors(lexed.tokens, lexed.groups, source);
  const misspelt = mendWords(lexed.tokens, source);
  const deep = nestingError(lexed.tokens, source);
  if (deep !== undefined) return { value: undefined, diagnostics: limit([...out, ...misspelt, deep]) };
  parser ??= new PolicyParser();
  let read = readTokens(parser, lexed.tokens, source, text);
  const ended = read.errors.length === 0 ? undefined : endUnfinished(lexed.tokens, text);
  if (ended !== undefined) {
    const mended = new Set(misspelt.map((d) => d.span?.start));
    const again = readTokens(parser, ended, source, text, mended);
    if (again.errors.length <= read.errors.length) read = again;
  }
  const version = versionError(read.value, lexed.tokens, source);
  parser.begin([], 0, 0);
  return { value: read.value, diagnostics: limit([...out, ...misspelt, ...version, ...read.errors]) };
}

interface ReadPolicy {
  readonly value: PolicyFile | undefined;
  readonly errors: readonly Diagnostic[];
}

/**
 * Parses tokens. `mended` are the offsets of misspelt keywords that were replaced: if such a word is alone on its line,
 * the rest of the statement is still being typed, and its absence is not reported.
 */
function readTokens(
  own: PolicyParser,
  tokens: IToken[],
  source: number,
  text: string,
  mended: ReadonlySet<number | undefined> = new Set(),
): ReadPolicy {
  own.begin(tokens, source, text.length);
  const value = own.policyFile() as PolicyFile | undefined;
  const isOneWord = (error: IRecognitionException): boolean =>
    error.token.tokenType === t.LineEnd &&
    mended.has((error as MismatchedTokenException).previousToken?.startOffset);
  const errors = own.errors.flatMap((error) =>
    isOneWord(error) ? [] : (syntaxError(error, tokens, source, text) ?? []),
  );
  return { value, errors: [...errors, ...own.problems] };
}

/** The errors of the lexer: unknown characters, unclosed strings and comments, paths without quotes. */
function lexicalErrors(
  tokens: readonly IToken[],
  groups: Readonly<Record<string, IToken[]>>,
  source: number,
): Diagnostic[] {
  const out: Diagnostic[] = [];
  for (const token of (groups['unknown'] ?? []).slice(0, MAX_ERRORS + 1))
    out.push(unknownText(token, source));
  for (const token of groups['openComments'] ?? []) {
    const span = { source, start: token.startOffset, end: token.startOffset + 2 };
    out.push(report('LLP1006', {}, { span, help: 'close it with `*/`' }));
  }
  for (const token of tokens) {
    if (token.tokenType === t.OpenString) {
      const span = spanOf(token, source);
      const fix = { span: { ...span, start: span.end }, replacement: '"' };
      out.push(report('LLP1003', {}, { span, help: 'close it with `"`', fix }));
    } else if (token.tokenType === t.BarePath) {
      const fix = { span: spanOf(token, source), replacement: `"${token.image}"` };
      const details = { span: fix.span, help: `write \`${fix.replacement}\``, fix };
      out.push(report('LLP1016', { path: token.image }, details));
    }
    if (out.length > 2 * MAX_ERRORS) break;
  }
  return out;
}

/**
 * Replaces misspelt keywords at the beginning of a statement, so that the rest is parsed as intended. A statement never
 * begins with an identifier, so correct text is not changed.
 */
function mendWords(tokens: IToken[], source: number): Diagnostic[] {
  const out: Diagnostic[] = [];
  for (const [i, token] of tokens.entries()) {
    const before = tokens[i - 1]?.tokenType;
    const begins =
      before === undefined || before === t.Semicolon || before === t.LeftBrace || before === t.RightBrace;
    if (token.tokenType !== t.Identifier || !begins || out.length > MAX_ERRORS) continue;
    const near = nearestName(token.image, STARTING_WORDS);
    const keyword = t.STARTERS.find((k) => k.PATTERN === near);
    if (keyword === undefined || near === undefined) continue;
    const span = spanOf(token, source);
    const help = `did you mean \`${near}\`?`;
    out.push(report('LLP1015', { word: token.image }, { span, help, fix: { span, replacement: near } }));
    tokens[i] = { ...token, tokenType: keyword, tokenTypeIdx: keyword.tokenTypeIdx ?? token.tokenTypeIdx };
  }
  return out;
}

const STARTING_WORDS = t.STARTERS.map((k) => String(k.PATTERN));

const LOOKALIKES: Readonly<Record<string, string>> = {
  '“': '"',
  '”': '"',
  '„': '"',
  '«': '"',
  '»': '"',
  '；': ';',
  '，': ',',
  '：': ':',
  '｛': '{',
  '｝': '}',
  "'": '"',
  '‘': '"',
  '’': '"',
  '→': '->',
};

function unknownText(token: IToken, source: number): Diagnostic {
  const first = String.fromCodePoint(token.image.codePointAt(0) ?? 0);
  const meant = LOOKALIKES[first];
  const shown = first === '#' ? first : [...token.image.slice(0, 40)].slice(0, 20).join('');
  const printable = /^[\p{L}\p{M}\p{N}\p{P}\p{S}]+$/u.test(shown)
    ? `\`${shown}\``
    : `the character U+${(first.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
  const help =
    meant === undefined
      ? first === '#'
        ? 'a comment begins with `//`'
        : 'take it out; text with such characters stands in quotes'
      : `write \`${meant}\``;
  const span = spanOf(token, source);
  const details = { span, help, ...replaceFirst(token, first, first === '#' ? '//' : meant, span) };
  return report('LLP1002', { found: printable }, details);
}

/** A fix if the character stands alone, or if it is a `#` that begins a comment. */
function replaceFirst(
  token: IToken,
  first: string,
  replacement: string | undefined,
  span: Span,
): Pick<Diagnostic, 'fix'> {
  if (replacement === undefined || (first !== '#' && token.image !== first)) return {};
  return { fix: { span: { ...span, end: span.start + first.length }, replacement } };
}

function spanOf(token: IToken, source: number): Span {
  return { source, start: token.startOffset, end: token.startOffset + token.image.length };
}

function nestingError(tokens: readonly IToken[], source: number): Diagnostic | undefined {
  let depth = 0;
  for (const token of tokens) {
    if (token.tokenType === t.LeftBrace && ++depth > MAX_DEPTH) {
      const help = 'write several components in one path, as in `dir "a/b/c"`';
      return report('LLP1009', { limit: String(MAX_DEPTH) }, { span: spanOf(token, source), help });
    }
    if (token.tokenType === t.RightBrace && depth > 0) depth--;
  }
  return undefined;
}

function versionError(file: PolicyFile | undefined, tokens: readonly IToken[], source: number): Diagnostic[] {
  const first = tokens[0];
  if (first?.tokenType !== t.Llp) {
    const span = { source, start: 0, end: 0 };
    const fix = { span, replacement: 'llp 1;\n' };
    return [report('LLP1007', {}, { span, help: 'begin the file with `llp 1;`', fix })];
  }
  const number = tokens[1];
  if (number?.tokenType !== t.Integer || file === undefined || Number(number.image) === 1) return [];
  const span = spanOf(number, source);
  return [
    report(
      'LLP1008',
      { version: number.image },
      { span, help: 'write `llp 1;`', fix: { span, replacement: '1' } },
    ),
  ];
}

/** True if an unclosed string has swallowed the expected token, whose absence is then not reported. */
function isSwallowed(previous: IToken | undefined, atEnd: boolean, tokens: readonly IToken[]): boolean {
  return previous?.tokenType === t.OpenString || (atEnd && tokens.some((k) => k.tokenType === t.OpenString));
}

/** Tokens whose absence is reported at the place where they should be. */
const CLOSING = /^`[;,:={)}]|^`->/;

function syntaxError(
  error: IRecognitionException,
  tokens: readonly IToken[],
  source: number,
  text: string,
): Diagnostic | undefined {
  const { token, previousToken } = error as MismatchedTokenException;
  const wanted = error.message;
  const atEnd = Number.isNaN(token.startOffset);
  if (isSwallowed(previousToken, atEnd, tokens)) return undefined;
  const previousEnd =
    previousToken === undefined || Number.isNaN(previousToken.startOffset)
      ? 0
      : previousToken.startOffset + previousToken.image.length;
  if (atEnd && wanted.endsWith('`}`')) return unclosedBlock(tokens, source, text);
  const insert = CLOSING.test(wanted);
  const span = atEnd || insert ? { source, start: previousEnd, end: previousEnd } : spanOf(token, source);
  const symbol = insert ? /^`([^`]+)`/.exec(wanted)?.[1] : undefined;
  const misspelt = insert ? undefined : keywordHelp(token, span);
  const missing =
    symbol === undefined ? {} : { help: `write \`${symbol}\` here`, fix: { span, replacement: symbol } };
  return report('LLP1001', { wanted, found: foundText(token) }, { span, ...(misspelt ?? missing) });
}

/** Reports the innermost unclosed brace. */
function unclosedBlock(tokens: readonly IToken[], source: number, text: string): Diagnostic {
  const open: IToken[] = [];
  for (const token of tokens) {
    if (token.tokenType === t.LeftBrace) open.push(token);
    else if (token.tokenType === t.RightBrace) open.pop();
  }
  const brace = open.at(-1);
  const end = { source, start: text.trimEnd().length, end: text.trimEnd().length };
  const details = { help: 'close it with `}`', fix: { span: end, replacement: '\n}' } };
  if (brace === undefined) return report('LLP1013', {}, { span: end, ...details });
  const notes = [{ message: 'the file ends here', span: end }];
  return report('LLP1013', {}, { span: spanOf(brace, source), notes, ...details });
}

/** The first diagnostics, up to the limit, and one that gives the number of the others. */
function limit(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  if (diagnostics.length <= MAX_ERRORS) return [...diagnostics];
  const ordered = [...diagnostics].sort((a, b) => (a.span?.start ?? 0) - (b.span?.start ?? 0));
  const shown = ordered.slice(0, MAX_ERRORS);
  const rest = ordered[MAX_ERRORS];
  const count = counted(ordered.length - MAX_ERRORS, 'mistake');
  const span = rest?.span === undefined ? {} : { span: rest.span };
  return [...shown, report('LLP1012', { count }, { ...span, help: 'mend the first ones and run it again' })];
}
