/**
 * Describes syntax errors in terms of the language: the text for what is expected, by grammar rule and token.
 *
 * Chevrotain stores the text as the message of its error, and `parse.ts` makes the diagnostic from it.
 */
import type { IParserErrorMessageProvider, IToken, TokenType } from 'chevrotain';
import { EOF } from './chevrotain.js';
import { report } from '../diagnostics/catalogue.js';
import { respell } from '../diagnostics/suggest.js';
import type { Diagnostic, Span } from '../diagnostics/types.js';
import * as t from './tokens.js';

const DECLARATIONS =
  'a declaration (`policy`, `fragment`, `actions`, `param`, `import`, `assert`, `accept` or `test`)';
const ITEMS = 'a rule, a scope or `}`';

/** The name of a rule in "after the …". */
const CALLED: Readonly<Record<string, string>> = {
  version: 'version',
  importDecl: 'import',
  paramDecl: 'parameter',
  actionsDecl: 'set',
  ruleDecl: 'rule',
  useDecl: '`use`',
  defaultDecl: 'default',
  assertDecl: 'assertion',
  acceptDecl: '`accept`',
  givenItem: 'object',
  testStep: 'step',
};

/** By rule: what a missing string stands for. */
const STRINGS: Readonly<Record<string, string>> = {
  importDecl: 'the name of a file in quotes',
  paramDecl: 'a value in quotes',
  policyDecl: 'the name of the policy in quotes',
  testDecl: 'the name of the test in quotes',
  useDecl: 'an argument in quotes',
  scopeDecl: 'a path in quotes',
  place: 'a path in quotes',
  givenItem: 'a path in quotes',
  testStep: 'a path in quotes',
};

const NAMES: Readonly<Record<string, string>> = {
  nameList: 'the name of an action',
  testStep: 'the name of an action',
  fragmentDecl: 'the name of the fragment',
  useDecl: 'the name of a fragment',
  actionsDecl: 'the name of the set',
  typedName: 'a name and its type, as in `site: path`',
  acceptDecl: 'the name of a target',
};

function wantedToken(expected: TokenType, rule: string): string {
  switch (expected) {
    case t.Semicolon:
      return `\`;\` after the ${CALLED[rule] ?? 'declaration'}`;
    case t.Text:
      return STRINGS[rule] ?? 'a text in quotes';
    case t.Identifier:
      return NAMES[rule] ?? 'a name';
    case t.RightBrace:
      return rule === 'testDecl' ? '`expect`, `cd` or `}`' : ITEMS;
    case t.Integer:
      return 'the number of the version';
    case EOF:
      return DECLARATIONS;
    default:
      return `\`${typeof expected.PATTERN === 'string' ? expected.PATTERN : expected.name}\``;
  }
}

const ALTERNATIVES: Readonly<Record<string, string>> = {
  policyFile: DECLARATIONS,
  policyDecl: ITEMS,
  scopeItem: ITEMS,
  setExpr: 'the name of an action, or `all`',
  verdict: '`allow` or `deny`',
  assertDecl: '`never` or `always`',
  acceptDecl: '`gains` or `unenforced`',
  place: '`under` or `at`, and a path',
  givenItem: '`file`, `dir`, `link`, `bind` or `hardlink`',
  testStep: '`expect` or `cd`',
};

/** What is expected after `assert never`. */
const CLAIMED = 'the name of an action, `all` or `gains`';

export const messageProvider: IParserErrorMessageProvider = {
  buildMismatchTokenMessage: ({ expected, ruleName }) => wantedToken(expected, ruleName),
  buildNotAllInputParsedMessage: () => DECLARATIONS,
  buildNoViableAltMessage: ({ ruleName, previous }) =>
    previous.tokenType === t.Never ? CLAIMED : (ALTERNATIVES[ruleName] ?? 'something else'),
  buildEarlyExitMessage: ({ ruleName }) => ALTERNATIVES[ruleName] ?? 'something else',
};

/** The text for the token that was found: its image in backticks, or the end of the line or file. */
export function foundText(token: IToken): string {
  if (token.tokenType === t.LineEnd) return 'the end of the line';
  if (token.tokenType === EOF || Number.isNaN(token.startOffset)) return 'the end of the file';
  const image = token.image.length > 40 ? `${token.image.slice(0, 40)}…` : token.image;
  return `\`${image}\``;
}

/** Help and fix for a misspelt keyword; undefined if no keyword is near. */
export function keywordHelp(token: IToken, span: Span): ReturnType<typeof respell> {
  if (token.tokenType !== t.Identifier) return undefined;
  return respell(
    token.image,
    t.KEYWORDS.map((k) => String(k.PATTERN)),
    span,
  );
}

export function missingEnd(rule: string, span: Span, next: IToken): Diagnostic {
  const fix = { span, replacement: ';' };
  const details = { span, help: 'write `;` here', fix };
  return report('LLP1001', { wanted: wantedToken(t.Semicolon, rule), found: foundText(next) }, details);
}

export function missingTarget(kind: string, span: Span): Diagnostic {
  const help = `write \`${kind} "/path" -> "/target";\``;
  return report(
    'LLP1001',
    { wanted: '`->` and a target', found: `a \`${kind}\` without one` },
    { span, help },
  );
}

export function unexpectedTarget(kind: string, span: Span): Diagnostic {
  const help = 'write `link "/path" -> "target";` for a symbolic link';
  return report(
    'LLP1001',
    { wanted: `\`;\` after the path of a \`${kind}\``, found: 'a target' },
    { span, help },
  );
}

export function unknownType(image: string, span: Span): Diagnostic {
  const details = respell(image, ['path', 'name', 'pattern'], span) ?? {
    help: '`path`: a literal path; `name`: one component; `pattern`: may hold globs',
  };
  const params = { wanted: '`path`, `name` or `pattern`', found: `\`${image}\`` };
  return report('LLP1001', params, { span, ...details });
}
