/**
 * Finds the rules that mention an action on one path. The hierarchy automaton has the same verdicts as masks; this file finds
 * the rules behind them.
 *
 * Input: a layer and the components of a path. Output: the rules that mention an action there, in the order in which they
 * apply. Invariant: the rule that decides (`semantics/deciding.ts`) gives the verdict of the automaton.
 */
import type { ActionMask } from '../../abi/actions.js';
import { decidingMention, mentionsOn, type Mention } from '../../semantics/deciding.js';
import { matchesGlob } from '../../pattern/glob.js';
import { initialSets, makePlace, type Place } from './places.js';
import type { Layer, Rule, Scope } from '../check/policy.js';
import { buildTrie, type TrieNode } from './scope-trie.js';

/** The subject of a verdict: the object as a directory, the object as something else, or unnamed objects beneath it. */
export type Aspect = 'dir' | 'file' | 'below';

/** A layer and the trie of its scopes. */
export interface PathIndex {
  readonly layer: Layer;
  readonly trie: TrieNode;
}

export function indexPaths(layer: Layer): PathIndex {
  return { layer, trie: buildTrie(layer.scopes) };
}

/** Returns the places from the root towards the object. It ends at the last place beneath which scopes name something. */
export function placesOnPath({ layer, trie }: PathIndex, names: readonly string[]): Place[] {
  let nodes: readonly TrieNode[] = [trie];
  let place = makePlace(nodes, initialSets(layer), undefined, '');
  const places = [place];
  for (const name of names) {
    nodes = nodes.flatMap((node) => childrenOf(node, name));
    if (nodes.length === 0) break;
    place = makePlace(nodes, place.applied, place, name);
    places.push(place);
  }
  return places;
}

function childrenOf({ literals, globs }: TrieNode, name: string): TrieNode[] {
  const own = literals.get(name);
  const matching = [...globs.values()].flatMap(({ glob, node }) => (matchesGlob(glob, name) ? [node] : []));
  return own === undefined ? matching : [own, ...matching];
}

/** A rule on a path, and the scope that it stands in. */
export type MentionOnPath = Mention<Scope, Rule>;

/**
 * Returns the rules that mention an action on the object at the first `length` components, in the order in which they apply.
 *
 * @param places the places on that path or on a longer path; they may end earlier, where no scope names anything beneath
 */
export function mentionsOnPath(
  places: readonly Place[],
  length: number,
  aspect: Aspect,
  actions: ActionMask,
): MentionOnPath[] {
  const path = places
    .slice(0, length + 1)
    .map((place, depth) => (depth === length && aspect === 'file' ? place.files : place.dirs));
  const isThere = path.length === length + 1;
  const level = aspect === 'below' || !isThere ? 'below' : 'self';
  return mentionsOn(path, level, (rule) => (rule.actions & actions) !== 0);
}

/** Returns the rule that decides; undefined where `default` decides. */
export function deciderOn(
  places: readonly Place[],
  length: number,
  aspect: Aspect,
  action: ActionMask,
): MentionOnPath | undefined {
  return decidingMention(mentionsOnPath(places, length, aspect, action));
}
