/**
 * What chaining buys: the same policy and the same calls under three plans, of which the compiler makes the first. Prints the
 * table of `examples/why-chaining/README.md`.
 */
import { buildPlan } from '../src/codegen/v8/plan.js';
import { readFileSync } from 'node:fs';
import { buildMonolith, monolithEngine, unchainedArtifact } from '../examples/why-chaining/plans.js';
import type { Artifact } from '../src/artifact/manifest.js';
import { defined } from '../src/base/assert.js';
import { compile } from '../src/index.js';
import { createEngine } from '../src/runtime/engine/engine.js';
import type { Engine } from '../src/runtime/engine/types.js';
import { buildTree } from '../src/runtime/kernel/build-tree.js';
import { runScenario } from '../src/runtime/scenario/run.js';
import { treeEntry } from '../src/runtime/scenario/tree.js';
import type { Scenario } from '../src/runtime/scenario/types.js';

export interface PlanFigures {
  readonly plan: string;
  /** Programs in the set, and their instructions. */
  readonly programs: number;
  readonly size: number;
  /** Over all calls. */
  readonly programRuns: number;
  readonly instructions: number;
  readonly results: readonly string[];
}

/** What a scenario is run with. */
interface Plan {
  readonly plan: string;
  /** Instructions of each program. */
  readonly sizes: readonly number[];
  readonly artifact: Artifact;
  readonly engine: Engine;
}

/** The three plans of a policy that has one layer. */
function plansOf(policy: string): Plan[] {
  const compiled = compile(policy);
  const artifact = defined(compiled.artifact, 'the policy compiles');
  const unchained = unchainedArtifact(compiled);
  const monolith = buildMonolith(
    defined(buildPlan(defined(compiled.stages.policy, 'it compiles')).chains[0], 'the policy has a layer'),
  );
  const sizesOf = ({ manifest }: Artifact): number[] => manifest.programs.map((p) => p.instructions);
  const gets = artifact.manifest.programs.filter((p) => p.hook === 'fs_get').map((p) => p.instructions);
  const interpreter = (): Engine => createEngine('interpreter');
  return [
    { plan: 'chained', sizes: sizesOf(artifact), artifact, engine: interpreter() },
    {
      plan: 'monolithic',
      sizes: [monolith.instructions, ...gets],
      artifact,
      engine: monolithEngine(monolith),
    },
    { plan: 'unchained', sizes: sizesOf(unchained), artifact: unchained, engine: interpreter() },
  ];
}

/** The three plans on a policy and a scenario with a described tree. */
function whyChaining(policy: string, scenario: Scenario): PlanFigures[] {
  const entries = 'map' in scenario.tree ? scenario.tree.map(treeEntry) : [];
  return plansOf(policy).map(({ plan, sizes, artifact, engine }) => {
    const { vfs } = buildTree(entries);
    const { steps } = runScenario(scenario, new Map([['main', artifact]]), vfs, { engine });
    const sum = (values: readonly (number | null)[]): number =>
      values.reduce<number>((a, b) => a + (b ?? NaN), 0);
    return {
      plan,
      programs: sizes.length,
      size: sum(sizes),
      programRuns: sum(steps.map((s) => s.programRuns)),
      instructions: sum(steps.map((s) => s.instructions)),
      results: steps.map((s) => s.result),
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
