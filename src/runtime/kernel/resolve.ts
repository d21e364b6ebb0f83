/** Resolves paths on a tree without a task and without hooks, for the loader and the tools. */
import type { Errno } from './errno.js';
import { crossDown, mountAt, parentOf, rootLocation } from './mounts.js';
import { MODE, walkPath, type Walk } from './namei.js';
import type { Inode, Location, Vfs } from './vfs.js';

export type Resolved =
  | {
      readonly ok: true;
      readonly location: Location;
      /**
       * The inodes from the root to the object on its physical path, without links and `..`. At a bind mount it has the bound
       * directory in place of the mount point.
       */
      readonly physical: readonly Inode[];
      /** The names of the inodes of `physical`, without the root. */
      readonly names: readonly string[];
    }
  | { readonly ok: false; readonly errno: Errno };

/** Resolves a path from `start` (default: the root). `follow`: true if a link as the last component is followed. */
export function resolve(vfs: Vfs, path: string, follow: boolean, start?: Location): Resolved {
  const root = rootLocation(vfs);
  const walk = walkPath(vfs, root, start ?? root, path, follow ? MODE.FOLLOW : MODE.NOFOLLOW);
  const { inode, mount } = walk;
  if (walk.errno !== undefined || inode === undefined || mount === undefined)
    return { ok: false, errno: walk.errno ?? 'ENOENT' };
  const location = { mount, inode };
  const { physical, names } = inode.kind === 'dir' ? ancestry(vfs, location) : leafAncestry(vfs, walk, inode);
  return { ok: true, location, physical, names };
}

function leafAncestry(vfs: Vfs, walk: Walk, inode: Inode): { physical: Inode[]; names: string[] } {
  const dir = { mount: walk.dirMount as Location['mount'], inode: walk.dir as Inode };
  const { physical, names } = ancestry(vfs, dir);
  return { physical: [...physical, inode], names: [...names, walk.name] };
}

/** Returns the directories from the root down to `at`, and their names. */
export function ancestry(vfs: Vfs, at: Location): { physical: Inode[]; names: string[] } {
  const root = rootLocation(vfs);
  const physical = [at.inode];
  const names: string[] = [];
  for (let here = at; ;) {
    const up = parentOf(here, root);
    if (up === undefined || (up.inode === here.inode && up.mount === here.mount)) break;
    names.push(nameIn(up, here));
    physical.push(up.inode);
    here = up;
  }
  return { physical: physical.reverse(), names: names.reverse() };
}

function nameIn(dir: Location, child: Location): string {
  for (const [name, at] of entriesOf(dir))
    if (at.inode === child.inode && at.mount === child.mount) return name;
  return '?';
}

/** Yields the entries of a directory; a mount takes the place of its mount point. Other objects have no entries. */
export function* entriesOf(dir: Location): Generator<readonly [string, Location]> {
  for (const name of dir.inode.entries?.keys() ?? []) {
    const at = entryOf(dir, name);
    if (at !== undefined) yield [name, at];
  }
}

/** Returns the location of one entry of a directory, or of the mount on it. Links are not followed. */
export function entryOf(dir: Location, name: string): Location | undefined {
  const inode = dir.inode.entries?.get(name);
  if (inode === undefined) return undefined;
  const on = mountAt(dir.mount, inode, dir.inode, name);
  return on === undefined ? { mount: dir.mount, inode } : crossDown({ mount: on, inode: on.root });
}
