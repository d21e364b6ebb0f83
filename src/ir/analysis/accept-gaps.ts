/**
 * Applies `accept unenforced` to the gaps that a target found. A gap of which the policy accepts some actions becomes two
 * gaps. An acceptance that accepts nothing on its target is warned about.
 */
import {
  difference,
  intersection,
  NO_ACTIONS,
  overlaps,
  unionOf,
  type ActionMask,
} from '../../abi/actions.js';
import type { FoundGap, Gap } from '../../artifact/gap.js';
import type { TargetName } from '../../artifact/manifest.js';
import type { AcceptedUnenforced, CheckedPolicy } from '../check/policy.js';

/** Returns the gaps in the same order, each with whether the policy accepts it on this target. */
export function acceptGaps(
  found: readonly FoundGap[],
  { unenforced }: CheckedPolicy,
  target: TargetName,
): readonly Gap[] {
  const own = unenforced.filter((a) => a.target === target);
  return found.flatMap((gap) => {
    const accepted = acceptedActions(gap, own);
    const rest = difference(gap.actions, accepted);
    return [
      ...(rest === 0 ? [] : [{ ...gap, actions: rest, accepted: false }]),
      ...(accepted === 0 ? [] : [{ ...gap, actions: accepted, accepted: true }]),
    ];
  });
}

/** Returns the acceptances for this target that accept none of these gaps. */
export function idleAcceptances(
  found: readonly FoundGap[],
  { unenforced }: CheckedPolicy,
  target: TargetName,
): readonly AcceptedUnenforced[] {
  const looser = found.filter((gap) => gap.direction === 'looser');
  const isUsed = (a: AcceptedUnenforced): boolean =>
    looser.some(({ actions, layers }) => overlaps(actions, a.actions) && layers.some((l) => isAbout(a, l)));
  return unenforced.filter((a) => a.target === target && !isUsed(a));
}

/** Returns the actions of a gap that are accepted in each of its layers. */
function acceptedActions(
  { direction, actions, layers }: FoundGap,
  own: readonly AcceptedUnenforced[],
): ActionMask {
  if (direction !== 'looser') return NO_ACTIONS;
  const inLayer = (layer: string): ActionMask =>
    unionOf(own.filter((a) => isAbout(a, layer)).map((a) => a.actions));
  return layers.map(inLayer).reduce(intersection, actions);
}

function isAbout({ layer }: AcceptedUnenforced, name: string): boolean {
  return layer === undefined || layer.name === name;
}
