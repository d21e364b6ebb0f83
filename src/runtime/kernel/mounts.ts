/**
 * Bind mounts: a second place at which a directory, or a file, of the tree is seen.
 *
 * A location is (mount, inode): the same directory seen through two mounts has two parents. Linux keys a mount
 * point by its name (a dentry); here it is the inode, which is the same thing for a directory. A file with several
 * names is covered at one name only, which `pointParent` and `pointName` record.
 */
import type { Inode, Location, Mount, Vfs } from './vfs.js';

export type { Location, Mount } from './vfs.js';

/** The location of the root, before any `chroot` or `pivot_root` of a task. */
export function rootLocation(vfs: Vfs): Location {
  return { mount: vfs.rootMount, inode: vfs.rootMount.root };
}

/** The mount on `inode` of `mount` when it is reached by this name, or undefined. Names matter to files only. */
export function mountAt(mount: Mount, inode: Inode, dir: Inode, name: string): Mount | undefined {
  const on = mount.mounted.get(inode.ino);
  if (on === undefined || inode.kind === 'dir') return on;
  return on.pointParent === dir && on.pointName === name ? on : undefined;
}

/** Crosses from a directory to what is mounted on it, topmost; the location itself when nothing is. */
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
 * The location of `..` of a directory for a task with this root: stays at the root; leaves a mount through its mount
 * point. Undefined when the directory was renamed out of the tree that its mount shows (Linux: ENOENT).
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

/** Whether the mount's root is above the inode; sure, and not looked for, when the mount shows a whole tree. */
function connected(inode: Inode, mount: Mount): boolean {
  if (mount.root.parent === mount.root) return true;
  for (let at: Inode | undefined = inode; at !== undefined; at = at.parent) {
    if (at === mount.root) return true;
    if (at.parent === at) return false;
  }
  return false;
}

/** A mount of `root` on the name `pointName` of `pointParent` (both undefined/'' on the root of a mount). */
export function attachMount(
  vfs: Vfs,
  root: Inode,
  point: Location,
  pointParent: Inode | undefined,
  pointName: string,
): Mount {
  const mount: Mount = {
    id: vfs.nextMount++,
    root,
    parent: point.mount,
    point: point.inode,
    pointParent,
    pointName,
    mounted: new Map(),
  };
  point.mount.mounted.set(point.inode.ino, mount);
  point.inode.mountedOn++;
  vfs.mounts.push(mount);
  vfs.generation++;
  return mount;
}

/** Takes a mount off its mount point; its root's tree stays. */
export function detachMount(vfs: Vfs, mount: Mount): void {
  const { parent, point } = mount;
  if (parent === undefined || point === undefined) return;
  parent.mounted.delete(point.ino);
  point.mountedOn--;
  mount.parent = undefined;
  mount.point = undefined;
  vfs.generation++;
}

/** Puts a detached mount on a mount point (`pivot_root` moves mounts). */
export function reattachMount(vfs: Vfs, mount: Mount, point: Location): void {
  mount.parent = point.mount;
  mount.point = point.inode;
  point.mount.mounted.set(point.inode.ino, mount);
  point.inode.mountedOn++;
  vfs.generation++;
}

/** The mounts that show this inode as their root, each with its mount point (none for the root mount). */
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

/** Whether something is mounted on this name, in any mount: what makes unlink, rmdir and rename fail with EBUSY. */
export function isMountPoint(vfs: Vfs, inode: Inode, dir: Inode, name: string): boolean {
  if (inode.mountedOn === 0) return false;
  if (inode.kind === 'dir') return true;
  return vfs.mounts.some((m) => m.point === inode && m.pointParent === dir && m.pointName === name);
}
