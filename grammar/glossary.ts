/** Prints `tokens.md`, with the purpose of every token, and `README.md`, with every production. */
import * as t from '../src/parser/tokens.js';
import { printProduction } from './ebnf.js';
import type { Production } from './model.js';
import { diagramFile } from './railroad.js';

/** The purpose of each token. `printTokens` throws for a token without a row. */
const PURPOSES: Readonly<Record<string, string>> = {
  Space: 'between tokens; skipped',
  LineComment: 'a comment to the end of its line; skipped',
  BlockComment: 'a comment; skipped. Comments do not nest',
  OpenComment: 'a comment that is not closed: an error, LLP1006',
  Llp: 'begins the version, the first thing in a file',
  Import: 'takes the parameters, sets and fragments of another file',
  Param: 'declares a parameter, which `-D` gives a value',
  Actions: 'names a set of actions',
  Fragment: 'names a group of scopes and rules, for `use`',
  Policy: 'begins a policy: one layer, one chain',
  Default: 'the verdict where no rule decides',
  Use: 'puts the items of a fragment here',
  Dir: 'a directory and everything beneath it',
  File: 'one object that is not a directory',
  Here: 'rules for the directory itself and not for what is beneath it',
  Allow: 'the effect of a rule, or the expected verdict in a test: allowed',
  Deny: 'the effect of a rule, or the expected verdict in a test: denied',
  Forbid: 'the effect of a rule: denied, and no inner scope may allow it again',
  All: 'every action but `walk`',
  Except: 'takes actions away from `all`',
  Assert: 'states what the rules must never, or always, allow',
  Never: 'in an assertion: the actions are allowed on no object there',
  Always: 'in an assertion: the actions are allowed on every object there',
  Gains: 'in an assertion: the rights that an object must not gain by a move',
  Under: 'in an assertion: an object and everything beneath it',
  At: 'in an assertion: one object alone',
  Accept: 'states that moves that gain rights, or gaps of a target, are intended',
  Unenforced: 'after `accept`: the actions that a target need not stop',
  On: 'before the name of a target',
  Test: 'begins a test',
  Given: 'the objects in the tree of a test',
  Link: 'a symbolic link in the tree of a test',
  Bind: 'a bind mount in the tree of a test',
  Hardlink: 'a second name of an object in the tree of a test',
  Expect: 'a request of a test and its expected verdict',
  Cd: 'changes the working directory of a test',
  Identifier: 'names of actions, sets, parameters, types and fragments',
  Integer: 'the number of the version',
  String: 'paths, values and names, on one line; escapes and `${name}` in it are read afterwards',
  OpenString: 'a string that is not closed on its line: an error, LLP1003, and then as `String`',
  BarePath: 'a path without quotes: an error, LLP1016, and then as `String`',
  Arrow: 'before the target of a link or mount',
  Semicolon: 'ends a statement without a block',
  Comma: 'between the members of a list',
  Colon: 'before the type of a parameter',
  Equals: 'before a value or a set',
  Question: 'after `dir` or `file`: it may be absent when the policy is loaded',
  LeftBrace: 'begins a block',
  RightBrace: 'ends a block',
  LeftParen: 'begins parameters or arguments',
  RightParen: 'ends parameters or arguments',
  Unknown: 'text that is not any other token: an error, LLP1002',
};

const TOKENS_HEAD = `# Tokens

Generated from the lexer by \`npm run grammar\`. The lexer takes the first token in this table that matches; a keyword must be a
whole word. A keyword marked *name too* may also be the name of an action, a set, a parameter or a fragment.

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

/** The page of tokens in Markdown. */
export function printTokens(): string {
  const rows = t.GRAMMAR_TOKENS.map((token) => {
    const purpose = PURPOSES[token.name];
    if (purpose === undefined) throw new Error(`the glossary has no row for ${token.name}`);
    const also = t.KEYWORDS.includes(token) && token.CATEGORIES?.includes(t.Identifier) ? '; *name too*' : '';
    return `| ${token.name} | ${code(token.PATTERN)} | ${cell(purpose)}${also} |\n`;
  });
  return TOKENS_HEAD + rows.join('') + STRINGS;
}

/** A pattern as code: a word or sign, a regular expression, or the name of a function. */
function code(pattern: unknown): string {
  return cell(`\`${typeof pattern === 'function' ? `${pattern.name}()` : String(pattern)}\``);
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

/** The page of productions, with all diagrams. */
export function printReadme(productions: readonly Production[]): string {
  const sections = productions.map((p) => {
    const file = `railroad/${diagramFile(p.name)}`;
    return `### ${p.name}\n\n\`${printProduction(p)}\`\n\n![${p.name}](${file})\n`;
  });
  return `# The grammar of .llp files

Generated from the parser, \`src/parser/grammar.ts\`, by \`npm run grammar\`; a test compares these files to it.

- [llp.ebnf](llp.ebnf): all productions
- [tokens.md](tokens.md): the tokens
- [railroad](railroad): a diagram of each production; the diagrams are also on this page

The grammar cannot express some rules: there is no scope in \`file\` and \`here\`, and only links and mounts have a target.
\`src/parser/restrict.ts\` and \`src/parser/node-parser.ts\` check them.

## Productions

${sections.join('\n')}`;
}
