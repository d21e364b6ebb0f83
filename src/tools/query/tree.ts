/** The tree that a question about a path is asked on, where no other is given: what the policy requires, and the path in it. */
import { actionBit, actionsAskedOf, hasAction, type ActionName } from '../../abi/actions.js';
import type { Manifest } from '../../artifact/manifest.js';
import { Vfs } from '../../runtime/kernel/vfs.js';
import { addMissing, addRequired, entriesNaming, isDirectory } from '../testing/test-tree.js';

export interface QueryTree {
  readonly vfs: Vfs;
  /** The path of a glob that says `dir` of what is asked about, where nothing else says of what kind it is. */
  readonly directoryBy: string | undefined;
}

export function treeFor(manifest: Manifest, action: ActionName, path: string): QueryTree {
  const vfs = new Vfs();
  addRequired(vfs, manifest);
  const certain = path.endsWith('/') || isDirectory(manifest, actionBit(action), path);
  const directoryBy = certain ? undefined : directoryGlob(manifest, action, path);
  addMissing(vfs, '', path.replace(/^\//, ''), certain || directoryBy !== undefined);
  return { vfs, directoryBy };
}

/** A `dir` scope with globs for this very path, where no `file` scope is for it and the action is asked of directories. */
function directoryGlob(manifest: Manifest, action: ActionName, path: string): string | undefined {
  if (!hasAction(actionsAskedOf('dir'), actionBit(action))) return undefined;
  const own = entriesNaming(manifest, path, true);
  return own.some((e) => e.object === 'file') ? undefined : own[0]?.path;
}
