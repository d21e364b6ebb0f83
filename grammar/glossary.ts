/** `tokens.md` and `README.md`: every token with what it is for, and what each production is. */
import * as t from '../src/parser/tokens.js';
import { printProduction } from './ebnf.js';
import type { Production } from './model.js';
import { diagramFile } from './railroad.js';

/** What each token is for. A token without a row is a fault, which `printTokens` throws. */
const PURPOSES: Readonly<Record<string, string>> = {
  Space: 'between tokens; skipped',
  LineComment: 'a comment to the end of its line; skipped',
  BlockComment: 'a comment; skipped. Comments do not nest',
  OpenComment: 'a comment that nothing closes: an error, LLP1006',
  Llp: 'begins the version, the first thing in a file',
  Import: 'takes the parameters, sets and fragments of another file',
  Param: 'declares a parameter, which `-D` gives a value',
  Actions: 'names a set of actions',
  Fragment: 'names a group of scopes and rules, for `use`',
  Policy: 'begins a policy: one layer, one chain',
  Default: 'what decides where no rule does',
  Use: 'puts the items of a fragment here',
  Dir: 'a directory and everything beneath it',
  File: 'one object that is not a directory',
  Here: 'rules for the directory itself and not for what is beneath it',
  Allow: 'the effect of a rule: allowed; in a test, what is expected',
  Deny: 'the effect of a rule: denied; in a test, what is expected',
  Forbid: 'the effect of a rule: denied, and no inner scope may allow it again',
  All: 'every action but `walk`',
  Except: 'takes actions away from `all`',
  Assert: 'states what the rules must never, or always, allow',
  Never: 'of an assertion: no object there allows it',
  Always: 'of an assertion: every object there allows it',
  Gains: 'of an assertion: what no move may bring an object to',
  Under: 'of an assertion: an object and everything beneath it',
  At: 'of an assertion: one object alone',
  Accept: 'says that moves which gain rights are meant',
  Test: 'begins a test',
  Given: 'what the tree of a test holds',
  Link: 'a symbolic link in the tree of a test',
  Bind: 'a bind mount in the tree of a test',
  Hardlink: 'a second name of an object in the tree of a test',
  Expect: 'one request of a test, and how it must end',
  Cd: 'changes the working directory of a test',
  Identifier: 'names of actions, sets, parameters, types and fragments',
  Integer: 'the number of the version',
  String: 'paths, values and names, on one line; escapes and `${name}` in it are read afterwards',
  OpenString: 'a string that its line does not close: an error, LLP1003, and then as `String`',
  BarePath: 'a path without quotes: an error, LLP1016, and then as `String`',
  Arrow: 'before the target of a link or mount',
  Semicolon: 'ends whatever has no block',
  Comma: 'between the members of a list',
  Colon: 'before the type of a parameter',
  Equals: 'before a value or a set',
  Question: 'after `dir` or `file`: it may be absent when the policy is loaded',
  LeftBrace: 'begins a block',
  RightBrace: 'ends a block',
  LeftParen: 'begins parameters or arguments',
  RightParen: 'ends parameters or arguments',
  Unknown: 'what is no other token: an error, LLP1002',
};

const TOKENS_HEAD = `# Tokens

Generated from the lexer: \`npm run grammar\`. The first that fits wins, from the top; a word is a keyword only as a whole.
The keywords marked *name too* may also be the name of an action, a set, a parameter or a fragment.

| token | pattern | what it is for |
| --- | --- | --- |
`;

const STRINGS = `
## In a string

\`\`\`ebnf
String        = '"' { Character | Escape | Interpolation } '"'
Escape        = "\\" ( "n" | "t" | '"' | "$" | "\\" | "*" | "?" | "[" | "]" | "{" | "}" | "u{" Hex "}" )
Interpolation = "\${" Identifier "}"
\`\`\`

An escaped glob character stands for itself. Control characters are errors, LLP1014; \`\\n\`, \`\\t\` and \`\\u{…}\` write them.
`;

/** The glossary in Markdown. */
export function printTokens(): string {
  const rows = t.GRAMMAR_TOKENS.map((token) => {
    const purpose = PURPOSES[token.name];
    if (purpose === undefined) throw new Error(`the glossary has no row for ${token.name}`);
    const also = t.KEYWORDS.includes(token) && token.CATEGORIES?.includes(t.Identifier) ? '; *name too*' : '';
    return `| ${token.name} | ${code(token.PATTERN)} | ${cell(purpose)}${also} |\n`;
  });
  return TOKENS_HEAD + rows.join('') + STRINGS;
}

/** A word or sign as it is, a pattern between slashes, the name of a function. */
function code(pattern: unknown): string {
  return cell(`\`${typeof pattern === 'function' ? `${pattern.name}()` : String(pattern)}\``);
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

/** The page that links the rest, with every diagram on it. */
export function printReadme(productions: readonly Production[]): string {
  const sections = productions.map((p) => {
    const file = `railroad/${diagramFile(p.name)}`;
    return `### ${p.name}\n\n\`${printProduction(p)}\`\n\n![${p.name}](${file})\n`;
  });
  return `# The grammar of .llp files

Generated from the parser, \`src/parser/grammar.ts\`, by \`npm run grammar\`; a test compares these files to it.

- [llp.ebnf](llp.ebnf): all productions
- [tokens.md](tokens.md): what they are made of
- [railroad](railroad): a diagram of each, which are also here beneath

What the grammar cannot say (no scope in \`file\` and \`here\`, a target for links and mounts only) is checked after it, in
\`src/parser/restrict.ts\`.

## Productions

${sections.join('\n')}`;
}
