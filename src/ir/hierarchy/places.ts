/**
 * Places: the objects that scopes name, and the classes of names beneath a place.
 *
 * All code that descends a layer's scopes (the automaton, the exact checks, questions about one path) uses these functions.
 */
import { ALL_ACTIONS, NO_ACTIONS, WALK } from '../../abi/actions.js';
import { defined } from '../../base/assert.js';
import { matchesGlob, type Glob } from '../../pattern/glob.js';
import { nameClasses, type NameClass } from '../../pattern/name-classes.js';
import { generalToSpecific } from '../../semantics/pattern.js';
import { applyScopes, type Carried, type ScopeEffects } from '../../semantics/scope.js';
import type { Layer, Scope } from '../check/policy.js';
import type { Verdicts } from './automaton.js';
import type { GlobChild, TrieNode } from './scope-trie.js';

/** The rights that are carried on from a place, and the verdicts there. */
export interface PlaceRights extends Carried, Verdicts {}

/** An object that scopes name, reached by a witness path. */
export interface Place {
  readonly parent: Place | undefined;
  /** Last component of the witness path; empty for `/`. */
  readonly name: string;
  readonly before: Carried;
  readonly applied: PlaceRights;
  /** The scopes that name the object as a directory (`dirs`) and as something else (`files`), general to specific. */
  readonly dirs: readonly Scope[];
  readonly files: readonly Scope[];
  /** The trie nodes that the path leads to. */
  readonly nodes: readonly TrieNode[];
}

/** The classes of names beneath a place. */
export interface Successors {
  readonly literals: readonly {
    readonly name: string;
    readonly matching: readonly number[];
    readonly nodes: readonly TrieNode[];
  }[];
  readonly globs: readonly string[];
  readonly classes: readonly {
    readonly matching: readonly number[];
    readonly witness: string;
    readonly nodes: readonly TrieNode[];
  }[];
  /** True if there is a name that no scope names. */
  readonly other: boolean;
}

/** Returns the rights before any scope applies: `walk` is allowed by every `default`. */
export function initialSets(layer: Layer): Carried {
  return { allowed: layer.default === 'allow' ? ALL_ACTIONS : WALK, forbidden: NO_ACTIONS };
}

export function makePlace(
  nodes: readonly TrieNode[],
  before: Carried,
  parent: Place | undefined,
  name: string,
): Place {
  const dirs = named(nodes.map((n) => n.dir));
  const files = named(nodes.map((n) => n.file));
  return { parent, name, before, applied: rightsAt(before, dirs, files), dirs, files, nodes };
}

/** Returns the verdicts on an object. `dirs` and `files` are the scopes that name it, general to specific. */
export function rightsAt(
  before: Carried,
  dirs: readonly ScopeEffects[],
  files: readonly ScopeEffects[],
): PlaceRights {
  const { allowed, forbidden, self, below } = applyScopes(before, dirs);
  return { allowed, forbidden, dir: self, below, file: applyScopes(before, files).self };
}

const NOTHING: readonly Scope[] = [];

/** Returns the scopes that are defined, general to specific. Nearly every place has one node, which allocates no new array. */
function named(scopes: readonly (Scope | undefined)[]): readonly Scope[] {
  const [first] = scopes;
  if (scopes.length === 1) return first === undefined ? NOTHING : [first];
  const found = scopes.filter((s) => s !== undefined);
  return found.length === 0 ? NOTHING : found.sort((a, b) => generalToSpecific(a.path, b.path));
}

/** Returns the witness path of a place. */
export function placePath(place: Place): string {
  const names: string[] = [];
  for (let at: Place | undefined = place; at?.parent !== undefined; at = at.parent) names.push(at.name);
  return '/' + names.reverse().join('/');
}

/** Returns the classes of names beneath a set of trie nodes; undefined when the globs overlap too much to decide. */
export function successors(nodes: readonly TrieNode[]): Successors | undefined {
  const globs = mergeGlobs(nodes);
  const names = [...new Set(nodes.flatMap((n) => [...n.literals.keys()]))].sort(byText);
  const classes =
    globs.length === 0
      ? NO_GLOBS
      : nameClasses(
          globs.map((g) => g.glob),
          new Set(names),
        );
  if (classes === undefined) return undefined;
  const globNodes = (matching: readonly number[]): TrieNode[] =>
    matching.flatMap((i) => globs[i]?.nodes ?? []);
  return {
    literals: names.map((name) => {
      const matching = globs.flatMap(({ glob }, i) => (matchesGlob(glob, name) ? [i] : []));
      const own = nodes.flatMap((n) => n.literals.get(name) ?? []);
      return { name, matching, nodes: [...own, ...globNodes(matching)] };
    }),
    globs: globs.map((g) => g.glob.source),
    classes: classes
      .filter((c) => c.matching.length > 0)
      .map((c) => ({ ...c, nodes: globNodes(c.matching) })),
    other: classes.some((c) => c.matching.length === 0),
  };
}

const NO_GLOBS: readonly NameClass[] = [{ matching: [], witness: 'a' }];

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function mergeGlobs(
  nodes: readonly TrieNode[],
): { readonly glob: Glob; readonly nodes: readonly TrieNode[] }[] {
  const bySource = new Map<string, GlobChild[]>();
  for (const node of nodes) {
    for (const [source, child] of node.globs) bySource.set(source, [...(bySource.get(source) ?? []), child]);
  }
  return [...bySource.entries()]
    .sort(([a], [b]) => byText(a, b))
    .map(([, children]) => ({
      glob: defined(children[0], 'a glob has a child').glob,
      nodes: children.map((c) => c.node),
    }));
}
