/** Finds the rule that decides an action at a place of a grounded map. */
import type { ActionName } from '../../abi/actions.js';
import type { InodeMap, ManifestRule, MapEntry } from '../../artifact/manifest.js';
import { decidingMention, mentionsOn } from '../../semantics/deciding.js';
import { pathOf, type MapPlace } from './ground.js';

/** The cause of a verdict: a rule, the default, or an unknown place. */
export type Reason =
  | PlaceMention
  | { readonly kind: 'default'; readonly effect: 'allow' | 'deny' }
  /** The place is not known, so every action that is denied somewhere is denied. */
  | { readonly kind: 'unknown' };

/** A rule that mentions an action, the entry that it belongs to, and the path of the object that the entry names. */
export interface PlaceMention {
  readonly kind: 'rule';
  readonly entry: MapEntry;
  readonly rule: ManifestRule;
  readonly place: string;
}

/** Returns the rule that decides an action at a place, or the default when no rule mentions the action. */
export function reasonAt(
  map: InodeMap,
  place: MapPlace,
  level: 'self' | 'below',
  action: ActionName,
): Reason {
  const found = decidingMention(mentionsAt(place, level, action));
  return found ?? { kind: 'default', effect: action === 'walk' ? 'allow' : map.default };
}

/** Returns the rules that mention an action at a place, in the order in which they apply. */
export function mentionsAt(place: MapPlace, level: 'self' | 'below', action: ActionName): PlaceMention[] {
  const path: {
    readonly rules: readonly ManifestRule[];
    readonly entry: MapEntry;
    readonly place: MapPlace;
  }[][] = [];
  for (let at: MapPlace | undefined = place; at !== undefined; at = at.parent) {
    const here = at;
    path.unshift(here.entries.map((entry) => ({ rules: entry.rules, entry, place: here })));
  }
  return mentionsOn(path, level, (rule: ManifestRule) => rule.actions.includes(action)).map(
    ({ scope, rule }) => ({ kind: 'rule', entry: scope.entry, rule, place: pathOf(scope.place) }),
  );
}
