/**
 * A Landlock domain: the rulesets that a task has taken on, and the walk that judges an access.
 *
 * The walk goes up from an object to the root of the mount namespace. A ruleset allows a right if any object on the way has a
 * rule with it. All rulesets must allow. Mount points are passed over: a walk goes on above them, and their own rules are not
 * looked at.
 *
 * Source: `is_access_to_paths_allowed` in security/landlock/fs.c of Linux.
 */
import type { EntryLocation } from '../../kernel/confinement.js';
import type { Inode } from '../../kernel/vfs.js';
import { REFER, unite, type Rights } from './rights.js';

/** A ruleset that a task has taken on. */
export interface Ruleset {
  readonly handled: Rights;
  readonly rules: ReadonlyMap<Inode, Rights>;
}

/** From the oldest ruleset to the newest. */
export type Domain = readonly Ruleset[];

/** For each ruleset of a domain, the rights that it denies so far. */
export type Denied = Rights[];

/** Returns what a walk starts with: each ruleset denies what it handles of the request. REFER is handled by all. */
export function deniedFirst(domain: Domain, request: Rights): Denied {
  return domain.map(({ handled }) => (unite(handled, REFER) & request) as Rights);
}

/**
 * Takes away what the rules of one object allow, of the rights in `within`. Returns true if none of these is denied any more. An
 * object without a rule in any ruleset changes nothing and returns false, as in `landlock_unmask_layers`.
 */
export function unmask(domain: Domain, inode: Inode, within: Rights, denied: Denied): boolean {
  if (within === 0) return true;
  let hasRule = false;
  for (const [layer, { rules }] of domain.entries()) {
    const allowed = rules.get(inode);
    if (allowed === undefined) continue;
    hasRule = true;
    denied[layer] = ((denied[layer] ?? 0) & ~(allowed & within)) as Rights;
  }
  return hasRule && denied.every((rights) => (rights & within) === 0);
}

/** Returns the place above an object: its parent directory, or what is above the mount point. Undefined at the root. */
export function placeAbove({ mount, inode, dir }: EntryLocation): EntryLocation | undefined {
  while (inode === mount.root) {
    if (mount.parent === undefined || mount.point === undefined) return undefined;
    [inode, dir, mount] = [mount.point, mount.pointParent, mount.parent];
  }
  const parent = inode.kind === 'dir' ? inode.parent : dir;
  // A directory that was moved out of its bind mount: the walk goes on at the root of the mount.
  if (parent === undefined || parent === inode) return { mount, inode: mount.root, dir: undefined };
  return { mount, inode: parent, dir: undefined };
}

/** Returns the rights of a request that the domain denies on an object. */
export function deniedRights(domain: Domain, place: EntryLocation, request: Rights): Rights {
  const denied = deniedFirst(domain, request);
  const stillDenied = (): Rights => denied.reduce(unite, 0 as Rights);
  for (
    let at: EntryLocation | undefined = place;
    at !== undefined && stillDenied() !== 0;
    at = placeAbove(at)
  )
    unmask(domain, at.inode, request, denied);
  return stillDenied();
}
