/**
 * Few sets that cover all elements.
 *
 * Input: for each set, its elements. Output: the chosen sets, and a lower bound for any choice. Elements are covered
 * one by one, those that few sets have first, each by the set that covers most of what is left; then sets that the
 * others make redundant are dropped. Known weakness: the choice need not be a smallest one. The bound says how far off
 * it may be.
 */

export interface Cover {
  /** Indices of sets, ascending. */
  readonly chosen: readonly number[];
  /** No choice has fewer. */
  readonly atLeast: number;
}

/** A cover of all elements that occur in the sets. */
export function smallCover(sets: readonly ReadonlySet<number>[]): Cover {
  const owners = ownersOf(sets);
  const order = [...owners].sort(([a, x], [b, y]) => x.length - y.length || a - b);
  const open = new Set(owners.keys());
  const gain = (i: number): number => [...(sets[i] ?? [])].filter((e) => open.has(e)).length;
  const chosen: number[] = [];
  for (const [element, own] of order) {
    if (!open.has(element)) continue;
    const gains = own.map(gain);
    const best = own[gains.indexOf(Math.max(...gains))] ?? 0;
    chosen.push(best);
    sets[best]?.forEach((e) => open.delete(e));
  }
  return { chosen: withoutRedundant(sets, chosen).sort((a, b) => a - b), atLeast: independent(order) };
}

/** Element → the sets that have it, ascending. */
function ownersOf(sets: readonly ReadonlySet<number>[]): Map<number, number[]> {
  const owners = new Map<number, number[]>();
  sets.forEach((set, i) =>
    set.forEach((e) => {
      const known = owners.get(e);
      if (known === undefined) owners.set(e, [i]);
      else known.push(i);
    }),
  );
  return owners;
}

/**
 * Without the sets all of whose elements are in others that are chosen. Those that were chosen first are looked at
 * first.
 */
function withoutRedundant(sets: readonly ReadonlySet<number>[], chosen: readonly number[]): number[] {
  const count = new Map<number, number>();
  const add = (i: number, n: number): void => sets[i]?.forEach((e) => count.set(e, (count.get(e) ?? 0) + n));
  for (const i of chosen) add(i, 1);
  return chosen.filter((i) => {
    const redundant = [...(sets[i] ?? [])].every((e) => (count.get(e) ?? 0) > 1);
    if (redundant) add(i, -1);
    return !redundant;
  });
}

/** A number of elements no two of which are in one set: each needs a set of its own. */
function independent(order: readonly (readonly [number, readonly number[]])[]): number {
  const taken = new Set<number>();
  return order.filter(([, own]) => {
    if (own.some((i) => taken.has(i))) return false;
    own.forEach((i) => taken.add(i));
    return true;
  }).length;
}
