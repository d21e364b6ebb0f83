/**
 * Decides that the entries of a map give the verdicts of the hierarchy automaton: for every path, every action and both kinds
 * of object, and for objects that are created later.
 *
 * Input: a chain that was read back, and the automaton of its layer. Output: the number of compared places, or a path on
 * which the two differ. Method: a trie of the entries and the automaton read the same
 * names, one class of names at a time; each pair of places is visited once. Weakness: where globs overlap too much, nothing
 * is decided and the build fails; the hierarchy has the same limit.
 *
 * "Which rule decides" of the language is implemented here a second time, on classes of actions, so that the proof does not
 * share code with the compiler.
 */
import { ACTIONS, maskOf, unionOf, type ActionMask } from '../../../abi/actions.js';
import type { InodeMap, ManifestEffects, MapEntry } from '../../../artifact/manifest.js';
import type { HierarchyAutomaton, HierarchyState } from '../../../ir/hierarchy/automaton.js';
import { checkedGlob, nextState, rootState } from '../../../ir/hierarchy/walker.js';
import { matchesGlob } from '../../../pattern/glob.js';
import { nameClasses } from '../../../pattern/name-classes.js';
import type { ReadChain } from './chain.js';
import { refuted, type Refuted } from './refuted.js';

/** The result of a comparison without differences. */
export interface Decided {
  readonly kind: 'decided';
  /** Number of pairs of a place of the entries and a state of the automaton. */
  readonly places: number;
}

/** A node of the trie: the entries that end here, and the children. Masks have a bit for each class, by its index. */
interface EntryNode {
  readonly id: number;
  readonly literals: Map<string, EntryNode>;
  readonly globs: Map<string, EntryNode>;
  readonly dirs: Acting[];
  readonly files: Acting[];
}

interface Acting {
  /** One letter per component, `g` for a glob and `l` for a literal: the order of these texts is general to specific. */
  readonly rank: string;
  readonly region: Sets;
  readonly self: Sets;
}

interface Sets {
  readonly allow: number;
  readonly deny: number;
  readonly forbid: number;
}

/** The classes that the last mentions allow, and the classes that are forbidden. */
interface CarriedMasks {
  readonly allow: number;
  readonly forbid: number;
}

interface WalkedWay {
  readonly above: WalkedWay | undefined;
  readonly name: string;
  readonly nodes: readonly EntryNode[];
  readonly before: CarriedMasks;
  readonly state: HierarchyState;
}

/** Compares the map of a chain with an automaton. */
export function decideVerdicts(
  { map }: Pick<ReadChain, 'map'>,
  automaton: HierarchyAutomaton,
): Decided | Refuted {
  const actionsOf = actionsByClass(map);
  const seen = new Set<string>();
  const before = { allow: initialSet(map), forbid: 0 };
  const root: WalkedWay = {
    above: undefined,
    name: '',
    nodes: [trieOf(map)],
    before,
    state: rootState(automaton),
  };
  const pending: WalkedWay[] = [root];
  for (let way = pending.pop(); way !== undefined; way = pending.pop()) {
    const { nodes, state } = way;
    const dir = act(way.before, actingOn(nodes, 'dirs'));
    const file = act(way.before, actingOn(nodes, 'files'));
    const wrong =
      differing('directory', actionsOf(dir.self), state.dir) ??
      // `/` is a directory.
      (way.above && differing('other object', actionsOf(file.self), state.file)) ??
      differing('directory, beneath it', actionsOf(dir.below), state.below);
    if (wrong !== undefined) return refuted(map.name, `${wrong} at ${pathOf(way)}`);
    const next = successors(way, dir, automaton);
    if (next === undefined) return refuted(map.name, `the globs beneath ${pathOf(way)} overlap too much`);
    for (const one of next) {
      const key = `${one.nodes.map((n) => n.id).join()};${one.before.allow};${one.before.forbid};${one.state.id}`;
      if (seen.has(key)) continue;
      seen.add(key);
      pending.push(one);
    }
  }
  return { kind: 'decided', places: seen.size + 1 };
}

function differing(aspect: string, read: ActionMask, meant: ActionMask): string | undefined {
  if (read === meant) return undefined;
  const names = ACTIONS.filter((_, bit) => ((read ^ meant) >>> bit) & 1);
  return `it decides ${names.join(', ')} otherwise than the policy on the ${aspect},`;
}

function pathOf(way: WalkedWay): string {
  const names: string[] = [];
  for (let at: WalkedWay | undefined = way; at?.above !== undefined; at = at.above) names.unshift(at.name);
  return JSON.stringify(`/${names.join('/')}`);
}

/** Returns one step for each class of names; undefined where globs overlap too much. */
function successors(
  way: WalkedWay,
  { carried }: Acted,
  automaton: HierarchyAutomaton,
): WalkedWay[] | undefined {
  const { nodes, state } = way;
  const go = (name: string, next: readonly EntryNode[]): WalkedWay => {
    return { above: way, name, nodes: next, before: carried, state: nextState(automaton, state, name) };
  };
  const names = new Set(state.literals.map((e) => e.name));
  for (const node of nodes) for (const name of node.literals.keys()) names.add(name);
  const globs = [...new Set([...state.globs, ...nodes.flatMap((n) => [...n.globs.keys()])])];
  const named = [...names].map((name) => go(name, childrenOf(nodes, name)));
  if (globs.length === 0) return [...named, go(unnamed(names), [])];
  const classes = nameClasses(globs.map(checkedGlob), names);
  return classes && [...named, ...classes.map(({ witness }) => go(witness, childrenOf(nodes, witness)))];
}

/** Returns a name that is not among these. */
function unnamed(names: ReadonlySet<string>): string {
  let name = 'x';
  while (names.has(name)) name += 'x';
  return name;
}

function childrenOf(nodes: readonly EntryNode[], name: string): EntryNode[] {
  const found: EntryNode[] = [];
  for (const { literals, globs } of nodes) {
    const literal = literals.get(name);
    if (literal !== undefined) found.push(literal);
    for (const [glob, node] of globs) if (matchesGlob(checkedGlob(glob), name)) found.push(node);
  }
  return found;
}

interface Acted {
  readonly carried: CarriedMasks;
  readonly self: number;
  readonly below: number;
}

/** Returns the entries that name an object, general to specific. */
function actingOn(nodes: readonly EntryNode[], kind: 'dirs' | 'files'): readonly Acting[] {
  const [only] = nodes;
  if (nodes.length === 1 && only !== undefined) return only[kind];
  return nodes.flatMap((n) => n[kind]).sort((a, b) => (a.rank < b.rank ? -1 : a.rank > b.rank ? 1 : 0));
}

/** Applies entries: the last mention of a class decides, unless the class is forbidden; `here` affects the object only. */
function act(before: CarriedMasks, entries: readonly Acting[]): Acted {
  let region = before;
  let object = before;
  for (const entry of entries) {
    region = mention(region, entry.region);
    object = mention(mention(object, entry.region), entry.self);
  }
  return { carried: region, self: object.allow & ~object.forbid, below: region.allow & ~region.forbid };
}

function mention({ allow, forbid }: CarriedMasks, sets: Sets): CarriedMasks {
  return { allow: (allow & ~sets.deny) | sets.allow, forbid: forbid | sets.forbid };
}

function trieOf({ entries }: InodeMap): EntryNode {
  let count = 0;
  const create = (): EntryNode => ({
    id: count++,
    literals: new Map(),
    globs: new Map(),
    dirs: [],
    files: [],
  });
  const root = create();
  for (const entry of entries) {
    let node = root;
    for (const component of entry.components) {
      const [children, key] =
        'glob' in component ? [node.globs, component.glob] : [node.literals, component.literal];
      const next = children.get(key) ?? create();
      children.set(key, next);
      node = next;
    }
    node[entry.object === 'dir' ? 'dirs' : 'files'].push(actingOf(entry));
  }
  return root;
}

function actingOf({ components, region, self }: MapEntry): Acting {
  const rank = components.map((c) => ('glob' in c ? 'g' : 'l')).join('');
  return { rank, region: setsOf(region), self: setsOf(self) };
}

function setsOf({ allow, deny, forbid }: ManifestEffects): Sets {
  const set = (indices: readonly number[]): number => indices.reduce((sum, i) => sum | (1 << i), 0);
  return { allow: set(allow), deny: set(deny), forbid: set(forbid) };
}

/** Returns the classes that are allowed before any entry: all or none, as `default` says, and always the class of `walk`. */
function initialSet({ classes, default: effect }: InodeMap): number {
  return classes.reduce(
    (set, { actions }, i) => (effect === 'allow' || actions.includes('walk') ? set | (1 << i) : set),
    0,
  );
}

/** Returns a function from a set of allowed classes to the allowed actions. The row of a class without a bit has its verdict. */
function actionsByClass({ classes }: InodeMap): (set: number) => ActionMask {
  const masks = classes.map((c) => maskOf(...c.actions));
  const known = new Map<number, ActionMask>();
  return (set) => {
    const made =
      known.get(set) ??
      unionOf(
        classes.flatMap(({ decision }, i) => {
          const allowed = decision.kind === 'bit' ? ((set >>> i) & 1) === 1 : decision.kind === 'allow';
          return allowed ? (masks[i] ?? []) : [];
        }),
      );
    known.set(set, made);
    return made;
  };
}
