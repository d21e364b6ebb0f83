/** Which rule decides an action at a place of a grounded map. */
import type { ActionName } from '../../abi/actions.js';
import { decisive, type Mention } from '../../semantics/deciding.js';
import type { InodeMap, ManifestRule, MapEntry } from '../../artifact/manifest.js';
import { pathOf, type Place } from './ground.js';

/** What decided. */
export type Reason =
  | { readonly kind: 'rule'; readonly entry: MapEntry; readonly rule: ManifestRule; readonly place: string }
  | { readonly kind: 'default'; readonly effect: 'allow' | 'deny' }
  /** The place is not known, so what is denied anywhere is denied. */
  | { readonly kind: 'unknown' };

export interface PlaceMention extends Mention {
  readonly kind: 'rule';
  readonly entry: MapEntry;
  readonly rule: ManifestRule;
  readonly place: string;
}

/**
 * The rule that decides an action at a place: a `forbid` from the root down, else the innermost mention; the default when
 * nothing mentions it.
 */
export function decidingRule(
  map: InodeMap,
  place: Place,
  level: 'self' | 'below',
  action: ActionName,
): Reason {
  const found = decisive(mentionsAt(place, level, action));
  return found ?? { kind: 'default', effect: action === 'walk' ? 'allow' : map.default };
}

/** The rules that mention an action at a place, in the order in which they act. */
export function mentionsAt(place: Place, level: 'self' | 'below', action: ActionName): PlaceMention[] {
  const path: Place[] = [];
  for (let at: Place | undefined = place; at !== undefined; at = at.parent) path.unshift(at);
  return path.flatMap((at) =>
    at.entries.flatMap((entry) =>
      (at === place && level === 'self' ? [false, true] : [false]).flatMap((self) =>
        entry.rules
          .filter((rule) => rule.self === self && rule.actions.includes(action))
          .map((rule) => ({ kind: 'rule' as const, effect: rule.effect, entry, rule, place: pathOf(at) })),
      ),
    ),
  );
}
