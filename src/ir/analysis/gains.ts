/**
 * Finds moves that gain rights. An object that no scope names has the rights of its directory, so a `rename` or a `link`
 * can take it into a region that allows more.
 *
 * Input: the product of some layers. Output: pairs of regions such that an object can move from the first to the second and
 * gains rights there, each region with a shortest path to one of its directories. Exact: one search finds all directories
 * that can be walked to and groups them by what they allow beneath; then the groups are paired. An object that a scope names
 * gains nothing: it keeps its rights wherever it moves, and so does every directory above one with all that it contains.
 *
 * For each region, the result lists targets that together show every gain, chosen greedily: the target that adds most comes
 * first. Known weakness: a greedy cover can have more targets than the smallest one.
 */
import { WALK, countActions, difference, intersection, unionOf, type ActionMask } from '../../abi/actions.js';
import { gainOf, MOVE_ACTIONS, MOVE_CALLS, type MoveCall } from '../../abi/moves.js';
import { componentMatches, freshName } from '../hierarchy/walker.js';
import * as spots from '../hierarchy/spots.js';
import type { Spot, Spots, Step, Trail } from '../hierarchy/spots.js';

/** The objects in a directory that no scope names. */
export interface Region {
  readonly directory: readonly Step[];
  /** The actions that are allowed on them. */
  readonly allowed: ActionMask;
}

export interface Gain {
  readonly call: MoveCall;
  readonly from: Region;
  readonly to: Region;
  /** Actions that are allowed in `to` and denied in `from`. */
  readonly gained: ActionMask;
  /** A name that no scope has in either directory; where scopes name every name, a name without a literal scope. */
  readonly name: string;
}

export type Gains =
  | { readonly kind: 'found'; readonly gains: readonly Gain[] }
  /** Globs overlap too much beneath this path. */
  | { readonly kind: 'too-large'; readonly path: readonly Step[] };

/** Returns the moves that gain some of these actions. */
export function findGains(product: Spots, relevant: ActionMask): Gains {
  if (relevant === 0) return { kind: 'found', gains: [] };
  const regions = findRegions(product);
  if (!Array.isArray(regions)) return { kind: 'too-large', path: spots.stepsOf(regions.at) };
  const targets = regions.flatMap((to) => to.targets);
  const most = targets.reduce((mask, { allowed }) => mask | allowed, 0);
  const gains = regions.flatMap((from) => {
    if ((most & ~from.allowed & relevant) === 0) return [];
    return gainsFrom(from, targets, relevant);
  });
  return { kind: 'found', gains };
}

interface FoundRegion extends Region {
  readonly spot: Spot;
}

interface MoveTarget extends FoundRegion {
  readonly call: Gain['call'];
}

/** Directories that allow the same beneath them: the first one, and for each call the first one that it can move into. */
interface RegionGroup extends FoundRegion {
  readonly targets: MoveTarget[];
}

/** Returns all regions, or the path beneath which globs overlap too much to continue. */
function findRegions(product: Spots): RegionGroup[] | { readonly at: Trail | undefined } {
  const groups = new Map<ActionMask, RegionGroup>();
  const queue: { readonly spot: Spot; readonly trail: Trail | undefined }[] = [
    { spot: product.root, trail: undefined },
  ];
  const seen = new Set([spots.spotKey(product.root)]);
  for (const { spot, trail } of queue) {
    const own = spots.allowedAt(spot, 'dir');
    if ((own & WALK) === 0 || !spots.canBeDirectory(spot)) continue;
    addRegion(groups, spot, trail, own);
    const steps = spots.stepsFrom(spot);
    if (steps === undefined) return { at: trail };
    for (const step of steps) {
      const next = spots.stepTo(product, spot, step);
      const key = spots.spotKey(next);
      if (seen.has(key)) continue;
      seen.add(key);
      queue.push({ spot: next, trail: { above: trail, step } });
    }
  }
  return [...groups.values()];
}

function addRegion(
  groups: Map<ActionMask, RegionGroup>,
  spot: Spot,
  trail: Trail | undefined,
  own: ActionMask,
): void {
  const allowed = spots.allowedAt(spot, 'below');
  const known = groups.get(allowed);
  const wanted = MOVE_CALLS.filter(
    (call) => (own & MOVE_ACTIONS[call].into) !== 0 && !known?.targets.some((t) => t.call === call),
  );
  if (known !== undefined && wanted.length === 0) return;
  const found: FoundRegion = { directory: spots.stepsOf(trail), allowed, spot };
  const group = known ?? { ...found, targets: [] };
  groups.set(allowed, group);
  group.targets.push(...wanted.map((call) => ({ ...found, call })));
}

/** Returns gains from one region that together show every action to be gained; the one that adds most comes first. */
function gainsFrom(from: FoundRegion, targets: readonly MoveTarget[], relevant: ActionMask): Gain[] {
  const candidates = targets
    .map((to) => ({ to, gained: intersection(gainOf(to.call, from.allowed, to.allowed), relevant) }))
    .filter((c) => c.gained !== 0);
  const gains: Gain[] = [];
  let left = unionOf(candidates.map((c) => c.gained));
  const adds = ({ gained }: { readonly gained: ActionMask }): number =>
    countActions(intersection(gained, left));
  while (left !== 0) {
    const best = candidates.reduce((a, b) => (adds(b) > adds(a) ? b : a));
    left = difference(left, best.gained);
    gains.push(makeGain(from, best.to, best.gained));
  }
  return gains;
}

function makeGain(from: FoundRegion, to: MoveTarget, gained: ActionMask): Gain {
  return {
    call: to.call,
    from: { directory: from.directory, allowed: from.allowed },
    to: { directory: to.directory, allowed: to.allowed },
    gained,
    name: unnamed([from.spot, to.spot]),
  };
}

/** Returns a name that no scope names in these directories; where scopes name every name, a name without a literal scope. */
function unnamed(directories: readonly Spot[]): string {
  const states = directories.flatMap((d) => d.states);
  const taken = new Set([
    ...states.flatMap((s) => s.literals.map((e) => e.name)),
    ...directories.flatMap((d) => [...(d.kinds?.children.keys() ?? [])]),
  ]);
  const globs = new Set(states.flatMap((s) => s.globs));
  const matched = (name: string): boolean => [...globs].some((glob) => componentMatches({ glob }, name));
  const nice = ['x', 'new', 'x.tmp', '.x'].find((n) => !taken.has(n) && !matched(n));
  return nice ?? freshName((n) => taken.has(n), ['x']);
}
