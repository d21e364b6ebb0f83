/** `layOut`: the order of blocks and the jumps between them. `test/support/graph.ts` says how both are written. */
import { describe, expect, it } from 'vitest';
import { layOut } from '../../src/codegen/v8/blocks.js';
import { codeText, graphOf } from '../support/graph.js';

const ROWS: readonly (readonly [what: string, graph: string, code: string])[] = [
  ['one block', 'A: 1 .', 'A: 1 exit'],
  ['a jump to the next block falls through', 'A: 1 > B | B: 2 .', 'A: 1 B: 2 exit'],
  [
    'a block is written behind the one that jumps to it',
    'A: 1 > C | B: 2 . | C: 3 > B',
    'A: 1 C: 3 B: 2 exit',
  ],
  [
    'the branch that is not taken falls through',
    'A: ? r1 jeq 0 : B C | B: 1 . | C: 2 .',
    'A: jeq>B C: 2 exit B: 1 exit',
  ],
  [
    'a test is negated where only its target is free',
    'A: 1 > B | B: ? r1 jeq 0 : C A | C: 2 .',
    'A: 1 B: jne>A C: 2 exit',
  ],
  ['`jgt` becomes `jle`', 'A: 1 > B | B: ? r1 jgt 0 : C A | C: 2 .', 'A: 1 B: jle>A C: 2 exit'],
  ['`jslt` becomes `jsge`', 'A: 1 > B | B: ? r1 jslt 0 : C A | C: 2 .', 'A: 1 B: jsge>A C: 2 exit'],
  ['`jset` is not negated', 'A: 1 > B | B: ? r1 jset 1 : C A | C: 2 .', 'A: 1 B: jset>C ja>A C: 2 exit'],
  [
    'two ways meet',
    'A: ? r1 jeq 0 : B C | B: 1 > D | C: 2 > D | D: 3 .',
    'A: jeq>B C: 2 D: 3 exit B: 1 ja>D',
  ],
  ['a loop jumps back', 'A: 1 > B | B: 2 > B', 'A: 1 B: 2 ja>B'],
  ['a loop to the entry', 'A: 1 ? r1 jeq 0 : A B | B: 2 .', 'A: 1 jeq>A B: 2 exit'],
  [
    'branches within branches',
    'A: ? r1 jeq 0 : B C | B: ? r1 jeq 1 : D E | C: ? r1 jeq 2 : D E | D: 1 . | E: 2 .',
    'A: jeq>B C: jeq>D E: 2 exit D: 1 exit B: jeq>D ja>E',
  ],
];

describe('layOut', () => {
  it.each(ROWS)('%s', (_, graph, code) => {
    expect(codeText(layOut(graphOf(graph)))).toBe(code);
  });
});
