/**
 * Finds the refused calls that a policy would allow.
 *
 * While rules of generalisation are applied, `guardOf` checks on the tree of needs whether a rule allows a refused
 * call. For the final policy, `stillAllowed` checks on the automaton, and returns the lines of the policy that allow
 * the call.
 */
import { NO_ACTIONS, actionNames, difference, maskOf } from '../../abi/actions.js';
import { defined } from '../../base/assert.js';
import { lineText, positionAt } from '../../diagnostics/lines.js';
import type { NamedSource, Span } from '../../diagnostics/types.js';
import type { HierarchyAutomaton } from '../../ir/hierarchy/automaton.js';
import { deciderOn, indexPaths, placesOnPath, type PathIndex } from '../../ir/hierarchy/on-path.js';
import type { Layer } from '../../ir/check/policy.js';
import { isCovered } from './automaton.js';
import { pathText, type Facts, type Need, type TraceOrigin } from './facts.js';
import type { Refused } from './follow.js';
import { allowedBy, type NeedNode } from './needs-tree.js';

/** A rule that was not applied, and the refused call that it would have allowed. */
export interface NotApplied {
  readonly rule: string;
  readonly where: string;
  readonly origin: TraceOrigin;
  readonly call: string;
}

/** A refused call that the policy nevertheless allows. */
export interface StillAllowed {
  readonly refused: Refused;
  /** The lines of the policy that allow it. */
  readonly rules: readonly { readonly line: number; readonly text: string }[];
  /** The argument of `--never` that keeps it refused; undefined if all of its actions were also observed as allowed. */
  readonly never: string | undefined;
}

/** The calls whose requests are known. */
export function judged(refused: readonly Refused[]): readonly Refused[] {
  return refused.filter(({ needs }) => needs.length > 0);
}

/** A refused call that the fragments alone allow; undefined if there is none. */
export function allowedByFragments(
  automata: readonly HierarchyAutomaton[],
  refused: readonly Refused[],
): Refused | undefined {
  return refused.find(({ needs }) =>
    needs.every((need) => automata.some((automaton) => isCovered(automaton, need))),
  );
}

/** Detects rules of generalisation that allow refused calls. */
export interface Guard {
  /** A refused call that is allowed now but was denied when the guard was created; undefined if there is none. */
  readonly opened: () => Refused | undefined;
}

export function guardOf(
  root: NeedNode,
  automata: readonly HierarchyAutomaton[],
  refused: readonly Refused[],
): Guard {
  const isAllowed = ({ needs }: Refused): boolean =>
    needs.every((need) => {
      const actions = difference(need.actions, allowedBy(root, need));
      return actions === 0 || automata.some((automaton) => isCovered(automaton, { ...need, actions }));
    });
  const denied = refused.filter((call) => !isAllowed(call));
  return { opened: () => denied.find(isAllowed) };
}

/** The refused calls that the final policy allows. */
export function stillAllowed(
  policy: Policy,
  refused: readonly Refused[],
  { observed }: Facts,
): readonly StillAllowed[] {
  const { automaton, layer } = policy;
  const index = indexPaths(layer);
  return refused
    .filter(({ needs }) => needs.every((need) => isCovered(automaton, need)))
    .map((call) => {
      const spans = call.needs.flatMap((need) => decidersOf(index, need));
      const rules = new Map(spans.map((span) => lineIn(policy, span)).map((rule) => [rule.line, rule]));
      return {
        refused: call,
        rules: [...rules.values()].sort((a, b) => a.line - b.line),
        never: neverFor(call, observed),
      };
    });
}

export interface Policy {
  readonly automaton: HierarchyAutomaton;
  readonly layer: Layer;
  /** The sources; the first is the policy itself. */
  readonly sources: readonly NamedSource[];
}

/** The spans of the deciding rules. A rule of a fragment is at its `use`. */
function decidersOf(index: PathIndex, { part, kind, path, actions }: Need): Span[] {
  const aspect = part === 'region' ? 'below' : kind;
  const places = placesOnPath(index, path);
  return actionNames(actions).flatMap((name) => {
    const rule = deciderOn(places, path.length, aspect, maskOf(name))?.rule;
    return rule === undefined ? [] : [rule.via[0] ?? rule.span];
  });
}

function lineIn({ sources }: Policy, { start }: Span): { readonly line: number; readonly text: string } {
  const own = defined(sources[0], 'the policy has a text');
  const { line } = positionAt(own, start);
  return { line, text: lineText(own, line).trim() };
}

/** The argument of `--never` for the first object of the call with an action that was not observed as allowed on it. */
function neverFor({ needs }: Refused, observed: Facts['observed']): string | undefined {
  for (const { part, path, actions } of needs) {
    if (part === 'region') continue;
    const left = difference(actions, observed.get(pathText(path))?.actions ?? NO_ACTIONS);
    if (left !== 0) return `${actionNames(left).join(',')}:${pathText(path)}`;
  }
  return undefined;
}
