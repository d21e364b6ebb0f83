/** Answers questions: a request, or a step of a scenario. The same question can be asked of several versions of a policy. */
import { counted } from '../../base/text.js';
import { actionBit, actionsAskedOf, hasAction, type ActionName } from '../../abi/actions.js';
import type { Artifact } from '../../artifact/manifest.js';
import type { CompileResult } from '../../compile.js';
import type { EditTarget } from '../edits/edits.js';
import type { Answered } from '../edits/flip.js';
import type { createTracingEngine, StepTrace } from '../../runtime/engine/step-trace.js';
import { explainRuns, traced, type ExplainedRun } from '../../runtime/explain.js';
import { request } from '../../runtime/kernel/syscalls/index.js';
import type { HookRun } from '../../runtime/kernel/trace.js';
import type { Vfs } from '../../runtime/kernel/vfs.js';
import { loadPolicy, toDecision, type Decision, type GroundedPolicy } from '../../runtime/load.js';
import type { LoadProblem } from '../../runtime/loader/problems.js';
import { runScenario } from '../../runtime/scenario/run.js';
import type { Scenario } from '../../runtime/scenario/types.js';
import { findInode, findObject, placesTo, subjectsAt, type Subject } from '../../runtime/subject.js';

/** The result of a request or a step. */
export interface Answer {
  readonly action: string;
  readonly path: string;
  readonly decision: Decision;
  readonly runs: readonly ExplainedRun[];
  readonly hookRuns: readonly HookRun[];
  readonly policies: readonly GroundedPolicy[];
  readonly vfs: Vfs;
  /** The request; undefined for a step. */
  readonly request: { readonly action: ActionName; readonly path: string } | undefined;
  /** The instructions of each run; undefined unless a tracer was given. */
  readonly traces: readonly StepTrace[] | undefined;
}

/** An engine that records a trace of each run. */
export type Tracer = ReturnType<typeof createTracingEngine>;

export type Asking =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'refused'; readonly problems: readonly LoadProblem[] }
  | { readonly kind: 'fault'; readonly why: string; readonly help?: string };

/** Asks for one action on one path. The tree does not change. */
export function askRequest(
  artifact: Artifact,
  vfs: Vfs,
  action: ActionName,
  path: string,
  tracer?: Tracer,
): Asking {
  const loaded = loadPolicy(artifact, vfs, tracer);
  if (loaded.kind === 'refused') return { kind: 'refused', problems: loaded.problems };
  const { kernel, task, grounded } = loaded.value;
  tracer?.take(); // drops the runs that enforcing the policy made
  const { result, runs } = traced(kernel, () => request(task, actionBit(action), path));
  const traces = tracer?.take();
  const [decision, policies] = [toDecision(result), [grounded]];
  const explained = explainRuns(policies, runs);
  const base = { action, path, decision, vfs, policies, traces, request: { action, path } };
  return { kind: 'answer', answer: { ...base, runs: explained, hookRuns: runs } };
}

/** Replays a scenario up to a step and returns the result and the runs of that step. */
export function askStep(
  scenario: Scenario,
  artifacts: ReadonlyMap<string, Artifact>,
  vfs: Vfs,
  step: number,
  tracer?: Tracer,
): Asking {
  let traces: readonly StepTrace[] | undefined;
  let runs: HookRun[] = [];
  let last: HookRun[] = [];
  const replay = runScenario(scenario, artifacts, vfs, {
    trace: { ran: (run) => runs.push(run) },
    stepped: () => {
      last = runs;
      runs = [];
      traces = tracer?.take();
    },
    until: step,
    ...(tracer === undefined ? {} : { engine: tracer }),
  });
  const result = replay.steps.find((s) => s.step === step);
  if (result === undefined) {
    if (replay.problems.some((p) => p.severity === 'error'))
      return { kind: 'refused', problems: replay.problems };
    const { fault } = replay;
    if (fault !== undefined) return { kind: 'fault', why: `step ${fault.step}: ${fault.why}` };
    const why = `there is no step ${step}: it has ${counted(replay.steps.length, 'step')}`;
    return { kind: 'fault', why, help: 'steps are counted from 1' };
  }
  const { policies } = replay;
  const decision: Decision =
    result.result === 'allow'
      ? { verdict: 'allow' }
      : { verdict: result.deniedBy === null ? 'error' : 'deny', errno: result.result };
  const base = {
    action: result.call,
    path: result.path,
    decision,
    vfs,
    policies,
    traces,
    request: undefined,
  };
  return { kind: 'answer', answer: { ...base, runs: explainRuns(policies, last), hookRuns: last } };
}

/** The object of a request. */
export interface AskedObject {
  readonly object: 'dir' | 'file';
  /** True if some call asks the action of such an object. */
  readonly asked: boolean;
}

/** Returns the object of a request; undefined for a step, and when the path leads to no object. */
export function objectAsked({ request: asked, vfs }: Answer): AskedObject | undefined {
  if (asked === undefined) return undefined;
  const kind = findObject(vfs, asked.action, asked.path)?.physical.at(-1)?.kind;
  if (kind === undefined) return undefined;
  const object = kind === 'dir' ? 'dir' : 'file';
  return { object, asked: hasAction(actionsAskedOf(object), actionBit(asked.action)) };
}

/** Returns the verdict of an answer, with the scopes of this compilation that an edit may change. */
export function askedOf({ artifact, stages }: CompileResult, asking: Asking): Answered {
  if (asking.kind !== 'answer') return { verdict: 'error', target: undefined, by: asking.kind };
  const { answer } = asking;
  const { verdict } = answer.decision;
  const subject = subjectOf(answer, artifact);
  const layer = subject === undefined ? undefined : stages.policy?.layers[subject.layer];
  if (subject === undefined || layer === undefined) return { verdict, target: undefined, by: '' };
  const { action, names, object, place, grounded } = subject;
  const scopes = placesTo(place).flatMap(({ entries }, depth) =>
    entries.flatMap((entry): EditTarget['scopes'] => {
      const scope = layer.scopes[grounded.map.entries.indexOf(entry)];
      return scope === undefined ? [] : [{ scope, depth }];
    }),
  );
  return {
    verdict,
    target: { layer, action, names, object, scopes },
    by: `${subject.layer} ${action} ${names.join('/')}`,
  };
}

/** Returns the subject of the denial; for an allowed request, its subject in the first layer. */
function subjectOf(answer: Answer, artifact: Artifact | undefined): Subject | undefined {
  const policy = answer.policies.find((p) => p.artifact === artifact);
  if (policy === undefined || answer.decision.verdict === 'error') return undefined;
  if (answer.decision.verdict === 'allow') {
    const at = answer.runs.findLastIndex((r) => r.phase === 'object' && r.judged !== undefined);
    return answer.request === undefined
      ? denied(answer, policy, at)
      : requested(answer, policy, answer.request);
  }
  return denied(
    answer,
    policy,
    answer.runs.findLastIndex((r) => r.verdict === 'deny'),
  );
}

function requested(
  { vfs }: Answer,
  policy: GroundedPolicy,
  { action, path }: NonNullable<Answer['request']>,
): Subject | undefined {
  const found = findObject(vfs, action, path);
  return found === undefined ? undefined : subjectsAt(policy, found, action)[0];
}

/** Returns the subject that a run judged. */
function denied({ runs, hookRuns, vfs }: Answer, policy: GroundedPolicy, at: number): Subject | undefined {
  const [run, hookRun] = [runs[at], hookRuns[at]];
  if (run?.judged === undefined || hookRun === undefined) return undefined;
  const layer = policy.artifact.manifest.chains.findIndex((c) => c.programs.includes(run.program));
  const found = findInode(vfs, hookRun.inode);
  if (layer < 0 || found === undefined) return undefined;
  return subjectsAt(policy, found, run.judged).find((s) => s.layer === layer);
}
