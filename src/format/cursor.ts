/**
 * Walks the tokens of a text in order and prints each with the comments before it.
 *
 * Invariant: the output has every token and every comment once, in order. The printer names the next token, and the
 * cursor asserts that the text has it there.
 */
import { assert, defined } from '../base/assert.js';
import type { Lexeme } from '../parser/lexemes.js';
import { BLANK, HARD, indent, LINE, type Doc } from './doc.js';
import { isOneLine, type Comment, type TokenGap } from './gaps.js';

export interface Cursor {
  readonly tokens: readonly Lexeme[];
  /** The gap before each token, and one after the last token. */
  readonly gaps: readonly TokenGap[];
  at: number;
}

/** The text of the token after the next one. */
export function afterNext({ tokens, at }: Cursor): string | undefined {
  return tokens[at + 1]?.image;
}

/** True if the token after the next one is on the same line. */
export function isFollowedOnLine({ gaps, at }: Cursor): boolean {
  return isOneLine(defined(gaps[at + 1], 'a gap after a token'));
}

/** Prints the next token within a statement, after a separator. Asserts that its text is `image`. */
export function token(cursor: Cursor, separator: Doc, image?: string): Doc {
  const { comments, newlines } = defined(cursor.gaps[cursor.at], 'a gap before a token');
  const own = bare(cursor, image);
  if (comments.length === 0) return [separator, own];
  const opened = cursor.tokens[cursor.at - 2]?.image === '(';
  const before = comments.map((c, i) => [c.newlines > 0 ? HARD : opened && i === 0 ? '' : ' ', c.doc]);
  return [before, newlines > 0 ? HARD : opened ? ' ' : separator, own];
}

/** Prints the next token without its gap, which `boundary` or `closing` prints. */
export function bare(cursor: Cursor, image?: string): string {
  const next = defined(cursor.tokens[cursor.at++], 'a token of the tree is in the text');
  assert(image === undefined || next.image === image, 'the tree and the text have the same tokens');
  return next.image;
}

/**
 * Prints the gap before a statement: comments at the end of the line before, an end of line, and comments on separate
 * lines. With `soft`, the end of line may become a space. The first statement of a block has no empty line before it.
 */
export function boundary(cursor: Cursor, first: boolean, soft = false): Doc {
  const gap = defined(cursor.gaps[cursor.at], 'a gap before a token');
  const [trailing, leading] = split(gap, cursor.at === 0 || isOneLine(gap));
  const start = leading[0]?.newlines ?? gap.newlines;
  const line = cursor.at === 0 ? '' : soft ? LINE : !first && start > 1 ? BLANK : HARD;
  const own = leading.map((c, i) => [c.doc, betweenLines(leading[i + 1]?.newlines ?? gap.newlines)]);
  return [trailing, line, own];
}

/** Prints the gap before the brace that closes a block. */
export function closing(cursor: Cursor, empty: boolean, soft = false): Doc {
  const gap = defined(cursor.gaps[cursor.at], 'a gap before a token');
  const [trailing, leading] = split(gap, false);
  const own = leading.map((c, i) => [!(empty && i === 0) && c.newlines > 1 ? BLANK : HARD, c.doc]);
  if (empty && gap.comments.length === 0) return '';
  const line = soft || (empty && isOneLine(gap)) ? LINE : HARD;
  return [trailing, indent(own), line];
}

/** Prints the gap at the end of the text, without indentation. */
export function ending(cursor: Cursor): Doc {
  const gap = defined(cursor.gaps[cursor.at], 'a gap after the last token');
  assert(cursor.at === cursor.tokens.length, 'every token of the text is in the tree');
  const [trailing, leading] = split(gap, false);
  return [trailing, leading.map((c) => [c.newlines > 1 ? BLANK : HARD, c.doc])];
}

/** The comments on the line of the token before, and the others. With `all`, all comments belong to the token after. */
function split(gap: TokenGap, all: boolean): readonly [Doc, readonly Comment[]] {
  const found = all ? 0 : gap.comments.findIndex((c) => c.newlines > 0);
  const count = found < 0 ? gap.comments.length : found;
  return [gap.comments.slice(0, count).map((c) => [' ', c.doc]), gap.comments.slice(count)];
}

function betweenLines(newlines: number): Doc {
  return newlines === 0 ? ' ' : newlines > 1 ? BLANK : HARD;
}
