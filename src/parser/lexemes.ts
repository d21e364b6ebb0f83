/**
 * The text as tokens and comments, in order: for what needs them apart from the tree (the formatter, colours in an editor).
 * Only of a text without lexical errors do they cover everything but white space.
 */
import type { IToken } from 'chevrotain';
import * as t from './tokens.js';

export interface Lexeme {
  readonly kind: 'keyword' | 'name' | 'number' | 'string' | 'sign' | 'comment';
  readonly image: string;
  /** UTF-16 offsets, `end` exclusive. */
  readonly start: number;
  readonly end: number;
}

export interface Lexemes {
  readonly tokens: readonly Lexeme[];
  /** Line comments without the end of their line, and block comments. */
  readonly comments: readonly Lexeme[];
}

/** The last text: an editor asks about one many times. */
let last: { readonly text: string; readonly lexemes: Lexemes } | undefined;

export function readLexemes(text: string): Lexemes {
  if (last?.text !== text) last = { text, lexemes: lex(text) };
  return last.lexemes;
}

function lex(text: string): Lexemes {
  const { tokens, groups } = t.policyLexer().tokenize(text);
  return {
    tokens: tokens.map((token) => lexeme(token, kindOf(token))),
    comments: (groups['comments'] ?? []).map((token) => lexeme(token, 'comment')),
  };
}

function lexeme({ image, startOffset }: IToken, kind: Lexeme['kind']): Lexeme {
  return { kind, image, start: startOffset, end: startOffset + image.length };
}

const KEYWORDS = new Set(t.KEYWORDS);

function kindOf({ tokenType }: IToken): Lexeme['kind'] {
  if (KEYWORDS.has(tokenType)) return 'keyword';
  if (tokenType === t.Identifier) return 'name';
  if (tokenType === t.Integer) return 'number';
  return tokenType === t.Text || tokenType === t.OpenString || tokenType === t.BarePath ? 'string' : 'sign';
}
