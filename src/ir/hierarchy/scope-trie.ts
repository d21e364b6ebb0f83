/** The trie of a layer's scopes, by component of their paths. The automaton and the exact checks are made from it. */
import { compileGlob, type Glob } from '../../pattern/glob.js';
import { defined } from '../../base/assert.js';
import type { Scope } from '../check/policy.js';
import type { PatternComponent } from '../../semantics/pattern.js';

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

/** Most nodes are leaves. To save memory, they share these two maps, which stay empty. */
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
  if ('literal' in component) {
    const found = node.literals.get(component.literal);
    if (found !== undefined) return found;
    const made = create();
    if (node.literals === NO_LITERALS) node.literals = new Map();
    node.literals.set(component.literal, made);
    return made;
  }
  const found = node.globs.get(component.glob);
  if (found !== undefined) return found.node;
  const glob = defined(compileGlob(component.glob), 'a checked glob compiles');
  const made = { glob, node: create() };
  if (node.globs === NO_GLOBS) node.globs = new Map();
  node.globs.set(component.glob, made);
  return made.node;
}
