/** `llpc run`: a scenario replayed on the kernel model. */
import { counted } from '../../base/counted.js';
import { report } from '../../diagnostics/catalogue.js';
import type { Diagnostic, NamedSource } from '../../diagnostics/types.js';
import { toDiagnostics } from '../../tools/query/locate.js';
import { createEngine } from '../../runtime/engine/engine.js';
import { countRuns, startCoverage } from '../../runtime/coverage.js';
import type { HookRun } from '../../runtime/kernel/trace.js';
import { runScenario, type Replay, type ScenarioOptions } from '../../runtime/scenario/run.js';
import type { StepResult } from '../../runtime/scenario/types.js';
import { checkCoverageOptions, reportCoverage, type Covered } from './coverage.js';
import { loadFile } from './load-files.js';
import { UsageError, type Options } from './options.js';
import { print, printDiagnostics } from './output.js';
import { loadPolicies, type Policies } from './policies.js';
import { makeTree, readScenario } from './scenario-files.js';

export async function runCommand(options: Options): Promise<number> {
  const [file, ...rest] = options.positionals;
  if (file === undefined || rest.length > 0)
    throw new UsageError('write `llpc run POLICY-or-MANIFEST --scenario FILE`');
  if (options.scenario === undefined) throw new UsageError('which calls? Write `--scenario FILE`');
  checkCoverageOptions(options);
  const read = await readScenario(options.scenario);
  if (read.kind === 'refused') return fail(read.diagnostics, [], options);
  const main = await loadFile(file, options);
  const loaded = await loadPolicies(main, read.scenario, read.folder, options);
  if (loaded.diagnostics.length > 0) return fail(loaded.diagnostics, loaded.sources, options);
  const tree = await makeTree(read.scenario, read.folder);
  if (tree.kind === 'refused') return fail(tree.diagnostics, [], options);
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

/** A report for each policy that a step enforced. */
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

async function fail(
  diagnostics: readonly Diagnostic[],
  sources: readonly NamedSource[],
  options: Options,
): Promise<number> {
  await printDiagnostics(diagnostics, sources, options.format);
  return 1;
}

async function printReplay(
  replay: Replay,
  scenario: string,
  sources: readonly NamedSource[],
  options: Options,
): Promise<number> {
  const { steps, fault } = replay;
  const diagnostics = toDiagnostics(replay.problems, sources);
  if (fault !== undefined) {
    const why = `step ${fault.step}: ${fault.why}`;
    diagnostics.push(report('LLP5011', { file: scenario, why }, {}));
  }
  const failed = steps.filter((s) => !s.ok);
  if (options.format === 'json') for (const step of steps) print(JSON.stringify(step) + '\n');
  if (options.format === 'text') print(steps.map(stepText).join('') + totalText(steps, failed.length));
  if (options.format === 'sarif') diagnostics.push(...failed.map(failure));
  if (diagnostics.length > 0 || options.format === 'sarif') {
    await printDiagnostics(diagnostics, sources, options.format === 'json' ? 'text' : options.format);
  }
  return failed.length > 0 || diagnostics.some((d) => d.severity === 'error') ? 1 : 0;
}

function failure(step: StepResult): Diagnostic {
  const wanted = `\`${step.expected}\` from step ${step.step}, ${step.call} ${step.path}`;
  return report('LLP5009', { wanted, found: `\`${step.result}\`` }, {});
}

/** A step in one line: whether it was as expected, number, result, call. */
export function stepText(step: StepResult): string {
  const mark = step.ok ? (step.expected === null ? '  ' : 'ok') : 'NO';
  const wrong = step.ok ? '' : `   expected ${step.expected}`;
  const by = step.deniedBy === null ? '' : `   (${step.deniedBy})`;
  const task = step.task === 'main' ? '' : `[${step.task}] `;
  const what = [step.call, step.path, step.flags.join('|')].filter((part) => part !== '').join(' ');
  return `${mark} ${String(step.step).padStart(3)}  ${step.result.padEnd(8)} ${task}${what}${by}${wrong}\n`;
}

function totalText(steps: readonly StepResult[], failed: number): string {
  const result = `${counted(steps.length, 'step')}, ${failed} not as expected`;
  if (steps.some((s) => s.programRuns === null))
    return `${result}; compiled, so program runs are not counted\n`;
  const sum = (of: (s: StepResult) => number | null): number =>
    steps.reduce((total, s) => total + (of(s) ?? 0), 0);
  const runs = sum((s) => s.programRuns);
  return `${result}; ${counted(runs, 'program run')}, ${counted(
    sum((s) => s.instructions),
    'instruction',
  )}\n`;
}
