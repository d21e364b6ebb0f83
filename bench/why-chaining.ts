/**
 * What chaining buys: the same policy and the same calls under the three plans that the compiler makes. Prints the table of
 * `examples/why-chaining/README.md`.
 */
import { readFileSync } from 'node:fs';
import { defined } from '../src/base/assert.js';
import type { PlanKind } from '../src/artifact/manifest.js';
import { compile } from '../src/compile.js';
import { createEngine } from '../src/runtime/engine/engine.js';
import { buildTree } from '../src/runtime/kernel/build-tree.js';
import { runScenario } from '../src/runtime/scenario/run.js';
import { treeEntry } from '../src/runtime/scenario/tree.js';
import type { Scenario } from '../src/runtime/scenario/types.js';

export interface PlanFigures {
  readonly plan: PlanKind;
  /** Programs in the set, and their instructions. */
  readonly programs: number;
  readonly size: number;
  /** Over all calls. */
  readonly programRuns: number;
  readonly instructions: number;
  readonly results: readonly string[];
}

const PLANS: readonly PlanKind[] = ['chained', 'monolithic', 'unchained'];

/** The three plans on a policy and a scenario with a described tree. */
function whyChaining(policy: string, scenario: Scenario): PlanFigures[] {
  const entries = 'map' in scenario.tree ? scenario.tree.map(treeEntry) : [];
  return PLANS.map((plan) => {
    const artifact = defined(compile(policy, { plan }).artifact, 'the policy compiles');
    const { vfs } = buildTree(entries);
    const replay = runScenario(scenario, new Map([['main', artifact]]), vfs, {
      engine: createEngine('interpreter'),
    });
    const sum = (values: readonly (number | null)[]): number =>
      values.reduce<number>((a, b) => a + (b ?? NaN), 0);
    return {
      plan,
      programs: artifact.manifest.programs.length,
      size: sum(artifact.manifest.programs.map((p) => p.instructions)),
      programRuns: sum(replay.steps.map((s) => s.programRuns)),
      instructions: sum(replay.steps.map((s) => s.instructions)),
      results: replay.steps.map((s) => s.result),
    };
  });
}

/** The table in Markdown. */
export function chainingTable(rows: readonly PlanFigures[]): string {
  const base = defined(rows[0], 'the chain comes first');
  const ratio = (value: number, of: number): string => (value / of).toFixed(2);
  const lines = rows.map(
    (r) =>
      `| ${r.plan} | ${r.programs} | ${r.size} | ${r.programRuns} | ${r.instructions} | ${ratio(r.programRuns, base.programRuns)} | ${ratio(r.instructions, base.instructions)} |`,
  );
  return [
    '| plan | programs | their instructions | program runs | instructions executed | runs, to the chain | instructions, to the chain |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...lines,
    '',
  ].join('\n');
}

/** The example's own policy and calls; `folder` is the example's, and found from the compiled file when not given. */
export function exampleFigures(
  folder = new URL('../../examples/why-chaining/', import.meta.url),
): PlanFigures[] {
  const scenario = JSON.parse(readFileSync(new URL('scenario.json', folder), 'utf8')) as Scenario;
  return whyChaining(readFileSync(new URL('policy.llp', folder), 'utf8'), scenario);
}

if (process.argv[1]?.endsWith('why-chaining.js') === true)
  process.stdout.write(chainingTable(exampleFigures()));
