/** The lexer reads every text, and looks at the first character to know which tokens to try. */
import { expect, test } from 'vitest';
import { Lexer } from '../../src/parser/chevrotain.js';
import { GRAMMAR_TOKENS, policyLexer } from '../../src/parser/tokens.js';

test('tokens: the first character decides which tokens are tried', () => {
  const options = { positionTracking: 'onlyOffset', ensureOptimizations: true } as const;
  expect(() => new Lexer([...GRAMMAR_TOKENS], options)).not.toThrow();
});

test('tokens: every UTF-16 unit begins a token or a reported error', () => {
  const unread: number[] = [];
  for (let code = 0; code < 0x10000; code++) {
    const { errors } = policyLexer().tokenize(String.fromCharCode(code));
    if (errors.length > 0) unread.push(code);
  }
  expect(unread).toEqual([]);
});
