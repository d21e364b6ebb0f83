/** The tree that a question is asked on: a scenario's, or one with what the policy requires and the path in it. */
import { actionBit, type ActionName } from '../abi/actions.js';
import type { Manifest } from '../artifact/manifest.js';
import { addMissing, addRequired, isDirectory } from '../test-tree.js';
import { Vfs } from '../runtime/kernel/vfs.js';
import { readScenarioTree, type Tree } from './scenario-files.js';

export async function treeForExplain(
  scenario: string | undefined,
  manifest: Manifest,
  action: ActionName,
  path: string,
): Promise<Tree> {
  if (scenario !== undefined) return readScenarioTree(scenario);
  const vfs = new Vfs();
  addRequired(vfs, manifest);
  addMissing(vfs, '', path.replace(/^\//, ''), isDirectory(manifest, actionBit(action) ?? 0, path));
  return { kind: 'ok', vfs };
}
