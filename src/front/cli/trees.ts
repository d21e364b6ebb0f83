/** The tree that a question is asked on: a scenario's, or one with what the policy requires and the path in it. */
import { actionBit, actionsAskedOf, hasAction, type ActionName } from '../../abi/actions.js';
import type { Manifest, MapEntry } from '../../artifact/manifest.js';
import { compileGlob, matchesGlob } from '../../pattern/glob.js';
import { addMissing, addRequired, isDirectory } from '../../tools/testing/test-tree.js';
import { Vfs } from '../../runtime/kernel/vfs.js';
import { readScenarioTree, type Tree } from './scenario-files.js';

export type TreeForExplain =
  | (Tree & { readonly kind: 'refused' })
  | (Tree & {
      readonly kind: 'ok';
      /** The path of a glob that says `dir` of what is asked about, where nothing else says of what kind it is. */
      readonly directoryBy: string | undefined;
    });

export async function treeForExplain(
  scenario: string | undefined,
  manifest: Manifest,
  action: ActionName,
  path: string,
): Promise<TreeForExplain> {
  if (scenario !== undefined) {
    const tree = await readScenarioTree(scenario);
    return tree.kind === 'refused' ? tree : { ...tree, directoryBy: undefined };
  }
  const vfs = new Vfs();
  addRequired(vfs, manifest);
  const certain = path.endsWith('/') || isDirectory(manifest, actionBit(action), path);
  const directoryBy = certain ? undefined : directoryGlob(manifest, action, path);
  addMissing(vfs, '', path.replace(/^\//, ''), certain || directoryBy !== undefined);
  return { kind: 'ok', vfs, directoryBy };
}

/** A `dir` scope with globs for this very path, where no `file` scope is for it and the action is asked of directories. */
function directoryGlob(manifest: Manifest, action: ActionName, path: string): string | undefined {
  if (!hasAction(actionsAskedOf('dir'), actionBit(action))) return undefined;
  const names = path.split('/').filter((n) => n !== '' && n !== '.');
  const own = manifest.maps
    .flatMap((map) => (map.type === 'inode' ? map.entries : []))
    .filter((entry) => namesPath(entry, names));
  return own.some((e) => e.object === 'file') ? undefined : own[0]?.path;
}

function namesPath({ components }: MapEntry, names: readonly string[]): boolean {
  return (
    components.length === names.length &&
    components.every((c, i) => {
      if ('literal' in c) return c.literal === names[i];
      const glob = compileGlob(c.glob);
      return glob !== undefined && matchesGlob(glob, names[i] ?? '');
    })
  );
}
