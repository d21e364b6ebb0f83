/**
 * Ends statements that are unfinished, for example while they are being typed. Otherwise the grammar would read the
 * words of the next line as part of them, and lose the next statement.
 *
 * Input: the tokens of a text with syntax errors. Output: the tokens with a `LineEnd` before each line that begins with
 * `}` or with words that can only begin a statement, if the line before does not end a statement.
 */
import type { IToken, TokenType } from 'chevrotain';
import * as t from './tokens.js';

/** The keywords that begin a statement, with the tokens that may follow: some keywords can also be names. */
const BEGINNINGS: ReadonlyMap<TokenType, readonly TokenType[]> = new Map([
  [t.Import, [t.Text]],
  [t.Param, [t.Identifier]],
  [t.Actions, [t.Identifier]],
  [t.Fragment, [t.Identifier]],
  [t.Policy, [t.Text]],
  [t.Test, [t.Text]],
  [t.Assert, [t.Never, t.Always]],
  [t.Accept, [t.Gains, t.Unenforced]],
  [t.Default, [t.Allow, t.Deny]],
  [t.Use, [t.Identifier]],
  [t.Dir, [t.Text, t.Question]],
  [t.File, [t.Text, t.Question]],
  [t.Here, [t.LeftBrace]],
  [t.Allow, [t.Identifier, t.All]],
  [t.Deny, [t.Identifier, t.All]],
  [t.Forbid, [t.Identifier, t.All]],
  [t.Given, [t.LeftBrace]],
  [t.Link, [t.Text]],
  [t.Bind, [t.Text]],
  [t.Hardlink, [t.Text]],
  [t.Expect, [t.Allow, t.Deny]],
  [t.Cd, [t.Text]],
]);

const ENDS: ReadonlySet<TokenType> = new Set([t.Semicolon, t.LeftBrace, t.RightBrace]);

/** The tokens with a `LineEnd` after each unfinished statement; undefined if there is none. */
export function endUnfinished(tokens: readonly IToken[], text: string): IToken[] | undefined {
  const out: IToken[] = [];
  for (const [i, token] of tokens.entries()) {
    const before = tokens[i - 1];
    if (before !== undefined && begins(before, token, tokens[i + 1], text)) out.push(lineEndAfter(before));
    out.push(token);
  }
  return out.length === tokens.length ? undefined : out;
}

function begins(before: IToken, token: IToken, next: IToken | undefined, text: string): boolean {
  if (ENDS.has(before.tokenType) || !/[\r\n]/.test(text.slice(endOf(before), token.startOffset)))
    return false;
  if (token.tokenType === t.RightBrace) return true;
  // A verdict after `expect` or `default` belongs to them even on the next line.
  if ([t.Expect, t.Default].includes(before.tokenType) && VERDICTS.has(token.tokenType)) return false;
  const followers = BEGINNINGS.get(token.tokenType) ?? [];
  const follows = (type: TokenType): boolean =>
    next !== undefined && (next.tokenType === type || (next.tokenType.CATEGORIES ?? []).includes(type));
  return followers.some(follows);
}

const VERDICTS: ReadonlySet<TokenType> = new Set([t.Allow, t.Deny]);

const endOf = (token: IToken): number => token.startOffset + token.image.length;

function lineEndAfter(before: IToken): IToken {
  return {
    image: '',
    startOffset: endOf(before),
    tokenType: t.LineEnd,
    tokenTypeIdx: t.LineEnd.tokenTypeIdx ?? 0,
  } as IToken;
}
