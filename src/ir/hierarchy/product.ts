/**
 * The product of hierarchy automata: all of them read the same path at once.
 *
 * Input: automata. Output: a graph whose nodes are tuples of states, explored on demand; its edges are classes of names that
 * no automaton tells apart, each with a name that is in it. Exact: the classes are those of all globs and literals of the
 * tuple together (`pattern/name-classes.ts`). Weakness: globs that overlap too much end in `TooManyNames`.
 */
import { defined } from '../../base/assert.js';
import { globOf, matchesGlob, type Glob } from '../../pattern/glob.js';
import { nameClasses, type NameClass } from '../../pattern/name-classes.js';
import type { HierarchyAutomaton, HierarchyState } from './automaton.js';

/** A state of each automaton. */
export interface ProductState {
  readonly id: number;
  readonly states: readonly HierarchyState[];
}

export interface ProductEdge {
  readonly name: string;
  readonly to: ProductState;
}

export interface ProductEdges {
  /** By name; those that no scope of any automaton names are left out. */
  readonly named: readonly ProductEdge[];
  /** A name that is in no scope of any automaton; undefined where globs match every name. */
  readonly fresh: string | undefined;
}

export interface Product {
  readonly root: ProductState;
  edges(from: ProductState): ProductEdges;
  /** Number of states that were met. */
  readonly size: () => number;
}

/** The globs beneath a place overlap too much to tell their names apart. */
export class TooManyNames extends Error {}

interface Builder {
  readonly automata: readonly HierarchyAutomaton[];
  /** Names to keep away from where any name of a class will do. */
  readonly avoided: ReadonlySet<string>;
  readonly interned: Map<string, ProductState>;
  readonly memo: Map<number, ProductEdges>;
  readonly niceClasses: Map<string, readonly NameClass[] | undefined>;
}

export function createProduct(
  automata: readonly HierarchyAutomaton[],
  avoided: ReadonlySet<string> = new Set(),
): Product {
  const builder: Builder = {
    automata,
    avoided,
    interned: new Map(),
    memo: new Map(),
    niceClasses: new Map(),
  };
  const root = intern(
    builder,
    automata.map(() => 0),
  );
  return { root, edges: (from) => edgesOf(builder, from), size: () => builder.interned.size };
}

function intern(builder: Builder, ids: readonly number[]): ProductState {
  const key = ids.join();
  const known = builder.interned.get(key);
  if (known !== undefined) return known;
  const states = ids.map((id, i) => defined(builder.automata[i]?.states[id], 'an edge leads to a state'));
  const made = { id: builder.interned.size, states };
  builder.interned.set(key, made);
  return made;
}

function edgesOf(builder: Builder, from: ProductState): ProductEdges {
  const known = builder.memo.get(from.id);
  if (known !== undefined) return known;
  const made = makeEdges(builder, from.states);
  builder.memo.set(from.id, made);
  return made;
}

function makeEdges(builder: Builder, states: readonly HierarchyState[]): ProductEdges {
  const literals = new Set(states.flatMap((s) => s.literals.map((e) => e.name)));
  const sources = [...new Set(states.flatMap((s) => s.globs))].sort();
  const lookUps = states.map(lookUpOf);
  const go = (name: string, matching: ReadonlySet<string>): ProductEdge => ({
    name,
    to: intern(
      builder,
      lookUps.map((to) => to(name, matching)),
    ),
  });
  const named = [...literals].sort().map((name) => go(name, matchingOf(sources, name)));
  if (sources.length === 0) return { named, fresh: freshName(literals, builder.avoided) };
  const classes = classesOf(builder, sources, literals);
  const fresh = classes.find((c) => c.matching.length === 0)?.witness;
  const ofClasses = classes
    .filter((c) => c.matching.length > 0)
    .map((c) => go(c.witness, new Set(c.matching.map((i) => sources[i] ?? ''))));
  return { named: [...named, ...ofClasses], fresh };
}

/** Where a state goes on a name, given the globs that match it. */
function lookUpOf(
  state: HierarchyState,
): (name: string | undefined, matching: ReadonlySet<string>) => number {
  const literals = new Map(state.literals.map((e) => [e.name, e.to]));
  const classes = new Map(state.classes.map((e) => [e.matching.join(), e.to]));
  return (name, matching) => {
    const literal = name === undefined ? undefined : literals.get(name);
    if (literal !== undefined) return literal;
    const key = state.globs.flatMap((g, i) => (matching.has(g) ? [i] : [])).join();
    return classes.get(key) ?? state.other;
  };
}

function matchingOf(sources: readonly string[], name: string): ReadonlySet<string> {
  return new Set(sources.filter((source) => matchesGlob(checkedGlob(source), name)));
}

function checkedGlob(source: string): Glob {
  return defined(globOf(source), 'a checked glob compiles');
}

/** The classes beside these literals; each with a name that is also none of the avoided, where it has one. */
function classesOf(
  builder: Builder,
  sources: readonly string[],
  literals: ReadonlySet<string>,
): readonly NameClass[] {
  const globs = sources.map(checkedGlob);
  const exact = nameClasses(globs, literals);
  if (exact === undefined) throw new TooManyNames(sources.join(' '));
  const clean = exact.every((c) => !builder.avoided.has(c.witness));
  if (clean) return exact;
  const key = sources.join('/');
  if (!builder.niceClasses.has(key)) builder.niceClasses.set(key, nameClasses(globs, builder.avoided));
  const nice = new Map(builder.niceClasses.get(key)?.map((c) => [c.matching.join(), c]));
  return exact.map((c) => {
    const other = nice.get(c.matching.join());
    return other === undefined || literals.has(other.witness) ? c : other;
  });
}

/** A shortest name in neither set. */
export function freshName(literals: ReadonlySet<string>, avoided: ReadonlySet<string>): string {
  for (let n = 0; ; n++) {
    const name = word(n);
    if (!literals.has(name) && !avoided.has(name)) return name;
  }
}

/** a … z, aa, ab, … */
function word(n: number): string {
  const last = String.fromCharCode(0x61 + (n % 26));
  return n < 26 ? last : word(Math.floor(n / 26) - 1) + last;
}
