/**
 * Replays a recording under the learned policy, on the tree as it was at the beginning. A denial is a fault of the
 * learner.
 */
import type { Artifact } from '../../artifact/manifest.js';
import type { Vfs } from '../../runtime/kernel/vfs.js';
import { runScenario } from '../../runtime/scenario/run.js';
import type { ScenarioStep } from '../../runtime/scenario/types.js';
import type { Recording } from './record.js';

export interface ReplayFault {
  readonly line: number | undefined;
  readonly what: string;
}

export interface ReplayResult {
  readonly steps: number;
  readonly denied: readonly ReplayFault[];
  /** Steps whose outcome differs for another reason, such as an object that appears without a call that creates it. */
  readonly differing: readonly ReplayFault[];
}

export function replay(
  recording: Pick<Recording, 'steps' | 'origins'>,
  artifact: Artifact,
  vfs: Vfs,
): ReplayResult {
  const scenario = { format: 'llp-scenario', version: 1, tree: [], steps: recording.steps } as const;
  const { steps, fault, problems } = runScenario(scenario, new Map([['main', artifact]]), vfs);
  const denied: ReplayFault[] = [];
  const differing: ReplayFault[] = [];
  for (const result of steps) {
    if (result.ok) continue;
    const at = {
      line: recording.origins[result.step - 1]?.line,
      what: stepText(recording.steps[result.step - 1], result.result),
    };
    if (result.deniedBy === null) differing.push(at);
    else denied.push(at);
  }
  if (fault !== undefined) {
    const line = recording.origins[fault.step - 1]?.line;
    const why = problems.filter((p) => p.severity === 'error').map((p) => p.message);
    denied.push({ line, what: [fault.why, ...why].join(': ') });
  }
  return { steps: steps.length, denied, differing };
}

function stepText(step: ScenarioStep | undefined, result: string): string {
  if (step === undefined) return result;
  const from = step.at === undefined ? '' : `{${step.at}}/`;
  const what = [step.path === undefined ? step.fd : from + step.path, step.to]
    .filter((p) => p !== undefined)
    .join(' -> ');
  return `${step.call} ${what}: ${result}`;
}
