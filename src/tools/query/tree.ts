/** Makes the tree for a question about a path when the user gives none: it has the objects that the policy requires, and the path. */
import { actionBit, actionsAskedOf, hasAction, type ActionName } from '../../abi/actions.js';
import type { Manifest } from '../../artifact/manifest.js';
import { Vfs } from '../../runtime/kernel/vfs.js';
import { addMissing, addRequired, entriesNaming, isDirectory } from '../testing/test-tree.js';

export interface QueryTree {
  readonly vfs: Vfs;
  /** The path of the glob scope that makes the object a directory, if nothing else gives its kind. */
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

/** Returns a `dir` scope with globs that matches the path, if no `file` scope does and calls ask the action of directories. */
function directoryGlob(manifest: Manifest, action: ActionName, path: string): string | undefined {
  if (!hasAction(actionsAskedOf('dir'), actionBit(action))) return undefined;
  const own = entriesNaming(manifest, path, true);
  return own.some((e) => e.object === 'file') ? undefined : own[0]?.path;
}
