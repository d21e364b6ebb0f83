/** Every path that tells the scopes of a layer apart, over the names of the generator. */
import type { Layer, Scope } from '../../src/ir/check/policy.js';
import { componentMatches, masksOnPath } from './reference.js';
import { EVERY_NAME } from './arbitrary.js';

export type Names = readonly string[];

/**
 * Exhaustive: where a scope goes on beneath a path, every name is tried; elsewhere one more name stands for all of the
 * region. Without scopes beneath, two names of a directory never differ.
 */
export function everyPath(layer: Layer): Names[] {
  const all: Names[] = [];
  const visit = (names: Names, live: readonly Scope[]): void => {
    all.push(names);
    const deeper = live.filter((s) => s.path.length > names.length);
    if (deeper.length === 0) {
      all.push([...names, 'e']);
      return;
    }
    for (const name of EVERY_NAME) {
      visit(
        [...names, name],
        deeper.filter((s) => componentMatches(s.path[names.length] ?? { literal: '' }, name)),
      );
    }
  };
  visit([], layer.scopes);
  return all;
}

/** Everything that the rules say of a path, to be compared. */
export function verdictsOn(layer: Layer, names: Names): string {
  const dir = masksOnPath(layer, names, 'dir');
  const file = names.length === 0 ? dir : masksOnPath(layer, names, 'file');
  return `${dir.self},${dir.below},${file.self}`;
}
