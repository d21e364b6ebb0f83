/** Which rule decides an action at a place of a grounded map. */
import type { ActionName } from '../../abi/actions.js';
import type { InodeMap, ManifestRule, MapEntry } from '../../artifact/manifest.js';
import { pathOf, type Place } from './ground.js';

/** What decided. */
export type Reason =
  | { readonly kind: 'rule'; readonly entry: MapEntry; readonly rule: ManifestRule; readonly place: string }
  | { readonly kind: 'default'; readonly effect: 'allow' | 'deny' }
  /** The place is not known, so what is denied anywhere is denied. */
  | { readonly kind: 'unknown' };

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
  const path: Place[] = [];
  for (let at: Place | undefined = place; at !== undefined; at = at.parent) path.unshift(at);
  let found: Reason | undefined;
  for (const at of path) {
    for (const entry of at.entries) {
      for (const self of at === place && level === 'self' ? [false, true] : [false]) {
        const forbids = ruleFor(entry, 'forbid', self, action);
        if (forbids !== undefined) return { kind: 'rule', entry, rule: forbids, place: pathOf(at) };
        const rule = ruleFor(entry, 'allow', self, action) ?? ruleFor(entry, 'deny', self, action);
        if (rule !== undefined) found = { kind: 'rule', entry, rule, place: pathOf(at) };
      }
    }
  }
  return found ?? { kind: 'default', effect: action === 'walk' ? 'allow' : map.default };
}

function ruleFor(
  entry: MapEntry,
  effect: ManifestRule['effect'],
  self: boolean,
  action: ActionName,
): ManifestRule | undefined {
  return entry.rules.find((r) => r.effect === effect && r.self === self && r.actions.includes(action));
}
