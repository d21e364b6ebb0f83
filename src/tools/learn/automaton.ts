/** Questions about a hierarchy automaton: where a path leads, and what is allowed there. */
import type { ActionMask } from '../../abi/actions.js';
import { ALL_TRIGGERS, actionsAskedOf } from '../../abi/actions.js';
import { defined } from '../../base/assert.js';
import type { HierarchyAutomaton, HierarchyState } from '../../ir/hierarchy/automaton.js';
import { globOf, matchesGlob } from '../../pattern/glob.js';
import { nameClasses } from '../../pattern/name-classes.js';
import type { Need } from './facts.js';

/** The actions that a state allows on a kind of object and that calls ask of it. `walk` is left out: nothing grants it. */
export function allowedOn(state: HierarchyState, kind: 'dir' | 'file'): ActionMask {
  return state[kind] & actionsAskedOf(kind) & ALL_TRIGGERS;
}

export function stateOf(automaton: HierarchyAutomaton, id: number): HierarchyState {
  return defined(automaton.states[id], 'an edge leads to a state');
}

/** The state that a name leads to. */
export function nextState(
  automaton: HierarchyAutomaton,
  state: HierarchyState,
  name: string,
): HierarchyState {
  const literal = state.literals.find((edge) => edge.name === name);
  if (literal !== undefined) return stateOf(automaton, literal.to);
  if (state.globs.length === 0) return stateOf(automaton, state.other);
  const matching = state.globs.flatMap((source, i) => {
    const glob = globOf(source);
    return glob !== undefined && matchesGlob(glob, name) ? [i] : [];
  });
  const edge = state.classes.find((c) => c.matching.join() === matching.join());
  return stateOf(automaton, edge?.to ?? state.other);
}

export function stateAt(automaton: HierarchyAutomaton, path: readonly string[]): HierarchyState {
  return path.reduce((state, name) => nextState(automaton, state, name), stateOf(automaton, 0));
}

/** Whether the policy allows all that is needed. */
export function isCovered(automaton: HierarchyAutomaton, { part, path, kind, actions }: Need): boolean {
  const state = stateAt(automaton, path);
  const allowed = part === 'region' ? state.below : kind === 'dir' ? state.dir : state.file;
  return (actions & ~allowed) === 0;
}

/** What is allowed anywhere at a state or beneath it, with the names that lead to a place where it is. */
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
    const found = (allowedOn(at.state, 'dir') | allowedOn(at.state, 'file')) & actions;
    if (found !== 0) return { names: at.names, actions: found };
    const edges = [
      ...at.state.literals.map((e) => ({ name: e.name, to: e.to })),
      ...at.state.classes.map((e) => ({ name: e.witness, to: e.to })),
      { name: nameOf(at.state, [], new Set()), to: at.state.other },
    ];
    for (const { name, to } of edges) {
      if (name === undefined || seen.has(to)) continue;
      seen.add(to);
      queue.push({ state: stateOf(automaton, to), names: [...at.names, name] });
    }
  }
  return undefined;
}

/**
 * A shortest name that exactly these of the state's globs match and that is not among the taken ones; undefined when there is
 * none. Globs, literals and taken names are decided exactly.
 */
export function nameOf(
  state: HierarchyState,
  matching: readonly number[],
  taken: ReadonlySet<string>,
): string | undefined {
  const literals = new Set([...state.literals.map((e) => e.name), ...taken]);
  if (state.globs.length === 0) return simpleName(literals);
  const globs = state.globs.flatMap((source) => globOf(source) ?? []);
  return nameClasses(globs, literals)?.find((c) => c.matching.join() === matching.join())?.witness;
}

function simpleName(taken: ReadonlySet<string>): string {
  const letter = [...'abcdefghijklmnopqrstuvwxyz'].find((name) => !taken.has(name));
  for (let i = 0, name = letter; ; name = `a${i++}`) if (name !== undefined && !taken.has(name)) return name;
}
