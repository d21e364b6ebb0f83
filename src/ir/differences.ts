/**
 * The exact difference in meaning of two policies, each the conjunction of its layers.
 *
 * Input: layers and automata of both. Output: every change of a verdict, as maximal regions: a change that the same rules
 * make at one place and beneath it is there once, at a shortest path. Exact: the product of all automata is explored whole,
 * so no change is a proof; then only the paths that lead to a change are followed. What the verdicts are about are physical
 * paths: where a scope's own path goes through a symbolic link, both policies resolve it when they are loaded.
 *
 * Weakness: where globs make many paths to one change, the paths that are followed are limited (`MAX_PATHS`); the answer whether
 * there is a change is not.
 */
import { WALK, WALK_BIT, type ActionMask } from '../abi/actions.js';
import { assert } from '../assert.js';
import type { HierarchyAutomaton } from './hierarchy.js';
import {
  deciderOn,
  indexPaths,
  placesOnPath,
  type Aspect,
  type MentionOnPath,
  type PathIndex,
} from './on-path.js';
import { createProduct, TooManyNames, type Product, type ProductState } from './product.js';
import type { Layer } from './policy.js';
import { refusals } from './requirements.js';
import type { Place } from './build-hierarchy.js';

export interface Side {
  readonly layers: readonly Layer[];
  /** One per layer. */
  readonly hierarchies: readonly HierarchyAutomaton[];
}

/** What decides in one layer. */
export interface LayerDecision {
  readonly layer: Layer;
  readonly verdict: 'allow' | 'deny';
  /** Undefined where the layer's `default` decides. */
  readonly by: MentionOnPath | undefined;
}

/** An object on which the two differ. */
export interface Witness {
  readonly names: readonly string[];
  readonly object: 'dir' | 'file';
  /** Globs match every name in its directory: it is an object that is not there when the policy is loaded. */
  readonly appearsLater: boolean;
  /** The first directory on the way that may not be walked: number of its components, or undefined. By side. */
  readonly blocked: readonly [number | undefined, number | undefined];
  /** Whether a side does not load on a tree with it, since a scope says that something on the way is of the other kind. */
  readonly refused: readonly [boolean, boolean];
}

export interface Change {
  readonly change: 'widened' | 'narrowed';
  readonly actions: ActionMask;
  /** Where it begins. */
  readonly names: readonly string[];
  /** What changed there: the directory itself, something else of this name, what lies beneath it. */
  readonly aspects: readonly Aspect[];
  readonly witness: Witness;
  /** Of the layers that make the verdict: those that deny, or all. */
  readonly decisions: readonly [readonly LayerDecision[], readonly LayerDecision[]];
}

export type Differences =
  | {
      readonly kind: 'decided';
      readonly changes: readonly Change[];
      /** States of the product that were compared. */
      readonly states: number;
      /** Whether there are changes whose paths were not followed. */
      readonly more: boolean;
    }
  | { readonly kind: 'too-large'; readonly globs: string };

const MAX_PATHS = 100_000;

export function findDifferences(sides: readonly [Side, Side]): Differences {
  const avoided = new Set(sides.flatMap((s) => s.layers.flatMap(literalNames)));
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
    return {
      kind: 'decided',
      changes: mergeActions([...search.found.values()]),
      states: product.size(),
      more,
    };
  } catch (error) {
    if (error instanceof TooManyNames) return { kind: 'too-large', globs: error.message };
    throw error;
  }
}

function literalNames({ scopes }: Layer): string[] {
  return scopes.flatMap((s) => s.path.flatMap((c) => (c.kind === 'literal' ? [c.name] : [])));
}

interface Search {
  readonly product: Product;
  readonly sides: readonly [Side, Side];
  /** Number of automata of the first side. */
  readonly split: number;
  readonly paths: readonly [readonly PathIndex[], readonly PathIndex[]];
  readonly refuses: readonly [ReturnType<typeof refusals>, ReturnType<typeof refusals>];
  readonly leads: Map<number, boolean>;
  /** Action, rules of both sides → where that change is first seen. */
  readonly found: Map<string, Found>;
}

const ASPECTS: readonly Aspect[] = ['dir', 'file', 'below'];

/** What all layers of a side allow. */
function sideMask({ split }: Search, { states }: ProductState, side: 0 | 1, aspect: Aspect): ActionMask {
  let mask = -1;
  for (let i = side === 0 ? 0 : split; i < (side === 0 ? split : states.length); i++)
    mask &= states[i]?.[aspect] ?? 0;
  return mask;
}

/** What differs; only a directory is walked. */
function changedMask(search: Search, state: ProductState, aspect: Aspect): ActionMask {
  const changed = sideMask(search, state, 0, aspect) ^ sideMask(search, state, 1, aspect);
  return aspect === 'file' ? changed & ~WALK : changed;
}

/** Whether a change can be reached; explores everything that is reachable. A state that leads to itself is a region. */
function leadsToChange(search: Search, state: ProductState): boolean {
  const known = search.leads.get(state.id);
  if (known !== undefined) return known;
  search.leads.set(state.id, false);
  let leads = ASPECTS.some((aspect) => changedMask(search, state, aspect) !== 0);
  const next = new Set(search.product.edges(state).named.map((e) => e.to));
  for (const to of next) leads = leadsToChange(search, to) || leads;
  search.leads.set(state.id, leads);
  return leads;
}

interface Step {
  readonly names: readonly string[];
  readonly state: ProductState;
  readonly blocked: readonly [number | undefined, number | undefined];
}

/** Breadth first over the paths that lead to a change; false when there are too many. */
function followPaths(search: Search): boolean {
  const queue: Step[] = [{ names: [], state: search.product.root, blocked: [undefined, undefined] }];
  for (let i = 0; i < queue.length; i++) {
    if (i >= MAX_PATHS) return false;
    const step = queue[i] as Step;
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

function blockedBeneath(search: Search, { names, state, blocked }: Step): Step['blocked'] {
  const of = (side: 0 | 1): number | undefined =>
    blocked[side] ?? ((sideMask(search, state, side, 'dir') & WALK) === 0 ? names.length : undefined);
  return [of(0), of(1)];
}

interface Found {
  readonly action: ActionMask;
  readonly key: string;
  readonly names: readonly string[];
  readonly aspects: Aspect[];
  witness: Witness;
  readonly change: Change['change'];
  readonly decisions: Change['decisions'];
}

function recordStep(search: Search, step: Step, beneath: Step['blocked']): void {
  const { names, state } = step;
  const changed = ASPECTS.map((a) =>
    a === 'file' && names.length === 0 ? 0 : changedMask(search, state, a),
  );
  if (changed.every((mask) => mask === 0)) return;
  const places = search.paths.map((side) => side.map((index) => placesOnPath(index, names)));
  ASPECTS.forEach((aspect, i) => {
    const mask = changed[i] ?? 0;
    if (mask === 0) return;
    const [asFile, asDir] = (['file', 'dir'] as const).map((o) =>
      witnessOf(search, step, aspect, o, beneath),
    );
    for (let bit = 0; bit <= WALK_BIT; bit++) {
      const witness = bit === WALK_BIT ? asDir : asFile;
      if ((mask & (1 << bit)) !== 0 && witness !== undefined)
        recordAction(search, step, places, aspect, 1 << bit, witness);
    }
  });
}

function recordAction(
  search: Search,
  { names, state }: Step,
  places: readonly (readonly Place[][])[],
  aspect: Aspect,
  action: ActionMask,
  witness: Witness,
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
  const change = decisions[1][0]?.verdict === 'allow' ? 'widened' : 'narrowed';
  const key = decisions.map((side) => side.map(decisionKey).join('|')).join('/');
  const found: Found = { action, key, names, aspects: [aspect], witness, change, decisions };
  const id = `${action}:${key}`;
  const known = search.found.get(id);
  if (known === undefined) {
    search.found.set(id, found);
    return;
  }
  if (known.names === names) known.aspects.push(aspect);
  if (compareWitnesses(witness, known.witness) < 0) known.witness = witness;
}

function decisionOf(
  layer: Layer,
  places: readonly Place[],
  length: number,
  aspect: Aspect,
  action: ActionMask,
): LayerDecision {
  const by = deciderOn(places, length, aspect, action);
  const effect = by?.effect ?? (action === WALK ? 'allow' : layer.default);
  return { layer, verdict: effect === 'allow' ? 'allow' : 'deny', by };
}

function decisionKey({ layer, by }: LayerDecision): string {
  if (by === undefined) return `${layer.name}:default`;
  const { span } = by.rule;
  return `${layer.name}:${by.scope.id}:${span.source}:${span.start}`;
}

/** `beneath`: the kind of the object for what lies beneath. */
function witnessOf(
  search: Search,
  step: Step,
  aspect: Aspect,
  object: 'dir' | 'file',
  beneath: Step['blocked'],
): Witness {
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
): Witness['refused'] {
  return [refuses[0](names, object), refuses[1](names, object)];
}

/** Those that a plain request reaches come first, then the shorter. */
function compareWitnesses(a: Witness, b: Witness): number {
  return hindrance(a) - hindrance(b) || a.names.length - b.names.length;
}

function hindrance({ refused, blocked, appearsLater }: Witness): number {
  const count = (flags: readonly boolean[]): number => flags.filter((f) => f).length;
  return 6 * count(refused) + 2 * count(blocked.map((b) => b !== undefined)) + (appearsLater ? 1 : 0);
}

/** Actions that change at the same place by the same rules are one change. Sorted by place. */
function mergeActions(found: readonly Found[]): Change[] {
  const merged = new Map<string, Found[]>();
  for (const one of found) {
    const key = [
      one.names.join('/'),
      one.aspects.join(),
      one.key,
      one.witness.names.join('/'),
      one.witness.object,
    ];
    const id = key.join('\n');
    merged.set(id, [...(merged.get(id) ?? []), one]);
  }
  return [...merged.values()]
    .flatMap((group) => {
      const [first] = group;
      if (first === undefined) return [];
      const { change, names, aspects, witness, decisions } = first;
      const actions = group.reduce((mask, f) => mask | f.action, 0);
      return [{ change, actions, names, aspects, witness, decisions }];
    })
    .sort(compareChanges);
}

function compareChanges(a: Change, b: Change): number {
  const [x, y] = [`/${a.names.join('/')}`, `/${b.names.join('/')}`];
  if (x !== y) return x < y ? -1 : 1;
  return aspectRank(a) - aspectRank(b) || a.change.localeCompare(b.change) || a.actions - b.actions;
}

/** The directory before what lies beneath it. */
function aspectRank({ aspects }: Change): number {
  return aspects.reduce((rank, aspect) => rank + (1 << ASPECTS.indexOf(aspect)), 0);
}
