/** Turns differences between policy and plan into gaps: what each is about, why it is there, and what closes it. */
import {
  NO_ACTIONS,
  WALK,
  actionBit,
  actionName,
  intersection,
  lowestBit,
  maskOf,
  overlaps,
  union,
  type ActionMask,
  type ActionName,
} from '../../../abi/actions.js';
import { FILTERED_CALLS } from '../../../abi/filtered-calls.js';
import { LANDLOCK_RIGHTS, type LandlockRight } from '../../../abi/landlock.js';
import type { EnforcementPlan, Machine } from '../../../artifact/enforcement-plan.js';
import type { FoundGap, GapCause, GapCloser, GapDecider, GapTime } from '../../../artifact/gap.js';
import { defined } from '../../../base/assert.js';
import type { CheckedPolicy } from '../../../ir/check/policy.js';
import type { InodeMap } from '../../../artifact/manifest.js';
import type { MapPlace } from '../../../runtime/loader/ground.js';
import { reasonAt, type Reason } from '../../../runtime/loader/reason.js';
import type { MapOnTree, Standing } from '../../../runtime/loader/standing.js';
import type { Difference } from './compare.js';
import { parentPath } from '../../../base/paths.js';
import type { ProbePaths } from './probes.js';
import { allDenied, type DeniedRequest } from './stage.js';

export interface PlannedPolicy {
  readonly policy: CheckedPolicy;
  readonly maps: readonly MapOnTree[];
  readonly plan: EnforcementPlan;
  /** Paths of objects that stand for what appears later. */
  readonly later: ReadonlySet<string>;
}

/** Returns the gap behind a difference. */
export function gapOf(difference: Difference, context: PlannedPolicy): FoundGap {
  const { direction, outcome } = difference;
  const actions = actionsOfGap(difference);
  const first = outcome.denied[0];
  const { policy } = context;
  const names = policy.layers.map((l) => l.name);
  const layers =
    direction === 'looser' || direction === 'errno'
      ? names.filter((_, i) =>
          outcome.denied.some((r) => overlaps(r.denied[i] ?? NO_ACTIONS, allDenied([r]))),
        )
      : names;
  const cause = causeOf(difference, actions, context);
  return {
    direction,
    layers,
    actions,
    cause,
    witness: witnessOf(difference),
    decider:
      first === undefined
        ? deciderOf(context, 0, difference.object.standings, actionName(lowestBit(actions)))
        : deciderOfDenial(context, first),
    when: timeOf(difference, context),
    closedBy: closerOf(cause, actions),
  };
}

function timeOf({ probe, paths }: Difference, { later }: PlannedPolicy): GapTime {
  if (probe.moves === true) return 'after-move';
  return isLater(paths, later) ? 'appears-later' : 'always';
}

/** Returns whether the object, or the directory that it is in, stands for what appears later. */
function isLater({ path }: ProbePaths, later: ReadonlySet<string>): boolean {
  return later.has(path) || later.has(parentPath(path));
}

/** Returns what a gap is about. A call that only tells about an object is about `getattr`, whatever the policy calls it. */
function actionsOfGap({ direction, probe, outcome }: Difference): ActionMask {
  if (direction === 'stricter' || direction === 'visibility') return maskOf(probe.about);
  const denied = allDenied(outcome.denied);
  return probe.tells === true ? union(maskOf('getattr'), intersection(denied, WALK)) : denied;
}

function witnessOf({ probe, paths, direction, outcome }: Difference): FoundGap['witness'] {
  const shown = (path: string): string => JSON.stringify(path);
  const before = probe.moves === true ? `rename(${shown(paths.path)}, ${shown(paths.to)}), then ` : '';
  const call = probe.text
    .replace('PATH', () => shown(paths.path))
    .replace('NEW', () => shown(paths.fresh))
    .replace(/\bTO\b/, () => shown(paths.to));
  const result =
    outcome.errno !== undefined
      ? `fails with ${outcome.errno}`
      : direction === 'visibility'
        ? 'succeeds on the mask'
        : 'succeeds';
  return { path: paths.path, call: before + call, outcome: result };
}

/** Returns the rule behind the first denial of a request. */
function deciderOfDenial(context: PlannedPolicy, { denied, standings }: DeniedRequest): GapDecider {
  const layer = denied.findIndex((mask) => mask !== 0);
  const action = actionName(lowestBit(defined(denied[layer], 'a denial is of a layer')));
  return deciderOf(context, layer, standings, action);
}

/** Returns what decides an action in one layer, given the standings of the object in all layers. */
export function deciderOf(
  { policy, maps }: Pick<PlannedPolicy, 'policy' | 'maps'>,
  index: number,
  standings: readonly Standing[],
  action: ActionName,
): GapDecider {
  const layer = defined(policy.layers[index], 'a map for each layer');
  const { map } = defined(maps[index], 'a layer for each map');
  const { place, level } = defined(standings[index], 'a standing for each layer');
  const reason = remembered(map, place, level, action);
  if (reason.kind !== 'rule')
    return { kind: 'default', default: action === 'walk' ? 'allow' : layer.default, span: layer.span };
  const scope = layer.scopes[map.entries.indexOf(reason.entry)];
  const rule = defined(
    scope?.rules[reason.entry.rules.indexOf(reason.rule)],
    'an entry has the rules of its scope',
  );
  return { kind: 'rule', span: rule.span, via: rule.via };
}

/** Reasons by place, because many differences are about the same place. */
const REASONS = new WeakMap<MapPlace, Map<string, Reason>>();

function remembered(map: InodeMap, place: MapPlace, level: Standing['level'], action: ActionName): Reason {
  const known = REASONS.get(place) ?? new Map<string, Reason>();
  REASONS.set(place, known);
  const key = `${level} ${action}`;
  const reason = known.get(key) ?? reasonAt(map, place, level, action);
  known.set(key, reason);
  return reason;
}

function causeOf(difference: Difference, actions: ActionMask, context: PlannedPolicy): GapCause {
  switch (difference.direction) {
    case 'looser':
      return looserCause(difference, actions, context.plan.machine);
    case 'stricter':
      return stricterCause(difference, context);
    case 'errno':
      return 'other-errno';
    case 'visibility':
      return 'mask-shows-empty';
  }
}

const ENTRY_ACTIONS = maskOf('unlink', 'rmdir', 'rename', 'link', 'renameto', 'linkto');

function looserCause({ probe, object }: Difference, actions: ActionMask, machine: Machine): GapCause {
  if (overlaps(actions, WALK) || probe.tells === true) return 'nothing-stops';
  if (probe.cause !== undefined) return probe.cause;
  if (probe.about === 'ioctl') {
    if (object.location.inode.kind !== 'device') return 'devices-only';
    return machine.abi < sinceOf('ioctl_dev') ? 'no-right' : 'adds-down';
  }
  if (probe.about === 'chdir') return 'nothing-stops';
  if (overlaps(actions, maskOf('setattr')) && /trunc/i.test(probe.text))
    return machine.abi < sinceOf('truncate') ? 'no-right' : 'adds-down';
  if (overlaps(actions, ENTRY_ACTIONS)) return 'right-of-parent';
  if (FILTERED_CALLS[probe.about] !== undefined) return 'filter-is-global';
  return machine.masks ? 'adds-down' : 'needs-masks';
}

function stricterCause({ probe, paths, outcome }: Difference, { plan }: PlannedPolicy): GapCause {
  if (probe.cause === 'mount-refused') return 'mount-refused';
  if (probe.moves === true) return 'left-behind';
  if (probe.about === 'chroot') return 'no-capabilities';
  const { errno } = outcome;
  if (errno === 'EXDEV')
    return crossesMask(plan, paths.path, paths.to || paths.fresh) ? 'mask-edge' : 'refer-gains';
  if (errno === 'EROFS' || errno === 'EBUSY' || isHidden(plan, paths.path)) return 'mask-too-wide';
  if (!plan.machine.masks) return 'needs-masks';
  if (overlaps(maskOf(probe.about), ENTRY_ACTIONS)) return 'right-of-parent';
  return probe.text.includes('O_CREAT') ? 'create-and-write' : 'adds-down';
}

function isHidden({ objects, masks }: EnforcementPlan, path: string): boolean {
  return masks.some(({ object, kinds }) => objects[object]?.path === path && kinds.includes('hide'));
}

function crossesMask(plan: EnforcementPlan, from: string, to: string): boolean {
  return maskAbove(plan, from) !== maskAbove(plan, parentPath(to));
}

/** Returns the path of the nearest masked object at or above a path. */
function maskAbove({ objects, masks }: EnforcementPlan, path: string): string | undefined {
  const masked = new Set(masks.map((m) => objects[m.object]?.path));
  for (let at = path; ; at = parentPath(at)) {
    if (masked.has(at)) return at;
    if (at === '/') return undefined;
  }
}

function sinceOf(right: LandlockRight): number {
  return defined(
    LANDLOCK_RIGHTS.find((r) => r.name === right),
    'a right of the table',
  ).since;
}

function closerOf(cause: GapCause, actions: ActionMask): GapCloser | undefined {
  if (cause === 'needs-masks') return { kind: 'masks' };
  if (cause !== 'no-right') return undefined;
  const right = (actions & (1 << actionBit('ioctl'))) === 0 ? 'truncate' : 'ioctl_dev';
  return { kind: 'abi', abi: sinceOf(right) };
}
