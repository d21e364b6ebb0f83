/**
 * Tracks which directories have a name of each inode that is not a directory, as names are added, removed and moved.
 * After the last name is removed, its directory is kept.
 */
import { assertNever } from '../../base/assert.js';
import type { Inode, TreeChange } from '../../runtime/kernel/vfs.js';

/** The directories by inode number. */
export type Places = Map<number, Inode[]>;

export function notePlace(places: Places, change: TreeChange): void {
  switch (change.kind) {
    case 'added':
      return put(places, change.inode, change.inode.nlink > 1 ? undefined : 'all', change.dir);
    case 'removed':
      if (change.inode.nlink > 0) takeOut(places.get(change.inode.ino), change.dir);
      return;
    case 'moved':
      return put(places, change.inode, change.from, change.to);
    case 'swapped': {
      const other = change.from.entries?.get(change.fromName);
      put(places, change.inode, change.from, change.to);
      if (other !== undefined) put(places, other, change.to, change.from);
      return;
    }
    default:
      return assertNever(change);
  }
}

/** Adds a directory for an inode: beside the others, in place of one of them, or as the only one. */
function put(places: Places, inode: Inode, instead: Inode | 'all' | undefined, dir: Inode): void {
  if (inode.kind === 'dir') return;
  const known = places.get(inode.ino);
  if (known === undefined || instead === 'all') return void places.set(inode.ino, [dir]);
  if (instead !== undefined) takeOut(known, instead);
  known.push(dir);
}

function takeOut(dirs: Inode[] | undefined, dir: Inode): void {
  const at = dirs?.indexOf(dir) ?? -1;
  if (at >= 0) dirs?.splice(at, 1);
}
