/**
 * Random policies, planned on random trees and enforced by the real launcher: a real program gets what the model says under the plan,
 * errno included.
 */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import type { EnforcementPlan } from '../../../src/artifact/enforcement-plan.js';
import { defined } from '../../../src/base/assert.js';
import { mapsArtifact } from '../../../src/codegen/linux/maps-artifact.js';
import { buildTree, type TreeEntry } from '../../../src/runtime/kernel/build-tree.js';
import { groundForLinux } from '../../../src/runtime/linux/load.js';
import { policyText } from '../../support/arbitrary.js';
import { meaningful } from '../../support/policy.js';
import { cases, fc, SEED } from '../../support/random.js';
import { TOP, type CasePlan, type LinuxCase } from './case-plan.js';
import { disagreement, OUTCOMES } from './case-run.js';
import { linuxCase } from './random-case.js';
import { realKernel } from './real-kernel.js';

const BATCH = 50;
const kernel = realKernel();
const memory = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const folder = mkdtempSync(join(memory, 'llp-policies-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const skipped = typeof kernel === 'string' ? ` (skipped: ${kernel})` : '';

/** Where the directory of a case lies while its plan is made. */
const STAND_IN = '/stand-in';

/** Returns a case whose plan comes from a policy; undefined if the policy has an error, or does not load on the tree. */
function planned(drawn: LinuxCase, text: string, masks: boolean, abi: number): LinuxCase | undefined {
  const checked = meaningful(text.replaceAll(' "/', ` "${STAND_IN}/`));
  if (checked === undefined) return undefined;
  const entries = JSON.parse(
    JSON.stringify(drawn.entries).replaceAll(TOP, STAND_IN).replaceAll('"program"', '"file"'),
  ) as TreeEntry[];
  const { vfs } = buildTree([{ kind: 'dir', path: STAND_IN }, ...entries]);
  const loaded = groundForLinux(mapsArtifact(checked.policy), vfs, { machine: { abi, masks } });
  if (loaded.kind === 'refused') return undefined;
  const plan = casePlan(defined(loaded.value.plan, 'it was planned'));
  // A program cannot be started in a directory that is hidden.
  const hidesTop = plan.masks.some(({ path, kinds }) => path === TOP && kinds.includes('hide'));
  return hidesTop ? undefined : { ...drawn, plan };
}

function casePlan({ objects, masks, rulesets, filter }: EnforcementPlan): CasePlan {
  const pathOf = (object: number): string => (objects[object]?.path ?? '').replace(STAND_IN, TOP);
  return {
    masks: masks.map(({ object, kinds }) => ({ path: pathOf(object), kinds })),
    rulesets: rulesets.map(({ handled, rules }) => ({
      handled,
      rules: rules.map(({ object, rights }) => ({ path: pathOf(object), rights })),
    })),
    filter: filter?.actions ?? [],
  };
}

it.skipIf(typeof kernel === 'string')(`planned policies, agree with the kernel${skipped}`, () => {
  if (typeof kernel === 'string') return;
  process.umask(0);
  const drawn = fc.tuple(linuxCase(kernel.abi), policyText, fc.boolean());
  let run = 0;
  for (let at = 0; run < cases(1000); at++) {
    const samples = fc.sample(drawn, { seed: SEED + at, numRuns: 2 * BATCH });
    const batch = samples.flatMap(([one, text, masks]) => planned(one, text, masks, kernel.abi) ?? []);
    const wrong = disagreement(batch, kernel, folder);
    const failing = wrong && batch[wrong.index];
    expect(wrong?.differs, JSON.stringify([failing?.entries, failing?.plan])).toBeUndefined();
    run += batch.length;
  }
  expect([...OUTCOMES.keys()].some((key) => key.endsWith('EACCES'))).toBe(true);
});
