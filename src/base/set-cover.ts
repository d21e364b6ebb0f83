/**
 * A smallest number of sets that cover all elements.
 *
 * Input: for each set, its elements. Output: the chosen sets, and a lower bound for any choice: where the two numbers are the same
 * the choice is proved to be a smallest one. What must be chosen is chosen, what another does as well is dropped, what is left falls
 * apart into pieces that share nothing, and each piece is searched by branch and bound. A piece that is too large, or takes more
 * than `MAX_NODES`, has the greedy choice or the best that was found, and the bound tells how far off it may be.
 */

export interface Cover {
  /** Indices of sets, ascending. */
  readonly chosen: readonly number[];
  /** No choice has fewer. */
  readonly atLeast: number;
}

const MAX_NODES = 20_000;
/** Elements of a piece that is searched. */
const MAX_PIECE = 300;

/** Every element must be in some set. */
export function smallestCover(sets: readonly ReadonlySet<number>[]): Cover {
  const problem: Problem = { sets: new Map(), owners: new Map() };
  sets.forEach((set, i) => problem.sets.set(i, new Set(set)));
  sets.forEach((set, i) => set.forEach((e) => ownersOf(problem, e).add(i)));
  const chosen: number[] = reduce(problem);
  let atLeast = chosen.length;
  for (const piece of piecesOf(problem)) {
    const found = solvePiece(problem, piece);
    chosen.push(...found.chosen);
    atLeast += found.atLeast;
  }
  return { chosen: chosen.sort((a, b) => a - b), atLeast };
}

interface Problem {
  readonly sets: Map<number, Set<number>>;
  /** Element → the sets that have it. */
  readonly owners: Map<number, Set<number>>;
}

function ownersOf({ owners }: Problem, element: number): Set<number> {
  const known = owners.get(element);
  if (known !== undefined) return known;
  const made = new Set<number>();
  owners.set(element, made);
  return made;
}

/** Chooses what must be, and drops what need not be looked at, until nothing changes. Gives the chosen. */
function reduce(problem: Problem): number[] {
  const chosen: number[] = [];
  for (let changed = true; changed;) {
    changed = dropElements(problem);
    changed = dropSets(problem) || changed;
    for (const [element, owners] of [...problem.owners]) {
      const [only, another] = owners;
      if (only === undefined || another !== undefined || !problem.owners.has(element)) continue;
      chosen.push(only);
      for (const e of [...(problem.sets.get(only) ?? [])]) removeElement(problem, e);
      changed = true;
    }
  }
  return chosen;
}

function removeElement({ sets, owners }: Problem, element: number): void {
  for (const i of owners.get(element) ?? []) sets.get(i)?.delete(element);
  owners.delete(element);
}

function removeSet({ sets, owners }: Problem, index: number): void {
  for (const e of sets.get(index) ?? []) owners.get(e)?.delete(index);
  sets.delete(index);
}

const isWithin = (a: ReadonlySet<number>, b: ReadonlySet<number>): boolean =>
  a.size <= b.size && [...a].every((x) => b.has(x));

/** An element that every cover of another one covers with it. */
function dropElements(problem: Problem): boolean {
  let dropped = false;
  const order = [...problem.owners.keys()].sort(
    (a, b) => ownersOf(problem, a).size - ownersOf(problem, b).size || a - b,
  );
  for (const f of order) {
    const owners = problem.owners.get(f);
    const [first] = owners ?? [];
    if (owners === undefined || first === undefined) continue;
    for (const e of [...(problem.sets.get(first) ?? [])]) {
      if (e === f || !isWithin(owners, ownersOf(problem, e))) continue;
      removeElement(problem, e);
      dropped = true;
    }
  }
  return dropped;
}

/** A set all of whose elements are in another one; of equal ones the first stays. */
function dropSets(problem: Problem): boolean {
  let dropped = false;
  for (const [i, set] of [...problem.sets].reverse()) {
    const [first] = set;
    const rivals = first === undefined ? [] : [...ownersOf(problem, first)];
    const covered = rivals.some((k) => {
      const other = problem.sets.get(k);
      return k !== i && other !== undefined && isWithin(set, other);
    });
    if (first !== undefined && !covered) continue;
    removeSet(problem, i);
    dropped = true;
  }
  return dropped;
}

/** Elements that no set joins to those of another piece. */
function piecesOf({ sets, owners }: Problem): number[][] {
  const seen = new Set<number>();
  const pieces: number[][] = [];
  for (const start of owners.keys()) {
    if (seen.has(start)) continue;
    const piece = [start];
    seen.add(start);
    for (let at = 0; at < piece.length; at++) {
      for (const i of owners.get(piece[at] ?? 0) ?? []) {
        for (const e of sets.get(i) ?? []) {
          if (seen.has(e)) continue;
          seen.add(e);
          piece.push(e);
        }
      }
    }
    pieces.push(piece);
  }
  return pieces;
}

interface Search {
  readonly problem: Problem;
  best: readonly number[];
  nodes: number;
}

function solvePiece(problem: Problem, piece: readonly number[]): Cover {
  const open = new Set(piece);
  const search: Search = { problem, best: greedy(problem, open), nodes: 0 };
  const bound = independent(problem, open).length;
  if (bound === search.best.length) return { chosen: search.best, atLeast: bound };
  if (piece.length > MAX_PIECE) return { chosen: search.best, atLeast: bound };
  branch(search, open, []);
  return { chosen: search.best, atLeast: search.nodes < MAX_NODES ? search.best.length : bound };
}

const gainOf = (set: ReadonlySet<number> | undefined, open: ReadonlySet<number>): number =>
  [...(set ?? [])].filter((e) => open.has(e)).length;

function greedy({ sets, owners }: Problem, all: ReadonlySet<number>): number[] {
  const open = new Set(all);
  const candidates = new Set([...all].flatMap((e) => [...(owners.get(e) ?? [])]));
  const chosen: number[] = [];
  while (open.size > 0) {
    let [best, gain] = [-1, 0];
    for (const i of candidates) {
      const own = gainOf(sets.get(i), open);
      if (own > gain) [best, gain] = [i, own];
    }
    chosen.push(best);
    for (const e of sets.get(best) ?? []) open.delete(e);
  }
  return chosen;
}

/** Elements no two of which are in one set: each needs a set of its own. Those with few owners first. */
function independent({ owners }: Problem, open: ReadonlySet<number>): number[] {
  const count = (e: number): number => owners.get(e)?.size ?? 0;
  const taken = new Set<number>();
  return [...open]
    .sort((a, b) => count(a) - count(b) || a - b)
    .filter((e) => {
      const own = [...(owners.get(e) ?? [])];
      if (own.some((i) => taken.has(i))) return false;
      own.forEach((i) => taken.add(i));
      return true;
    });
}

/** Goes on with an element that few sets have; the largest of them first. */
function branch(search: Search, open: ReadonlySet<number>, chosen: readonly number[]): void {
  if (search.nodes++ >= MAX_NODES) return;
  if (open.size === 0) {
    if (chosen.length < search.best.length) search.best = chosen;
    return;
  }
  const { problem } = search;
  const bound = independent(problem, open);
  if (chosen.length + bound.length >= search.best.length) return;
  const candidates = [...(problem.owners.get(bound[0] ?? 0) ?? [])];
  const ordered = candidates.map((i) => ({ i, gain: gainOf(problem.sets.get(i), open) }));
  ordered.sort((a, b) => b.gain - a.gain || a.i - b.i);
  for (const { i } of ordered) {
    const rest = new Set(open);
    for (const e of problem.sets.get(i) ?? []) rest.delete(e);
    branch(search, rest, [...chosen, i]);
  }
}
