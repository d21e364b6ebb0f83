/**
 * Landlock's check of a link or a rename.
 *
 * An object that gets another parent directory could gain rights there. So the check compares what is denied above the old
 * name, above the new name and on the object itself: the move is refused with EXDEV if the new place denies less. It is
 * refused with EACCES if a right of one of the two directories is missing, and with EXDEV if only REFER is missing.
 *
 * Source: `current_check_refer_path` in security/landlock/fs.c of Linux. The first ABI had no REFER: see `referFirstAbi`.
 */
import type { EntryLocation } from '../../kernel/confinement.js';
import type { Errno } from '../../kernel/errno.js';
import type { Inode, Location } from '../../kernel/vfs.js';
import { deniedFirst, deniedRights, placeAbove, unmask, type Denied, type Domain } from './domain.js';
import {
  ALL_RIGHTS,
  FILE_RIGHTS,
  makeRight,
  NO_RIGHTS,
  REFER,
  removeRight,
  unite,
  type Rights,
} from './rights.js';

/** A link or a rename, after the mounts were found equal. */
export interface Reparenting {
  readonly old: EntryLocation;
  /** The new directory. */
  readonly to: Location;
  /** The object that has the new name. */
  readonly replaced: Inode | undefined;
  readonly kind: 'link' | 'rename' | 'exchange';
}

/** The state of one of the two directories while the walk goes up. */
interface MoveSide {
  readonly request: Rights;
  readonly denied: Denied;
  allowed: boolean;
}

/** An object that moves: what the rules on itself leave denied. */
interface Child {
  readonly isDir: boolean;
  readonly denied: Denied;
}

/** Returns the errno of a link or a rename, or undefined. */
export function refer(domain: Domain, move: Reparenting): Errno | undefined {
  const { old, to } = move;
  const [from, into] = requestsOf(move);
  if (parentOfEntry(old) === to.inode)
    return deniedRights(domain, { ...to, dir: undefined }, unite(from, into)) === 0 ? undefined : 'EACCES';
  const root = to.mount.root;
  // The walk does not leave the mount, even if the object is its root.
  const oldParent = old.inode === root ? root : parentOfEntry(old);
  const [source, target] = [sideOf(unite(from, REFER)), sideOf(unite(into, REFER))];
  const sourceAllows = collect(domain, root, oldParent, source.denied);
  const targetAllows = collect(domain, root, to.inode, target.denied);
  if (sourceAllows && targetAllows) return undefined;
  if (movesFreely(domain, move, source, target)) return undefined;
  return isMissingMore(source) || isMissingMore(target) ? 'EACCES' : 'EXDEV';

  function sideOf(request: Rights): MoveSide {
    return { request, denied: deniedFirst(domain, ALL_RIGHTS), allowed: false };
  }
}

/** Returns the rights that the old and the new directory must give, without REFER. */
function requestsOf({ old, replaced, kind }: Reparenting): readonly [Rights, Rights] {
  const back = kind === 'exchange' && replaced !== undefined ? makeRight(replaced.kind) : NO_RIGHTS;
  const make = makeRight(old.inode.kind);
  if (kind === 'link') return [NO_RIGHTS, make];
  return [unite(back, removeRight(old.inode)), unite(make, removeRight(replaced))];
}

/** Returns the directory of a name in its file system (`d_parent`): mounts do not change it. */
function parentOfEntry({ mount, inode, dir }: EntryLocation): Inode {
  return (inode.kind === 'dir' ? inode.parent : dir) ?? mount.root;
}

/** Takes away what the rules between a directory and the root of its mount allow. Returns true if nothing is left denied. */
function collect(domain: Domain, root: Inode, from: Inode, denied: Denied): boolean {
  for (let at = from; ;) {
    if (unmask(domain, at, ALL_RIGHTS, denied)) return true;
    if (at === root || at.parent === undefined || at.parent === at) return false;
    at = at.parent;
  }
}

/**
 * The walk from the root of the mount upwards. As long as the new place could give more, all rights count and not only those
 * of the request. The comparison is not made again after the last object, so a rule at the root of all can come too late.
 */
function movesFreely(domain: Domain, move: Reparenting, source: MoveSide, target: MoveSide): boolean {
  const child = childOf(domain, move.old.inode);
  const other =
    move.kind === 'exchange' && move.replaced !== undefined ? childOf(domain, move.replaced) : undefined;
  let compares = true;
  const { mount } = move.to;
  for (
    let at: EntryLocation | undefined = { mount, inode: mount.root, dir: undefined };
    at !== undefined;
    at = placeAbove(at)
  ) {
    if (compares && gainsNothing(source, child, target, other)) {
      compares = false;
      narrow(source);
      narrow(target);
      if (source.allowed && target.allowed) return true;
    }
    for (const side of [source, target])
      side.allowed ||= unmask(domain, at.inode, compares ? ALL_RIGHTS : side.request, side.denied);
    if (source.allowed && target.allowed) return true;
  }
  return false;
}

function childOf(domain: Domain, inode: Inode): Child {
  const denied = deniedFirst(domain, ALL_RIGHTS);
  unmask(domain, inode, ALL_RIGHTS, denied);
  return { isDir: inode.kind === 'dir', denied };
}

/** `no_more_access`: whether what is denied on a moving object stays denied at its new place, for an exchange in both directions. */
function gainsNothing(source: MoveSide, child: Child, target: MoveSide, other: Child | undefined): boolean {
  return staysDenied(source, child, target) && (other === undefined || staysDenied(target, other, source));
}

function staysDenied(from: MoveSide, child: Child, to: MoveSide): boolean {
  const counted = child.isDir ? ALL_RIGHTS : FILE_RIGHTS;
  return from.denied.every((rights, layer) => {
    const before = rights & (child.denied[layer] ?? 0) & counted;
    return (before & ~(to.denied[layer] ?? 0)) === 0;
  });
}

/** `scope_to_request`: from here on only the rights of the request count. */
function narrow(side: MoveSide): void {
  side.denied.forEach((rights, layer) => (side.denied[layer] = (rights & side.request) as Rights));
  side.allowed ||= side.denied.every((rights) => rights === 0);
}

/** `is_eacces`: whether a right of the request other than REFER is denied. */
function isMissingMore({ request, denied }: MoveSide): boolean {
  return denied.some((rights) => (rights & request & ~REFER) !== 0);
}

/**
 * Returns the errno of a link or a rename in the first ABI: EXDEV for every new parent directory. An exchange in one directory
 * asks for the right to make the first object only.
 *
 * Source: `hook_path_link` and `hook_path_rename` of Linux 5.13.
 */
export function referFirstAbi(domain: Domain, move: Reparenting): Errno | undefined {
  const { old, to, replaced, kind } = move;
  if (parentOfEntry(old) !== to.inode) return 'EXDEV';
  const remove = kind === 'link' ? NO_RIGHTS : unite(removeRight(old.inode), removeRight(replaced));
  const request = unite(makeRight(old.inode.kind), remove);
  return deniedRights(domain, { ...to, dir: undefined }, request) === 0 ? undefined : 'EACCES';
}
