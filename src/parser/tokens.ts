/**
 * The tokens of the language. The lexer accepts every text: invalid text becomes `Unknown`, `OpenComment`, `OpenString`
 * or `BarePath`, which `parse.ts` reports. `Unknown` and `OpenComment` do not reach the grammar; the other two are
 * strings.
 *
 * Keywords that are also names of actions, or that are likely names (`link`, `bind`, …), are identifiers too.
 */
import type { Lexer as PolicyLexer, TokenType } from 'chevrotain';
import { createToken, Lexer } from './chevrotain.js';

export const Identifier = createToken({ name: 'Identifier', pattern: /[A-Za-z_][A-Za-z0-9_-]*/ });

function keyword(word: string, alsoName = false): TokenType {
  const name = word[0]?.toUpperCase() + word.slice(1);
  const options = { name, pattern: word, longer_alt: Identifier };
  return createToken(alsoName ? { ...options, categories: [Identifier] } : options);
}

export const Llp = keyword('llp');
export const Import = keyword('import');
export const Param = keyword('param');
export const Actions = keyword('actions');
export const Fragment = keyword('fragment');
export const Policy = keyword('policy');
export const Default = keyword('default');
export const Use = keyword('use');
export const Dir = keyword('dir');
export const File = keyword('file');
export const Here = keyword('here');
export const Allow = keyword('allow');
export const Deny = keyword('deny');
export const Forbid = keyword('forbid');
export const All = keyword('all');
export const Except = keyword('except');
export const Assert = keyword('assert', true);
export const Never = keyword('never', true);
export const Always = keyword('always', true);
/** Not an identifier, because after `never` it could be the name of a set. */
export const Gains = keyword('gains');
export const Under = keyword('under', true);
export const At = keyword('at', true);
export const Accept = keyword('accept', true);
export const Unenforced = keyword('unenforced', true);
export const On = keyword('on', true);
export const Test = keyword('test');
export const Given = keyword('given', true);
export const Link = keyword('link', true);
export const Bind = keyword('bind', true);
export const Hardlink = keyword('hardlink', true);
export const Expect = keyword('expect', true);
export const Cd = keyword('cd', true);

export const KEYWORDS: readonly TokenType[] = [
  Llp,
  Import,
  Param,
  Actions,
  Fragment,
  Policy,
  Default,
  Use,
  Dir,
  File,
  Here,
  Allow,
  Deny,
  Forbid,
  All,
  Except,
  Assert,
  Never,
  Always,
  Gains,
  Under,
  At,
  Accept,
  Unenforced,
  On,
  Test,
  Given,
  Link,
  Bind,
  Hardlink,
  Expect,
  Cd,
];

export const Integer = createToken({ name: 'Integer', pattern: /[0-9]+/ });
/** A string on one line. `template.ts` reads its content. */
export const Text = createToken({ name: 'String', pattern: /"(?:[^"\\\r\n]|\\[^\r\n])*"/ });
export const Semicolon = createToken({ name: 'Semicolon', pattern: ';' });
export const Comma = createToken({ name: 'Comma', pattern: ',' });
export const Colon = createToken({ name: 'Colon', pattern: ':' });
export const Equals = createToken({ name: 'Equals', pattern: '=' });
export const Question = createToken({ name: 'Question', pattern: '?' });
export const Arrow = createToken({ name: 'Arrow', pattern: '->' });
export const LeftBrace = createToken({ name: 'LeftBrace', pattern: '{' });
export const RightBrace = createToken({ name: 'RightBrace', pattern: '}' });
export const LeftParen = createToken({ name: 'LeftParen', pattern: '(' });
export const RightParen = createToken({ name: 'RightParen', pattern: ')' });

export const PUNCTUATION: readonly TokenType[] = [
  Semicolon,
  Comma,
  Colon,
  Equals,
  Question,
  Arrow,
  LeftBrace,
  RightBrace,
  LeftParen,
  RightParen,
];

const Space = createToken({ name: 'Space', pattern: /[ \t\r\n\uFEFF]+/, group: Lexer.SKIPPED });
export const LineComment = createToken({ name: 'LineComment', pattern: /\/\/[^\r\n]*/, group: 'comments' });
export const BlockComment = createToken({
  name: 'BlockComment',
  pattern: /\/\*(?:[^*]|\*(?!\/))*\*\//,
  group: 'comments',
});
const OpenComment = createToken({ name: 'OpenComment', pattern: /\/\*[^]*/, group: 'openComments' });
/**
 * A string without its closing quote. The grammar accepts it as a string, so that parsing goes on. It ends before a `;`
 * or `{` at the end of its line, because that is hardly meant to be part of it.
 */
export const OpenString = createToken({
  name: 'OpenString',
  pattern: openString,
  start_chars_hint: ['"'],
  line_breaks: false,
  categories: [Text],
});

/** Matches an unclosed string. It is tried after `Text`, so there is no closing quote. */
function openString(text: string, offset: number): [string] | null {
  if (text[offset] !== '"') return null;
  let end = offset + 1;
  while (end < text.length && text[end] !== '\r' && text[end] !== '\n') end++;
  const rest = text.slice(offset, end).trimEnd();
  return [/.[;{]$/.test(rest.slice(-2)) ? rest.slice(0, -1).trimEnd() : rest];
}
/** A path without quotes. The grammar accepts it as a string, so that parsing goes on. */
export const BarePath = createToken({ name: 'BarePath', pattern: /\/[^\s"{};,()]*/, categories: [Text] });
/**
 * One code of each group of character codes by which Chevrotain selects tokens: every code below 256, then groups of
 * 255. Chevrotain cannot infer that `Unknown` begins with any character; without the hint it would try every token
 * everywhere.
 */
const ANY_START = [
  ...Array.from({ length: 257 }, (_, code) => code),
  ...Array.from({ length: 256 }, (_, group) => 255 * (group + 2)),
];
/** Text that is not a token. After `#` it is the rest of the line, which was meant as a comment. */
const Unknown = createToken({
  name: 'Unknown',
  pattern: /#[^\r\n]*|[^\sA-Za-z0-9_"{}();,:=?/]+|[^]/,
  start_chars_hint: ANY_START,
  group: 'unknown',
});

const ORDER: readonly TokenType[] = [
  Space,
  LineComment,
  BlockComment,
  OpenComment,
  ...KEYWORDS,
  Identifier,
  Integer,
  Text,
  OpenString,
  BarePath,
  Arrow,
  ...PUNCTUATION.filter((t) => t !== Arrow),
  Unknown,
];

/** The tokens of the grammar, in the order of the lexer. */
export const GRAMMAR_TOKENS: readonly TokenType[] = ORDER;

/**
 * The end of an unfinished statement at the end of its line; `unfinished.ts` inserts it. The grammar accepts it in
 * place of the missing `;`. If more is missing, errors name it as the token that was found.
 */
export const LineEnd = createToken({ name: 'LineEnd', pattern: Lexer.NA, categories: [Semicolon] });

let lexer: PolicyLexer | undefined;

/** The lexer. It is created at the first use, because that takes some milliseconds. */
export function policyLexer(): PolicyLexer {
  lexer ??= new Lexer([...ORDER], { positionTracking: 'onlyOffset', skipValidations: true });
  return lexer;
}

/** The keywords with which a declaration, an item or a step begins. An identifier never begins one. */
export const STARTERS: readonly TokenType[] = KEYWORDS.filter(
  (k) => ![All, Except, Never, Always, Gains, Under, At, Unenforced, On].includes(k),
);
