/** Decides what this machine does not enforce of a policy that is grounded on its tree. */
import { gapsOn } from '../../codegen/linux/gaps/gaps.js';
import type { Diagnostic } from '../../diagnostics/types.js';
import { checkGaps } from '../../ir/analysis/check-gaps.js';
import type { CheckedPolicy } from '../../ir/check/policy.js';
import type { OnThisHost } from './ground-host.js';

/** Returns an error for each looser gap that the policy does not accept, and a warning (`exact`: an error) for each stricter one. */
export function gapsHere(
  policy: CheckedPolicy,
  { grounded, tree }: OnThisHost,
  exact: boolean,
): readonly Diagnostic[] {
  const found = gapsOn(policy, grounded, tree.vfs, {
    otherPathsOf: tree.otherPathsOf,
    directions: ['looser', 'stricter'],
    hasUnseenNames: (inode) => (tree.identityOf(inode)?.nlink ?? 0) > inode.nlink,
  });
  return checkGaps(found, policy, { target: 'linux', exact }).diagnostics;
}
