/**
 * A smallest number of sets that cover all elements.
 *
 * Input: for each set, its elements. Output: the chosen sets, and a lower bound for any choice: where the two numbers are the
 * same the choice is proved to be a smallest one. Exact by branch and bound after what must be chosen is chosen and what another
 * set does as well is dropped; `MAX_NODES` ends the search, and then what was found is at least as good as the greedy choice.
 */

export interface Cover {
  /** Indices of sets, ascending. */
  readonly chosen: readonly number[];
  /** No choice has fewer. */
  readonly atLeast: number;
}

const MAX_NODES = 200_000;

/** Every element must be in some set. */
export function smallestCover(sets: readonly ReadonlySet<number>[]): Cover {
  const useful = withoutDominated(sets);
  const search: Search = { sets, owners: ownersOf(sets, useful), best: undefined, nodes: 0 };
  const all = new Set(search.owners.keys());
  const atLeast = independent(search, all).length;
  branch(search, all, []);
  const best = search.best ?? [];
  const proved = search.nodes < MAX_NODES;
  return { chosen: [...best].sort((a, b) => a - b), atLeast: proved ? best.length : atLeast };
}

interface Search {
  readonly sets: readonly ReadonlySet<number>[];
  /** Element → the sets that have it. */
  readonly owners: ReadonlyMap<number, readonly number[]>;
  best: readonly number[] | undefined;
  nodes: number;
}

/** Sets whose elements are not all in a larger one (or in an equal one before it). */
function withoutDominated(sets: readonly ReadonlySet<number>[]): number[] {
  const order = sets.map((_, i) => i).sort((a, b) => (sets[b]?.size ?? 0) - (sets[a]?.size ?? 0) || a - b);
  const kept: number[] = [];
  const holders = new Map<number, number[]>();
  for (const i of order) {
    const [first, ...rest] = sets[i] ?? [];
    if (first === undefined) continue;
    const covered = (holders.get(first) ?? []).some((k) => rest.every((e) => sets[k]?.has(e)));
    if (covered) continue;
    kept.push(i);
    for (const e of sets[i] ?? []) holders.set(e, [...(holders.get(e) ?? []), i]);
  }
  return kept.sort((a, b) => a - b);
}

function ownersOf(sets: readonly ReadonlySet<number>[], among: readonly number[]): Map<number, number[]> {
  const owners = new Map<number, number[]>();
  for (const i of among) for (const e of sets[i] ?? []) owners.set(e, [...(owners.get(e) ?? []), i]);
  return owners;
}

/** Elements no two of which are in one set: each needs a set of its own. Those with few owners first. */
function independent({ owners }: Search, open: ReadonlySet<number>): number[] {
  const byOwners = [...open].sort(
    (a, b) => (owners.get(a)?.length ?? 0) - (owners.get(b)?.length ?? 0) || a - b,
  );
  const taken = new Set<number>();
  return byOwners.filter((e) => {
    const own = owners.get(e) ?? [];
    if (own.some((i) => taken.has(i))) return false;
    own.forEach((i) => taken.add(i));
    return true;
  });
}

/** Goes on with the element that fewest sets have; the largest of them first, which is the greedy choice. */
function branch(search: Search, open: ReadonlySet<number>, chosen: readonly number[]): void {
  if (search.best !== undefined && search.nodes++ >= MAX_NODES) return;
  if (open.size === 0) {
    if (search.best === undefined || chosen.length < search.best.length) search.best = chosen;
    return;
  }
  const bound = independent(search, open);
  if (search.best !== undefined && chosen.length + bound.length >= search.best.length) return;
  const { owners, sets } = search;
  const gain = (i: number): number => [...(sets[i] ?? [])].filter((e) => open.has(e)).length;
  const next = bound[0] as number;
  const candidates = [...(owners.get(next) ?? [])].map((i) => ({ i, gain: gain(i) }));
  candidates.sort((a, b) => b.gain - a.gain || a.i - b.i);
  for (const { i } of candidates) {
    const rest = new Set(open);
    for (const e of sets[i] ?? []) rest.delete(e);
    branch(search, rest, [...chosen, i]);
  }
}
