/**
 * The API `llpc/testing`: runs the `test` blocks of a policy on its bytecode, with the kernel model.
 *
 * Input: the result of a compilation. Output: a report for each test, with diagnostics for its failures.
 */
import { actionName } from '../../abi/actions.js';
import type { Artifact } from '../../artifact/manifest.js';
import type { CompileResult } from '../../compile.js';
import { report } from '../../diagnostics/catalogue.js';
import type { Diagnostic, NamedSource, Note, Span } from '../../diagnostics/types.js';
import type { CheckedStep, CheckedTest } from '../../ir/check/policy.js';
import { createEngine } from '../../runtime/engine/engine.js';
import type { EngineName } from '../../runtime/engine/names.js';
import { explainRuns, traced } from '../../runtime/explain.js';
import { chdir, request } from '../../runtime/kernel/syscalls/index.js';
import type { CallResult } from '../../runtime/kernel/task.js';
import { Vfs } from '../../runtime/kernel/vfs.js';
import type { HookRun } from '../../runtime/kernel/trace.js';
import { loadPolicy, type GroundedPolicy, type LoadedPolicy } from '../../runtime/load.js';
import { addGiven, addNamed, addRequired } from './test-tree.js';
import { reasonNote, toDiagnostics } from '../query/locate.js';

export interface TestReport {
  readonly name: string;
  readonly span: Span;
  readonly passed: boolean;
  /** Number of expectations that were checked. */
  readonly expectations: number;
  readonly diagnostics: readonly Diagnostic[];
}

export interface TestOptions {
  readonly engine?: EngineName;
  /** Called with the program runs of every step. If it is set, all runs are traced, which is slower. */
  readonly observe?: (policy: GroundedPolicy, runs: readonly HookRun[]) => void;
}

/** Runs every test of a compiled policy. Returns undefined if the policy did not compile. */
export function runTests(
  result: CompileResult,
  { engine = 'auto', observe }: TestOptions = {},
): readonly TestReport[] | undefined {
  const { artifact, stages, sources } = result;
  const { policy } = stages;
  if (artifact === undefined || policy === undefined) return undefined;
  return policy.tests.map((test) => runTest(artifact, test, sources, engine, observe));
}

function runTest(
  artifact: Artifact,
  test: CheckedTest,
  sources: readonly NamedSource[],
  engine: EngineName,
  observe: TestOptions['observe'],
): TestReport {
  const vfs = new Vfs();
  const problems = test.given.flatMap((g) => addGiven(vfs, g));
  addRequired(vfs, artifact.manifest);
  addNamed(vfs, test, artifact.manifest);
  const base = { name: test.name, span: test.span };
  if (problems.length > 0) return { ...base, passed: false, expectations: 0, diagnostics: problems };
  const loaded = loadPolicy(artifact, vfs, createEngine(engine));
  if (loaded.kind === 'refused') {
    const note = notRun(test);
    const diagnostics = toDiagnostics(loaded.problems, sources).map((d) => ({
      ...d,
      notes: [...d.notes, note],
    }));
    return { ...base, passed: false, expectations: 0, diagnostics };
  }
  const observed = (step: CheckedStep): Diagnostic[] => {
    const { result, runs } = traced(loaded.value.kernel, () => runStep(loaded.value, step, sources));
    observe?.(loaded.value.grounded, runs);
    return result;
  };
  const diagnostics = test.steps.flatMap((step) =>
    observe === undefined ? runStep(loaded.value, step, sources) : observed(step),
  );
  const expectations = test.steps.filter((s) => s.kind === 'expect').length;
  return { ...base, passed: diagnostics.length === 0, expectations, diagnostics };
}

/** Returns a note that names the test. Problems of a load point to a scope, so the note must say which test they are about. */
function notRun({ name, span }: CheckedTest): Note {
  const head = { ...span, end: span.start + 'test'.length };
  return { message: `test \`${name}\` is not run, as the policy is not loaded on its tree`, span: head };
}

function runStep(policy: LoadedPolicy, step: CheckedStep, sources: readonly NamedSource[]): Diagnostic[] {
  const { kernel, task, grounded } = policy;
  if (step.kind === 'cd') {
    const result = chdir(task, step.path);
    if (result.ok) return [];
    const { runs } = traced(kernel, () => chdir(task, step.path));
    const notes = notesOf(policy, runs, sources);
    return [report('LLP5012', { path: step.path, why: result.errno }, { span: step.span, notes })];
  }
  const ask = (): CallResult => request(task, step.action, step.path);
  const result = ask();
  const verdict = result.ok ? 'allow' : result.denied === undefined ? result.errno : 'deny';
  if (verdict === step.effect) return [];
  // Asked again with a trace: neither a request nor a denied `chdir` changes the state.
  const { runs } = traced(kernel, ask);
  const action = actionName(step.action);
  const wanted = `${step.effect} of \`${action}\` on \`${step.path}\``;
  const found = verdict === 'allow' ? 'allowed' : verdict === 'deny' ? 'denied' : `\`${verdict}\``;
  const place = grounded.artifact.manifest.policy;
  const notes =
    result.ok || result.denied !== undefined
      ? notesOf(policy, runs, sources)
      : [{ message: `the path cannot be walked under \`${place}\` in this tree` }];
  return [report('LLP5009', { wanted, found }, { span: step.span, notes })];
}

/** Returns a note with the rule behind the last program that judged. */
export function notesOf(
  policy: LoadedPolicy,
  runs: Parameters<typeof explainRuns>[1],
  sources: readonly NamedSource[],
): Note[] {
  const explained = explainRuns([policy.grounded], runs);
  const judged =
    explained.findLast((r) => r.verdict === 'deny') ??
    explained.findLast((r) => r.phase === 'object' || r.reason !== undefined);
  const reason = judged?.reason;
  return reason === undefined ? [] : [reasonNote(reason, policy.grounded.artifact.manifest, sources)];
}
