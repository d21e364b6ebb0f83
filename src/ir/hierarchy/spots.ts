/**
 * All layers at once: the product of their automata, made as it is walked, so that only what is asked about is made.
 *
 * A *spot* is where a path leads in every layer. Invariant: a step goes by a name that an object can have, so every path to a
 * spot is one that an object can be at; `appears` marks the one exception, an object that is made where scopes name every
 * name: as it was not there when the policy was loaded, it has the rules of the directory. What literal scopes say of kinds
 * is kept beside the automata: a policy that names a directory as a `file` is not loaded.
 */
import { ALL_ACTIONS, type ActionMask } from '../../abi/actions.js';
import { defined } from '../../base/assert.js';
import { globOf, matchesGlob, type Glob } from '../../pattern/glob.js';
import { nameClasses } from '../../pattern/name-classes.js';
import type { HierarchyAutomaton, HierarchyState } from './automaton.js';
import type { Layer, PatternComponent, Scope } from '../check/policy.js';

export interface Spots {
  readonly automata: readonly HierarchyAutomaton[];
  readonly root: Spot;
  /** Literal edges by state: an automaton has them as a list. */
  readonly literals: Map<HierarchyState, ReadonlyMap<string, number>>;
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
  const states = automata.map((a) => defined(a.states[0], 'an automaton has a first state'));
  return { automata, root: { states, kinds: kindsOf(layers) }, literals: new Map() };
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
  if (path.some((c) => c.kind === 'glob')) return;
  const required = !optional && within === 0;
  let node = root;
  for (const component of path) {
    if (required) node.dir = true;
    const name = component.kind === 'literal' ? component.name : component.source;
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
  return states.reduce((mask, s) => mask & s[verdict], ALL_ACTIONS);
}

/** Where a name beneath a spot leads. */
export function stepTo(spots: Spots, { states, kinds }: Spot, { name, appears }: Step): Spot {
  const next = states.map((state, i) => {
    const to = appears ? state.other : target(spots, state, name);
    return defined(spots.automata[i]?.states[to], 'an edge leads to a state');
  });
  return { states: next, kinds: appears ? undefined : kinds?.children.get(name) };
}

function target(spots: Spots, state: HierarchyState, name: string): number {
  const literal = literalsOf(spots, state).get(name);
  if (literal !== undefined) return literal;
  if (state.globs.length === 0) return state.other;
  const matching = state.globs.flatMap((g, i) => (matchesGlob(checkedGlob(g), name) ? [i] : [])).join();
  return state.classes.find((c) => c.matching.join() === matching)?.to ?? state.other;
}

function literalsOf({ literals }: Spots, state: HierarchyState): ReadonlyMap<string, number> {
  const known = literals.get(state);
  if (known !== undefined) return known;
  const made = new Map(state.literals.map((e) => [e.name, e.to]));
  literals.set(state, made);
  return made;
}

function checkedGlob(source: string): Glob {
  return defined(globOf(source), 'a checked glob compiles');
}

export function componentMatches(component: PatternComponent, name: string): boolean {
  return component.kind === 'literal'
    ? component.name === name
    : matchesGlob(checkedGlob(component.source), name);
}

/**
 * A name for each way to go on from a directory; first one that nothing names. With a component, only names that it
 * matches, and none for what appears later. Undefined when the globs overlap too much to decide.
 */
export function stepsFrom(spots: Spots, spot: Spot, only?: PatternComponent): Step[] | undefined {
  if (only?.kind === 'literal') return [{ name: only.name, appears: false }];
  const globs = new Set(spot.states.flatMap((s) => s.globs));
  if (only !== undefined) globs.add(only.source);
  const named = new Set(spot.states.flatMap((s) => [...literalsOf(spots, s).keys()]));
  for (const name of spot.kinds?.children.keys() ?? []) named.add(name);
  const sources = [...globs].sort();
  const classes = sources.length === 0 ? [] : nameClasses(sources.map(checkedGlob), named);
  if (classes === undefined) return undefined;
  const names = [...classes.map((c) => c.witness), ...[...named].sort()];
  const steps = names.map((name) => ({ name, appears: false }));
  if (only !== undefined) return steps.filter((s) => componentMatches(only, s.name));
  const unnamed = sources.length === 0 || classes[0]?.matching.length === 0;
  if (sources.length === 0) steps.unshift({ name: freshName(named), appears: false });
  return unnamed ? steps : [{ name: freshName(named, 'new'), appears: true }, ...steps];
}

/** A name that is none of these. */
export function freshName(taken: ReadonlySet<string>, first = 'a'): string {
  let name = first;
  for (let i = 1; taken.has(name); i++) name = `${first}${i}`;
  return name;
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
