/**
 * A private mount namespace on a modelled tree, and the masks of a plan as mounts in it.
 *
 * A mask is a recursive bind of an object onto itself, with the flags of its kinds on every mount of the copy. A `hide` mask
 * mounts an empty object that nobody may read. The tree and the mounts of other tasks stay as they are.
 */
import type { PlanMask } from '../../../artifact/enforcement-plan.js';
import type { EntryLocation } from '../../kernel/confinement.js';
import { attachMount, detachMount } from '../../kernel/mounts.js';
import { hold } from '../../kernel/tags.js';
import { isWithin, newInode, type Inode, type Location, type Mount, type Vfs } from '../../kernel/vfs.js';

export interface MountFlags {
  readonly readOnly: boolean;
  readonly noExec: boolean;
}
const NO_FLAGS: MountFlags = { readOnly: false, noExec: false };

export interface MountNamespace {
  readonly vfs: Vfs;
  readonly mounts: Mount[];
  readonly flags: Map<Mount, MountFlags>;
  /** Mounts of the old namespace → their copies. */
  readonly copies: ReadonlyMap<Mount, Mount>;
  /** The root directory of tasks in the namespace. A mask on `/` becomes the root directory. */
  root: Location;
}

/** Returns a copy of the mounts of a tree: `unshare(CLONE_NEWNS)`. */
export function copyNamespace(vfs: Vfs): MountNamespace {
  const old = vfs.rootMount;
  const mounts: Mount[] = [];
  const copies = new Map<Mount, Mount>();
  const root: Mount = { ...old, id: vfs.nextMount++, mounted: new Map(), sibling: undefined };
  mounts.push(root);
  copies.set(old, root);
  const space = { vfs, mounts, flags: new Map(), copies, root: { mount: root, inode: root.root } };
  for (const child of childrenOf(old)) copyMount(space, child, root, NO_FLAGS, copies);
  return space;
}

/** Returns the mounts directly on objects of a mount. */
function childrenOf(mount: Mount): Mount[] {
  const children: Mount[] = [];
  for (let on of mount.mounted.values()) {
    children.push(on);
    while (on.sibling !== undefined) children.push((on = on.sibling));
  }
  return children.reverse();
}

function copyMount(
  space: MountNamespace,
  from: Mount,
  parent: Mount,
  extra: MountFlags,
  copies?: Map<Mount, Mount>,
): void {
  const copy = attach(space, from.root, { mount: parent, inode: from.point as Inode }, from);
  space.flags.set(copy, join(flagsOf(space, from), extra));
  copies?.set(from, copy);
  for (const child of childrenOf(from)) copyMount(space, child, copy, extra, copies);
}

function attach(
  space: MountNamespace,
  root: Inode,
  point: Location,
  name: Pick<Mount, 'pointParent' | 'pointName'>,
): Mount {
  hold(root);
  return attachMount(space.vfs, root, point, name.pointParent, name.pointName, space.mounts);
}

export function flagsOf(space: MountNamespace, mount: Mount): MountFlags {
  return space.flags.get(mount) ?? NO_FLAGS;
}

function join(a: MountFlags, b: MountFlags): MountFlags {
  return { readOnly: a.readOnly || b.readOnly, noExec: a.noExec || b.noExec };
}

/** Lays a mask on an object. `name`: the name of an object that is not a directory. */
export function layMask(
  space: MountNamespace,
  on: EntryLocation,
  name: string,
  kinds: PlanMask['kinds'],
): void {
  const point = { pointParent: on.dir, pointName: name };
  if (kinds.includes('hide')) {
    const mask = attach(space, sealedInode(space.vfs, on.inode), on, point);
    space.flags.set(mask, { readOnly: true, noExec: true });
    return;
  }
  const extra = { readOnly: kinds.includes('ro'), noExec: kinds.includes('noexec') };
  const beneath = childrenOf(on.mount).filter((m) => isBeneath(m, on.inode));
  const mask = attach(space, on.inode, on, point);
  space.flags.set(mask, join(flagsOf(space, on.mount), extra));
  for (const child of beneath) copyMount(space, child, mask, extra);
  if (on.mount === space.root.mount && on.inode === space.root.inode)
    space.root = { mount: mask, inode: mask.root };
}

/** Returns whether a mount point lies beneath an object. */
function isBeneath({ point, pointParent }: Mount, above: Inode): boolean {
  if (above.kind !== 'dir') return false;
  const from = point?.kind === 'dir' ? point : pointParent;
  return from !== undefined && isWithin(from, above) && point !== above;
}

/** Returns an empty object of the same kind that nobody may read or search. */
function sealedInode(vfs: Vfs, over: Inode): Inode {
  const inode = newInode(vfs, over.kind === 'dir' ? 'dir' : 'file');
  inode.nlink = 1;
  inode.sealed = true;
  inode.parent = over.kind === 'dir' ? inode : undefined;
  return inode;
}

/** Takes the mounts of a namespace off the tree, when no task is in it any more. */
export function dropNamespace(space: MountNamespace): void {
  for (const mount of space.mounts.toReversed()) detachMount(space.vfs, mount);
  for (const mount of space.mounts.slice(1)) mount.root.holds--;
  space.mounts.length = 0;
}
