/** Each fact of the page, on the real kernel and on the model, and the page itself. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ACTIONS } from '../../../../src/abi/actions.js';
import { realKernel } from '../real-kernel.js';
import { askAll } from './ask.js';
import { OTHER_FACTS } from './by-hand.js';
import { COVERAGE } from './coverage.js';
import { FACTS } from './facts.js';
import { factsPage, MEASURED_ON } from './page.js';

const kernel = realKernel();
const skipped = typeof kernel === 'string' ? ` (skipped: ${kernel})` : '';
const asked = typeof kernel === 'string' ? [] : askAll(FACTS, kernel);

/** A new descriptor has its number in the results. */
const plain = (results: readonly string[] | undefined): string[] =>
  (results ?? []).map((r) => (r.startsWith('fd ') ? 'ok' : r));

describe.skipIf(typeof kernel === 'string')(`facts${skipped}`, () => {
  it.each(FACTS.map((fact, i) => [fact.claim, fact, i] as const))('%s', (_, { steps }, i) => {
    const expected = steps.map((step) => `${step.text}: ${step.gives}`);
    const shown = (results: readonly string[] | undefined): string[] =>
      plain(results).map((result, at) => `${steps[at]?.text}: ${result}`);
    expect(shown(asked[i]?.kernel), 'the kernel').toEqual(expected);
    expect(shown(asked[i]?.model), 'the model').toEqual(expected);
  });
});

describe('facts, coverage', () => {
  it('has a row for every action', () => {
    expect(COVERAGE.flatMap((r) => r.actions).sort()).toEqual([...ACTIONS].sort());
  });

  const confirmed = new Set(
    [...FACTS, ...OTHER_FACTS].flatMap((f) => f.cells.map((c) => `${c.action}/${c.by}`)),
  );
  const cells = COVERAGE.flatMap((r) =>
    r.actions.flatMap((action) =>
      (['landlock', 'masks', 'filter'] as const)
        .filter((by) => r.cells[by] !== '')
        .map((by) => `${action}/${by}`),
    ),
  );
  it.each(cells)('the cell %s is confirmed by a fact', (cell) => expect([...confirmed]).toContain(cell));
  it('no fact confirms an empty cell', () =>
    expect([...confirmed].filter((c) => !cells.includes(c))).toEqual([]));
});

it('facts, the page says what the facts say', async () => {
  const page = readFileSync(
    fileURLToPath(new URL('../../../../docs/enforcement-facts.md', import.meta.url)),
    'utf8',
  );
  const withoutKernel = (text: string): string =>
    text
      .split('\n')
      .filter((line) => !line.startsWith(MEASURED_ON))
      .join('\n');
  expect(page).toContain(MEASURED_ON);
  expect(withoutKernel(page)).toBe(withoutKernel(await factsPage('')));
});
