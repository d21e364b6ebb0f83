/**
 * Bind mounts: each shows a directory or a file of the tree at a second path.
 *
 * A location is a pair (mount, inode), because a directory that two mounts show has two parents. Linux identifies a mount
 * point by its name (a dentry), this model by its inode. For a directory both are the same. A mount on a file with several
 * names covers one name only, which `pointParent` and `pointName` record.
 */
import type { Inode, Location, Mount, Vfs } from './vfs.js';

export type { Location, Mount } from './vfs.js';

/** Returns the location of the root of the tree. */
export function rootLocation(vfs: Vfs): Location {
  return { mount: vfs.rootMount, inode: vfs.rootMount.root };
}

/** Returns the mount on `inode` in `mount`, if it is on this name, or undefined. The name matters only for files. */
export function mountAt(mount: Mount, inode: Inode, dir: Inode, name: string): Mount | undefined {
  let on = mount.mounted.get(inode.ino);
  if (inode.kind === 'dir') return on;
  while (on !== undefined && (on.pointParent !== dir || on.pointName !== name)) on = on.sibling;
  return on;
}

/** Returns the location that a name shows: the object, or the mount on it. */
export function enter(dir: Location, at: Location, name: string): Location {
  if (at.inode.kind === 'dir') return crossDown(at);
  const mount = mountAt(dir.mount, at.inode, dir.inode, name);
  return mount === undefined ? at : { mount, inode: mount.root };
}

/** Returns the topmost mount on a directory; the location itself when nothing is mounted there. */
export function crossDown(at: Location): Location {
  let { mount, inode } = at;
  while (inode.mountedOn > 0) {
    const on = mount.mounted.get(inode.ino);
    if (on === undefined) break;
    mount = on;
    inode = on.root;
  }
  return mount === at.mount ? at : { mount, inode };
}

/**
 * Returns the location of `..` of a directory, for a task with this root. At the root, it is the root itself. At the root of a
 * mount, the step continues from the mount point. Undefined (on Linux ENOENT) when the directory was renamed out of the tree
 * that its mount shows.
 */
export function parentOf(at: Location, root: Location): Location | undefined {
  let { mount, inode } = at;
  for (;;) {
    if (inode === root.inode && mount === root.mount) return { mount, inode };
    if (inode !== mount.root) break;
    if (mount.parent === undefined || mount.point === undefined) return { mount, inode };
    inode = mount.point;
    mount = mount.parent;
    if (inode.kind !== 'dir') return undefined;
  }
  const up = inode.parent;
  if (up === undefined || !connected(inode, mount)) return undefined;
  return crossDown({ mount, inode: up });
}

/** Returns whether the inode lies beneath the root of the mount. A mount of the whole tree needs no search. */
function connected(inode: Inode, mount: Mount): boolean {
  if (mount.root.parent === mount.root) return true;
  for (let at: Inode | undefined = inode; at !== undefined; at = at.parent) {
    if (at === mount.root) return true;
    if (at.parent === at) return false;
  }
  return false;
}

/**
 * Mounts `root` on the name `pointName` of `pointParent` (undefined and '' if the mount point is the root of a mount).
 * `mounts` is the list of the mount namespace.
 */
export function attachMount(
  vfs: Vfs,
  root: Inode,
  point: Location,
  pointParent: Inode | undefined,
  pointName: string,
  mounts: Mount[] = vfs.mounts,
): Mount {
  const mount: Mount = {
    id: vfs.nextMount++,
    root,
    parent: point.mount,
    point: point.inode,
    pointParent,
    pointName,
    mounted: new Map(),
    sibling: point.inode.kind === 'dir' ? undefined : point.mount.mounted.get(point.inode.ino),
  };
  point.mount.mounted.set(point.inode.ino, mount);
  point.inode.mountedOn++;
  mounts.push(mount);
  vfs.generation++;
  return mount;
}

/** Detaches a mount from its mount point. */
export function detachMount(vfs: Vfs, mount: Mount): void {
  const { parent, point } = mount;
  if (parent === undefined || point === undefined) return;
  parent.mounted.delete(point.ino);
  point.mountedOn--;
  mount.parent = undefined;
  mount.point = undefined;
  vfs.generation++;
}

/** Attaches a detached mount to a mount point, for `pivot_root`. */
export function reattachMount(vfs: Vfs, mount: Mount, point: Location): void {
  mount.parent = point.mount;
  mount.point = point.inode;
  point.mount.mounted.set(point.inode.ino, mount);
  point.inode.mountedOn++;
  vfs.generation++;
}

/** Returns the mounts whose root is this inode, each with its mount point (none for the root mount). */
export function mountsOf(
  vfs: Vfs,
  inode: Inode,
): { readonly mount: Mount; readonly point: Location | undefined }[] {
  return vfs.mounts
    .filter((mount) => mount.root === inode)
    .map((mount) => ({
      mount,
      point:
        mount.parent !== undefined && mount.point !== undefined
          ? { mount: mount.parent, inode: mount.point }
          : undefined,
    }));
}

/** Returns whether any mount of a mount namespace is on this name. Then unlink, rmdir and rename fail with EBUSY. */
export function isMountPoint(mounts: readonly Mount[], inode: Inode, dir: Inode, name: string): boolean {
  if (inode.mountedOn === 0) return false;
  const isHere = (m: Mount): boolean => m.pointParent === dir && m.pointName === name;
  return mounts.some((m) => m.point === inode && (inode.kind === 'dir' || isHere(m)));
}
