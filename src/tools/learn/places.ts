/** Which directories have a name of an inode that is no directory, kept as names appear, go and move; the last one stays. */
import { assertNever } from '../../base/assert.js';
import type { Inode, TreeChange } from '../../runtime/kernel/vfs.js';

/** By inode number. */
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

/** One more directory has a name of the inode: beside the others, instead of one of them, or alone. */
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
