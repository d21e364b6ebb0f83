/**
 * The tree as it was before a recorded program ran: what grounding had looked up, and what the recording shows to have been there.
 * The disk has changed since, so it is not read again.
 */
import { addToTree, type TreeEntry } from '../../runtime/kernel/build-tree.js';
import { Vfs } from '../../runtime/kernel/vfs.js';
import type { TreeItem } from '../../runtime/scenario/types.js';

/** Returns a new tree. An item that contradicts what grounding saw is left out. */
export function treeBefore(seen: readonly TreeEntry[], shown: readonly TreeItem[]): Vfs {
  const vfs = new Vfs();
  for (const entry of seen) addToTree(vfs, entry);
  for (const item of shown) addToTree(vfs, entryOf(item));
  return vfs;
}

function entryOf(item: TreeItem): TreeEntry {
  if ('dir' in item) return { kind: 'dir', path: item.dir };
  if ('link' in item) return { kind: 'link', path: item.link, target: item.target };
  if ('hardlink' in item) return { kind: 'hardlink', path: item.hardlink, target: item.target };
  if ('bind' in item) return { kind: 'bind', path: item.bind, target: item.target };
  const { file, interpreter } = item;
  return interpreter === undefined ? { kind: 'file', path: file } : { kind: 'file', path: file, interpreter };
}
