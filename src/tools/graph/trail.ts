/**
 * Converts the explanation of a request to the walk of its path: the physical paths on which the programs of a layer
 * ran, in order, and the verdict. It decides nothing itself.
 */
import type { ActionName } from '../../abi/actions.js';
import { assertNever } from '../../base/assert.js';
import type { ExplainedRun } from '../../runtime/explain.js';
import type { Decision } from '../../runtime/load.js';
import type { GraphEffect } from './model.js';

export interface GraphTrail {
  /**
   * Physical paths by component, in the order of the walk; the last one is where it ended. A layer that has no say on
   * the way is run at the object alone.
   */
  readonly visited: readonly (readonly string[])[];
  /** True if the last path is a directory. The paths before it always are. */
  readonly directory: boolean;
  readonly effect: GraphEffect;
  readonly text: string;
}

/** The object that a path leads to. */
export interface ReachedObject {
  readonly names: readonly string[];
  readonly directory: boolean;
}

/**
 * @param runs those of the programs of one layer; the tree has no links, so a name leads to where it says
 * @param object undefined when there is none; a layer whose programs do not judge the action is not run on it
 */
export function trailOf(
  action: ActionName,
  runs: readonly ExplainedRun[],
  decision: Decision,
  object: ReachedObject | undefined,
): GraphTrail {
  const visited: (readonly string[])[] = [];
  let at: readonly string[] = [];
  for (const run of runs) {
    at = run.phase === 'object' && object !== undefined ? object.names : moved(at, run);
    visited.push(at);
  }
  const last = runs.at(-1);
  const judged = last?.phase === 'object';
  const allowed = last !== undefined && !judged && decision.verdict === 'allow';
  if (allowed && object !== undefined && object.names.join('/') !== at.join('/')) visited.push(object.names);
  const directory = judged || allowed ? (object?.directory ?? false) : true;
  return { visited, directory, ...verdictOf(action, last, decision) };
}

function verdictOf(
  action: ActionName,
  last: ExplainedRun | undefined,
  decision: Decision,
): Pick<GraphTrail, 'effect' | 'text'> {
  if (last === undefined) return { effect: 'silent', text: `${action}: this layer is not asked` };
  if (last.verdict === 'deny') {
    const early = last.phase === 'walk' && action !== 'walk';
    return { effect: 'deny', text: early ? `${action}: deny, at the walk` : `${action}: deny` };
  }
  switch (decision.verdict) {
    case 'allow':
      return { effect: 'allow', text: `${action}: allow` };
    case 'deny':
      return { effect: 'silent', text: `${action}: another layer denies` };
    case 'error':
      return { effect: 'error', text: `${action}: ${decision.errno}` };
    default:
      return assertNever(decision.verdict);
  }
}

function moved(at: readonly string[], { lookup, name }: ExplainedRun): readonly string[] {
  switch (lookup) {
    case 'ROOT':
      return [];
    case 'DOT':
      return at;
    case 'DOTDOT':
      return at.slice(0, -1);
    case 'normal':
      return [...at, name];
    default:
      return assertNever(lookup);
  }
}
