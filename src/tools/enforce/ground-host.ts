/** Grounds a policy on the real file system of this machine, and makes its plan. */
import type { EnforcementPlan, Machine, PlanObject } from '../../artifact/enforcement-plan.js';
import type { Artifact } from '../../artifact/manifest.js';
import { hostTree, type HostTree } from '../../runtime/host/host-tree.js';
import type { Inode } from '../../runtime/kernel/vfs.js';
import { counted } from '../../base/text.js';
import { resolve } from '../../runtime/kernel/resolve.js';
import { UnreadableError } from '../../runtime/kernel/vfs.js';
import { groundForLinux } from '../../runtime/linux/load.js';
import type { GroundedPolicy } from '../../runtime/loader/grounded.js';
import type { LoadProblem } from '../../runtime/loader/problems.js';
import { EnforceFault } from './fault.js';

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
    checkObjects(plan, tree);
    return { kind: 'planned', plan, grounded: loaded.value, tree, problems: loaded.problems };
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error;
    throw new EnforceFault(`cannot read \`${error.path}\`: ${error.why}`);
  }
}

/** Refuses a plan whose masks do not hold on this machine. */
function checkObjects({ objects, masks }: EnforcementPlan, tree: HostTree): void {
  for (const { path, identity } of objects)
    if (identity === null && !OF_PROCESS.test(path))
      throw new EnforceFault(`\`${path}\` has no identity: other mounts cover it`);
  const hiding = masks.filter(({ kinds }) => !kinds.includes('pin')).map((mask) => objects[mask.object]);
  for (const object of hiding)
    if (object?.kind === 'file')
      checkNames(object, hiding.filter((o) => isSameObject(o, object)).length, tree);
}
const OF_PROCESS = /^\/proc\/(?:self|thread-self)(?:\/|$)/;

function isSameObject(a: PlanObject | undefined, b: PlanObject): boolean {
  return a?.identity?.device === b.identity?.device && a?.identity?.inode === b.identity?.inode;
}

/** Refuses a mask on a file that has another name, under which no mask is. */
function checkNames({ path }: PlanObject, masked: number, tree: HostTree): void {
  const found = resolve(tree.vfs, path, false);
  const nlink = found.ok ? (tree.identityOf(found.location.inode)?.nlink ?? 1) : 1;
  if (nlink <= masked) return;
  throw new EnforceFault(
    `\`${path}\` has ${counted(nlink, 'name')}, and the policy denies access to it under ${masked} of them`,
    'deny it under its other names too, or remove them',
  );
}

function planIdentity(tree: HostTree, inode: Inode): PlanObject['identity'] {
  const known = tree.identityOf(inode);
  return known === undefined ? null : { device: String(known.device), inode: String(known.inode) };
}
