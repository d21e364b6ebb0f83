/**
 * The reference evaluator: a literal implementation of `language.md` on `CheckedPolicy` and a tree. It shares with the
 * compiler only types and the names of actions, and is meant to be checked by reading.
 */
import { actionMask } from '../../src/abi/actions.js';
import type { Assertion, CheckedPolicy, Layer, Scope } from '../../src/ir/check/policy.js';
import type { PatternComponent } from '../../src/semantics/pattern.js';
import type { Effects } from '../../src/semantics/scope.js';
import { globMatches } from './reference-glob.js';
import {
  allPositions,
  enter,
  rootPosition,
  topOf,
  walk,
  type Node,
  type Position,
  type Tree,
  type Walked,
} from './reference-tree.js';

const WALK = 1 << 24;
const EVERYTHING = (1 << 25) - 1;

/** A layer on a tree: the verdict masks of every object in its map. */
export type Grounding = ReadonlyMap<Node, Masks>;
export interface Masks {
  readonly self: number;
  readonly below: number;
}

/** "When the policy is loaded": grounds a layer on a tree. Returns undefined if the load is refused. */
function groundReference(layer: Layer, tree: Tree): Grounding | undefined {
  const named = new Map<Node, Scope[]>();
  const seeds: Position[] = [rootPosition(tree)];
  for (const scope of layer.scopes) {
    const found = findScope(tree, scope);
    if (found === undefined) return undefined;
    for (const position of found) {
      seeds.push(position);
      const scopes = named.get(topOf(position)) ?? [];
      if (!scopes.includes(scope)) named.set(topOf(position), [...scopes, scope]);
    }
  }
  for (const scopes of named.values()) if (disagree(scopes)) return undefined;
  return masksOf(layer, tree, named, seeds);
}

/** Returns the objects of a scope; undefined if a required object is missing or of the wrong kind. */
function findScope(tree: Tree, scope: Scope): Position[] | undefined {
  const globbed = scope.path.some((c) => 'glob' in c);
  const found = scope.path.reduce<Position[]>(
    (at, c) => at.flatMap((p) => matching(tree, p, c)),
    [rootPosition(tree)],
  );
  const right = found.filter((p) => (topOf(p).kind === 'dir') === (scope.object === 'dir'));
  if (globbed) return right;
  if (right.length < found.length) return undefined;
  if (found.length > 0 || scope.optional) return right;
  const around = scope.path.slice(0, scope.within);
  const present = around.reduce<Position[]>(
    (at, c) => at.flatMap((p) => matching(tree, p, c)),
    [rootPosition(tree)],
  );
  return scope.within > 0 && present.length === 0 ? [] : undefined;
}

/** Returns the objects in a directory that a component matches. Links are followed. */
function matching(tree: Tree, at: Position, component: PatternComponent): Position[] {
  if (topOf(at).kind !== 'dir') return [];
  const names =
    'literal' in component
      ? [component.literal]
      : [...topOf(at).entries.keys()].filter((n) => globMatches(component.glob, n));
  return names.flatMap((name) => {
    if (enter(tree, at, name) === undefined) return [];
    const walked = walk(tree, at, name, true, () => true);
    return walked.kind === 'at' ? [walked.position] : [];
  });
}

/** Compares two scopes: negative when `a` is more general, undefined when they have no order. */
function order(a: Scope, b: Scope): number | undefined {
  for (let i = 0; i < Math.min(a.path.length, b.path.length); i++) {
    const [x, y] = [a.path[i], b.path[i]];
    if (x === undefined || y === undefined || JSON.stringify(x) === JSON.stringify(y)) continue;
    if ('glob' in x !== 'glob' in y) return 'glob' in x ? -1 : 1;
    return undefined;
  }
  return undefined;
}

/** Returns the effects of a scope on the object itself. */
function onObject({ region, self }: Scope): Effects {
  const said = self.allow | self.deny;
  return {
    allow: actionMask(self.allow | (region.allow & ~said)),
    deny: actionMask(self.deny | (region.deny & ~said)),
    forbid: actionMask(0),
  };
}

/** Returns the actions on which two scopes for one object disagree; none if the scopes have an order. */
export function disagreement(a: Scope, b: Scope): number {
  if (order(a, b) !== undefined) return 0;
  const clash = (x: Effects, y: Effects): number => (x.allow & y.deny) | (x.deny & y.allow);
  return clash(a.region, b.region) | clash(onObject(a), onObject(b));
}

function disagree(scopes: readonly Scope[]): boolean {
  return scopes.some((a) => scopes.some((b) => a !== b && disagreement(a, b) !== 0));
}

/** Returns the masks of every object in the map; undefined if an object has different masks at two places. */
function masksOf(
  layer: Layer,
  tree: Tree,
  named: ReadonlyMap<Node, Scope[]>,
  seeds: readonly Position[],
): Grounding | undefined {
  const masks = new Map<Node, Masks>();
  const everywhere = allPositions(tree);
  const pending: Position[] = [...seeds];
  for (let position = pending.pop(); position !== undefined; position = pending.pop()) {
    for (let length = 1; length <= position.length; length++) {
      const at = position.slice(0, length);
      const next = evaluate(layer, named, at);
      const known = masks.get(topOf(at));
      if (known === undefined) {
        masks.set(topOf(at), next);
        // The parents of the object, at every place that shows it.
        pending.push(
          ...everywhere
            .filter((p) => topOf(p) === topOf(at) && topOf(p).kind === 'dir')
            .map((p) => p.slice(0, -1))
            .filter((p) => p.length > 0),
        );
      } else if (known.self !== next.self || known.below !== next.below) {
        return undefined;
      }
    }
  }
  return masks;
}

/** "Which rule decides": returns the masks at the end of one physical path. */
function evaluate(layer: Layer, named: ReadonlyMap<Node, Scope[]>, position: Position): Masks {
  let allowed = layer.default === 'allow' ? EVERYTHING : WALK;
  let forbidden = 0;
  let self = allowed;
  let selfForbidden = 0;
  for (const { node } of position) {
    [self, selfForbidden] = [allowed, forbidden];
    for (const scope of sortScopes(named.get(node) ?? [])) {
      allowed = (allowed | scope.region.allow) & ~scope.region.deny;
      forbidden |= scope.region.forbid;
      self = (((self | scope.region.allow) & ~scope.region.deny) | scope.self.allow) & ~scope.self.deny;
      selfForbidden |= scope.region.forbid | scope.self.forbid;
    }
  }
  return { self: self & ~selfForbidden, below: allowed & ~forbidden };
}

/** Sorts scopes general to specific. Scopes without an order agree, so any order that keeps the ordered pairs is right. */
export function sortScopes(scopes: readonly Scope[]): Scope[] {
  const rest = [...scopes];
  const sorted: Scope[] = [];
  while (rest.length > 0) {
    const first = rest.findIndex((a) => !rest.some((b) => (order(b, a) ?? 0) < 0));
    sorted.push(...rest.splice(Math.max(first, 0), 1));
  }
  return sorted;
}

/** Returns what is allowed on the object at a position: its own mask, or the mask of its region. */
export function allowedAt(grounding: Grounding, position: Position): number {
  const own = grounding.get(topOf(position));
  return own === undefined ? regionAt(grounding, position) : own.self;
}

/** Returns what is allowed on an object outside the map: `below` of the nearest object above it that is in the map. */
export function regionAt(grounding: Grounding, position: Position): number {
  for (const { node } of position.toReversed()) {
    const masks = grounding.get(node);
    if (masks !== undefined) return masks.below;
  }
  return 0;
}

/** Grounds all layers of a policy on a tree; undefined if one is refused. */
export function groundAll(policy: CheckedPolicy, tree: Tree): Grounding[] | undefined {
  const all = policy.layers.map((layer) => groundReference(layer, tree));
  return all.some((g) => g === undefined) ? undefined : (all as Grounding[]);
}

const ON_ENTRY = new Set([8, 17, 19, 22]); // link, rename, rmdir, unlink

/** The directories from which a request resolves its path. */
export interface From {
  readonly root: Position;
  /** The working directory, or the open directory that the path is relative to. */
  readonly start: Position;
}

/** Returns whether every layer allows all of these actions at a position. */
export function may(layers: readonly Grounding[], at: Position, mask: number): boolean {
  return layers.every((g) => (allowedAt(g, at) & mask) === mask);
}

/** Returns where a path leads, if `walk` is allowed on every directory of it, else the errno. */
export function walkReference(
  layers: readonly Grounding[],
  tree: Tree,
  from: From,
  path: string,
  follow = true,
): Walked {
  return walk(tree, from.start, path, follow, (at) => may(layers, at, WALK), from.root);
}

/** Returns where a request with one action leads if it is allowed, else the errno. */
export function requestReference(
  layers: readonly Grounding[],
  tree: Tree,
  from: From,
  action: number,
  path: string,
): string {
  const walked = walkReference(layers, tree, from, path, !ON_ENTRY.has(action));
  if (walked.kind === 'failed') return walked.errno;
  if (action === 24 && topOf(walked.position).kind !== 'dir') return 'ENOTDIR';
  return may(layers, walked.position, 1 << action) ? 'allow' : 'EACCES';
}

/** Returns the masks on a path by its names alone, without a tree. */
export function masksOnPath(layer: Layer, names: readonly string[], kind: 'dir' | 'file'): Masks {
  const named = new Map<Node, Scope[]>();
  const position = ['', ...names].map((_, length) => {
    const node: Node = { kind: length === names.length ? kind : 'dir', target: '', entries: new Map() };
    named.set(node, scopesOf(layer, names.slice(0, length), node.kind === 'file' ? 'file' : 'dir'));
    return { node, mount: 0 };
  });
  return evaluate(layer, named, position);
}

/** Returns the scopes that name an object by its path. */
export function scopesOf(layer: Layer, names: readonly string[], kind: 'dir' | 'file'): Scope[] {
  return layer.scopes.filter(
    ({ path, object }) =>
      object === kind &&
      path.length === names.length &&
      path.every((c, i) => componentMatches(c, names[i] as string)),
  );
}

export function componentMatches(component: PatternComponent, name: string): boolean {
  return 'literal' in component ? component.literal === name : globMatches(component.glob, name);
}

/** The actions that calls ask of directories only, and (`NO_DIRECTORIES`) those that they never ask of a directory. */
const DIRECTORIES_ONLY = maskOf([1, 2, 3, 9, 15, 18, 19, 24]); // chdir, chroot, create, linkto, readdir, renameto, rmdir, walk
const NO_DIRECTORIES = maskOf([0, 4, 8, 11, 14, 22, 23]); // append, execute, link, map, read, unlink, write

function maskOf(bits: readonly number[]): number {
  return bits.reduce((mask, bit) => mask | (1 << bit), 0);
}

/** "Assertions": returns the asserted actions that break the assertion, if `allowed` is allowed. */
function notAsAsserted({ claim, actions }: Assertion, allowed: number): number {
  return actions & (claim === 'never' ? allowed : ~allowed);
}

/** Returns the actions that break an assertion on an object of this kind. */
export function breaks(assertion: Assertion, allowed: number, kind: 'dir' | 'file'): number {
  return notAsAsserted(assertion, allowed) & ~(kind === 'dir' ? NO_DIRECTORIES : DIRECTORIES_ONLY);
}

/** Returns whether an assertion is about the object at a path. */
export function isAsserted({ path, reach }: Assertion, names: readonly string[]): boolean {
  const long = reach === 'under' ? names.length >= path.length : names.length === path.length;
  return long && path.every((c, i) => componentMatches(c, names[i] as string));
}

/** Returns what all layers together allow on a path. */
export function allowedOnPath(
  layers: readonly Layer[],
  names: readonly string[],
  kind: 'dir' | 'file',
): Masks {
  const all = layers.map((layer) => masksOnPath(layer, names, kind));
  return {
    self: all.reduce((mask, m) => mask & m.self, EVERYTHING),
    below: all.reduce((mask, m) => mask & m.below, EVERYTHING),
  };
}

/** Returns whether a policy can load on a tree with an object of this kind at a path. */
export function canBe(layers: readonly Layer[], names: readonly string[], kind: 'dir' | 'file'): boolean {
  const scopes = layers.flatMap((l) => l.scopes).filter((s) => s.path.every((c) => 'literal' in c));
  const text = (path: readonly string[]): string => path.map((n) => `/${n}`).join('');
  const literal = (s: Scope): string => text(s.path.map((c) => ('literal' in c ? c.literal : '')));
  const isKind = (path: string, asked: 'dir' | 'file'): boolean =>
    scopes.every((s) => literal(s) !== path || s.object === asked) &&
    (asked === 'dir' ||
      !scopes.some((s) => !s.optional && s.within === 0 && literal(s).startsWith(`${path}/`)));
  return names.every((_, i) => isKind(text(names.slice(0, i)), 'dir')) && isKind(text(names), kind);
}

/** The rights of a directory for moves: on itself (`own`), and on unnamed objects in it (`below`). */
export interface MoveRegion {
  readonly own: number;
  readonly below: number;
}

const MOVES = [
  { call: 'rename', object: 1 << 17, into: 1 << 18 },
  { call: 'link', object: 1 << 8, into: 1 << 9 },
] as const;

/** "Moves": returns by call what an unnamed object gains when it moves to another directory. */
export function gainsBetween(from: MoveRegion, to: MoveRegion): ReadonlyMap<'rename' | 'link', number> {
  const possible = MOVES.filter(({ object, into }) => (from.below & object) !== 0 && (to.own & into) !== 0);
  return new Map(
    possible.map(({ call }) => [call, to.below & ~from.below & ~(call === 'link' ? DIRECTORIES_ONLY : 0)]),
  );
}

/** "When the policy is loaded": returns whether an object of the tree, or a new one, breaks an assertion. */
export function brokenOnTree(layers: readonly Grounding[], tree: Tree, assertion: Assertion): boolean {
  const found = assertion.path.reduce<Position[]>(
    (at, c) => at.flatMap((p) => matching(tree, p, c)),
    [rootPosition(tree)],
  );
  const beneath = allPositions(tree).filter((p) =>
    found.some((f) => f.length <= p.length && f.every((frame, i) => sameFrame(frame, p[i]))),
  );
  const everywhere = assertion.reach === 'under' ? [...found, ...beneath] : found;
  const all = (mask: (g: Grounding) => number): number => layers.reduce((m, g) => m & mask(g), EVERYTHING);
  return everywhere.some((p) => {
    const kind = topOf(p).kind === 'dir' ? 'dir' : 'file';
    if (
      breaks(
        assertion,
        all((g) => allowedAt(g, p)),
        kind,
      ) !== 0
    )
      return true;
    const later = kind === 'dir' && assertion.reach === 'under';
    return (
      later &&
      notAsAsserted(
        assertion,
        all((g) => regionAt(g, p)),
      ) !== 0
    );
  });
}

function sameFrame(a: Position[number], b: Position[number] | undefined): boolean {
  return a.node === b?.node && a.mount === b.mount;
}

/** Returns whether a move on the tree, within one mount, gains one of these actions. */
export function gainsOnTree(layers: readonly Grounding[], tree: Tree, actions: number): boolean {
  const all = (mask: (g: Grounding) => number): number => layers.reduce((m, g) => m & mask(g), EVERYTHING);
  const walked = (p: Position): boolean => p.every((_, i) => may(layers, p.slice(0, i + 1), WALK));
  const regions = allPositions(tree)
    .filter((p) => topOf(p).kind === 'dir' && walked(p))
    .flatMap((p) => {
      const below = all((g) => regionAt(g, p));
      const later = (below & WALK) === 0 ? [] : [below];
      return [all((g) => allowedAt(g, p)), ...later].map((own) => ({ own, below, mount: p.at(-1)?.mount }));
    });
  return regions.some((from) =>
    regions.some(
      (to) =>
        from.mount === to.mount &&
        [...gainsBetween(from, to).values()].some((gained) => (gained & actions) !== 0),
    ),
  );
}
