/** The TextMate grammar colours what the lexer reads: every token of every policy, with the engine that editors use. */
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import oniguruma from 'vscode-oniguruma';
import textmate from 'vscode-textmate';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { ACTIONS } from '../../src/abi/actions.js';
import { defined } from '../../src/base/assert.js';
import { readLexemes, type Lexeme } from '../../src/parser/lexemes.js';

const GRAMMAR = 'editors/vscode/syntaxes/llp.tmLanguage.json';
const FILES = [
  ...readdirSync('examples')
    .filter((name) => name !== 'integrations' && !name.includes('.'))
    .map((name) => `examples/${name}/policy.llp`),
  ...readdirSync('std').map((name) => `std/${name}`),
  'test/format/every.llp',
  'test/parser/site.llp',
];
let grammar: textmate.IGrammar;

beforeAll(async () => {
  const wasm = readFileSync(createRequire(import.meta.url).resolve('vscode-oniguruma/release/onig.wasm'));
  await oniguruma.loadWASM(wasm.buffer.slice(wasm.byteOffset, wasm.byteOffset + wasm.byteLength));
  const registry = new textmate.Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
      createOnigString: (text) => new oniguruma.OnigString(text),
    }),
    loadGrammar: () => Promise.resolve(textmate.parseRawGrammar(readFileSync(GRAMMAR, 'utf8'), GRAMMAR)),
  });
  grammar = defined((await registry.loadGrammar('source.llp')) ?? undefined, 'the grammar');
});

/** The scopes at each offset of a text. */
function scopesOf(text: string): string[] {
  const out: string[] = [];
  let state = textmate.INITIAL;
  let offset = 0;
  for (const line of text.split('\n')) {
    const { tokens, ruleStack } = grammar.tokenizeLine(line, state);
    for (const { startIndex, endIndex, scopes } of tokens)
      for (let i = startIndex; i < endIndex; i++) out[offset + i] = scopes.join(' ');
    state = ruleStack;
    offset += line.length + 1;
  }
  return out;
}

/** Words that are names elsewhere are told apart by what follows. */
const SOFT = ['given', 'link', 'bind', 'hardlink', 'expect', 'cd'];

function wanted({ kind, image }: Lexeme): RegExp {
  if (SOFT.includes(image)) return /keyword|support\.constant/;
  switch (kind) {
    case 'keyword':
      return /keyword/;
    case 'name':
      return ACTIONS.some((a) => a === image)
        ? /support\.constant\.action/
        : /entity\.name|variable|storage\.type/;
    case 'number':
      return /constant\.numeric/;
    case 'string':
      return /string\.quoted/;
    case 'comment':
      return /comment/;
    case 'sign':
      return /punctuation|keyword\.operator/;
  }
}

describe('TextMate grammar', () => {
  it.each(FILES)('colours every token of %s', (file) => {
    const text = readFileSync(file, 'utf8');
    const scopes = scopesOf(text);
    const { tokens, comments } = readLexemes(text);
    for (const token of [...tokens, ...comments]) {
      for (let i = token.start; i < token.end; i++) {
        if (text[i] !== '\n') expect(scopes[i], `${token.image} at ${token.start}`).toMatch(wanted(token));
      }
    }
  });

  it('knows every action', () => {
    const text = `llp 1; actions a = ${ACTIONS.join(', ')};`;
    const scopes = scopesOf(text);
    for (const { image, start } of readLexemes(text).tokens.filter((t) => ACTIONS.some((a) => a === t.image)))
      expect(scopes[start], image).toMatch(/support\.constant\.action/);
  });
});

test.each([
  ['expect allow «link» "/a";', /support\.constant\.action/],
  ['given { «link» "/a" -> "b"; }', /keyword\.other/],
  ['allow «link», read;', /support\.constant\.action/],
  ['use «expect»;', /entity\.name\.function/],
  ['dir "/a${«site»}/b" { }', /variable\.parameter/],
  ['dir "/a«*»" { }', /keyword\.operator\.glob/],
  ['dir "/a«\\*»" { }', /constant\.character\.escape/],
  ['dir "/a\n«allow» read;', /keyword\.control\.effect/],
  ['// "«a»', /comment/],
  ['/* a\n «dir» */', /comment/],
  ['allow «readdir-all»;', /variable\.other/],
  ['fragment f(a: «pattern») { }', /storage\.type/],
])('TextMate grammar: colour in %s', (marked, scope) => {
  const start = marked.indexOf('«');
  expect(scopesOf(marked.replace(/[«»]/g, ''))[start]).toMatch(scope);
});
