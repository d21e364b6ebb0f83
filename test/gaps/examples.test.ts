/** The gaps of every example on Linux, on several machines: reports that hold together, and a line that accepts them all. */
import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import type { Machine } from '../../src/artifact/enforcement-plan.js';
import { NEWEST_MACHINE } from '../../src/artifact/enforcement-plan.js';
import { TARGETS } from '../../src/codegen/targets.js';
import { checkSources } from '../../src/compile.js';
import { defined } from '../../src/base/assert.js';
import { fileImporter } from '../../src/front/cli/io.js';
import { validateAgainst } from '../../src/runtime/schema.js';
import { reportGaps, type GapsResult } from '../../src/tools/gaps/gaps.js';
import { gapsText } from '../../src/tools/gaps/gaps-text.js';
import { EXAMPLES } from '../support/formatted.js';

const MACHINES: readonly Machine[] = [
  NEWEST_MACHINE,
  { abi: NEWEST_MACHINE.abi, masks: false },
  { abi: 1, masks: true },
  { abi: 0, masks: false },
];

function gapsOfText(name: string, text: string, machine: Machine): GapsResult {
  const checked = checkSources([{ name, text }], { importer: fileImporter, target: 'linux' });
  const policy = defined(checked.policy, 'an example has no error');
  const found = TARGETS.linux.gaps({ policy, hierarchies: checked.hierarchies }, machine);
  return reportGaps(found, {
    policy,
    sources: checked.sources,
    target: TARGETS.linux,
    machine,
    exact: false,
  });
}

const CASES = EXAMPLES.flatMap((example) => MACHINES.map((machine) => [example, machine] as const));

test.each(CASES)('gaps of the example %s on %j', async (example, machine) => {
  const name = `examples/${example}/policy.llp`;
  const text = readFileSync(name, 'utf8');
  const { report } = gapsOfText(name, text, machine);
  expect(await validateAgainst('gaps-1.json', JSON.parse(JSON.stringify(report)))).toEqual([]);
  expect(report.gaps.length).toBeGreaterThan(0);
  const shown = gapsText(report);
  for (const { witness, why } of report.gaps) expect(shown).toContain(`${witness.outcome}: ${why}`);
  if (report.accept === null) return;
  const mended = gapsOfText(name, `${text}${report.accept}\n`, machine).report;
  expect([mended.accept, mended.enforceable, mended.idle]).toEqual([null, true, []]);
});

const HELD = [
  'read',
  'write',
  'append',
  'readdir',
  'execute',
  'create',
  'unlink',
  'rmdir',
  'rename',
  'renameto',
];
const TRIED = EXAMPLES.filter((example) => existsSync(`examples/${example}/try.sh`));

test.each(TRIED)(
  'gaps of the example %s: it accepts what Linux cannot hold by name, and nothing else',
  (example) => {
    const name = `examples/${example}/policy.llp`;
    const { report, diagnostics } = gapsOfText(name, readFileSync(name, 'utf8'), NEWEST_MACHINE);
    expect([report.accept, report.enforceable, report.idle]).toEqual([null, true, []]);
    const loose = report.gaps.filter(({ direction }) => direction === 'looser');
    expect(loose.flatMap(({ actions }) => actions).filter((action) => HELD.includes(action))).toEqual([]);
    expect(diagnostics.filter(({ code }) => code === 'LLP4007' || code === 'LLP4011')).toEqual([]);
  },
);
