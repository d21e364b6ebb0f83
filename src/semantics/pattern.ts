/** Path patterns as compiler and loader both have them, and the order in which scopes that name one object act. */

/** One component of a path as it is written: a name, or the source of a glob (its syntax is at `pattern/glob.ts`). */
export type PatternComponent = { readonly literal: string } | { readonly glob: string };

/** From the root down; empty for `/`. */
export type PathPattern = readonly PatternComponent[];

/** The names of a path without globs; undefined for a path with one. */
export function literalNames(path: PathPattern): readonly string[] | undefined {
  const names: string[] = [];
  for (const component of path) {
    if ('glob' in component) return undefined;
    names.push(component.literal);
  }
  return names;
}

/** The literal names of a path, globs left out. */
export function namesIn(path: PathPattern): string[] {
  return path.flatMap((component) => ('literal' in component ? [component.literal] : []));
}

/** The component as one string, and whether it is a glob: what the order below looks at. */
const textOf = (component: PatternComponent): string =>
  'glob' in component ? component.glob : component.literal;

/**
 * The order of two patterns that match the same path: negative when `a` is more general, 0 when they are equal,
 * undefined when two different globs come first and nothing orders them.
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
 * A total order that extends `comparePatterns`: general to specific. Where it orders by text alone, the scopes agree or the
 * policy is refused. A glob component comes before a literal one at the first component in which the texts differ.
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
