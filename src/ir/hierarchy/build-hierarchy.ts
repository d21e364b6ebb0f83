/**
 * Scopes → the hierarchy automaton, minimal by construction.
 *
 * Input: a layer. Output: the automaton, and every *place* that a scope names, for the exact checks. The determinisation
 * carries the set of live trie nodes (those with children) and the allowed and forbidden actions. Without live nodes, what
 * lies beneath is a region, whose state depends on its verdict alone. States are interned after their successors, so equal
 * tails become one state. The only cycles of the graph are the loops of regions.
 *
 * Weakness: globs that overlap with large scopes beneath them multiply; `MAX_PLACES` turns that into an error.
 */
import type { ActionMask } from '../../abi/actions.js';
import { defined } from '../../base/assert.js';
import type { Carried } from '../../semantics/scope.js';
import type { Layer } from '../check/policy.js';
import type { ClassEdge, HierarchyAutomaton, HierarchyState, LiteralEdge } from './automaton.js';
import { initialSets, makePlace, successors, type Place, type PlaceRights } from './places.js';
import { buildTrie, type TrieNode } from './scope-trie.js';

export type HierarchyResult =
  | { readonly kind: 'ok'; readonly automaton: HierarchyAutomaton; readonly places: readonly Place[] }
  /** The globs beneath this place overlap too much to decide, or there are more than `MAX_PLACES` places. */
  | { readonly kind: 'too-large'; readonly place: Place };

const MAX_PLACES = 2_000_000;

export function buildHierarchy(layer: Layer): HierarchyResult {
  const builder: Builder = {
    states: [],
    interned: new Map(),
    memo: new Map(),
    places: [],
    tooLarge: undefined,
  };
  const root = visit(builder, [buildTrie(layer.scopes)], initialSets(layer), undefined, '', false);
  if (builder.tooLarge !== undefined) return { kind: 'too-large', place: builder.tooLarge };
  return {
    kind: 'ok',
    automaton: { layer: layer.name, states: renumber(builder.states, root) },
    places: builder.places,
  };
}

interface Builder {
  readonly states: HierarchyState[];
  readonly interned: Map<string, number>;
  /** Key of a place → its state; only for places beneath globs, because other places are visited once. */
  readonly memo: Map<string, number>;
  readonly places: Place[];
  tooLarge: Place | undefined;
}

function visit(
  builder: Builder,
  nodes: readonly TrieNode[],
  before: Carried,
  parent: Place | undefined,
  name: string,
  shared: boolean,
): number {
  const place = makePlace(nodes, before, parent, name);
  if (place.dirs.length > 0 || place.files.length > 0) builder.places.push(place);
  if (builder.places.length > MAX_PLACES) builder.tooLarge ??= place;
  if (builder.tooLarge !== undefined) return 0;
  const live = nodes.filter((n) => n.literals.size > 0 || n.globs.size > 0);
  if (live.length === 0)
    return intern(builder, place.applied, [], [], [], region(builder, place.applied.below));
  if (!shared) return expand(builder, live, place, shared);
  const { allowed, forbidden, dir, file } = place.applied;
  const key = `${live.map((n) => n.id).join()};${allowed};${forbidden};${dir};${file}`;
  const known = builder.memo.get(key);
  if (known !== undefined) return known;
  const state = expand(builder, live, place, shared);
  builder.memo.set(key, state);
  return state;
}

function expand(builder: Builder, live: readonly TrieNode[], place: Place, shared: boolean): number {
  const next = successors(live);
  if (next === undefined) {
    builder.tooLarge = place;
    return 0;
  }
  const deeper = shared || next.globs.length > 0;
  const go = (nodes: readonly TrieNode[], name: string): number =>
    visit(builder, nodes, place.applied, place, name, deeper);
  const other = region(builder, place.applied.below);
  const all = next.classes.map((c) => ({
    matching: c.matching,
    witness: c.witness,
    to: go(c.nodes, c.witness),
  }));
  const target = new Map<string, number>(all.map((c) => [c.matching.join(), c.to]));
  if (next.other) target.set('', other);
  const literals: LiteralEdge[] = [];
  for (const literal of next.literals) {
    const to = go(literal.nodes, literal.name);
    if (to !== target.get(literal.matching.join())) literals.push({ name: literal.name, to });
  }
  const classes = all.filter((c) => c.to !== other);
  return intern(builder, place.applied, literals, classes.length > 0 ? next.globs : [], classes, other);
}

/** Returns the state of a region: objects that no scope names, and no scope names anything beneath them. */
function region(builder: Builder, mask: ActionMask): number {
  const key = `R${mask}`;
  const known = builder.interned.get(key);
  if (known !== undefined) return known;
  const id = builder.states.length;
  builder.states.push({
    id,
    dir: mask,
    below: mask,
    file: mask,
    literals: [],
    globs: [],
    classes: [],
    other: id,
  });
  builder.interned.set(key, id);
  return id;
}

function intern(
  builder: Builder,
  { dir, below, file }: PlaceRights,
  literals: readonly LiteralEdge[],
  globs: readonly string[],
  classes: readonly ClassEdge[],
  other: number,
): number {
  const edges = literals.length + classes.length;
  if (edges === 0 && dir === below && file === below) return other;
  const key = [
    `${dir},${below},${file},${other}`,
    ...literals.map((e) => `${e.to}=${e.name}`),
    ...globs.map((g) => `*${g}`),
    ...classes.map((c) => `${c.matching.join('&')}:${c.to}`),
  ].join('/');
  const known = builder.interned.get(key);
  if (known !== undefined) return known;
  const id = builder.states.length;
  builder.states.push({ id, dir, below, file, literals, globs, classes, other });
  builder.interned.set(key, id);
  return id;
}

/** Numbers the states breadth first from the root, so that equal automata have the same text. */
function renumber(states: readonly HierarchyState[], root: number): HierarchyState[] {
  const order: number[] = [root];
  const number = new Map<number, number>([[root, 0]]);
  const enter = (id: number): void => {
    if (number.has(id)) return;
    number.set(id, order.length);
    order.push(id);
  };
  for (let i = 0; i < order.length; i++) {
    const state = defined(states[order[i] ?? 0], 'a state that was entered');
    state.literals.forEach((e) => enter(e.to));
    state.classes.forEach((e) => enter(e.to));
    enter(state.other);
  }
  const at = (id: number): number => number.get(id) ?? 0;
  return order.map((old, id) => {
    const state = defined(states[old], 'a state that was entered');
    return {
      ...state,
      id,
      literals: state.literals.map((e) => ({ name: e.name, to: at(e.to) })),
      classes: state.classes.map((e) => ({ ...e, to: at(e.to) })),
      other: at(state.other),
    };
  });
}
