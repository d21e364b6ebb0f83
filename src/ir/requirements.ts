/**
 * What must be on the file system for a policy to load: its literal scopes. Globs require nothing.
 *
 * Two policies with the same verdicts may still differ in this, and one that does not load enforces nothing.
 */
import { patternText } from './paths.js';
import type { Layer, Scope } from './policy.js';

/** How a literal scope binds: it must be there; only where an enclosing `?` scope is; or only the kind is checked. */
export type Need =
  | { readonly kind: 'always' }
  | { readonly kind: 'with'; readonly enclosing: string }
  | { readonly kind: 'if-there' };

export interface Requirement {
  readonly path: string;
  readonly object: 'dir' | 'file';
  readonly need: Need;
  readonly scope: Scope;
}

export interface RequirementChange {
  readonly path: string;
  readonly object: 'dir' | 'file';
  /** Undefined where the side says nothing of it. */
  readonly sides: readonly [Requirement | undefined, Requirement | undefined];
}

/** The strongest need of each literal scope, over all layers. The root is always there. */
export function requirementsOf(layers: readonly Layer[]): Map<string, Requirement> {
  const all = new Map<string, Requirement>();
  for (const scope of layers.flatMap((l) => l.scopes)) {
    if (scope.path.length === 0 || scope.path.some((c) => c.kind === 'glob')) continue;
    const { object } = scope;
    const path = patternText(scope.path);
    const made: Requirement = { path, object, need: needOf(scope), scope };
    const known = all.get(`${path}:${object}`);
    if (known === undefined || strength(made.need) > strength(known.need)) all.set(`${path}:${object}`, made);
  }
  return all;
}

function needOf({ optional, within, path }: Scope): Need {
  if (optional) return { kind: 'if-there' };
  return within === 0 ? { kind: 'always' } : { kind: 'with', enclosing: patternText(path.slice(0, within)) };
}

/** An enclosing scope further out is there more often. */
function strength(need: Need): number {
  if (need.kind === 'always') return 2;
  return need.kind === 'if-there' ? 0 : 1 + 1 / (1 + need.enclosing.length);
}

export function requirementChanges(
  sides: readonly [readonly Layer[], readonly Layer[]],
): RequirementChange[] {
  const [old, next] = [requirementsOf(sides[0]), requirementsOf(sides[1])];
  const keys = [...new Set([...old.keys(), ...next.keys()])].sort();
  return keys.flatMap((key): RequirementChange[] => {
    const [a, b] = [old.get(key), next.get(key)];
    const one = a ?? b;
    if (one === undefined || needText(a?.need) === needText(b?.need)) return [];
    return [{ path: one.path, object: one.object, sides: [a, b] }];
  });
}

/** For people and for comparison. */
export function needText(need: Need | undefined): string {
  switch (need?.kind) {
    case undefined:
      return 'nothing';
    case 'always':
      return 'must be there';
    case 'with':
      return `must be there where ${need.enclosing} is`;
    case 'if-there':
      return 'may be absent';
  }
}

/** Whether a layer does not load on a tree that has this object: a literal scope says that something there is of the other kind. */
export function refuses({ scopes }: Layer, names: readonly string[], object: 'dir' | 'file'): boolean {
  return scopes.some(({ path, object: said, optional, within }) => {
    const length = Math.min(path.length, names.length);
    for (let i = 0; i < length; i++) {
      const component = path[i];
      if (component?.kind !== 'literal' || component.name !== names[i]) return false;
    }
    if (path.length <= names.length) return said !== (path.length === names.length ? object : 'dir');
    const literal = path.every((c) => c.kind === 'literal');
    return object === 'file' && literal && !optional && within <= names.length;
  });
}
