/**
 * What chaining buys, and what a cache of verdicts would save: the same policy and the same calls under three plans, of which the
 * compiler makes the first. Prints the tables and the pseudocode of `examples/why-chaining/README.md`.
 */
import { readFileSync } from 'node:fs';
import type { CacheCounts } from '../examples/why-chaining/cache.js';
import {
  buildMonolith,
  chainEngine,
  monolithEngine,
  unchainedArtifact,
  type CachedEngine,
} from '../examples/why-chaining/plans.js';
import { pseudocode } from '../examples/why-chaining/pseudocode.js';
import type { Artifact } from '../src/artifact/manifest.js';
import { defined } from '../src/base/assert.js';
import { buildPlan, type PlannedChain } from '../src/codegen/v8/plan.js';
import { compile } from '../src/index.js';
import { buildTree } from '../src/runtime/kernel/build-tree.js';
import type { TraceListener } from '../src/runtime/kernel/trace.js';
import { runScenario, type Replay } from '../src/runtime/scenario/run.js';
import { treeEntry } from '../src/runtime/scenario/tree.js';
import type { Scenario } from '../src/runtime/scenario/types.js';

/** What the calls took. */
export interface Work {
  readonly programRuns: number;
  readonly instructions: number;
  readonly results: readonly string[];
  /** Undefined without a cache. */
  readonly cache: CacheCounts | undefined;
}

export interface PlanFigures {
  readonly plan: string;
  /** The number of programs in the set. */
  readonly programs: number;
  /** The number of instructions of these programs. */
  readonly size: number;
  readonly plain: Work;
  readonly cached: Work;
}

/** A plan and the engine that runs it. */
interface Plan {
  readonly plan: string;
  /** Instructions of each program. */
  readonly sizes: readonly number[];
  readonly artifact: Artifact;
  readonly engineOf: (isCached: boolean) => CachedEngine;
}

interface Example {
  readonly artifact: Artifact;
  readonly chain: PlannedChain;
  readonly plans: readonly Plan[];
  readonly scenario: Scenario;
}

/** The example; `folder` is found from the compiled file when not given. */
function readExample(folder: URL = new URL('../../examples/why-chaining/', import.meta.url)): Example {
  const read = (file: string): string => readFileSync(new URL(file, folder), 'utf8');
  const compiled = compile(read('policy.llp'));
  const artifact = defined(compiled.artifact, 'the policy compiles');
  const plan = buildPlan(defined(compiled.stages.policy, 'it compiles'));
  const chain = defined(plan.chains[0], 'the policy has a layer');
  const unchained = unchainedArtifact(compiled);
  const monolith = buildMonolith(chain);
  const sizesOf = ({ manifest }: Artifact): number[] => manifest.programs.map((p) => p.instructions);
  const gets = artifact.manifest.programs.filter((p) => p.hook === 'fs_get').map((p) => p.instructions);
  const plans: readonly Plan[] = [
    { plan: 'chained', sizes: sizesOf(artifact), artifact, engineOf: chainEngine },
    {
      plan: 'monolithic',
      sizes: [monolith.instructions, ...gets],
      artifact,
      engineOf: (isCached) => monolithEngine(monolith, isCached),
    },
    { plan: 'unchained', sizes: sizesOf(unchained), artifact: unchained, engineOf: chainEngine },
  ];
  return { artifact, chain, plans, scenario: JSON.parse(read('scenario.json')) as Scenario };
}

function replay(scenario: Scenario, artifact: Artifact, options: Parameters<typeof runScenario>[3]): Replay {
  const entries = 'map' in scenario.tree ? scenario.tree.map(treeEntry) : [];
  return runScenario(scenario, new Map([['main', artifact]]), buildTree(entries).vfs, options);
}

const sum = (values: readonly (number | null)[]): number =>
  values.reduce<number>((a, b) => a + (b ?? NaN), 0);

function workOf(scenario: Scenario, { artifact, engineOf }: Plan, isCached: boolean): Work {
  const { engine, counts } = engineOf(isCached);
  const { steps } = replay(scenario, artifact, { engine });
  return {
    programRuns: sum(steps.map((s) => s.programRuns)),
    instructions: sum(steps.map((s) => s.instructions)),
    results: steps.map((s) => s.result),
    cache: counts(),
  };
}

/** The figures of the example: one for each plan. */
export function exampleFigures(folder?: URL): PlanFigures[] {
  const { plans, scenario } = readExample(folder);
  return plans.map((plan) => ({
    plan: plan.plan,
    programs: plan.sizes.length,
    size: sum(plan.sizes),
    plain: workOf(scenario, plan, false),
    cached: workOf(scenario, plan, true),
  }));
}

const ratio = (value: number, of: number): string => (value / of).toFixed(2);
const row = (...cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`;
const tableOf = (head: readonly string[], rows: readonly string[]): string =>
  [row(...head), row('---', ...head.slice(1).map(() => '---:')), ...rows, ''].join('\n');

/** The table of the plans, in Markdown. */
export function chainingTable(figures: readonly PlanFigures[]): string {
  const base = defined(figures[0], 'the chain comes first').plain;
  const head = ['plan', 'programs', 'their instructions', 'program runs', 'instructions executed'];
  return tableOf(
    [...head, 'runs, to the chain', 'instructions, to the chain'],
    figures.map(({ plan, programs, size, plain: { programRuns, instructions } }) =>
      row(
        ...[plan, programs, size, programRuns, instructions],
        ratio(programRuns, base.programRuns),
        ratio(instructions, base.instructions),
      ),
    ),
  );
}

/** The table of what a cache of verdicts saves, in Markdown. */
export function cacheTable(figures: readonly PlanFigures[]): string {
  return tableOf(
    ['plan', 'hits', 'misses', 'program runs', 'of', 'instructions executed', 'of'],
    figures.map(({ plan, plain, cached }) =>
      row(
        ...[plan, cached.cache?.hits ?? 0, cached.cache?.misses ?? 0],
        ...[cached.programRuns, plain.programRuns, cached.instructions, plain.instructions],
      ),
    ),
  );
}

/** The chain of the example as pseudocode. */
export function examplePseudocode(folder?: URL): string {
  return pseudocode(readExample(folder).chain);
}

/** Runs the calls of the example under the chain, and tells the listener of each program run. */
export function traceExample(folder: URL, trace: TraceListener): void {
  const { scenario, artifact } = readExample(folder);
  replay(scenario, artifact, { trace });
}

if (process.argv[1]?.endsWith('why-chaining.js') === true) {
  const figures = exampleFigures();
  process.stdout.write([examplePseudocode(), chainingTable(figures), cacheTable(figures)].join('\n'));
}
