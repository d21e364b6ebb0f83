/** `llpc run`: replays a scenario on the kernel model. */
import type { NamedSource } from '../../diagnostics/types.js';
import { countRuns, startCoverage } from '../../runtime/coverage.js';
import { createEngine } from '../../runtime/engine/engine.js';
import type { HookRun } from '../../runtime/kernel/trace.js';
import { runScenario, type Replay, type ScenarioOptions } from '../../runtime/scenario/run.js';
import { failureOf, replayDiagnostics, stepText, totalText } from '../../tools/query/replay.js';
import type { Covered } from '../../tools/testing/coverage-text.js';
import { UsageError } from './arguments.js';
import { checkCoverageOptions, reportCoverage } from './coverage.js';
import { loadFile } from './load-files.js';
import type { Options } from './options.js';
import { fail, print, printDiagnostics } from './output.js';
import { loadPolicies, type Policies } from './policies.js';
import { makeTree, readScenario } from './scenario-files.js';

export async function runCommand(options: Options): Promise<number> {
  const [file, ...rest] = options.positionals;
  if (file === undefined || rest.length > 0)
    throw new UsageError('write `llpc run POLICY-or-MANIFEST --scenario FILE`');
  if (options.scenario === undefined) throw new UsageError('which calls? Write `--scenario FILE`');
  checkCoverageOptions(options);
  const read = await readScenario(options.scenario);
  if (read.kind === 'refused') return fail(read.diagnostics, [], options.format);
  const main = await loadFile(file, options);
  const loaded = await loadPolicies(main, read.scenario, read.folder, options);
  if (loaded.diagnostics.length > 0) return fail(loaded.diagnostics, loaded.sources, options.format);
  const tree = await makeTree(read.scenario, read.folder);
  if (tree.kind === 'refused') return fail(tree.diagnostics, [], options.format);
  const steps: HookRun[][] = [[]];
  const observer: ScenarioOptions = {
    trace: { ran: (run) => steps.at(-1)?.push(run) },
    stepped: () => steps.push([]),
  };
  const replay = runScenario(read.scenario, loaded.artifacts, tree.vfs, {
    engine: createEngine(options.engine),
    ...(options.coverage ? observer : {}),
  });
  const code = await printReplay(replay, options.scenario, loaded.sources, options);
  return options.coverage ? code || (await coverSteps(steps, replay, loaded, options)) : code;
}

/** Returns a report for each policy that a step enforced. */
async function coverSteps(
  steps: readonly (readonly HookRun[])[],
  { policies }: Replay,
  { artifacts, sources }: Policies,
  options: Options,
): Promise<number> {
  const coverage = startCoverage();
  for (const runs of steps) countRuns(coverage, policies, runs);
  const enforced = [...artifacts].filter(([, artifact]) => policies.some((p) => p.artifact === artifact));
  const covered = enforced.map(([policy, artifact]): Covered => {
    return { policy, artifact, coverage, sources: policy === 'main' ? sources : [] };
  });
  return await reportCoverage(covered, options);
}

async function printReplay(
  replay: Replay,
  scenario: string,
  sources: readonly NamedSource[],
  options: Options,
): Promise<number> {
  const { steps } = replay;
  const diagnostics = replayDiagnostics(replay, scenario, sources);
  const failed = steps.filter((s) => !s.ok);
  if (options.format === 'json') for (const step of steps) print(JSON.stringify(step) + '\n');
  if (options.format === 'text') print(steps.map(stepText).join('') + totalText(steps));
  if (options.format === 'sarif') diagnostics.push(...failed.map(failureOf));
  if (diagnostics.length > 0 || options.format === 'sarif') {
    await printDiagnostics(diagnostics, sources, options.format === 'json' ? 'text' : options.format);
  }
  return failed.length > 0 || diagnostics.some((d) => d.severity === 'error') ? 1 : 0;
}
