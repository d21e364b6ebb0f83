/**
 * The places of a layer as they nest, each with the state of the automaton that its path leads to.
 *
 * Input: a layer and its automaton. Output: the root place. The scopes' trie is gone down beside the automaton, so that
 * scopes that change no verdict are there too; every verdict is the automaton's. Places that a glob leads to twice are
 * one object.
 */
import { union, unionOf, type ActionMask } from '../../abi/actions.js';
import { defined } from '../../base/assert.js';
import { initialSets, makePlace, successors, type Place } from '../../ir/hierarchy/places.js';
import type { HierarchyAutomaton, HierarchyState, Verdicts } from '../../ir/hierarchy/automaton.js';
import type { Layer, Scope } from '../../ir/check/policy.js';
import { buildTrie, type TrieNode } from '../../ir/hierarchy/scope-trie.js';
import {
  classTarget,
  componentMatches,
  literalTarget,
  rootState,
  stateOf,
} from '../../ir/hierarchy/walker.js';

/** A place, to which several paths may lead. */
export interface PlaceNode {
  readonly state: HierarchyState;
  /** The denied actions that no inner scope can allow again. */
  readonly forbidden: Verdicts;
  readonly dirs: readonly Scope[];
  readonly files: readonly Scope[];
  /** The globs to which the edges refer by index. */
  readonly globs: readonly string[];
  /** Literal names first, sorted. */
  readonly children: readonly PlaceEdge[];
}

export type PlaceEdge =
  | { readonly kind: 'literal'; readonly name: string; readonly to: PlaceNode }
  /** The names that match exactly these of `PlaceNode.globs`, except those of literal edges. */
  | { readonly kind: 'glob'; readonly matching: readonly number[]; readonly to: PlaceNode };

export function placesOf(layer: Layer, automaton: HierarchyAutomaton): PlaceNode {
  const descent: Descent = { automaton, memo: new Map() };
  const place = makePlace([buildTrie(layer.scopes)], initialSets(layer), undefined, '');
  return visit(descent, place, rootState(automaton), false);
}

interface Descent {
  readonly automaton: HierarchyAutomaton;
  readonly memo: Map<string, PlaceNode>;
}

function visit(descent: Descent, place: Place, state: HierarchyState, shared: boolean): PlaceNode {
  if (!shared) return expand(descent, place, state, shared);
  const { allowed, forbidden } = place.applied;
  const key = `${place.nodes.map((n) => n.id).join()};${state.id};${allowed};${forbidden};${place.before.forbidden}`;
  const known = descent.memo.get(key);
  if (known !== undefined) return known;
  const made = expand(descent, place, state, shared);
  descent.memo.set(key, made);
  return made;
}

function expand(descent: Descent, place: Place, state: HierarchyState, shared: boolean): PlaceNode {
  const next = defined(successors(place.nodes), 'what the automaton was made of can be divided');
  const deeper = shared || next.globs.length > 0;
  const go = (nodes: readonly TrieNode[], to: number): PlaceNode =>
    visit(descent, makePlace(nodes, place.applied, undefined, ''), stateOf(descent.automaton, to), deeper);
  return {
    state,
    forbidden: forbiddenAt(place),
    dirs: place.dirs,
    files: place.files,
    globs: next.globs,
    children: [
      ...next.literals.map(({ name, matching, nodes }) => ({
        kind: 'literal' as const,
        name,
        to: go(nodes, literalTarget(state, name) ?? classTarget(state, matching)),
      })),
      ...next.classes.map(({ matching, nodes }) => ({
        kind: 'glob' as const,
        matching,
        to: go(nodes, classTarget(state, matching)),
      })),
    ],
  };
}

function forbiddenAt({ before, applied, dirs, files }: Place): Verdicts {
  const here = (scopes: readonly Scope[]): ActionMask => unionOf(scopes.map((s) => s.self.forbid));
  return {
    dir: union(applied.forbidden, here(dirs)),
    below: applied.forbidden,
    file: union(before.forbidden, here(files)),
  };
}

/**
 * Where names lead: the edges taken, by index, as far as there are any. What is there is a directory, or it is not: a
 * place that scopes name as the other kind only is not the place of it.
 */
export function edgesTaken(root: PlaceNode, names: readonly string[], directory: boolean): number[] {
  const taken: number[] = [];
  let at = root;
  for (const [i, name] of names.entries()) {
    const index = edgeFor(at, name);
    const edge = at.children[index];
    if (edge === undefined || !isPlaceOf(edge.to, directory || i < names.length - 1)) break;
    taken.push(index);
    at = edge.to;
  }
  return taken;
}

function isPlaceOf({ dirs, files, children }: PlaceNode, directory: boolean): boolean {
  return directory ? dirs.length > 0 || children.length > 0 : files.length > 0;
}

function edgeFor({ globs, children }: PlaceNode, name: string): number {
  const literal = children.findIndex((e) => e.kind === 'literal' && e.name === name);
  if (literal >= 0) return literal;
  const matching = globs.flatMap((glob, i) => (componentMatches({ glob }, name) ? [i] : []));
  return children.findIndex((e) => e.kind === 'glob' && e.matching.join() === matching.join());
}
