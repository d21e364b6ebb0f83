/**
 * Finds the sets of globs that can match the same name: the symbolic alphabet of the hierarchy automaton.
 *
 * Input: globs, and the literal names in the same directory. Output: each set of globs for which a name exists that
 * these globs match, no other glob matches, and that is not one of the literals; with a shortest such name. The result
 * is exact: it explores the product of the globs' automata breadth first over code points. At each state, the alphabet
 * is divided into the intervals that the active elements distinguish. Known weakness: exponential for globs with
 * several inner stars that overlap; `MAX_STATES` makes that an error.
 */
import { admitsFirst, consumes, type Element, type Glob } from './glob.js';

export interface NameClass {
  /** Indices into the given globs, ascending; empty for the names that no glob matches. */
  readonly matching: readonly number[];
  readonly witness: string;
}

const MAX_STATES = 20_000;
const SLASH = 0x2f;
const LAST_CODE = 0x10ffff;

/** The classes, ordered by `matching` (the empty set first); undefined if the globs overlap too much. */
export function nameClasses(globs: readonly Glob[], literals: ReadonlySet<string>): NameClass[] | undefined {
  const quick = explore(globs, []);
  if (quick === undefined) return undefined;
  const impossible = (name: string): boolean => name === '.' || name === '..' || literals.has(name);
  const found = [...quick.values()];
  if (!found.some((c) => impossible(c.witness))) return found.sort(byMatching);
  const exact = explore(globs, ['.', '..', ...literals]);
  return exact && [...exact.values()].sort(byMatching);
}

function byMatching(a: NameClass, b: NameClass): number {
  const length = Math.min(a.matching.length, b.matching.length);
  for (let i = 0; i < length; i++) {
    const difference = (a.matching[i] ?? 0) - (b.matching[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.matching.length - b.matching.length;
}

/** The alternatives of all globs in one array of positions. `owner` is the index of the glob, or −1 for a literal. */
interface Positions {
  readonly elements: readonly (Element | undefined)[];
  readonly owner: readonly number[];
  readonly starts: readonly number[];
  /** True if the alternative that starts at `starts[i]` admits a leading dot. */
  readonly admitsDot: readonly boolean[];
}

interface SubsetState {
  readonly positions: readonly number[];
  readonly word: string;
}

/** The classes by key. A class whose only names are excluded is left out. */
function explore(globs: readonly Glob[], excluded: readonly string[]): Map<string, NameClass> | undefined {
  const table = flatten(globs, excluded);
  const classes = new Map<string, NameClass>();
  const seen = new Set<string>();
  const queue: SubsetState[] = [];
  const enter = (positions: readonly number[], word: string): void => {
    const key = positions.join();
    if (seen.has(key)) return;
    seen.add(key);
    queue.push({ positions, word });
    recordClass(table, positions, word, classes);
  };
  firstSteps(table).forEach(({ positions, word }) => enter(positions, word));
  for (let i = 0; i < queue.length; i++) {
    if (queue.length > MAX_STATES + 16 * excluded.length) return undefined;
    const { positions, word } = queue[i] as SubsetState;
    for (const code of alphabet(table, positions)) {
      enter(advance(table, positions, code), word + String.fromCodePoint(code));
    }
  }
  return classes;
}

function flatten(globs: readonly Glob[], excluded: readonly string[]): Positions {
  const elements: (Element | undefined)[] = [];
  const owner: number[] = [];
  const starts: number[] = [];
  const admitsDot: boolean[] = [];
  const add = (sequence: readonly Element[], index: number): void => {
    starts.push(elements.length);
    admitsDot.push(admitsFirst(sequence, 0x2e));
    for (const element of [...sequence, undefined]) {
      elements.push(element);
      owner.push(index);
    }
  };
  globs.forEach((glob, index) => glob.alternatives.forEach((sequence) => add(sequence, index)));
  for (const name of excluded) {
    add(
      Array.from(name, (c) => ({ kind: 'char', code: c.codePointAt(0) ?? 0 }) as const),
      -1,
    );
  }
  return { elements, owner, starts, admitsDot };
}

/** The states after one code point. A leading `.` leads only to the alternatives that admit it. */
function firstSteps(table: Positions): SubsetState[] {
  const all = closure(table, table.starts);
  const dotted = closure(
    table,
    table.starts.filter((_, i) => table.admitsDot[i]),
  );
  const steps = alphabet(table, all)
    .filter((code) => code !== 0x2e)
    .map((code) => ({ positions: advance(table, all, code), word: String.fromCodePoint(code) }));
  return [...steps, { positions: advance(table, dotted, 0x2e), word: '.' }];
}

function recordClass(
  table: Positions,
  positions: readonly number[],
  word: string,
  classes: Map<string, NameClass>,
): void {
  const owners = new Set<number>();
  for (const p of positions) if (table.elements[p] === undefined) owners.add(table.owner[p] ?? -1);
  if (owners.has(-1)) return;
  const matching = [...owners].sort((a, b) => a - b);
  const key = matching.join();
  if (!classes.has(key)) classes.set(key, { matching, witness: word });
}

function advance(table: Positions, positions: readonly number[], code: number): number[] {
  const next: number[] = [];
  for (const p of positions) {
    const element = table.elements[p];
    if (element === undefined) continue;
    if (element.kind === 'star') next.push(p);
    else if (consumes(element, code)) next.push(p + 1);
  }
  return closure(table, next);
}

/** The positions, and those that they reach because a star may match nothing; sorted, each once. */
function closure(table: Positions, positions: readonly number[]): number[] {
  const all = new Set<number>();
  for (let p of positions) {
    all.add(p);
    while (table.elements[p]?.kind === 'star') all.add(++p);
  }
  return [...all].sort((a, b) => a - b);
}

/** One code point for each interval that the active elements distinguish; a letter if the interval contains one. */
function alphabet(table: Positions, positions: readonly number[]): number[] {
  const cuts = new Set([1, SLASH, SLASH + 1, 0x2e, 0xd800, 0xe000]);
  for (const p of positions) {
    const element = table.elements[p];
    if (element?.kind === 'char') cuts.add(element.code).add(element.code + 1);
    if (element?.kind === 'set') element.ranges.forEach((r) => cuts.add(r.from).add(r.to + 1));
  }
  const sorted = [...cuts].filter((c) => c <= LAST_CODE).sort((a, b) => a - b);
  const pieces = sorted.map((from, i) => ({ from, to: (sorted[i + 1] ?? LAST_CODE + 1) - 1 }));
  return pieces
    .filter((piece) => piece.from !== SLASH && piece.from > 0 && piece.from !== 0xd800)
    .map((piece) => niceCode(piece.from, piece.to))
    .sort((a, b) => niceness(a) - niceness(b) || a - b);
}

const NICE: readonly (readonly [number, number])[] = [
  [0x61, 0x7a],
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x21, 0x7e],
  [0xa1, 0xd7ff],
];

function niceCode(from: number, to: number): number {
  for (const [low, high] of NICE) if (from <= high && to >= low) return Math.max(from, low);
  return from;
}

function niceness(code: number): number {
  const index = NICE.findIndex(([low, high]) => low <= code && code <= high);
  return index < 0 ? NICE.length : index;
}
