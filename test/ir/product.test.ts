/** `createProduct`: what two automata read at once. */
import { describe, expect, it } from 'vitest';
import { createProduct, type ProductState } from '../../src/ir/hierarchy/product.js';
import { automataOf } from '../support/policy.js';

/** One part for each state that is reached: the states of both automata, the edges, and a name that no scope names. */
function productOf(a: string, b: string, avoided: readonly string[] = []): string {
  const product = createProduct(
    automataOf(`llp 1; policy "a" { ${a} } policy "b" { ${b} }`),
    new Set(avoided),
  );
  const met: ProductState[] = [product.root];
  const parts: string[] = [];
  for (const state of met) {
    const { named, fresh } = product.edges(state);
    for (const { to } of named) if (!met.includes(to)) met.push(to);
    const edges = named.map((e) => `${e.name}>${e.to.id}`);
    parts.push(
      [`${state.id}:`, state.states.map((s) => s.id).join(), ...edges, `fresh ${fresh ?? 'none'}`].join(' '),
    );
  }
  return parts.join(' | ');
}

const ROWS: readonly (readonly [what: string, a: string, b: string, product: string])[] = [
  ['no scope', '', '', '0: 0,0 fresh a'],
  ['a scope of the first', 'dir "/a" { allow read; }', '', '0: 0,0 a>1 fresh b | 1: 1,0 fresh a'],
  ['a scope of the second', '', 'dir "/a" { allow read; }', '0: 0,0 a>1 fresh b | 1: 0,1 fresh a'],
  [
    'the same scope in both',
    'dir "/a" { allow read; }',
    'dir "/a" { allow read; }',
    '0: 0,0 a>1 fresh b | 1: 1,1 fresh a',
  ],
  [
    'two names',
    'dir "/a" { allow read; }',
    'dir "/b" { allow read; }',
    '0: 0,0 a>1 b>2 fresh c | 1: 1,2 fresh a | 2: 2,1 fresh a',
  ],
  [
    'a name beneath a name',
    'dir "/a/b" { allow read; }',
    'dir "/a" { allow read; }',
    '0: 0,0 a>1 fresh b | 1: 1,1 b>2 fresh a | 2: 3,3 fresh a',
  ],
  ['a glob and no name', 'dir "/*.c" { allow read; }', '', '0: 0,0 a.c>1 fresh a | 1: 1,0 fresh a'],
  [
    'a glob, and a name that it matches',
    'dir "/*.c" { allow read; }',
    'dir "/x.c" { allow read; }',
    '0: 0,0 x.c>1 a.c>2 fresh a | 1: 1,1 fresh a | 2: 1,2 fresh a',
  ],
  [
    'a glob, and a name that it does not match',
    'dir "/*.c" { allow read; }',
    'dir "/b" { allow read; }',
    '0: 0,0 b>1 a.c>2 fresh a | 1: 2,1 fresh a | 2: 1,2 fresh a',
  ],
  [
    'two globs that overlap',
    'dir "/a*" { allow read; }',
    'dir "/*b" { allow read; }',
    '0: 0,0 b>1 ab>2 a>3 fresh c | 1: 2,1 fresh a | 2: 1,1 fresh a | 3: 1,2 fresh a',
  ],
  [
    'two globs that do not',
    'dir "/a*" { allow read; }',
    'dir "/b*" { allow read; }',
    '0: 0,0 a>1 b>2 fresh c | 1: 1,2 fresh a | 2: 2,1 fresh a',
  ],
  [
    'one glob in both',
    'dir "/a*" { allow read; }',
    'dir "/a*" { allow read; }',
    '0: 0,0 a>1 fresh b | 1: 1,1 fresh a',
  ],
];

describe('createProduct', () => {
  it.each(ROWS)('%s', (_, a, b, product) => {
    expect(productOf(a, b)).toBe(product);
  });

  it('keeps away from avoided names where another name does as well', () => {
    expect(productOf('dir "/[xy]" { allow read; }', '', ['x'])).toContain('y>');
    expect(productOf('dir "/x" { allow read; }', '', ['x'])).toContain('x>');
  });
});
