/**
 * The scopes of a layer by path: a trie over components as written, and the rule of how scopes act on an object.
 * Both the automaton and the checks are made from these two.
 */
import type { ActionMask } from '../../abi/actions.js';
import { compileGlob, type Glob } from '../../pattern/glob.js';
import { defined } from '../../base/assert.js';
import type { PathPattern, PatternComponent, Scope } from '../check/policy.js';
import type { Verdicts } from './automaton.js';

export interface TrieNode {
  readonly id: number;
  readonly literals: ReadonlyMap<string, TrieNode>;
  readonly globs: ReadonlyMap<string, GlobChild>;
  readonly dir: Scope | undefined;
  readonly file: Scope | undefined;
}

export interface GlobChild {
  readonly glob: Glob;
  readonly node: TrieNode;
}

interface MutableNode extends TrieNode {
  literals: Map<string, MutableNode>;
  globs: Map<string, { readonly glob: Glob; readonly node: MutableNode }>;
  dir: Scope | undefined;
  file: Scope | undefined;
}

/** Most nodes are leaves: they share these two, which stay empty. */
const NO_LITERALS: MutableNode['literals'] = new Map();
const NO_GLOBS: MutableNode['globs'] = new Map();

export function buildTrie(scopes: readonly Scope[]): TrieNode {
  let count = 0;
  const create = (): MutableNode => ({
    id: count++,
    literals: NO_LITERALS,
    globs: NO_GLOBS,
    dir: undefined,
    file: undefined,
  });
  const root = create();
  for (const scope of scopes) {
    let node = root;
    for (const component of scope.path) node = child(node, component, create);
    node[scope.object] = scope;
  }
  return root;
}

function child(node: MutableNode, component: PatternComponent, create: () => MutableNode): MutableNode {
  if (component.kind === 'literal') {
    const found = node.literals.get(component.name);
    if (found !== undefined) return found;
    const made = create();
    if (node.literals === NO_LITERALS) node.literals = new Map();
    node.literals.set(component.name, made);
    return made;
  }
  const found = node.globs.get(component.source);
  if (found !== undefined) return found.node;
  const glob = defined(compileGlob(component.source), 'a checked glob compiles');
  const made = { glob, node: create() };
  if (node.globs === NO_GLOBS) node.globs = new Map();
  node.globs.set(component.source, made);
  return made.node;
}

/** What is carried down a path. */
export interface Carried {
  readonly allowed: ActionMask;
  readonly forbidden: ActionMask;
}

/** What scopes make of what is carried: the new sets, and the verdicts on an object that they name. */
export interface Applied extends Carried, Verdicts {}

/**
 * The step of the language's rule at one object. `dirs` and `files` are the scopes that name it as a directory and as
 * something else, both from general to specific. A later scope overrides what an earlier one says in `here`.
 */
export function applyScopes(before: Carried, dirs: readonly ActsOn[], files: readonly ActsOn[]): Applied {
  let { allowed, forbidden } = before;
  let selfAllowed = allowed;
  let selfForbidden = forbidden;
  for (const { region, self } of dirs) {
    allowed = (allowed | region.allow) & ~region.deny;
    forbidden |= region.forbid;
    selfAllowed = (((selfAllowed | region.allow) & ~region.deny) | self.allow) & ~self.deny;
    selfForbidden |= region.forbid | self.forbid;
  }
  let fileAllowed = before.allowed;
  let fileForbidden = before.forbidden;
  for (const { self } of files) {
    fileAllowed = (fileAllowed | self.allow) & ~self.deny;
    fileForbidden |= self.forbid;
  }
  return {
    allowed,
    forbidden,
    dir: selfAllowed & ~selfForbidden,
    below: allowed & ~forbidden,
    file: fileAllowed & ~fileForbidden,
  };
}

/** The part of a scope that acts: so that a check can take a rule away. */
export type ActsOn = Pick<Scope, 'region' | 'self'>;

/**
 * The order of two patterns that match the same path: negative when `a` is more general, 0 when they are equal,
 * undefined when two different globs come first and nothing orders them.
 */
export function comparePatterns(a: PathPattern, b: PathPattern): number | undefined {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a[i];
    const y = b[i];
    if (x === undefined || y === undefined || x === y) continue;
    if (x.kind !== y.kind) return x.kind === 'glob' ? -1 : 1;
    if (x.kind === 'glob' && y.kind === 'glob' && x.source !== y.source) return undefined;
    if (x.kind === 'literal' && y.kind === 'literal' && x.name !== y.name) return undefined;
  }
  return a.length === b.length ? 0 : undefined;
}

/**
 * General to specific. What is not ordered by meaning is ordered by text: where that would matter, the policy is
 * refused. (A component kind decides first, so that this is a linear extension of `comparePatterns`.)
 */
export function generalToSpecific(a: Scope, b: Scope): number {
  for (let i = 0; i < Math.min(a.path.length, b.path.length); i++) {
    const order = compareComponents(a.path[i], b.path[i]);
    if (order !== 0) return order;
  }
  return a.path.length - b.path.length;
}

function compareComponents(x: PatternComponent | undefined, y: PatternComponent | undefined): number {
  if (x === undefined || y === undefined || x === y) return 0;
  if (x.kind !== y.kind) return x.kind === 'glob' ? -1 : 1;
  const [a, b] = [x.kind === 'glob' ? x.source : x.name, y.kind === 'glob' ? y.source : y.name];
  return a < b ? -1 : a > b ? 1 : 0;
}
