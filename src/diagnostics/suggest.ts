/** Finds the known name that a misspelt name is near to, for "did you mean". */
import type { Diagnostic, Span } from './types.js';

/** The help for a misspelt name; undefined if no known name is near it. */
export function didYouMean(name: string, known: Iterable<string>): string | undefined {
  const nearest = nearestName(name, known);
  return nearest === undefined ? undefined : `did you mean \`${nearest}\`?`;
}

/** Help and fix for a misspelt name; undefined if no known name is near it. */
export function respell(
  name: string,
  known: Iterable<string>,
  span: Span,
): Required<Pick<Diagnostic, 'help' | 'fix'>> | undefined {
  const nearest = nearestName(name, known);
  return nearest === undefined
    ? undefined
    : { help: `did you mean \`${nearest}\`?`, fix: { span, replacement: nearest } };
}

/**
 * The known name with the least edit distance, if it is at most a third of the length. Ties go to the first by order.
 */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  const limit = Math.max(1, Math.floor(name.length / 3));
  let best: string | undefined;
  let distance = limit + 1;
  for (const candidate of [...new Set(known)].sort()) {
    if (Math.abs(candidate.length - name.length) > limit) continue;
    const d = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (d < distance) [best, distance] = [candidate, d];
  }
  return best;
}

/** Optimal string alignment distance: insertions, deletions, substitutions, swaps of neighbours. */
export function editDistance(a: string, b: string): number {
  let previous: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let d = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + cost);
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      if (swapped) d = Math.min(d, (previous[j - 2] ?? 0) + 1);
      next.push(d);
    }
    [previous, row] = [row, next];
  }
  return row[b.length] ?? 0;
}
