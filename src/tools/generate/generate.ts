/**
 * Generates `test` blocks with few expectations that cover every rule from both sides of its boundary.
 *
 * Input: a checked policy. Output: expectations, and the rules that they cover. Every rule that decides on some path gets two.
 * The rule decides the first one, if possible at the place that its scope names. The second one is just outside of that place:
 * its directory or an object beside it; for a rule of `here` or of the root, an object beneath it. The rule does not decide
 * it, and if possible it has the other verdict. `set-cover.ts` chooses few expectations and bounds the smallest number.
 *
 * `ir/hierarchy/on-path.ts` finds the deciding rules, and the run of the blocks with coverage checks them.
 */
import {
  ALL_ACTIONS,
  DIRECTORY_ACTIONS,
  WALK,
  actionBits,
  actionName,
  actionsAskedOf,
  hasAction,
  maskOf,
  maskOfBit,
  unionOf,
  type ActionMask,
  type ActionName,
  type ActionBit,
} from '../../abi/actions.js';
import { successors, type Place } from '../../ir/hierarchy/places.js';
import { deciderOn, indexPaths, placesOnPath, type PathIndex } from '../../ir/hierarchy/on-path.js';
import { partitionActions } from '../../codegen/v8/partition.js';
import { nameClasses } from '../../pattern/name-classes.js';
import { quotePath } from '../../ir/check/paths.js';
import type { CheckedPolicy, Rule, Scope } from '../../ir/check/policy.js';
import { namesIn } from '../../semantics/pattern.js';
import { freshName } from '../../ir/hierarchy/walker.js';
import { refusals } from '../../ir/analysis/requirements.js';
import { buildTrie, type TrieNode } from '../../ir/hierarchy/scope-trie.js';
import { smallCover } from '../../base/set-cover.js';

export interface Expectation {
  readonly effect: 'allow' | 'deny';
  readonly action: ActionName;
  readonly names: readonly string[];
  readonly object: 'dir' | 'file';
}

/** A rule in one scope of one layer. */
export interface RuleInScope {
  readonly layer: string;
  readonly scope: Scope;
  readonly rule: Rule;
}

export interface Generated {
  /** Each group is a test. In a test, all objects with the same path have the same kind. */
  readonly groups: readonly (readonly Expectation[])[];
  /** Lower bound: no set with fewer expectations covers as much. */
  readonly atLeast: number;
  /** Rules that are covered from both sides, or from one side if the other does not exist. */
  readonly covered: readonly RuleInScope[];
  /** Rules that decide no request on these paths. */
  readonly silent: readonly RuleInScope[];
}

export function generateExpectations(policy: CheckedPolicy): Generated {
  const indices = policy.layers.map((layer): LayerIndex => {
    const fixed = partitionActions(layer).filter((c) => c.decision.kind === 'allow');
    return { ...indexPaths(layer), everywhere: unionOf(fixed.map((c) => c.actions)) };
  });
  const atoms = atomsOf(policy);
  const asked = objectsOf(policy).flatMap((object) => requestsOn(indices, atoms, object));
  const rules = policy.layers.flatMap(({ name, scopes }, index) =>
    scopes.flatMap((scope) => scope.rules.map((rule): IndexedRule => ({ layer: name, scope, rule, index }))),
  );
  const obligations = obligationsOf(rules, asked);
  const sets = asked.map((): Set<number> => new Set());
  obligations.forEach((by, o) => by.forEach((i) => sets[i]?.add(o)));
  const { chosen, atLeast } = smallCover(sets);
  const decided = new Set(asked.flatMap((r) => r.deciders));
  const speaks = (r: IndexedRule): boolean => decided.has(ruleKey(r.index, r.scope, r.rule));
  return {
    groups: grouped(chosen.flatMap((i) => asked[i] ?? [])),
    atLeast,
    covered: rules.filter(speaks),
    silent: rules.filter((r) => !speaks(r)),
  };
}

/** An object for an expectation. */
interface CandidateObject {
  readonly names: readonly string[];
  readonly object: 'dir' | 'file';
  /** True if no scope names it. */
  readonly fresh: boolean;
}

/** Maximum number of objects, because globs can multiply the paths. */
const MAX_OBJECTS = 50_000;

/** Returns every object that scopes name, and an unnamed object beside each; without objects that prevent the load. */
function objectsOf({ layers }: CheckedPolicy): CandidateObject[] {
  const refused = refusals(layers);
  const literals = new Set(layers.flatMap((l) => l.scopes.flatMap(({ path }) => namesIn(path))));
  const found: CandidateObject[] = [];
  const add = (names: readonly string[], object: CandidateObject['object'], fresh: boolean): void => {
    if (!refused(names, object)) found.push({ names, object, fresh });
  };
  const visit = (names: readonly string[], nodes: readonly TrieNode[]): void => {
    if (found.length > MAX_OBJECTS) return;
    add(names, 'dir', false);
    if (names.length > 0) add(names, 'file', false);
    const live = nodes.filter((n) => n.literals.size > 0 || n.globs.size > 0);
    const next = live.length === 0 ? undefined : successors(live);
    for (const { name, nodes: to } of next?.literals ?? []) visit([...names, name], to);
    for (const { witness, nodes: to } of next?.classes ?? []) visit([...names, witness], to);
    const outside = freshUnder(live, literals);
    if (outside === undefined) return;
    add([...names, outside], 'file', true);
    add([...names, outside], 'dir', true);
  };
  visit([], [buildTrie(layers.flatMap((l) => l.scopes))]);
  return found;
}

/** Returns a name that no scope beneath these nodes names; undefined where globs match every name. */
function freshUnder(live: readonly TrieNode[], literals: ReadonlySet<string>): string | undefined {
  const globs = live.flatMap((n) => [...n.globs.values()].map((c) => c.glob));
  if (globs.length === 0) return freshName((name) => literals.has(name));
  return nameClasses(globs, literals)?.find((c) => c.matching.length === 0)?.witness;
}

/** A request that can be an expectation: the walk to its object is allowed. */
interface Request extends CandidateObject {
  readonly effect: 'allow' | 'deny';
  readonly action: ActionBit;
  /** The keys (`ruleKey`) of the rules that decide in a run of it. Layers after the first denial do not run. */
  readonly deciders: readonly string[];
  /** The scopes that name its object. */
  readonly named: ReadonlySet<string>;
}

const scopeKey = (layer: number, scope: Scope): string => `${layer}:${scope.id}`;
const ruleKey = (layer: number, scope: Scope, rule: Rule): string =>
  `${layer}:${scope.id}:${scope.rules.indexOf(rule)}`;

interface LayerIndex extends PathIndex {
  /** The actions that its chain allows everywhere, which no program judges. */
  readonly everywhere: ActionMask;
}

function requestsOn(
  indices: readonly LayerIndex[],
  atoms: readonly ActionBit[],
  object: CandidateObject,
): Request[] {
  const { names, object: kind } = object;
  const places = indices.map((index) => placesOnPath(index, names));
  const asks = (layer: number, length: number, aspect: 'dir' | 'file', action: ActionMask): LayerAnswer =>
    askLayer(indices[layer] as LayerIndex, places[layer] ?? [], length, aspect, action, layer);
  const open = names.every((_, length) =>
    indices.every((_i, layer) => asks(layer, length, 'dir', WALK).allows),
  );
  if (!open) return [];
  const named = new Set(
    places.flatMap((all, layer) => scopesAt(all[names.length], kind).map((s) => scopeKey(layer, s))),
  );
  return atoms.flatMap((action): Request[] => {
    if (!hasAction(actionsAskedOf(kind), action)) return [];
    // The chain that was enforced last runs first.
    const answers = indices.map((_, layer) => asks(layer, names.length, kind, maskOfBit(action))).reverse();
    const denies = answers.findIndex((a) => !a.allows);
    const heard = denies < 0 ? answers : answers.slice(0, denies + 1);
    const deciders = heard.flatMap((a) => a.by ?? []);
    return [{ ...object, effect: denies < 0 ? 'allow' : 'deny', action, deciders, named }];
  });
}

function scopesAt(place: Place | undefined, kind: 'dir' | 'file'): readonly Scope[] {
  return place === undefined ? [] : kind === 'dir' ? place.dirs : place.files;
}

interface LayerAnswer {
  readonly allows: boolean;
  readonly by: string | undefined;
}

function askLayer(
  { layer, everywhere }: LayerIndex,
  places: readonly Place[],
  length: number,
  aspect: 'dir' | 'file',
  action: ActionMask,
  index: number,
): LayerAnswer {
  const by = deciderOn(places, length, aspect, action);
  const effect = by?.rule.effect ?? (action === WALK ? 'allow' : layer.default);
  const silent = by === undefined || (everywhere & action) !== 0;
  return { allows: effect === 'allow', by: silent ? undefined : ruleKey(index, by.scope, by.rule) };
}

/** Returns one action of each class of actions that all rules mention together. */
function atomsOf({ layers }: CheckedPolicy): ActionBit[] {
  const masks = new Set(layers.flatMap((l) => l.scopes.flatMap((s) => s.rules.map((r) => r.actions))));
  const signatures = new Map<string, ActionBit>();
  for (const bit of actionBits(ALL_ACTIONS)) {
    const has = (mask: ActionMask): string => (hasAction(mask, bit) ? '1' : '0');
    const signature = [actionsAskedOf('dir'), actionsAskedOf('file'), WALK, ...masks].map(has).join('');
    if (!signatures.has(signature)) signatures.set(signature, bit);
  }
  return [...signatures.values()];
}

interface IndexedRule extends RuleInScope {
  readonly index: number;
}

/** Returns for each side of each rule the requests that cover it. */
function obligationsOf(rules: readonly IndexedRule[], asked: readonly Request[]): (readonly number[])[] {
  const byDecider = group(asked, (r) => r.deciders);
  const byScope = group(asked, (r) => [...r.named]);
  const byPath = group(asked, (r) => [r.names.join('/')]);
  const beneath = group(asked, (r) => (r.fresh ? [r.names.slice(0, -1).join('/')] : []));
  return rules.flatMap((rule) => {
    const key = ruleKey(rule.index, rule.scope, rule.rule);
    const inside = byDecider.get(key) ?? [];
    if (inside.length === 0) return [];
    const named = byScope.get(scopeKey(rule.index, rule.scope)) ?? [];
    const atPlace = inside.filter((i) => named.includes(i));
    const around = new Set(named.flatMap((i) => beside(asked[i] as Request, rule, byPath, beneath)));
    const near = rule.scope.path.length === 0 ? asked.map((_, i) => i) : [...around];
    const outside = near.filter((i) => isOutside(asked[i] as Request, rule, key));
    const other = outside.filter((i) => (asked[i]?.effect === 'allow') !== (rule.rule.effect === 'allow'));
    const sides = [atPlace.length > 0 ? atPlace : inside, other.length > 0 ? other : outside];
    return sides.filter((side) => side.length > 0);
  });
}

function isOutside({ action, deciders }: Request, { rule }: IndexedRule, key: string): boolean {
  return ((rule.actions >>> action) & 1) === 1 && !deciders.includes(key);
}

/**
 * Returns the indices of the requests beside a place: on its directory and on unnamed objects in that; for a rule about the
 * object itself, on unnamed objects beneath the place too.
 */
function beside(
  { names }: Request,
  { rule }: IndexedRule,
  byPath: ReadonlyMap<string, readonly number[]>,
  beneath: ReadonlyMap<string, readonly number[]>,
): readonly number[] {
  const parent = names.slice(0, -1).join('/');
  const inner = rule.self ? (beneath.get(names.join('/')) ?? []) : [];
  return [...(byPath.get(parent) ?? []), ...(beneath.get(parent) ?? []), ...inner];
}

function group(asked: readonly Request[], keys: (r: Request) => readonly string[]): Map<string, number[]> {
  const groups = new Map<string, number[]>();
  asked.forEach((request, i) => {
    for (const key of keys(request)) {
      const known = groups.get(key);
      if (known === undefined) groups.set(key, [i]);
      else known.push(i);
    }
  });
  return groups;
}

/** Groups requests into tests: objects of different kinds at one path, or beneath a file, go into different tests. */
function grouped(requests: readonly Request[]): Expectation[][] {
  const groups: { readonly kinds: Map<string, 'dir' | 'file'>; readonly expectations: Expectation[] }[] = [];
  for (const { effect, action, names, object } of requests) {
    const kinds = ['', ...names].map(
      (_, i) => [names.slice(0, i).join('/'), i === names.length ? object : 'dir'] as const,
    );
    const fits = (known: ReadonlyMap<string, 'dir' | 'file'>): boolean =>
      kinds.every(([path, kind]) => (known.get(path) ?? kind) === kind);
    let home = groups.find((g) => fits(g.kinds));
    if (home === undefined) groups.push((home = { kinds: new Map(), expectations: [] }));
    for (const [path, kind] of kinds) home.kinds.set(path, kind);
    home.expectations.push({ effect, action: actionName(action), names, object });
  }
  return groups.map((g) => g.expectations);
}

/** Returns the tests as text, after the lines of `comment`, for appending to the policy. */
export function testBlocks({ groups }: Generated, policy: CheckedPolicy, comment: readonly string[]): string {
  const tests = groups.map((expectations, i) => {
    const given = givenOf(expectations, policy).map((g) => `    ${g}\n`);
    const steps = expectations.map(
      ({ effect, action, names }) => `  expect ${effect} ${action} ${quotePath(names, true)};\n`,
    );
    const name = groups.length === 1 ? 'boundaries' : `boundaries ${i + 1}`;
    const tree = given.length === 0 ? '' : `  given {\n${given.join('')}  }\n`;
    return `test "${name}" {\n${tree}${steps.join('')}}\n`;
  });
  return [...comment.map((line) => `// ${line}\n`), ...tests].join('');
}

/** The `given` lines that a test needs: objects of the other kind than the action suggests, and the objects required there. */
function givenOf(expectations: readonly Expectation[], policy: CheckedPolicy): string[] {
  const unusual = expectations.filter(({ object, action, names }) => {
    const suggestsDir = (maskOf(action) & DIRECTORY_ACTIONS) !== 0;
    return names.length > 0 && suggestsDir !== (object === 'dir');
  });
  const there = new Set(
    expectations.flatMap((e) => e.names.map((_, i) => e.names.slice(0, i + 1).join('/'))),
  );
  const lines = new Set(unusual.map((e) => `${e.object} ${quotePath(e.names, true)};`));
  const conditional = policy.layers.flatMap((l) => l.scopes.filter((s) => !s.optional && s.within > 0));
  for (let before = -1; before !== lines.size;) {
    before = lines.size;
    for (const scope of conditional) {
      const names = namesIn(scope.path);
      if (names.length < scope.path.length || !there.has(names.slice(0, scope.within).join('/'))) continue;
      names.forEach((_, i) => there.add(names.slice(0, i + 1).join('/')));
      lines.add(`${scope.object} ${quotePath(names, true)};`);
    }
  }
  return [...lines];
}
