/**
 * Splits a text into tokens and comments, for the formatter and for colours in an editor.
 *
 * If the text has no lexical errors, they cover everything except white space.
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
  /** Line comments (without the line end) and block comments. */
  readonly comments: readonly Lexeme[];
}

/** The result for the last text: an editor asks many times about the same text. */
let last: { readonly text: string; readonly lexemes: Lexemes } | undefined;

/** The tokens and comments of a text, in order. */
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
