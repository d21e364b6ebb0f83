/** What exports ask of a tree, answered from a `Vfs`: the real file system or a model. */
import { ancestry, entriesOf, resolve } from '../../runtime/kernel/resolve.js';
import { UnreadableError, type Location, type Vfs } from '../../runtime/kernel/vfs.js';
import type { ExportLink, ExportTree } from './request.js';

/** Returns the answers for a tree. What cannot be read counts as absent: an export leaves it out. */
export function exportTreeOf(vfs: Vfs): ExportTree {
  return {
    isDevice: (path) => {
      const at = locationOf(vfs, path, false);
      if (at?.inode.kind !== 'dir') return at?.inode.kind === 'device';
      return childrenOf(at).some(([, child]) => child.inode.kind === 'device');
    },
    linksIn: (path) => {
      const at = locationOf(vfs, path, false);
      if (at?.inode.kind !== 'dir') return [];
      return childrenOf(at)
        .filter(([, child]) => child.inode.kind === 'symlink')
        .map(([name, child]) => linkTo(vfs, path, name, child.inode.target))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
    },
  };
}

function linkTo(vfs: Vfs, dir: string, name: string, text: string): ExportLink {
  const to = locationOf(vfs, `${dir === '/' ? '' : dir}/${name}`, true);
  // A file has no parent of its own, so a link is followed only to a directory.
  const leadsTo = to?.inode.kind === 'dir' ? `/${ancestry(vfs, to).names.join('/')}` : undefined;
  return { name, text, leadsTo };
}

function locationOf(vfs: Vfs, path: string, follow: boolean): Location | undefined {
  try {
    const found = resolve(vfs, path, follow);
    return found.ok ? found.location : undefined;
  } catch (error) {
    if (error instanceof UnreadableError) return undefined;
    throw error;
  }
}

function childrenOf(at: Location): (readonly [string, Location])[] {
  try {
    return [...entriesOf(at)];
  } catch (error) {
    if (error instanceof UnreadableError) return [];
    throw error;
  }
}
