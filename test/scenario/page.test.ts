/** The page about scenarios: its example replays as it says, and it names every call and argument. */
import { expect, it } from 'vitest';
import { defined } from '../../src/base/assert.js';
import { compile } from '../support/compile.js';
import { buildTree } from '../../src/runtime/kernel/build-tree.js';
import { CALLS } from '../../src/runtime/scenario/calls.js';
import { runScenario } from '../../src/runtime/scenario/run.js';
import { treeEntry } from '../../src/runtime/scenario/tree.js';
import { parseScenario } from '../../src/runtime/scenario/validate.js';
import { blockIn, readPage } from '../support/page.js';

const PAGE = readPage('docs/scenarios.md');

it('docs/scenarios.md: its example replays', async () => {
  const parsed = await parseScenario(blockIn(PAGE, 'json'));
  if (parsed.kind === 'refused') throw new Error(parsed.faults.join('\n'));
  const { scenario } = parsed;
  const artifact = defined(compile(blockIn(PAGE, 'llp')).artifact, 'it compiles');
  const { vfs } = buildTree('map' in scenario.tree ? scenario.tree.map(treeEntry) : []);
  const { steps, fault } = runScenario(scenario, new Map([['main', artifact]]), vfs);
  expect(fault).toBeUndefined();
  expect(steps.map((s) => s.result)).toEqual(scenario.steps.map((s) => s.expect));
});

it('docs/scenarios.md: names every call with every argument', () => {
  const rows = PAGE.split('\n').filter((line) => line.startsWith('| `'));
  for (const [name, { takes }] of Object.entries(CALLS)) {
    const row = defined(
      rows.find((r) => r.split('|')[1]?.includes(`\`${name}\``)),
      `a row of ${name}`,
    );
    if (row.includes('the same')) continue;
    for (const argument of takes) expect(row).toContain(`\`${argument}\``);
  }
});
