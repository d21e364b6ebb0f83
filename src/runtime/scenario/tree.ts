/** The entry for `buildTree` of an object in a scenario's tree. */
import type { TreeEntry } from '../kernel/build-tree.js';
import type { TreeItem } from './types.js';

export function treeEntry(item: TreeItem): TreeEntry {
  if ('dir' in item) return { kind: 'dir', path: item.dir };
  if ('file' in item) {
    return item.interpreter === undefined
      ? { kind: 'file', path: item.file }
      : { kind: 'file', path: item.file, interpreter: item.interpreter };
  }
  const { target } = item;
  if ('link' in item) return { kind: 'link', path: item.link, target };
  if ('hardlink' in item) return { kind: 'hardlink', path: item.hardlink, target };
  return { kind: 'bind', path: item.bind, target };
}
