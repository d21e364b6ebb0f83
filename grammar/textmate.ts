/**
 * Prints the TextMate grammar, from the table of tokens. Editors use it for colours before the language server answers.
 * It knows the words of the language, but not the meaning of names.
 */
import { ACTIONS } from '../src/abi/actions.js';
import { Identifier, KEYWORDS } from '../src/parser/tokens.js';

interface Rule {
  readonly name?: string;
  readonly match?: string;
  readonly begin?: string;
  readonly end?: string;
  readonly captures?: Readonly<Record<string, { readonly name: string }>>;
  readonly patterns?: readonly Rule[];
}

const NAME = '[A-Za-z_][A-Za-z0-9_-]*';
const EFFECTS = ['allow', 'deny', 'forbid'];
const SPACE = '\\s+';

/** A regular expression for one of these words, as a whole word. */
const oneOf = (words: readonly string[]): string =>
  `(?<![A-Za-z0-9_-])(?:${words.join('|')})(?![A-Za-z0-9_-])`;

const words = KEYWORDS.filter((k) => k.CATEGORIES?.includes(Identifier) !== true).map((k) =>
  String(k.PATTERN),
);
/** Keywords that may also be names. */
const soft = KEYWORDS.filter((k) => k.CATEGORIES?.includes(Identifier) === true).map((k) =>
  String(k.PATTERN),
);

const STRING: Rule = {
  name: 'string.quoted.double.llp',
  begin: '"',
  end: '"|(?=$)',
  patterns: [
    {
      match: `(\\$\\{)(${NAME})(\\})`,
      captures: {
        1: { name: 'punctuation.section.embedded.begin.llp' },
        2: { name: 'variable.parameter.llp' },
        3: { name: 'punctuation.section.embedded.end.llp' },
      },
    },
    { name: 'constant.character.escape.llp', match: '\\\\(?:u\\{[0-9A-Fa-f]{1,6}\\}|.)' },
    { name: 'keyword.operator.glob.llp', match: '[*?]|\\[!?[^\\]"]*\\]|[{},]' },
  ],
};

const COMMENTS: readonly Rule[] = [
  { name: 'comment.line.double-slash.llp', match: '//.*$' },
  { name: 'comment.block.llp', begin: '/\\*', end: '\\*/' },
];

const declared = (word: string, name: string): Rule => ({
  match: `${oneOf([word])}${SPACE}(${NAME})`,
  captures: { 0: { name: 'keyword.other.llp' }, 1: { name } },
});

const STATEMENTS: readonly Rule[] = [
  {
    match: `${oneOf(['expect'])}${SPACE}(allow|deny)${SPACE}(${NAME})`,
    captures: {
      0: { name: 'keyword.other.llp' },
      1: { name: 'keyword.control.effect.llp' },
      2: { name: 'support.constant.action.llp' },
    },
  },
  { name: 'keyword.other.llp', match: `${oneOf(['assert'])}${SPACE}${oneOf(['never', 'always'])}` },
  { name: 'keyword.other.llp', match: `${oneOf(['accept'])}(?=${SPACE}gains)` },
  { name: 'keyword.other.llp', match: `${oneOf(['accept'])}${SPACE}${oneOf(['unenforced'])}` },
  { name: 'keyword.other.llp', match: `${oneOf(['on'])}(?=${SPACE}${NAME}\\s*;)` },
  declared('fragment', 'entity.name.function.llp'),
  declared('use', 'entity.name.function.llp'),
  declared('actions', 'entity.name.type.llp'),
  {
    match: `(?:${oneOf(['param'])}${SPACE})?(${NAME})\\s*(:)\\s*(${oneOf(['path', 'name', 'pattern'])})`,
    captures: {
      0: { name: 'keyword.other.llp' },
      1: { name: 'variable.parameter.llp' },
      2: { name: 'punctuation.separator.llp' },
      3: { name: 'storage.type.llp' },
    },
  },
];

const WORDS: readonly Rule[] = [
  { name: 'keyword.control.effect.llp', match: oneOf(EFFECTS) },
  { name: 'keyword.other.llp', match: oneOf(words.filter((w) => !EFFECTS.includes(w))) },
  { name: 'keyword.other.llp', match: `${oneOf(soft)}(?=\\s*["{])` },
  { name: 'support.constant.action.llp', match: oneOf(ACTIONS) },
  { name: 'constant.numeric.llp', match: '\\b[0-9]+\\b' },
  { name: 'variable.other.llp', match: NAME },
  { name: 'keyword.operator.llp', match: '->|[=?]' },
  { name: 'punctuation.separator.llp', match: '[;,:]' },
  { name: 'punctuation.section.llp', match: '[{}()]' },
];

export function printTextMate(): string {
  const patterns = [...COMMENTS, STRING, ...STATEMENTS, ...WORDS];
  const grammar = { name: 'LLP', scopeName: 'source.llp', fileTypes: ['llp'], patterns };
  return JSON.stringify(grammar, null, 2) + '\n';
}
