/** Grounds a policy on the real file system of this machine, and makes its plan. */
import type { EnforcementPlan, Machine, PlanObject } from '../../artifact/enforcement-plan.js';
import type { Artifact } from '../../artifact/manifest.js';
import { hostTree, type HostTree } from '../../runtime/host/host-tree.js';
import type { Inode } from '../../runtime/kernel/vfs.js';
import { UnreadableError } from '../../runtime/kernel/vfs.js';
import { groundForLinux } from '../../runtime/linux/load.js';
import type { GroundedPolicy } from '../../runtime/loader/grounded.js';
import type { LoadProblem } from '../../runtime/loader/problems.js';
import { EnforceFault, faultOf } from './fault.js';

/** A policy on this machine. */
export interface OnThisHost {
  readonly plan: EnforcementPlan;
  readonly grounded: GroundedPolicy;
  readonly tree: HostTree;
}

export type HostResult =
  | ({ readonly kind: 'planned'; readonly problems: readonly LoadProblem[] } & OnThisHost)
  | { readonly kind: 'refused'; readonly problems: readonly LoadProblem[] };

/** Returns the policy with its plan, or all problems that were found. Throws an `EnforceFault` if the tree cannot be read. */
export function groundOnHost(artifact: Artifact, machine: Machine): HostResult {
  try {
    const tree = hostTree();
    const loaded = groundForLinux(artifact, tree.vfs, {
      machine,
      identityOf: (inode) => planIdentity(tree, inode),
      otherPathsOf: tree.otherPathsOf,
    });
    if (loaded.kind === 'refused') return loaded;
    const { plan } = loaded.value;
    if (plan === undefined) throw new EnforceFault('the policy has no plan for Linux');
    checkObjects(plan);
    return { kind: 'planned', plan, grounded: loaded.value, tree, problems: loaded.problems };
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error;
    throw faultOf(error);
  }
}

/** Refuses a plan with an object that the launcher could not compare with what was grounded. */
function checkObjects({ objects }: EnforcementPlan): void {
  for (const { path, identity } of objects)
    if (identity === null && !OF_PROCESS.test(path))
      throw new EnforceFault(`\`${path}\` has no identity: other mounts cover it`);
}
const OF_PROCESS = /^\/proc\/(?:self|thread-self)(?:\/|$)/;

function planIdentity(tree: HostTree, inode: Inode): PlanObject['identity'] {
  const known = tree.identityOf(inode);
  if (known === undefined) return null;
  const { device, birth } = known;
  return {
    device: String(device),
    inode: String(known.inode),
    birth: birth === undefined ? null : String(birth),
  };
}
