/**
 * The product of the automata of several layers, together with the kinds of objects that literal scopes require. It is
 * computed step by step as a caller walks it.
 *
 * A *spot* is the tuple of states that a path leads to, one state per layer. Invariant: each step uses a name that an object
 * can have, so an object can exist on every path to a spot. The one exception is marked `appears`: where scopes name every
 * name, an object that is created after load has the rules of its directory. Kinds are kept beside the automata, because a
 * policy does not load on a tree where a scope names an object as the wrong kind.
 */
import { ALL_ACTIONS, intersection, type ActionMask } from '../../abi/actions.js';
import { defined } from '../../base/assert.js';
import { literalNames, type PatternComponent } from '../../semantics/pattern.js';
import type { Layer, Scope } from '../check/policy.js';
import type { HierarchyAutomaton, HierarchyState } from './automaton.js';
import { componentMatches, freshName, nextState, rootState, stateOf, waysFrom } from './walker.js';

export interface Spots {
  readonly automata: readonly HierarchyAutomaton[];
  readonly root: Spot;
}

export interface Spot {
  /** One per layer. */
  readonly states: readonly HierarchyState[];
  /** The kinds that literal scopes require here and beneath; undefined where there are no such scopes. */
  readonly kinds: KindNode | undefined;
}

export interface KindNode {
  readonly id: number;
  readonly children: Map<string, KindNode>;
  /** The kinds that scopes require of an object here. If `dir` and `other` are both set, no object can exist. */
  dir: boolean;
  other: boolean;
}

/** A step from a directory, with one name that stands for all names that lead to the same spot. */
export interface Step {
  readonly name: string;
  /** True if the object is created after the policy is loaded, in a directory where scopes name every name. */
  readonly appears: boolean;
}

/** Returns the product of layers. `layers` and `automata` are in the same order. */
export function makeSpots(layers: readonly Layer[], automata: readonly HierarchyAutomaton[]): Spots {
  return { automata, root: { states: automata.map(rootState), kinds: kindsOf(layers) } };
}

function kindsOf(layers: readonly Layer[]): KindNode {
  let count = 0;
  const create = (): KindNode => ({ id: count++, children: new Map(), dir: false, other: false });
  const root = create();
  root.dir = true;
  for (const scope of layers.flatMap((l) => l.scopes)) addKind(root, scope, create);
  return root;
}

/** Records the kind that a scope requires. All ancestors of an object that must exist are directories. */
function addKind(root: KindNode, { path, object, optional, within }: Scope, create: () => KindNode): void {
  const names = literalNames(path);
  if (names === undefined) return;
  const required = !optional && within === 0;
  let node = root;
  for (const name of names) {
    if (required) node.dir = true;
    const next = node.children.get(name) ?? create();
    node.children.set(name, next);
    node = next;
  }
  node[object === 'dir' ? 'dir' : 'other'] = true;
}

export function spotKey({ states, kinds }: Spot): string {
  return `${states.map((s) => s.id).join()}:${kinds?.id ?? ''}`;
}

export function canBeDirectory({ kinds }: Spot): boolean {
  return kinds === undefined || !kinds.other;
}

export function canBeOther({ kinds }: Spot): boolean {
  return kinds === undefined || !kinds.dir;
}

/** Returns what all layers together allow: on the object as a directory or as something else, or beneath it. */
export function allowedAt({ states }: Spot, verdict: 'dir' | 'file' | 'below'): ActionMask {
  return states.reduce((mask, s) => intersection(mask, s[verdict]), ALL_ACTIONS);
}

/** Returns the spot that a step leads to. */
export function stepTo({ automata }: Spots, { states, kinds }: Spot, { name, appears }: Step): Spot {
  const next = states.map((state, i) => {
    const automaton = defined(automata[i], 'a state of each automaton');
    return appears ? stateOf(automaton, state.other) : nextState(automaton, state, name);
  });
  return { states: next, kinds: appears ? undefined : kinds?.children.get(name) };
}

/**
 * Returns one step for each class of names beneath a directory; the first step, if there is one, has a name that no scope
 * names. Undefined when the globs overlap too much to decide.
 *
 * @param only a component: the result has only names that it matches, and no step that `appears`
 */
export function stepsFrom({ states, kinds }: Spot, only?: PatternComponent): Step[] | undefined {
  if (only !== undefined && 'literal' in only) return [{ name: only.literal, appears: false }];
  const ways = waysFrom(states, {
    names: kinds?.children.keys() ?? [],
    globs: only === undefined ? [] : [only.glob],
  });
  if (ways === undefined) return undefined;
  const names = [...ways.classes.map((c) => c.witness), ...ways.literals];
  const steps = names.map((name) => ({ name, appears: false }));
  if (ways.fresh !== undefined) steps.unshift({ name: ways.fresh, appears: false });
  if (only !== undefined) return steps.filter((s) => componentMatches(only, s.name));
  const taken = new Set(ways.literals);
  if (ways.fresh === undefined)
    steps.unshift({ name: freshName((name) => taken.has(name), ['new']), appears: true });
  return steps;
}

/** A path as a list that is linked from its last step to its first; undefined stands for `/`. */
export interface Trail {
  readonly above: Trail | undefined;
  readonly step: Step;
}

export function stepsOf(trail: Trail | undefined): Step[] {
  const steps: Step[] = [];
  for (let at = trail; at !== undefined; at = at.above) steps.push(at.step);
  return steps.reverse();
}

export function pathText(steps: readonly Step[]): string {
  return '/' + steps.map((s) => s.name).join('/');
}
