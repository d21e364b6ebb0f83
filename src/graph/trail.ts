/**
 * The walk of a path, as the explanation of its request tells it: which physical paths the programs of a layer were run on, in
 * order, and what came of it. Nothing is decided here.
 */
import type { ActionName } from '../abi/actions.js';
import { assertNever } from '../assert.js';
import type { ExplainedRun } from '../runtime/explain.js';
import type { Decision } from '../runtime/load.js';
import type { Effect } from './model.js';

export interface Trail {
  /** Physical paths by component, in the order of the walk; the last one is where it ended. */
  readonly visited: readonly (readonly string[])[];
  readonly effect: Effect;
  readonly text: string;
}

/** `runs` are those of the programs of one layer; the tree has no links, so a name leads to where it says. */
export function trailOf(action: ActionName, runs: readonly ExplainedRun[], decision: Decision): Trail {
  const visited: (readonly string[])[] = [];
  let at: readonly string[] = [];
  for (const run of runs) {
    at = moved(at, run);
    visited.push(at);
  }
  const last = runs.at(-1);
  if (last === undefined) return { visited, effect: 'silent', text: `${action}: this layer is not asked` };
  if (last.verdict === 'deny') {
    const what =
      last.hook === 'fs_walk' && action !== 'walk' ? `${action}: deny, at the walk` : `${action}: deny`;
    return { visited, effect: 'deny', text: what };
  }
  switch (decision.verdict) {
    case 'allow':
      return { visited, effect: 'allow', text: `${action}: allow` };
    case 'deny':
      return { visited, effect: 'silent', text: `${action}: another layer denies` };
    case 'error':
      return { visited, effect: 'error', text: `${action}: ${decision.errno}` };
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
