/**
 * Partitions the actions into classes. Actions that every scope mentions in the same way are one class: links can bring any
 * scopes together at load, and such actions still get the same verdict.
 *
 * Input: a layer. Output: the classes, ordered by their first action, each with its decision: a bit of the state, or a fixed
 * verdict if every place has the same one. A fixed verdict is found from the mentions alone, because links can bring any
 * scopes together. Known weakness: a class whose rules are all idle may get a bit that it does not need.
 */
import {
  ACTIONS,
  ALL_ACTIONS,
  NO_ACTIONS,
  difference,
  intersection,
  lowestBit,
  union,
  type ActionMask,
} from '../../abi/actions.js';
import type { Layer, Scope } from '../../ir/check/policy.js';
import type { Effects } from '../../semantics/scope.js';
import { initialSets } from '../../ir/hierarchy/places.js';

export interface ActionClass {
  readonly actions: ActionMask;
  readonly decision: ClassDecision;
}

export type ClassDecision =
  | { readonly kind: 'allow' }
  | { readonly kind: 'deny' }
  /** `bit` of the state decides. `region`: `deny` if every region denies the class. */
  | { readonly kind: 'bit'; readonly bit: number; readonly region: 'deny' | 'varies' };

export function partitionActions(layer: Layer): ActionClass[] {
  const initial = initialSets(layer).allowed;
  let classes: ActionMask[] = split([ALL_ACTIONS], initial);
  // Many scopes mention the same set, and a set splits the classes only once.
  const seen = new Set<ActionMask>([NO_ACTIONS]);
  for (const scope of layer.scopes) {
    for (const mask of mentions(scope)) {
      if (seen.has(mask)) continue;
      seen.add(mask);
      classes = split(classes, mask);
    }
    if (classes.length === ACTIONS.length) break;
  }
  classes.sort((a, b) => lowestBit(a) - lowestBit(b));
  const totals = totalMentions(layer);
  let bit = 0;
  return classes.map((actions) => {
    const fixed = fixedDecision(actions, initial, totals);
    if (fixed !== undefined) return { actions, decision: { kind: fixed } };
    const region = (actions & (initial | totals.regionAllow)) === 0 ? 'deny' : 'varies';
    return { actions, decision: { kind: 'bit', bit: bit++, region } };
  });
}

function mentions({ region, self }: Scope): ActionMask[] {
  return [region.allow, region.deny, region.forbid, self.allow, self.deny, self.forbid];
}

function split(classes: readonly ActionMask[], by: ActionMask): ActionMask[] {
  return classes.flatMap((c) => [intersection(c, by), difference(c, by)].filter((part) => part !== 0));
}

interface Totals {
  readonly regionAllow: ActionMask;
  readonly allow: ActionMask;
  readonly restrict: ActionMask;
  /** The actions that the scope of `/` allows in its region, and (`rootRestrict`) those that it denies or forbids there. */
  readonly rootAllow: ActionMask;
  readonly rootRestrict: ActionMask;
}

function totalMentions(layer: Layer): Totals {
  let [regionAllow, allow, restrict] = [NO_ACTIONS, NO_ACTIONS, NO_ACTIONS];
  for (const { region, self } of layer.scopes) {
    regionAllow = union(regionAllow, region.allow);
    allow = union(allow, union(region.allow, self.allow));
    restrict = union(restrict, union(restrictedBy(region), restrictedBy(self)));
  }
  const root = layer.scopes[0]?.region;
  return {
    ...{ regionAllow, allow, restrict },
    rootAllow: root?.allow ?? NO_ACTIONS,
    rootRestrict: root === undefined ? NO_ACTIONS : restrictedBy(root),
  };
}

function restrictedBy({ deny, forbid }: Effects): ActionMask {
  return union(deny, forbid);
}

/**
 * Returns the verdict of a class that has the same one everywhere: `deny` if it starts denied and no scope allows it, `allow`
 * if it starts allowed and no scope restricts it. Undefined if the verdict can vary.
 */
function fixedDecision(
  actions: ActionMask,
  initial: ActionMask,
  totals: Totals,
): 'allow' | 'deny' | undefined {
  const startsDenied = (actions & initial & ~totals.rootRestrict) === 0;
  if (startsDenied && (actions & totals.allow) === 0) return 'deny';
  const startsAllowed = (actions & (initial | totals.rootAllow)) === actions;
  if (startsAllowed && (actions & totals.restrict) === 0) return 'allow';
  return undefined;
}
