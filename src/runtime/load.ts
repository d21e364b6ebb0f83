/** Loads an artifact on a tree, enforces it on a task, and answers requests. The target's model loads and enforces. */
import { actionBit, type ActionBit, type ActionName } from '../abi/actions.js';
import type { Artifact } from '../artifact/manifest.js';
import { createEngine } from './engine/engine.js';
import type { Engine } from './engine/types.js';
import { request, requestAll } from './kernel/syscalls/index.js';
import { Kernel, newTask, type CallResult, type Task } from './kernel/task.js';
import type { Vfs } from './kernel/vfs.js';
import type { GroundedPolicy, LoadResult } from './loader/grounded.js';
import { problemOf } from './loader/problems.js';
import { MODELS } from './models.js';

export type { GroundedMap, GroundedPolicy, LoadResult } from './loader/grounded.js';

/** Grounds an artifact on a tree: resolves its paths to objects and verifies its programs. The result can have warnings. */
export function groundPolicy(artifact: Artifact, vfs: Vfs): LoadResult<GroundedPolicy> {
  return MODELS[artifact.manifest.target].ground(artifact, vfs);
}

/** Enforces a grounded policy on a task. Returns the first error of the kernel, if there is one. */
export function enforce(policy: GroundedPolicy, task: Task): CallResult {
  return MODELS[policy.artifact.manifest.target].enforce(policy, task);
}

/** A policy enforced on a task of its own. */
export interface LoadedPolicy {
  readonly kernel: Kernel;
  readonly grounded: GroundedPolicy;
  /** The task that the policy is enforced on: every call of the kernel model takes it. */
  readonly task: Task;
  /** Decides one request with one action, as the tests of a policy do. The errno is `EINVAL` for an unknown action. */
  decide(action: ActionName, path: string): Decision;
  /** Decides many requests as `decide` does, in one call of the engine, which is faster. */
  decideAll(questions: readonly Question[]): readonly Decision[];
}

export interface Question {
  readonly action: ActionName;
  readonly path: string;
}

export interface Decision {
  readonly verdict: 'allow' | 'deny' | 'error';
  /** The errno of a call that fails; `EACCES` for a denial. */
  readonly errno?: string;
}

/** Loads an artifact on a tree and enforces it on a new task. Most programs need only this function. */
export function loadPolicy(
  artifact: Artifact,
  vfs: Vfs,
  engine: Engine = createEngine(),
): LoadResult<LoadedPolicy> {
  const grounded = groundPolicy(artifact, vfs);
  if (grounded.kind === 'refused') return grounded;
  const kernel = new Kernel(vfs, engine);
  const task = newTask(kernel);
  const result = enforce(grounded.value, task);
  if (!result.ok) {
    const program = grounded.value.chains.at(-1)?.program.name ?? '';
    return { kind: 'refused', problems: [problemOf('LLP5008', { program, why: result.errno })] };
  }
  const decide = (action: ActionName, path: string): Decision => {
    const bit: ActionBit | undefined = actionBit(action);
    return bit === undefined ? { verdict: 'error', errno: 'EINVAL' } : toDecision(request(task, bit, path));
  };
  const decideAll = (questions: readonly Question[]): readonly Decision[] => {
    const bits = questions.map(({ action }): ActionBit | undefined => actionBit(action));
    const asked = questions.flatMap(({ path }, i) => {
      const bit = bits[i];
      return bit === undefined ? [] : [{ action: bit, path }];
    });
    const answers = requestAll(task, asked).values();
    return bits.map((bit) => {
      const errno = bit === undefined ? 'EINVAL' : answers.next().value;
      return decisionOf(errno, errno === 'EACCES');
    });
  };
  return {
    kind: 'loaded',
    value: { kernel, grounded: grounded.value, task, decide, decideAll },
    problems: grounded.problems,
  };
}

export function toDecision(result: CallResult): Decision {
  return result.ok ? decisionOf(undefined, false) : decisionOf(result.errno, result.denied !== undefined);
}

function decisionOf(errno: string | undefined, denied: boolean): Decision {
  if (errno === undefined) return { verdict: 'allow' };
  return { verdict: denied ? 'deny' : 'error', errno };
}
