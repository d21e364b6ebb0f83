/**
 * The exact difference in meaning of two policies, each the conjunction of its layers.
 *
 * Input: layers and automata of both policies. Output: every change of a verdict. A change that the same rules make at a
 * place and beneath it is reported once, at a shortest path. Exact: the search explores the whole product of all automata, so
 * an empty result proves that nothing changed. It then follows only the paths that lead to a change. Verdicts are about
 * physical paths: if the path of a scope goes through a symbolic link, the loader of either policy resolves it.
 *
 * A change is about a request that calls make. A difference in an action that no call asks of that kind of object is neither
 * a change nor a witness; it is reported as `unasked` when there is no change.
 *
 * Weakness: if globs make many paths to one change, at most `MAX_PATHS` of them are followed. The answer whether there is a
 * change stays exact.
 */
import {
  ALL_ACTIONS,
  NO_ACTIONS,
  WALK,
  actionBits,
  actionsAskedOf,
  difference,
  intersection,
  maskOfBit,
  overlaps,
  union,
  type ActionMask,
} from '../../abi/actions.js';
import { assert } from '../../base/assert.js';
import {
  compareCandidates,
  decisionKey,
  isAsked,
  mergeActions,
  type Candidate,
  type Change,
  type FoundChange,
  type LayerDecision,
} from './changes.js';
import type { HierarchyAutomaton } from '../hierarchy/automaton.js';
import { deciderOn, indexPaths, placesOnPath, type Aspect, type PathIndex } from '../hierarchy/on-path.js';
import { createProduct, TooManyNames, type Product, type ProductState } from '../hierarchy/product.js';
import { namesIn } from '../../semantics/pattern.js';
import type { Layer } from '../check/policy.js';
import { refusals } from './requirements.js';
import type { Place } from '../hierarchy/places.js';

export interface Side {
  readonly layers: readonly Layer[];
  /** One per layer. */
  readonly hierarchies: readonly HierarchyAutomaton[];
}

export type Differences =
  | {
      readonly kind: 'decided';
      readonly changes: readonly Change[];
      /** States of the product that were compared. */
      readonly states: number;
      /** True if paths that lead to a change were not followed. */
      readonly more: boolean;
      /** If there is no change: a shortest path on which the verdicts differ on actions that no call asks there. */
      readonly unasked: Unasked | undefined;
    }
  | { readonly kind: 'too-large'; readonly globs: string };

export interface Unasked {
  readonly names: readonly string[];
  readonly object: 'dir' | 'file';
  readonly actions: ActionMask;
}

const MAX_PATHS = 100_000;

export function findDifferences(sides: readonly [Side, Side]): Differences {
  const avoided = new Set(
    sides.flatMap((s) => s.layers.flatMap(({ scopes }) => scopes.flatMap(({ path }) => namesIn(path)))),
  );
  const product = createProduct(
    sides.flatMap((s) => s.hierarchies),
    avoided,
  );
  const search: Search = {
    product,
    sides,
    split: sides[0].hierarchies.length,
    paths: [sides[0].layers.map(indexPaths), sides[1].layers.map(indexPaths)],
    refuses: [refusals(sides[0].layers), refusals(sides[1].layers)],
    leads: new Map(),
    found: new Map(),
  };
  try {
    const differ = leadsToChange(search, product.root);
    const more = differ && !followPaths(search);
    const changes = mergeActions([...search.found.values()].filter(isAsked));
    const unasked = changes.length > 0 || more ? undefined : findUnasked(search);
    return { kind: 'decided', changes, states: product.size(), more, unasked };
  } catch (error) {
    if (error instanceof TooManyNames) return { kind: 'too-large', globs: error.message };
    throw error;
  }
}

interface Search {
  readonly product: Product;
  readonly sides: readonly [Side, Side];
  /** Number of automata of the first side. */
  readonly split: number;
  readonly paths: readonly [readonly PathIndex[], readonly PathIndex[]];
  readonly refuses: readonly [ReturnType<typeof refusals>, ReturnType<typeof refusals>];
  readonly leads: Map<number, boolean>;
  /** Action and deciding rules of both sides → the change. */
  readonly found: Map<string, FoundChange>;
}

const ASPECTS: readonly Aspect[] = ['dir', 'file', 'below'];

/** Returns what all layers of a side allow. */
function sideMask({ split }: Search, { states }: ProductState, side: 0 | 1, aspect: Aspect): ActionMask {
  let mask = ALL_ACTIONS;
  for (let i = side === 0 ? 0 : split; i < (side === 0 ? split : states.length); i++)
    mask = intersection(mask, states[i]?.[aspect] ?? NO_ACTIONS);
  return mask;
}

/** Returns the actions whose verdicts differ, without `walk` on a file. Actions that no call asks there are included. */
function changedMask(search: Search, state: ProductState, aspect: Aspect): ActionMask {
  const [a, b] = [sideMask(search, state, 0, aspect), sideMask(search, state, 1, aspect)];
  const changed = union(difference(a, b), difference(b, a));
  return aspect === 'file' ? difference(changed, WALK) : changed;
}

/** Returns the actions that calls ask. Objects of both kinds can lie beneath, so `below` has every action. */
function askedOf(aspect: Aspect): ActionMask {
  return aspect === 'below' ? ALL_ACTIONS : actionsAskedOf(aspect);
}

/** Returns whether a change can be reached from a state. It explores all reachable states; only regions have loops. */
function leadsToChange(search: Search, state: ProductState): boolean {
  const known = search.leads.get(state.id);
  if (known !== undefined) return known;
  search.leads.set(state.id, false);
  let leads = ASPECTS.some((aspect) => (changedMask(search, state, aspect) & askedOf(aspect)) !== 0);
  const next = new Set(search.product.edges(state).named.map((e) => e.to));
  for (const to of next) leads = leadsToChange(search, to) || leads;
  search.leads.set(state.id, leads);
  return leads;
}

interface ReachedState {
  readonly names: readonly string[];
  readonly state: ProductState;
  readonly blocked: readonly [number | undefined, number | undefined];
}

/** Records the changes on the paths that lead to one, breadth first. Returns false when there are too many paths. */
function followPaths(search: Search): boolean {
  const queue: ReachedState[] = [{ names: [], state: search.product.root, blocked: [undefined, undefined] }];
  for (let i = 0; i < queue.length; i++) {
    if (i >= MAX_PATHS) return false;
    const step = queue[i] as ReachedState;
    const blocked = blockedBeneath(search, step);
    const { named } = search.product.edges(step.state);
    recordStep(search, step, blocked);
    for (const { name, to } of named) {
      if (search.leads.get(to.id) !== true) continue;
      queue.push({ names: [...step.names, name], state: to, blocked });
    }
  }
  return true;
}

function blockedBeneath(search: Search, { names, state, blocked }: ReachedState): ReachedState['blocked'] {
  const of = (side: 0 | 1): number | undefined =>
    blocked[side] ?? ((sideMask(search, state, side, 'dir') & WALK) === 0 ? names.length : undefined);
  return [of(0), of(1)];
}

function recordStep(search: Search, step: ReachedState, beneath: ReachedState['blocked']): void {
  const { names, state } = step;
  const changed = ASPECTS.map((a) => (canBe(a, names) ? changedMask(search, state, a) : NO_ACTIONS));
  if (changed.every((mask) => mask === 0)) return;
  const places = search.paths.map((side) => side.map((index) => placesOnPath(index, names)));
  ASPECTS.forEach((aspect, i) => {
    const mask = changed[i] ?? NO_ACTIONS;
    if (mask === 0) return;
    const kinds = aspect === 'below' ? (['file', 'dir'] as const) : [aspect];
    const candidates = kinds.map((object) => candidateOf(search, step, aspect, object, beneath));
    for (const action of actionBits(mask).map(maskOfBit)) {
      const asked = candidates.filter((c) => overlaps(actionsAskedOf(c.object), action));
      recordAction(search, step, places, aspect, action, asked);
    }
  });
}

/** Returns whether an object on the path can be of this kind: `/` is a directory. */
function canBe(aspect: Aspect, names: readonly string[]): boolean {
  return aspect !== 'file' || names.length > 0;
}

function recordAction(
  search: Search,
  { names, state }: ReachedState,
  places: readonly (readonly Place[][])[],
  aspect: Aspect,
  action: ActionMask,
  candidates: readonly Candidate[],
): void {
  const decide = (side: 0 | 1): readonly LayerDecision[] => {
    const allowed = (sideMask(search, state, side, aspect) & action) !== 0;
    const all = search.sides[side].layers.map((layer, i) =>
      decisionOf(layer, places[side]?.[i] ?? [], names.length, aspect, action),
    );
    const makers = allowed ? all : all.filter((d) => d.verdict === 'deny');
    assert(
      makers.length > 0 && makers.every((d) => allowed === (d.verdict === 'allow')),
      'a rule gives its verdict',
    );
    return makers;
  };
  const decisions = [decide(0), decide(1)] as const;
  const change: Change['change'] = decisions[1][0]?.verdict === 'allow' ? 'widened' : 'narrowed';
  const key = decisions.map((side) => side.map((d) => decisionKey(d, action)).join('|')).join('/');
  const id = `${action}:${key}`;
  const known = search.found.get(id);
  const start = { action, key, change, decisions, names };
  const found: FoundChange = known ?? { ...start, aspects: [], best: undefined, ofKind: {} };
  search.found.set(id, found);
  if (found.names === names) found.aspects.push(aspect);
  // If no call asks the action at the first place, the change begins at the first place where a call does.
  else if (found.best === undefined && candidates.length > 0)
    [found.names, found.aspects] = [names, [aspect]];
  for (const candidate of candidates) {
    const ofKind = found.ofKind[candidate.object];
    if (found.best === undefined || compareCandidates(candidate, found.best) < 0) found.best = candidate;
    if (ofKind === undefined || compareCandidates(candidate, ofKind) < 0)
      found.ofKind[candidate.object] = candidate;
  }
}

function decisionOf(
  layer: Layer,
  places: readonly Place[],
  length: number,
  aspect: Aspect,
  action: ActionMask,
): LayerDecision {
  const by = deciderOn(places, length, aspect, action);
  const effect = by?.rule.effect ?? (action === WALK ? 'allow' : layer.default);
  return { layer, verdict: effect === 'allow' ? 'allow' : 'deny', by };
}

/** Returns the object on which a request shows the change. `object` is its kind; for `below`, it lies beneath the place. */
function candidateOf(
  search: Search,
  step: ReachedState,
  aspect: Aspect,
  object: 'dir' | 'file',
  beneath: ReachedState['blocked'],
): Candidate {
  if (aspect !== 'below') {
    const refused = refusedBy(search, step.names, aspect);
    return { names: step.names, object: aspect, appearsLater: false, blocked: step.blocked, refused };
  }
  const { fresh, named } = search.product.edges(step.state);
  const names = [...step.names, fresh ?? named.at(-1)?.name ?? 'a'];
  const appearsLater = fresh === undefined;
  const refused = appearsLater ? refusedBy(search, step.names, 'dir') : refusedBy(search, names, object);
  return { names, object, appearsLater, blocked: beneath, refused };
}

function refusedBy(
  { refuses }: Search,
  names: readonly string[],
  object: 'dir' | 'file',
): Candidate['refused'] {
  return [refuses[0](names, object), refuses[1](names, object)];
}

/** Returns the first difference on actions that no call asks there. It visits each state once, breadth first. */
function findUnasked(search: Search): Unasked | undefined {
  const queue = [{ names: [] as readonly string[], state: search.product.root }];
  const seen = new Set([search.product.root.id]);
  for (const { names, state } of queue) {
    for (const object of ['dir', 'file'] as const) {
      const actions = difference(changedMask(search, state, object), actionsAskedOf(object));
      if (actions !== 0 && canBe(object, names)) return { names, object, actions };
    }
    for (const { name, to } of search.product.edges(state).named) {
      if (seen.has(to.id)) continue;
      seen.add(to.id);
      queue.push({ names: [...names, name], state: to });
    }
  }
  return undefined;
}
