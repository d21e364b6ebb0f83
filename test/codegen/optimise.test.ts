/** `optimise`: graphs of basic blocks before and after. `test/support/graph.ts` says how they are written. */
import { describe, expect, it } from 'vitest';
import { optimise } from '../../src/codegen/v8/optimise.js';
import { graphOf, graphText } from '../support/graph.js';

const ROWS: readonly (readonly [what: string, before: string, after: string])[] = [
  [
    'a jump to an empty block',
    'A: ? r1 jeq 0 : B C | B: > D | C: 1 . | D: 2 .',
    'A: ? r1 jeq 0 : D C | C: 1 . | D: 2 .',
  ],
  [
    'a row of empty blocks',
    'A: ? r1 jeq 0 : B E | B: > C | C: > D | D: 2 . | E: 1 .',
    'A: ? r1 jeq 0 : D E | D: 2 . | E: 1 .',
  ],
  [
    'a circle of empty blocks',
    'A: ? r1 jeq 0 : B D | B: > C | C: > B | D: 1 .',
    'A: ? r1 jeq 0 : B D | B: > B | D: 1 .',
  ],
  ['a branch with one target', 'A: 1 ? r1 jeq 0 : B B | B: 2 .', 'A: 1 2 .'],
  [
    'a branch with one target behind empty blocks',
    'A: 1 ? r1 jeq 0 : B C | B: > D | C: > D | D: 2 .',
    'A: 1 2 .',
  ],
  ['`jeq` of a constant that is equal', 'A: 5 ? r0 jeq 5 : B C | B: 1 . | C: 2 .', 'A: 5 1 .'],
  ['`jeq` of a constant that is not', 'A: 5 ? r0 jeq 6 : B C | B: 1 . | C: 2 .', 'A: 5 2 .'],
  ['`jne` of a constant', 'A: 5 ? r0 jne 6 : B C | B: 1 . | C: 2 .', 'A: 5 1 .'],
  ['`jset` of a constant with a common bit', 'A: 5 ? r0 jset 4 : B C | B: 1 . | C: 2 .', 'A: 5 1 .'],
  ['`jset` of a constant without one', 'A: 5 ? r0 jset 2 : B C | B: 1 . | C: 2 .', 'A: 5 2 .'],
  ['`jset` of -1 and a sign bit', 'A: -1 ? r0 jset -2147483648 : B C | B: 1 . | C: 2 .', 'A: -1 1 .'],
  [
    'a comparison that is not folded',
    'A: 5 ? r0 jgt 4 : B C | B: 1 . | C: 2 .',
    'A: 5 ? r0 jgt 4 : B C | B: 1 . | C: 2 .',
  ],
  [
    'a constant in another register',
    'A: 5 ? r1 jeq 5 : B C | B: 1 . | C: 2 .',
    'A: 5 ? r1 jeq 5 : B C | B: 1 . | C: 2 .',
  ],
  ['a constant of another block', 'A: 5 > B | B: ? r0 jeq 5 : C D | C: 1 . | D: 2 .', 'A: 5 1 .'],
  ['equal tails', 'A: ? r1 jeq 0 : B C | B: 1 . | C: 1 .', 'A: 1 .'],
  [
    'equal tails behind different blocks',
    'A: ? r1 jeq 0 : B C | B: 1 > D | C: 2 > E | D: 3 . | E: 3 .',
    'A: ? r1 jeq 0 : B C | B: 1 > E | C: 2 > E | E: 3 .',
  ],
  [
    'tails with other ends',
    'A: ? r1 jeq 0 : B C | B: 1 ? r1 jeq 1 : D E | C: 1 ? r1 jeq 2 : D E | D: 3 . | E: 4 .',
    'A: ? r1 jeq 0 : B C | B: 1 ? r1 jeq 1 : D E | C: 1 ? r1 jeq 2 : D E | D: 3 . | E: 4 .',
  ],
  ['tails of two levels', 'A: ? r1 jeq 0 : B C | B: 1 > D | C: 1 > E | D: 3 . | E: 3 .', 'A: 1 3 .'],
  [
    'an entry that equals another block',
    'A: 1 ? r1 jeq 0 : A B | B: 1 ? r1 jeq 0 : A B',
    'A: 1 ? r1 jeq 0 : A B | B: 1 ? r1 jeq 0 : A B',
  ],
  ['what nothing reaches', 'A: 1 . | B: 2 > C | C: 3 .', 'A: 1 .'],
  ['a chain', 'A: 1 > B | B: 2 > C | C: 3 .', 'A: 1 2 3 .'],
  [
    'a chain with a second way in',
    'A: ? r1 jeq 0 : B C | B: 2 > C | C: 3 .',
    'A: ? r1 jeq 0 : B C | B: 2 > C | C: 3 .',
  ],
  ['a loop of one block', 'A: 1 > B | B: 2 > B', 'A: 1 > B | B: 2 > B'],
];

describe('optimise', () => {
  it.each(ROWS)('%s', (_, before, after) => {
    expect(graphText(optimise(graphOf(before)))).toBe(after);
  });
});
