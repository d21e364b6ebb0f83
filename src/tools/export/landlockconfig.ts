/**
 * A plan as the JSON of landlockconfig.
 *
 * Input: a plan. Output: one ruleset. A library reads one ruleset from a file, so the layers are combined: rights add up downwards
 * in each layer, and so does what all layers allow. Rounded up, masks are left out. Rounded down, nothing is granted above a
 * masked object that the mask takes away.
 */
import { LANDLOCK_RIGHTS } from '../../abi/landlock.js';
import type { EnforcementPlan } from '../../artifact/enforcement-plan.js';
import {
  ALL_ACCESS,
  MOVE,
  NO_ACCESS,
  accessOf,
  accessUnder,
  both,
  either,
  isBeneath,
  isUnicode,
  mayRemove,
  namesOf,
  rightsOn,
  without,
  type AccessNode,
  type AccessSet,
  type PlanAccess,
} from './access.js';
import { accessLosses, lossOf, wholeLosses } from './losses.js';
import type { ExportRequest, Exported } from './request.js';

export function toLandlockconfig({ plan, strict }: ExportRequest): Exported {
  const access = accessUnder(plan);
  const granted = grantsOf(access, strict);
  const handled = handledBy(access, plan);
  const exported = (node: AccessNode): AccessSet => exportedOn(node, access, granted, handled);
  return {
    text: JSON.stringify(configOf(granted, handled), null, 2) + '\n',
    losses: [
      ...accessLosses('landlockconfig', access, exported, isUnicode),
      ...(plan.filter ? [lossOf('landlockconfig', 'filter', 'looser', plan.filter.actions, ['/'])] : []),
      ...wholeLosses('landlockconfig', plan),
    ],
  };
}

/** What is granted on each node that can be named. */
type Grants = ReadonlyMap<string, AccessSet>;

function grantsOf(access: PlanAccess, strict: boolean): Grants {
  const granted = new Map(access.map((n) => [n.path, strict ? without(n.allowed, MOVE) : n.ruled]));
  if (strict)
    for (const node of access.toReversed()) {
      const own = either(granted.get(node.path) ?? NO_ACCESS, without(ALL_ACCESS, rightsOn(node.kind)));
      for (const above of access.filter((n) => isBeneath(node.path, n.path)))
        granted.set(above.path, both(granted.get(above.path) ?? NO_ACCESS, own));
    }
  for (const path of [...granted.keys()]) if (!isUnicode(path)) granted.delete(path);
  return granted;
}

/** Returns the rights to handle: those that are not allowed everywhere. REFER is always handled. */
function handledBy(access: PlanAccess, { rulesets, machine }: EnforcementPlan): AccessSet {
  const known = LANDLOCK_RIGHTS.filter((right) => right.since <= machine.abi).map((right) => right.name);
  const named = rulesets.reduce((set, r) => either(set, accessOf(...r.handled)), accessOf('refer'));
  const masked = access.reduce((set, n) => either(set, without(n.ruled, n.allowed)), NO_ACCESS);
  return both(either(named, without(masked, MOVE)), accessOf(...known, 'refer'));
}

function exportedOn(node: AccessNode, access: PlanAccess, granted: Grants, handled: AccessSet): AccessSet {
  const above = access.findLast((n) => isBeneath(node.path, n.path));
  const inherited = above === undefined ? NO_ACCESS : exportedOn(above, access, granted, handled);
  const own = either(granted.get(node.path) ?? NO_ACCESS, without(ALL_ACCESS, handled));
  const rights = both(either(own, without(inherited, MOVE)), rightsOn(node.kind));
  const moves = above !== undefined && mayRemove(inherited, node.kind);
  return either(rights, moves ? MOVE : NO_ACCESS);
}

/** Returns the configuration. Paths with equal rights share an entry. */
function configOf(granted: Grants, handled: AccessSet): object {
  const groups = new Map<AccessSet, string[]>();
  for (const [path, rights] of granted) {
    const own = both(rights, handled);
    const above = [...granted].findLast(([other]) => isBeneath(path, other));
    const isNew = without(own, above === undefined ? NO_ACCESS : both(above[1], handled)) !== 0;
    if (own === NO_ACCESS || !isNew) continue;
    const group = groups.get(own) ?? [];
    group.push(escapedPath(path));
    groups.set(own, group);
  }
  const rules = [...groups].map(([rights, parent]) => ({ allowedAccess: namesOf(rights), parent }));
  return {
    ruleset: [{ handledAccessFs: namesOf(handled) }],
    ...(rules.length > 0 && { pathBeneath: rules }),
  };
}

/** A dollar sign can begin a variable; two of them are one. */
function escapedPath(path: string): string {
  return path.replaceAll('$', '$$$$');
}
