/** What exports ask of a tree, answered from a `Vfs`: the real file system or a model. */
import { entriesOf, resolve, type Resolved } from '../../runtime/kernel/resolve.js';
import { UnreadableError, type Location, type Vfs } from '../../runtime/kernel/vfs.js';
import type { ExportLink, ExportTree } from './request.js';

type Found = Extract<Resolved, { readonly ok: true }>;

/** Returns the answers for a tree. What cannot be read counts as absent: an export leaves it out. */
export function exportTreeOf(vfs: Vfs): ExportTree {
  return {
    isDevice: (path) => {
      const at = found(vfs, path, false)?.location;
      if (at?.inode.kind !== 'dir') return at?.inode.kind === 'device';
      return childrenOf(at).some(([, child]) => child.inode.kind === 'device');
    },
    linksIn: (path) => {
      const at = found(vfs, path, false)?.location;
      if (at?.inode.kind !== 'dir') return [];
      return childrenOf(at)
        .filter(([, child]) => child.inode.kind === 'symlink')
        .map(([name, child]) => linkTo(vfs, path, name, child.inode.target))
        .sort((a, b) => (a.name < b.name ? -1 : 1));
    },
  };
}

function linkTo(vfs: Vfs, dir: string, name: string, text: string): ExportLink {
  const to = found(vfs, `${dir === '/' ? '' : dir}/${name}`, true);
  return { name, text, leadsTo: to === undefined ? undefined : `/${to.names.join('/')}` };
}

function found(vfs: Vfs, path: string, follow: boolean): Found | undefined {
  try {
    const at = resolve(vfs, path, follow);
    return at.ok ? at : undefined;
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
