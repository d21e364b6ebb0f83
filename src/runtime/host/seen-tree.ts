/** What a host tree has looked up so far, as the entries of a modelled tree: the part of the disk that a policy was grounded on. */
import type { TreeEntry } from '../kernel/build-tree.js';
import { enter, rootLocation, type Location } from '../kernel/mounts.js';
import type { Inode, Vfs } from '../kernel/vfs.js';
import { HostEntries } from './host-entries.js';

/** Returns the entries, parents first. A directory that two mounts show is bound to its second path. */
export function seenEntries(vfs: Vfs): TreeEntry[] {
  const made: TreeEntry[] = [];
  const binds: TreeEntry[] = [];
  const paths = new Map<Inode, string>();
  const visit = (dir: Location, path: string): void => {
    const { entries } = dir.inode;
    for (const [name, inode] of entries instanceof HostEntries ? entries.known() : []) {
      const at = enter(dir, { mount: dir.mount, inode }, name);
      const here = `${path}/${name}`;
      const first = paths.get(at.inode);
      if (first === undefined) {
        paths.set(at.inode, here);
        made.push(entryOf(at.inode, here));
        if (at.inode.kind === 'dir') visit(at, here);
      } else if (at.inode.kind === 'dir') binds.push({ kind: 'bind', path: here, target: first });
      else made.push({ kind: 'hardlink', path: here, target: first });
    }
  };
  visit(rootLocation(vfs), '');
  return [...made, ...binds];
}

function entryOf({ kind, target, interpreter }: Inode, path: string): TreeEntry {
  if (kind === 'symlink') return { kind: 'link', path, target };
  if (kind !== 'file') return { kind, path };
  return interpreter === undefined ? { kind, path } : { kind, path, interpreter };
}
