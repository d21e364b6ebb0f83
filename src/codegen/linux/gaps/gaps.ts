/**
 * Decides the gaps of the target `linux`: where the answers of a plan differ from the policy.
 *
 * Input: the meaning of a policy, the machine, and a tree; at compile time the policy's own tree. Output: one gap for each kind of
 * difference, with a shortest witness. Every witness is a call that was made on the modelled tree, under the plan.
 * Known weakness: objects of one class stand for each other, so a gap names the rule of its witness only.
 */
import { union } from '../../../abi/actions.js';
import type { EnforcementPlan, Machine } from '../../../artifact/enforcement-plan.js';
import { GAP_DIRECTIONS, type FoundGap } from '../../../artifact/gap.js';
import { defined } from '../../../base/assert.js';
import type { CheckedPolicy } from '../../../ir/check/policy.js';
import type { Vfs } from '../../../runtime/kernel/vfs.js';
import { groundForLinux } from '../../../runtime/linux/load.js';
import type { MapOnTree } from '../../../runtime/loader/standing.js';
import type { Meaning } from '../../target.js';
import { ownTree } from '../own-tree.js';
import { mapsArtifact } from '../maps-artifact.js';
import { compare } from './compare.js';
import { gapOf } from './describe.js';
import { makeStage } from './stage.js';

/** Returns the gaps of a policy on its own tree. */
export function gapsOf(meaning: Meaning, machine: Machine): readonly FoundGap[] {
  const tree = ownTree(meaning);
  if (tree === undefined) return [];
  const result = groundForLinux(mapsArtifact(meaning.policy), tree, { machine });
  if (result.kind === 'refused') return [];
  const { maps, plan } = result.value;
  const again = (): Vfs => defined(ownTree(meaning), 'it was made before');
  return gapsOn(meaning.policy, again, [...maps.values()], defined(plan, 'it was planned'));
}

/** Returns the gaps of a plan on a tree. `tree` returns the same tree, with the same inode numbers, on each call. */
export function gapsOn(
  policy: CheckedPolicy,
  tree: () => Vfs,
  maps: readonly MapOnTree[],
  plan: EnforcementPlan,
): readonly FoundGap[] {
  const stage = makeStage(tree, maps, plan);
  const found = compare(stage, plan).map((d) => gapOf(d, { policy, maps, plan }));
  return merged(found);
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
