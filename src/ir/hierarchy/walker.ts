/**
 * The walker over hierarchy automata: finds the state that a name leads to, and the classes of names at a state.
 *
 * All code that steps on an automaton uses these functions. The classes are exact: they come from all globs and literals of
 * the states (`pattern/name-classes.ts`). Weakness: if globs overlap too much, the result is undefined.
 */
import { defined } from '../../base/assert.js';
import { globOf, matchesGlob, type Glob } from '../../pattern/glob.js';
import { nameClasses, type NameClass } from '../../pattern/name-classes.js';
import type { PatternComponent } from '../../semantics/pattern.js';
import type { HierarchyAutomaton, HierarchyState } from './automaton.js';

/** Returns the state of `/`. */
export function rootState(automaton: HierarchyAutomaton): HierarchyState {
  return stateOf(automaton, 0);
}

/** Returns the state with this number, which an edge has. */
export function stateOf(automaton: HierarchyAutomaton, id: number): HierarchyState {
  return defined(automaton.states[id], 'an edge leads to a state');
}

/** Returns the state that a path leads to, from the root. */
export function stateAt(automaton: HierarchyAutomaton, path: readonly string[]): HierarchyState {
  return path.reduce((state, name) => nextState(automaton, state, name), rootState(automaton));
}

/**
 * Returns the state that a name leads to.
 *
 * @param matches whether a glob matches the name; a caller that knows the answer can give it
 */
export function nextState(
  automaton: HierarchyAutomaton,
  state: HierarchyState,
  name: string,
  matches: (glob: string) => boolean = (glob) => matchesGlob(checkedGlob(glob), name),
): HierarchyState {
  const literal = edgesOf(state).literals.get(name);
  if (literal !== undefined) return stateOf(automaton, literal);
  if (state.globs.length === 0) return stateOf(automaton, state.other);
  const matching = state.globs.flatMap((glob, i) => (matches(glob) ? [i] : []));
  return stateOf(automaton, classTarget(state, matching));
}

/**
 * Returns the state that a class of names leads to: the names without a literal edge that exactly these globs match.
 *
 * @param matching ascending indices into the state's globs
 */
export function classTarget(state: HierarchyState, matching: readonly number[]): number {
  return edgesOf(state).classes.get(matching.join()) ?? state.other;
}

/** Returns the state that the literal edge of a name leads to; undefined when there is no such edge. */
export function literalTarget(state: HierarchyState, name: string): number | undefined {
  return edgesOf(state).literals.get(name);
}

interface Edges {
  readonly literals: ReadonlyMap<string, number>;
  readonly classes: ReadonlyMap<string, number>;
}

/** The edges of each state as maps by name and by class; the automaton has them as lists. */
const EDGES = new WeakMap<HierarchyState, Edges>();

function edgesOf(state: HierarchyState): Edges {
  const known = EDGES.get(state);
  if (known !== undefined) return known;
  const made = {
    literals: new Map(state.literals.map((e) => [e.name, e.to])),
    classes: new Map(state.classes.map((e) => [e.matching.join(), e.to])),
  };
  EDGES.set(state, made);
  return made;
}

/** Returns the compiled glob of a checked policy. */
export function checkedGlob(source: string): Glob {
  return defined(globOf(source), 'a checked glob compiles');
}

/** Returns whether a component of a pattern matches a name. */
export function componentMatches(component: PatternComponent, name: string): boolean {
  return 'literal' in component ? component.literal === name : matchesGlob(checkedGlob(component.glob), name);
}

/** The classes of names at some states that read the same name. Every name is in one of them. */
export interface Ways {
  /** Names that a literal edge or the caller names, sorted. */
  readonly literals: readonly string[];
  /** The globs of all states and of the caller, sorted. For one state, this is its own list. */
  readonly globs: readonly string[];
  /** The classes of the other names, one for each set of globs that matches some name; the empty set is left out. */
  readonly classes: readonly NameClass[];
  /** A name that is not a literal and that no glob matches; undefined where globs match every name. */
  readonly fresh: string | undefined;
}

/** Names and globs that the caller adds to those of the automata. */
export interface Named {
  readonly names?: Iterable<string>;
  readonly globs?: readonly string[];
  /** Names that are not chosen as the example of a class if the class has another name. */
  readonly avoided?: ReadonlySet<string>;
}

/** Returns the classes of names at these states; undefined when the globs overlap too much to decide. */
export function waysFrom(states: readonly HierarchyState[], named: Named = {}): Ways | undefined {
  const { names = [], avoided = NOTHING } = named;
  const literals = new Set(names);
  for (const state of states) for (const { name } of state.literals) literals.add(name);
  const globs = [...new Set([...states.flatMap((s) => s.globs), ...(named.globs ?? [])])].sort();
  const sorted = [...literals].sort();
  if (globs.length === 0) {
    const fresh = freshName((name) => literals.has(name) || avoided.has(name));
    return { literals: sorted, globs, classes: [], fresh };
  }
  const classes = classesBeside(globs, literals, avoided);
  if (classes === undefined) return undefined;
  return {
    literals: sorted,
    globs,
    classes: classes.filter((c) => c.matching.length > 0),
    fresh: classes.find((c) => c.matching.length === 0)?.witness,
  };
}

const NOTHING: ReadonlySet<string> = new Set();

/** Returns the classes of the names that are not literals. Each has a witness that is not avoided, if there is one. */
function classesBeside(
  sources: readonly string[],
  literals: ReadonlySet<string>,
  avoided: ReadonlySet<string>,
): readonly NameClass[] | undefined {
  const globs = sources.map(checkedGlob);
  const exact = nameClasses(globs, literals);
  if (exact === undefined || exact.every((c) => !avoided.has(c.witness))) return exact;
  const nice = niceWitnesses(sources, avoided);
  return exact.map((c) => {
    const witness = nice.get(c.matching.join());
    return witness === undefined || literals.has(witness) ? c : { ...c, witness };
  });
}

/** Cache of witnesses that are not avoided, by class: one search explores many states with the same globs. */
const NICE = new WeakMap<ReadonlySet<string>, Map<string, ReadonlyMap<string, string>>>();

function niceWitnesses(
  sources: readonly string[],
  avoided: ReadonlySet<string>,
): ReadonlyMap<string, string> {
  const known = NICE.get(avoided) ?? new Map<string, ReadonlyMap<string, string>>();
  NICE.set(avoided, known);
  const key = sources.join('/');
  const found =
    known.get(key) ??
    new Map(nameClasses(sources.map(checkedGlob), avoided)?.map((c) => [c.matching.join(), c.witness]));
  known.set(key, found);
  return found;
}

/**
 * Returns a shortest name that exactly these globs of the state match, that has no literal edge and that is not taken;
 * undefined when there is no such name.
 */
export function nameOfClass(
  state: HierarchyState,
  matching: readonly number[],
  taken: ReadonlySet<string> = NOTHING,
): string | undefined {
  const ways = waysFrom([state], { names: taken });
  if (matching.length === 0) return ways?.fresh;
  const wanted = matching.join();
  return ways?.classes.find((c) => c.matching.join() === wanted)?.witness;
}

/** Returns a name that is not taken: the first free name of `preferred`, else the first free name of a … z, aa, ab, … */
export function freshName(isTaken: (name: string) => boolean, preferred: readonly string[] = []): string {
  const nice = preferred.find((name) => !isTaken(name));
  if (nice !== undefined) return nice;
  for (let n = 0; ; n++) if (!isTaken(word(n))) return word(n);
}

/** Returns the word with this number in the sequence a … z, aa, ab, … */
function word(n: number): string {
  const last = String.fromCharCode(0x61 + (n % 26));
  return n < 26 ? last : word(Math.floor(n / 26) - 1) + last;
}
