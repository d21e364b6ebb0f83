import { expect, test } from 'vitest';
import { counted } from '../../src/base/text.js';

test('counted: one is singular, any other number is plural', () => {
  expect([0, 1, 2, 1000].map((n) => counted(n, 'program run'))).toEqual([
    '0 program runs',
    '1 program run',
    '2 program runs',
    '1000 program runs',
  ]);
});
