/** Path patterns, for compiler and loader, and the order in which scopes that name one object apply. */

/** One component of a path: a name, or the source of a glob (`pattern/glob.ts` describes the syntax). */
export type PatternComponent = { readonly literal: string } | { readonly glob: string };

/** The components of a path from the root down; empty for `/`. */
export type PathPattern = readonly PatternComponent[];

/** Returns the names of a path; undefined when the path has a glob. */
export function literalNames(path: PathPattern): readonly string[] | undefined {
  const names: string[] = [];
  for (const component of path) {
    if ('glob' in component) return undefined;
    names.push(component.literal);
  }
  return names;
}

/** Returns the literal names of a path and leaves out the globs. */
export function namesIn(path: PathPattern): string[] {
  return path.flatMap((component) => ('literal' in component ? [component.literal] : []));
}

/** Returns the source of a glob, or the literal name. */
const textOf = (component: PatternComponent): string =>
  'glob' in component ? component.glob : component.literal;

/**
 * Compares two patterns that match the same path: negative when `a` is more general, positive when `b` is, 0 when they are
 * equal. Undefined when the first components that differ are two globs: the language does not order them.
 *
 * Source: "Which rule decides" of the language: a glob component before a literal one, at the first component that differs.
 */
export function comparePatterns(a: PathPattern, b: PathPattern): number | undefined {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [x, y] = [a[i], b[i]];
    if (x === undefined || y === undefined || x === y) continue;
    if ('glob' in x !== 'glob' in y) return 'glob' in x ? -1 : 1;
    if (textOf(x) !== textOf(y)) return undefined;
  }
  return a.length === b.length ? 0 : undefined;
}

/**
 * Compares two patterns for a sort from general to specific. It is a total order that extends `comparePatterns`: at the
 * first component that differs, a glob comes before a literal one, and two of the same kind are ordered by text. The order
 * by text cannot change a verdict: scopes that nothing else orders agree, or the policy is refused.
 */
export function generalToSpecific(a: PathPattern, b: PathPattern): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [x, y] = [a[i], b[i]];
    if (x === undefined || y === undefined || x === y) continue;
    if ('glob' in x !== 'glob' in y) return 'glob' in x ? -1 : 1;
    const [p, q] = [textOf(x), textOf(y)];
    if (p !== q) return p < q ? -1 : 1;
  }
  return a.length - b.length;
}
