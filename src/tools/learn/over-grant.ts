/**
 * Lists what a policy grants beyond the observed requests.
 *
 * Input: the hierarchy automaton of the policy and the observed paths with what was asked there. Output: a list of
 * regions and objects, each with the actions and a shortest path that was not observed with any of them. It is read off
 * the product of the automaton and the trie of observed paths, so it is the difference exactly: a path and an action
 * that the policy allows and that was not observed lies in one of the regions listed, and every witness is one.
 */
import {
  NO_ACTIONS,
  actionNames,
  actionsAskedOf,
  difference,
  union,
  type ActionMask,
  type ActionName,
} from '../../abi/actions.js';
import type { HierarchyAutomaton, HierarchyState } from '../../ir/hierarchy/automaton.js';
import { escapePattern } from '../../pattern/glob.js';
import { nameOfClass, nextState, stateOf } from '../../ir/hierarchy/walker.js';
import { allowedAndAsked } from './automaton.js';

export interface Observation {
  readonly kind: 'dir' | 'file';
  readonly actions: ActionMask;
}

export interface OverGrant {
  /** The pattern of an object; with `/…` at the end, of everything beneath a directory. */
  readonly where: string;
  readonly actions: readonly ActionName[];
  /** An unobserved path on which they are allowed; a slash at the end where all of them are asked of directories. */
  readonly witness: string;
}

interface SeenNode {
  readonly children: Map<string, SeenNode>;
  seen: Observation | undefined;
}

interface GrantPoint {
  readonly state: HierarchyState;
  readonly seen: SeenNode | undefined;
  readonly pattern: string;
  readonly path: string;
  /** The actions in enclosing entries of the list. */
  readonly listed: ActionMask;
}

/** The over-grants in breadth-first order, so that the widest regions come first. */
export function overGrants(
  automaton: HierarchyAutomaton,
  observed: ReadonlyMap<string, Observation>,
): readonly OverGrant[] {
  const out: OverGrant[] = [];
  const queue: GrantPoint[] = [
    { state: stateOf(automaton, 0), seen: trieOf(observed), pattern: '', path: '', listed: NO_ACTIONS },
  ];
  for (const at of queue) {
    const listed = union(at.listed, listBeneath(automaton, at, out));
    listObject(at, listed, out);
    queue.push(...nextOf(automaton, at, listed));
  }
  return out;
}

function trieOf(observed: ReadonlyMap<string, Observation>): SeenNode {
  const root: SeenNode = { children: new Map(), seen: undefined };
  for (const [path, seen] of observed) {
    let node = root;
    for (const name of path.split('/').filter((part) => part !== '')) {
      const next = node.children.get(name) ?? { children: new Map<string, SeenNode>(), seen: undefined };
      node.children.set(name, next);
      node = next;
    }
    node.seen = seen;
  }
  return root;
}

/** Adds the entry for everything in a directory that no scope names. Returns the actions that it lists. */
function listBeneath(
  automaton: HierarchyAutomaton,
  { state, seen, pattern, path, listed }: GrantPoint,
  out: OverGrant[],
): ActionMask {
  const below = stateOf(automaton, state.other);
  const mask = difference(union(allowedAndAsked(below, 'file'), allowedAndAsked(below, 'dir')), listed);
  if (mask === 0) return NO_ACTIONS;
  const name = nameOfClass(state, [], new Set(seen?.children.keys()));
  if (name === undefined) return NO_ACTIONS;
  out.push(entry(`${pattern}/…`, mask, `${path}/${name}`));
  return mask;
}

/** Adds the entry for the object itself, without the actions that were observed on it. */
function listObject({ state, seen, pattern, path }: GrantPoint, listed: ActionMask, out: OverGrant[]): void {
  const mask = difference(allowedHere(state, seen), union(seen?.seen?.actions ?? NO_ACTIONS, listed));
  if (mask !== 0) out.push(entry(pattern === '' ? '/' : pattern, mask, path === '' ? '/' : path));
}

/**
 * The actions allowed on an object. An observed object has a known kind; a path that others lead through is a
 * directory.
 */
function allowedHere(state: HierarchyState, node: SeenNode | undefined): ActionMask {
  const file = allowedAndAsked(state, 'file');
  const dir = allowedAndAsked(state, 'dir');
  if (node === undefined) return union(file, dir);
  return node.seen?.kind === 'file' && node.children.size === 0 ? file : dir;
}

function entry(where: string, mask: ActionMask, witness: string): OverGrant {
  const onlyDir = (mask & actionsAskedOf('file')) === 0 && witness !== '/';
  return {
    where,
    actions: actionNames(mask),
    witness: onlyDir ? `${witness}/` : witness,
  };
}

/** Every name that a scope or an observation has; those of a region that is listed need only be looked at for more. */
function nextOf(
  automaton: HierarchyAutomaton,
  { state, seen, pattern, path }: GrantPoint,
  listed: ActionMask,
): GrantPoint[] {
  const names = new Set([...state.literals.map((e) => e.name), ...(seen?.children.keys() ?? [])]);
  const literal = [...names].sort().map((name): GrantPoint => ({
    state: nextState(automaton, state, name),
    seen: seen?.children.get(name),
    pattern: `${pattern}/${escapePattern(name)}`,
    path: `${path}/${name}`,
    listed,
  }));
  const globs = state.classes.flatMap((edge): GrantPoint[] => {
    const name = nameOfClass(state, edge.matching, names);
    const source = edge.matching.map((i) => state.globs[i] ?? '').join('&');
    if (name === undefined) return [];
    const to = stateOf(automaton, edge.to);
    return [{ state: to, seen: undefined, pattern: `${pattern}/${source}`, path: `${path}/${name}`, listed }];
  });
  return [...literal, ...globs];
}
