/** Replays scenario files in a test suite, as `llpc run` does, and returns the result. */
import { hasError } from '../../compile.js';
import type { Artifact } from '../../artifact/manifest.js';
import { loadManifest } from '../cli/load-files.js';
import { beside, makeTree, readScenario } from '../cli/scenario-files.js';
import { report } from '../../diagnostics/catalogue.js';
import type { Diagnostic, NamedSource } from '../../diagnostics/types.js';
import { replayDiagnostics, stepText } from '../../tools/query/replay.js';
import { createEngine } from '../../runtime/engine/engine.js';
import type { EngineName } from '../../runtime/engine/names.js';
import { runScenario } from '../../runtime/scenario/run.js';
import type { PolicyRef, StepResult } from '../../runtime/scenario/types.js';
import { artifactOf, compileFile, pathOf, rendered, type PolicyInput } from './policy.js';

export interface ScenarioRun {
  /** The results of the steps that were made. */
  readonly steps: readonly StepResult[];
  /** The steps with another result than expected. */
  readonly failed: readonly StepResult[];
  /** Errors that stopped the scenario, and warnings of the load. */
  readonly diagnostics: readonly Diagnostic[];
  /** True if all steps were made and each had the expected result. */
  readonly passed: boolean;
  /** The failed steps and the diagnostics as text. */
  readonly report: string;
}

/**
 * Replays a scenario file under a policy, which the scenario calls `main`. Other paths in the scenario are relative to
 * its folder.
 * @throws if the policy does not compile
 */
export async function runScenarioFile(
  policy: PolicyInput,
  scenario: string | URL,
  { engine = 'auto' }: { readonly engine?: EngineName } = {},
): Promise<ScenarioRun> {
  const file = pathOf(scenario);
  const { artifact, sources } = artifactOf(policy);
  const read = await readScenario(file);
  if (read.kind === 'refused') return finished([], read.diagnostics, sources);
  const artifacts = new Map([['main', artifact]]);
  for (const ref of read.scenario.policies ?? []) {
    const other = await loadRef(ref, read.folder);
    if (other.artifact === undefined) return finished([], other.diagnostics, other.sources);
    artifacts.set(ref.name, other.artifact);
  }
  const tree = await makeTree(read.scenario, read.folder);
  if (tree.kind === 'refused') return finished([], tree.diagnostics, sources);
  const replay = runScenario(read.scenario, artifacts, tree.vfs, { engine: createEngine(engine) });
  return finished(replay.steps, replayDiagnostics(replay, file, sources), sources);
}

interface CompiledFile {
  readonly artifact: Artifact | undefined;
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: readonly NamedSource[];
}

async function loadRef(
  { name, source, manifest, defines }: PolicyRef,
  folder: string,
): Promise<CompiledFile> {
  if (source !== undefined) return compileFile(beside(folder, source), { defines: defines ?? {} });
  if (manifest !== undefined) return loadManifest(beside(folder, manifest));
  const why = `policy \`${name}\` has neither \`source\` nor \`manifest\``;
  return { artifact: undefined, diagnostics: [report('LLP5011', { file: folder, why }, {})], sources: [] };
}

function finished(
  steps: readonly StepResult[],
  diagnostics: readonly Diagnostic[],
  sources: readonly NamedSource[],
): ScenarioRun {
  const failed = steps.filter((s) => !s.ok);
  const passed = failed.length === 0 && !hasError(diagnostics);
  const report = failed.map(stepText).join('') + rendered(diagnostics, sources);
  return { steps, failed, diagnostics, passed, report: report.trimEnd() };
}
