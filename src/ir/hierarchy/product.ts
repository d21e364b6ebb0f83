/**
 * The product of hierarchy automata, which all read the same path.
 *
 * Input: automata. Output: a graph whose nodes are tuples of states, explored on demand. An edge is a class of names that
 * every automaton treats in the same way, with one name of the class. Exact: the classes come from all globs and literals
 * of the tuple together (`pattern/name-classes.ts`). Weakness: if globs overlap too much, `edges` throws `TooManyNames`.
 */
import { defined } from '../../base/assert.js';
import { matchesGlob } from '../../pattern/glob.js';
import type { HierarchyAutomaton, HierarchyState } from './automaton.js';
import { checkedGlob, nextState, stateOf, waysFrom } from './walker.js';

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
  /** Edges for the names that a literal edge or a glob of any automaton names. */
  readonly named: readonly ProductEdge[];
  /** A name that no scope of any automaton names; undefined where globs match every name. */
  readonly fresh: string | undefined;
}

export interface Product {
  readonly root: ProductState;
  edges(from: ProductState): ProductEdges;
  /** Returns the number of states that were explored. */
  readonly size: () => number;
}

/** Thrown when the globs of a state overlap too much to compute the classes of names. The message lists the globs. */
export class TooManyNames extends Error {}

interface ProductBuilder {
  readonly automata: readonly HierarchyAutomaton[];
  /** Names that are not chosen as the example of a class if the class has another name. */
  readonly avoided: ReadonlySet<string>;
  readonly interned: Map<string, ProductState>;
  readonly memo: Map<number, ProductEdges>;
}

export function createProduct(
  automata: readonly HierarchyAutomaton[],
  avoided: ReadonlySet<string> = new Set(),
): Product {
  const builder: ProductBuilder = {
    automata,
    avoided,
    interned: new Map(),
    memo: new Map(),
  };
  const root = intern(
    builder,
    automata.map(() => 0),
  );
  return { root, edges: (from) => edgesOf(builder, from), size: () => builder.interned.size };
}

function intern(builder: ProductBuilder, ids: readonly number[]): ProductState {
  const key = ids.join();
  const known = builder.interned.get(key);
  if (known !== undefined) return known;
  const states = ids.map((id, i) => stateOf(defined(builder.automata[i], 'a state of each automaton'), id));
  const made = { id: builder.interned.size, states };
  builder.interned.set(key, made);
  return made;
}

function edgesOf(builder: ProductBuilder, from: ProductState): ProductEdges {
  const known = builder.memo.get(from.id);
  if (known !== undefined) return known;
  const made = makeEdges(builder, from.states);
  builder.memo.set(from.id, made);
  return made;
}

function makeEdges(builder: ProductBuilder, states: readonly HierarchyState[]): ProductEdges {
  const ways = waysFrom(states, { avoided: builder.avoided });
  if (ways === undefined) throw new TooManyNames(states.flatMap((s) => s.globs).join(' '));
  const { literals, globs, classes, fresh } = ways;
  const go = (name: string, matching: ReadonlySet<string>): ProductEdge => ({
    name,
    to: intern(
      builder,
      states.map((state, i) => {
        const automaton = defined(builder.automata[i], 'a state of each automaton');
        return nextState(automaton, state, name, (glob) => matching.has(glob)).id;
      }),
    ),
  });
  const matchingOf = (name: string): ReadonlySet<string> =>
    new Set(globs.filter((glob) => matchesGlob(checkedGlob(glob), name)));
  return {
    named: [
      ...literals.map((name) => go(name, matchingOf(name))),
      ...classes.map((c) => go(c.witness, new Set(c.matching.map((i) => globs[i] ?? '')))),
    ],
    fresh,
  };
}
