/**
 * Decides the gaps of the target `linux`: where the answers of a plan differ from the policy.
 *
 * Input: the meaning of a policy, the machine, and a tree; at compile time the policy's own tree. Output: one gap for each kind of
 * difference, with a shortest witness. Every witness is a call that was made on the modelled tree, under the plan.
 * Known weakness: objects of one class stand for each other, so a gap names the rule of its witness only.
 */
import { union } from '../../../abi/actions.js';
import { LANDLOCK_RIGHTS } from '../../../abi/landlock.js';
import type { EnforcementPlan, Machine } from '../../../artifact/enforcement-plan.js';
import { GAP_DIRECTIONS, type FoundGap, type GapDirection } from '../../../artifact/gap.js';
import { defined } from '../../../base/assert.js';
import { acceptGaps } from '../../../ir/analysis/accept-gaps.js';
import type { CheckedPolicy } from '../../../ir/check/policy.js';
import { resolve } from '../../../runtime/kernel/resolve.js';
import type { Inode, Vfs } from '../../../runtime/kernel/vfs.js';
import { groundForLinux } from '../../../runtime/linux/load.js';
import { nodesOf, type ObjectNode, type OtherPaths } from '../../../runtime/linux/nodes.js';
import { keepObjects } from '../../../runtime/linux/plan-lists.js';
import type { GroundedPolicy } from '../../../runtime/loader/grounded.js';
import type { Meaning } from '../../target.js';
import { mapsArtifact } from '../maps-artifact.js';
import { ownTree } from '../own-tree.js';
import { compare } from './compare.js';
import { gapOf } from './describe.js';
import { hardLinkGaps } from './hard-links.js';
import { skeletonOf, type UnnamedEntry } from './skeleton.js';
import { makeStage } from './stage.js';

/** Returns the gaps of a policy on its own tree. */
export function gapsOf(meaning: Meaning, machine: Machine): readonly FoundGap[] {
  const own = groundOnOwnTree(meaning, machine);
  return own === undefined ? [] : gapsOn(meaning.policy, own.grounded, own.tree, { unnamed: unnamedOn });
}

/** Returns the plan of a policy on its own tree; undefined where its globs overlap too much to decide, or if it loads nowhere. */
export function planOnOwnTree(meaning: Meaning, machine: Machine): EnforcementPlan | undefined {
  return groundOnOwnTree(meaning, machine)?.grounded.plan;
}

function groundOnOwnTree(
  meaning: Meaning,
  machine: Machine,
): { readonly grounded: GroundedPolicy; readonly tree: Vfs } | undefined {
  const tree = ownTree(meaning);
  if (tree === undefined) return undefined;
  const result = groundForLinux(mapsArtifact(meaning.policy), tree, { machine });
  // A policy that names one path as a directory and as a file loads on no tree, so it is enforced nowhere.
  return result.kind === 'refused' ? undefined : { grounded: result.value, tree };
}

/** Returns the name of an entry of the own tree that no scope names. */
function unnamedOn({ inode, children }: ObjectNode, kind: 'dir' | 'file'): string | undefined {
  const named = new Set(children.map((c) => c.inode));
  return [...(inode.entries ?? [])].find(
    ([, e]) => (e.kind === 'dir') === (kind === 'dir') && !named.has(e),
  )?.[0];
}

/** What is known of a tree beyond its names. */
export interface TreeKnowledge {
  readonly otherPathsOf?: OtherPaths;
  /** Whether an object has names that were not found. */
  readonly hasUnseenNames?: (inode: Inode) => boolean;
  readonly unnamed?: UnnamedEntry;
  /** The directions that the caller wants (default: all). */
  readonly directions?: readonly GapDirection[];
}

/** Returns the gaps of a policy that is grounded on a tree. */
export function gapsOn(
  policy: CheckedPolicy,
  grounded: GroundedPolicy,
  vfs: Vfs,
  {
    otherPathsOf,
    hasUnseenNames,
    unnamed = () => undefined,
    directions = GAP_DIRECTIONS,
  }: TreeKnowledge = {},
): readonly FoundGap[] {
  const plan = defined(grounded.plan, 'a policy for linux has a plan');
  const maps = [...grounded.maps.values()];
  const root = nodesOf(maps, vfs, otherPathsOf);
  const unseen = hasUnseenNames === undefined ? [] : hardLinkGaps(policy, maps, root, hasUnseenNames);
  const skeleton = skeletonOf(maps, root, plan, unnamed);
  const there = onlyOn(plan, skeleton.tree());
  const stage = makeStage(skeleton.tree, skeleton.maps, there);
  const context = { policy, maps, plan: there, later: skeleton.later };
  return merged([
    ...compare(stage, there)
      .filter(({ direction }) => directions.includes(direction))
      .map((d) => gapOf(d, context)),
    ...unseen,
  ]);
}

/**
 * Returns the plan with its `leastAbi`: the oldest Landlock ABI on which it leaves no looser gap that the policy does not accept. Only
 * the versions count that took a right away from the plan.
 */
export function withLeastAbi(
  policy: CheckedPolicy,
  grounded: GroundedPolicy,
  vfs: Vfs,
  known: TreeKnowledge = {},
): EnforcementPlan {
  const plan = defined(grounded.plan, 'a policy for linux has a plan');
  const handled = new Set(plan.rulesets.flatMap((r) => r.handled));
  const losses = LANDLOCK_RIGHTS.filter((r) => r.since > 1 && handled.has(r.name)).map((r) => r.since - 1);
  let leastAbi = plan.rulesets.length === 0 ? 0 : Math.min(plan.machine.abi, 1);
  for (const abi of losses.sort((a, b) => b - a)) {
    const older = { ...plan, machine: { ...plan.machine, abi } };
    const found = gapsOn(policy, { ...grounded, plan: older }, vfs, { ...known, directions: ['looser'] });
    const open = acceptGaps(found, policy, 'linux').some((g) => g.direction === 'looser' && !g.accepted);
    if (!open) continue;
    leastAbi = abi + 1;
    break;
  }
  return { ...plan, leastAbi };
}

/** Returns the part of a plan whose objects are on the skeleton. */
function onlyOn(plan: EnforcementPlan, vfs: Vfs): EnforcementPlan {
  return { ...plan, ...keepObjects(plan, (i) => resolve(vfs, plan.objects[i]?.path ?? '', false).ok) };
}

/** Keeps the first gap of each kind, and sorts by direction, then by path. Gaps of errno are one for each rule and errno. */
function merged(gaps: readonly FoundGap[]): FoundGap[] {
  const kinds = new Map<string, FoundGap>();
  for (const gap of gaps) {
    const { direction, layers, actions, cause, decider, when, witness } = gap;
    const about = direction === 'errno' ? witness.outcome : actions;
    const key = JSON.stringify([direction, layers, about, cause, decider.span, when]);
    const known = kinds.get(key);
    kinds.set(key, known === undefined ? gap : { ...known, actions: union(known.actions, actions) });
  }
  const rank = ({ direction }: FoundGap): number => GAP_DIRECTIONS.indexOf(direction);
  return [...kinds.values()].sort(
    (a, b) =>
      rank(a) - rank(b) || (a.witness.path < b.witness.path ? -1 : a.witness.path > b.witness.path ? 1 : 0),
  );
}
