/**
 * The model of stock Linux under an enforcement plan.
 *
 * Input: a plan and a tree. Output: a confinement, which answers at the decision points of the kernel model, and a way to put
 * a task under it. It reads the mechanism (mounts, Landlock rules, the filter) and knows nothing of the policy. The model is of
 * a program without capabilities that owns everything, so permission bits decide only on masks.
 */
import { rightsOfAbi } from '../../../abi/landlock.js';
import type { EnforcementPlan, PlanObject, PlanRuleset } from '../../../artifact/enforcement-plan.js';
import { defined } from '../../../base/assert.js';
import type { Confinement, OpenLimits, OpenRequest, EntryLocation } from '../../kernel/confinement.js';
import type { Errno } from '../../kernel/errno.js';
import { MODE, walkPath } from '../../kernel/namei.js';
import { ancestry } from '../../kernel/resolve.js';
import { changeCwd, changeRoot, type Task } from '../../kernel/task.js';
import type { Inode, InodeKind, Location, Mount, Vfs } from '../../kernel/vfs.js';
import { deniedRights, type Domain, type Ruleset } from './domain.js';
import { copyNamespace, dropNamespace, flagsOf, layMask, type MountNamespace } from './namespace.js';
import { refer, referFirstAbi, type Reparenting } from './refer.js';
import {
  FILE_RIGHTS,
  IOCTL_DEV,
  makeRight,
  NO_RIGHTS,
  openRights,
  rightsOf,
  TRUNCATE,
  unite,
  type Rights,
} from './rights.js';

/** The errno of the static filter. */
const FILTER_ERRNO: Errno = 'EACCES';
/** The first ABI version with REFER. */
const REFER_SINCE = 2;

export interface ConfinedTree {
  readonly confinement: Confinement;
  /** Puts a task under the plan, as the launcher does with its program. */
  readonly enter: (task: Task) => void;
  /** Takes the masks off the tree, when no task is under the plan any more. */
  readonly release: () => void;
}

export type Confined =
  | ({ readonly ok: true } & ConfinedTree)
  /** `problem`: for people, lower case, no final period. */
  | { readonly ok: false; readonly path: string; readonly problem: string };

interface FoundPlanObject {
  readonly place: EntryLocation;
  readonly name: string;
}

/** Carries out a plan on a tree. Fails with the path of an object that is absent or of another kind. */
export function confine(plan: EnforcementPlan, vfs: Vfs): Confined {
  const inodes: (Inode | undefined)[] = [];
  for (const object of plan.objects) {
    const found = find(vfs, object);
    if (typeof found !== 'string') inodes.push(found.place.inode);
    else if (object.optional === true) inodes.push(undefined);
    else return { ok: false, path: object.path, problem: found };
  }
  const space = plan.masks.length === 0 ? undefined : copyNamespace(vfs);
  for (const mask of plan.masks) {
    const object = defined(plan.objects[mask.object], 'a mask is on an object of the plan');
    const found = find(vfs, object, space?.root);
    if (space !== undefined && typeof found !== 'string') layMask(space, found.place, found.name, mask.kinds);
  }
  const rulesets = plan.rulesets.map((r) => rulesetOf(r, inodes, plan.machine.abi));
  const domain = rulesets.filter(({ handled }) => handled !== 0);
  const confinement = confinementOf(plan, domain, space, vfs);
  return {
    ok: true,
    confinement,
    enter: (task) => enter(task, confinement, space),
    release: () => space !== undefined && dropNamespace(space),
  };
}

/** Finds an object by its physical path. Returns a problem if there is none. */
function find(vfs: Vfs, { path, kind }: PlanObject, root?: Location): FoundPlanObject | string {
  const from = root ?? { mount: vfs.rootMount, inode: vfs.rootMount.root };
  const walk = walkPath(vfs, from, from, path, MODE.NOFOLLOW);
  const { inode, mount } = walk;
  if (walk.errno !== undefined || inode === undefined || mount === undefined)
    return `the object does not exist (${walk.errno ?? 'ENOENT'})`;
  if (walk.links > 0 || inode.kind === 'symlink') return 'the path leads through a symbolic link';
  if ((inode.kind === 'dir') !== (kind === 'dir'))
    return `the object is ${inode.kind === 'dir' ? 'a directory' : 'not a directory'}`;
  return { place: { inode, mount, dir: walk.dir }, name: walk.name };
}

/**
 * Returns a ruleset as the launcher hands it to a kernel with this ABI: without the rights that the kernel does not have, and
 * without those of directories on other objects.
 */
function rulesetOf(ruleset: PlanRuleset, inodes: readonly (Inode | undefined)[], abi: number): Ruleset {
  const known = rightsOf(...rightsOfAbi(abi));
  const rules = new Map<Inode, Rights>();
  for (const { object, rights } of ruleset.rules) {
    const inode = inodes[object];
    const usable = inode?.kind === 'dir' ? known : known & FILE_RIGHTS;
    const allowed = (rightsOf(...rights) & usable) as Rights;
    if (inode !== undefined && allowed !== 0) rules.set(inode, unite(rules.get(inode) ?? NO_RIGHTS, allowed));
  }
  return { handled: (rightsOf(...ruleset.handled) & known) as Rights, rules };
}

function confinementOf(
  plan: EnforcementPlan,
  domain: Domain,
  space: MountNamespace | undefined,
  vfs: Vfs,
): Confinement {
  const allowed = (denied: Rights): Errno | undefined => (denied === 0 ? undefined : 'EACCES');
  const inDir = (dir: Location, request: Rights): Errno | undefined =>
    allowed(deniedRights(domain, { ...dir, dir: undefined }, request));
  const moved = plan.machine.abi < REFER_SINCE ? referFirstAbi : refer;
  const judge = (move: Reparenting): Errno | undefined =>
    domain.length === 0 ? undefined : moved(domain, move);
  const confinement: Confinement = {
    mounts: space?.mounts ?? vfs.mounts,
    filtered: (action) => (plan.filter?.actions.includes(action) === true ? FILTER_ERRNO : undefined),
    isReadOnly: (mount: Mount) => space !== undefined && flagsOf(space, mount).readOnly,
    isNoExec: (mount: Mount) => space !== undefined && flagsOf(space, mount).noExec,
    isCapable: () => false,
    makes: (dir: Location, kind: InodeKind) => inDir(dir, makeRight(kind)),
    removes: (dir, call) => inDir(dir, rightsOf(call === 'rmdir' ? 'remove_dir' : 'remove_file')),
    links: (old, to) => judge({ old, to, replaced: undefined, kind: 'link' }),
    renames: (old, to, replaced, exchange) =>
      judge({ old, to, replaced, kind: exchange ? 'exchange' : 'rename' }),
    opens: (file, request) => openLimits(domain, file, request),
    truncates: (file) => allowed(deniedRights(domain, file, TRUNCATE)),
    mayTrace: (other) => domain.length === 0 || other === confinement,
  };
  return confinement;
}

/** `hook_file_open`: what the open needs decides, and what the open file allows later is written down. */
function openLimits(domain: Domain, file: EntryLocation, request: OpenRequest): OpenLimits | Errno {
  const needed = openRights(file.inode, request);
  const later = file.inode.kind === 'device' ? unite(TRUNCATE, IOCTL_DEV) : TRUNCATE;
  const denied = deniedRights(domain, file, unite(needed, later));
  if ((denied & needed) !== 0) return 'EACCES';
  return { truncate: (denied & TRUNCATE) === 0, ioctl: (denied & IOCTL_DEV) === 0 };
}

/** Puts a task into the namespace and under the confinement. It enters its working directory again, over the masks. */
function enter(task: Task, confinement: Confinement, space: MountNamespace | undefined): void {
  const { vfs } = task.kernel;
  task.noNewPrivs = true;
  task.confinement = confinement;
  if (space === undefined) return;
  const path = `/${ancestry(vfs, task.cwd).names.join('/')}`;
  const { mount, inode } = task.root;
  const isRoot = mount === vfs.rootMount && inode === mount.root;
  const copy = space.copies.get(mount);
  if (isRoot) changeRoot(task, space.root);
  else if (copy !== undefined) changeRoot(task, { mount: copy, inode });
  const cwd = walkPath(vfs, space.root, space.root, path, MODE.FOLLOW);
  if (cwd.errno === undefined && cwd.inode !== undefined && cwd.mount !== undefined)
    changeCwd(task, { mount: cwd.mount, inode: cwd.inode });
}
