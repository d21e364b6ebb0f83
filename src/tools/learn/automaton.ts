/** Questions about a hierarchy automaton: where a path leads, and what is allowed there. */
import { ALL_TRIGGERS, actionsAskedOf, intersection, union, type ActionMask } from '../../abi/actions.js';
import type { HierarchyAutomaton, HierarchyState } from '../../ir/hierarchy/automaton.js';
import { nameOfClass, stateAt, stateOf } from '../../ir/hierarchy/walker.js';
import type { Need } from './facts.js';

/** The actions that a state allows on a kind of object and that calls ask of it. `walk` is left out: nothing grants it. */
export function allowedAndAsked(state: HierarchyState, kind: 'dir' | 'file'): ActionMask {
  return intersection(state[kind], intersection(actionsAskedOf(kind), ALL_TRIGGERS));
}

/** True if the policy allows all actions of a need. */
export function isCovered(automaton: HierarchyAutomaton, { part, path, kind, actions }: Need): boolean {
  const state = stateAt(automaton, path);
  const allowed = part === 'region' ? state.below : kind === 'dir' ? state.dir : state.file;
  return (actions & ~allowed) === 0;
}

/** The first place, at a state or beneath it, where some of these actions are allowed; undefined if there is none. */
export function allowedWithin(
  automaton: HierarchyAutomaton,
  state: HierarchyState,
  actions: ActionMask,
): { readonly names: readonly string[]; readonly actions: ActionMask } | undefined {
  const queue: { readonly state: HierarchyState; readonly names: readonly string[] }[] = [
    { state, names: [] },
  ];
  const seen = new Set([state.id]);
  for (const at of queue) {
    const found = intersection(
      union(allowedAndAsked(at.state, 'dir'), allowedAndAsked(at.state, 'file')),
      actions,
    );
    if (found !== 0) return { names: at.names, actions: found };
    const edges = [
      ...at.state.literals.map((e) => ({ name: e.name, to: e.to })),
      ...at.state.classes.map((e) => ({ name: e.witness, to: e.to })),
      { name: nameOfClass(at.state, []), to: at.state.other },
    ];
    for (const { name, to } of edges) {
      if (name === undefined || seen.has(to)) continue;
      seen.add(to);
      queue.push({ state: stateOf(automaton, to), names: [...at.names, name] });
    }
  }
  return undefined;
}
