/** The order of scopes that name one object: a glob component before a literal one, where they first differ. */
import type { MapEntry } from '../../artifact/manifest.js';

type Component = MapEntry['components'][number];

/** Negative when `a` is more general; undefined when nothing orders them. */
export function comparePaths(a: MapEntry, b: MapEntry): number | undefined {
  const length = Math.min(a.components.length, b.components.length);
  for (let i = 0; i < length; i++) {
    const [x, y] = [a.components[i] as Component, b.components[i] as Component];
    if ('glob' in x && 'glob' in y) {
      if (x.glob !== y.glob) return undefined;
    } else if ('literal' in x && 'literal' in y) {
      if (x.literal !== y.literal) return undefined;
    } else {
      return 'glob' in x ? -1 : 1;
    }
  }
  return undefined;
}

/** A linear extension of `comparePaths`: where it chooses freely, the scopes agree or the load is refused. */
export function generalToSpecific(a: MapEntry, b: MapEntry): number {
  const length = Math.min(a.components.length, b.components.length);
  for (let i = 0; i < length; i++) {
    const [x, y] = [a.components[i] as Component, b.components[i] as Component];
    if ('glob' in x !== 'glob' in y) return 'glob' in x ? -1 : 1;
    const [p, q] = ['glob' in x ? x.glob : x.literal, 'glob' in y ? y.glob : y.literal];
    if (p !== q) return p < q ? -1 : 1;
  }
  return a.components.length - b.components.length;
}
