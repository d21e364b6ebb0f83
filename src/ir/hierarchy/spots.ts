/**
 * All layers at once: the product of their automata, made as it is walked, so that only what is asked about is made.
 *
 * A *spot* is where a path leads in every layer. Invariant: a step goes by a name that an object can have, so every path to a
 * spot is one that an object can be at; `appears` marks the one exception, an object that is made where scopes name every
 * name: as it was not there when the policy was loaded, it has the rules of the directory. What literal scopes say of kinds
 * is kept beside the automata: a policy that names a directory as a `file` is not loaded.
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
  /** One a layer. */
  readonly states: readonly HierarchyState[];
  /** What literal scopes say here and beneath; undefined where there are none. */
  readonly kinds: KindNode | undefined;
}

export interface KindNode {
  readonly id: number;
  readonly children: Map<string, KindNode>;
  /** Whether an object here is a directory, or is none. Both: there is no object here. */
  dir: boolean;
  other: boolean;
}

/** A name for everything that goes the same way. */
export interface Step {
  readonly name: string;
  /** Not there when the policy was loaded, as every name is named. */
  readonly appears: boolean;
}

/** `layers` and `automata` in the same order. */
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

/** What is above an object that must be there is a directory. */
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

/** What all layers allow on the object, or beneath it. */
export function allowedAt({ states }: Spot, verdict: 'dir' | 'file' | 'below'): ActionMask {
  return states.reduce((mask, s) => intersection(mask, s[verdict]), ALL_ACTIONS);
}

/** Where a name beneath a spot leads. */
export function stepTo({ automata }: Spots, { states, kinds }: Spot, { name, appears }: Step): Spot {
  const next = states.map((state, i) => {
    const automaton = defined(automata[i], 'a state of each automaton');
    return appears ? stateOf(automaton, state.other) : nextState(automaton, state, name);
  });
  return { states: next, kinds: appears ? undefined : kinds?.children.get(name) };
}

/**
 * A name for each way to go on from a directory; first one that nothing names. With a component, only names that it
 * matches, and none for what appears later. Undefined when the globs overlap too much to decide.
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

/** A path, from its last component up; undefined for `/`. */
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
