/**
 * The objects that must exist for a policy to load. Literal scopes require objects; globs require nothing.
 *
 * Two policies with the same verdicts can differ in their requirements. A policy that does not load enforces nothing.
 */
import { patternText } from '../check/paths.js';
import { literalNames } from '../../semantics/pattern.js';
import type { Layer, Scope } from '../check/policy.js';

type ObjectKind = 'dir' | 'file';

/**
 * When the object of a literal scope is required: always; if the object of an enclosing `?` scope exists; or never, and if
 * it exists its kind is checked.
 */
export type RequiredWhen =
  | { readonly kind: 'always' }
  | { readonly kind: 'with'; readonly enclosing: string }
  | { readonly kind: 'if-there' };

export interface Requirement {
  readonly path: string;
  readonly object: ObjectKind;
  readonly need: RequiredWhen;
  readonly scope: Scope;
}

export interface RequirementChange {
  readonly path: string;
  readonly object: ObjectKind;
  /** Undefined where the side has no requirement for the object. */
  readonly sides: readonly [Requirement | undefined, Requirement | undefined];
}

/** Returns the strongest requirement of each path and kind over all layers, without `/`, which always exists. */
function requirementsOf(layers: readonly Layer[]): Map<string, Requirement> {
  const all = new Map<string, Requirement>();
  for (const scope of layers.flatMap((l) => l.scopes)) {
    if (scope.path.length === 0 || literalNames(scope.path) === undefined) continue;
    const { object } = scope;
    const path = patternText(scope.path);
    const made: Requirement = { path, object, need: needOf(scope), scope };
    const known = all.get(`${path}:${object}`);
    if (known === undefined || strength(made.need) > strength(known.need)) all.set(`${path}:${object}`, made);
  }
  return all;
}

function needOf({ optional, within, path }: Scope): RequiredWhen {
  if (optional) return { kind: 'if-there' };
  return within === 0 ? { kind: 'always' } : { kind: 'with', enclosing: patternText(path.slice(0, within)) };
}

/** Returns a rank for a requirement. An enclosing scope further out makes a stronger one: its object exists more often. */
function strength(need: RequiredWhen): number {
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

/** Returns a requirement as text. Requirements are equal if their texts are. */
export function needText(need: RequiredWhen | undefined): string {
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

interface Literal {
  readonly names: readonly string[];
  readonly object: ObjectKind;
  readonly optional: boolean;
  readonly within: number;
}

/**
 * Returns a function that tells whether the layers refuse every tree with a given object. They do if literal scopes require
 * the other kind for that object, for a directory on its path, or for an object that must then exist.
 */
export function refusals(
  layers: readonly Layer[],
): (names: readonly string[], object: ObjectKind) => boolean {
  const literals = layers.flatMap((l) => l.scopes.flatMap(literalOf));
  const said = new Map<string, Set<ObjectKind>>();
  for (const { names, object } of literals)
    said.set(key(names), (said.get(key(names)) ?? new Set()).add(object));
  const base: Implied = { said, objects: new Map(), below: undefined, conflict: false };
  const required = literals.filter((l) => !l.optional);
  for (const { names, object } of required.filter((l) => l.within === 0)) imply(base, names, object);
  const conditional = required.filter((l) => l.within > 0);
  return (names, object) => {
    const tree: Implied = { said, objects: new Map(), below: base, conflict: base.conflict };
    imply(tree, names, object);
    implyConditional(tree, conditional);
    return tree.conflict;
  };
}

function literalOf({ path, object, optional, within }: Scope): Literal[] {
  const names = literalNames(path);
  return names !== undefined && names.length > 0 ? [{ names, object, optional, within }] : [];
}

/** The objects that must exist, in addition to those of `below`. */
interface Implied {
  readonly said: ReadonlyMap<string, ReadonlySet<ObjectKind>>;
  readonly objects: Map<string, ObjectKind>;
  readonly below: Implied | undefined;
  conflict: boolean;
}

const key = (names: readonly string[]): string => names.join('/');

function kindOf(tree: Implied, path: string): ObjectKind | undefined {
  return tree.objects.get(path) ?? tree.below?.objects.get(path);
}

/** Adds an object and its parent directories, and records a conflict of kinds. */
function imply(tree: Implied, names: readonly string[], object: ObjectKind): void {
  for (let length = 1; length <= names.length; length++) {
    const path = key(names.slice(0, length));
    const kind = length === names.length ? object : 'dir';
    const known = kindOf(tree, path);
    if (known === undefined) tree.objects.set(path, kind);
    if ((known !== undefined && known !== kind) || tree.said.get(path)?.has(kind === 'dir' ? 'file' : 'dir'))
      tree.conflict = true;
  }
}

/** Adds the objects whose enclosing optional object exists, until nothing changes. */
function implyConditional(tree: Implied, conditional: readonly Literal[]): void {
  let rest = conditional;
  for (let before = -1; before !== rest.length && !tree.conflict;) {
    before = rest.length;
    rest = rest.filter(({ names, object, within }) => {
      if (kindOf(tree, key(names.slice(0, within))) === undefined) return true;
      imply(tree, names, object);
      return false;
    });
  }
}
