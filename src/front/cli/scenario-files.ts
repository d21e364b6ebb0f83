/** Reads and validates scenario files, and makes their trees. Paths in a scenario are relative to its folder. */
import { dirname, isAbsolute, join } from 'node:path';
import { report } from '../../diagnostics/catalogue.js';
import type { Diagnostic } from '../../diagnostics/types.js';
import { buildTree, type BuiltTree } from '../../runtime/kernel/build-tree.js';
import { snapshotDirectory } from '../../runtime/kernel/snapshot.js';
import { treeFromTar } from '../../runtime/kernel/tar.js';
import { treeEntry } from '../../runtime/scenario/tree.js';
import type { Scenario } from '../../runtime/scenario/types.js';
import { parseScenario } from '../../runtime/scenario/validate.js';
import { readText, reasonOf, reasonOfCode } from './io.js';
import type { Vfs } from '../../runtime/kernel/vfs.js';
import { unreadable } from './problems.js';

export type Tree =
  | { readonly kind: 'ok'; readonly vfs: Vfs }
  | { readonly kind: 'refused'; readonly diagnostics: readonly Diagnostic[] };

export type ReadScenario =
  | { readonly kind: 'ok'; readonly scenario: Scenario; readonly folder: string }
  | { readonly kind: 'refused'; readonly diagnostics: readonly Diagnostic[] };

export async function readScenario(file: string): Promise<ReadScenario> {
  const read = readText(file);
  if (read.kind === 'missing') return refused(unreadable(file, read.why));
  const parsed = await parseScenario(read.text);
  if (parsed.kind === 'refused') {
    return refused(...parsed.faults.map((why) => report('LLP5011', { file, why }, {})));
  }
  return { kind: 'ok', scenario: parsed.scenario, folder: dirname(file) };
}

function refused(...diagnostics: Diagnostic[]): {
  readonly kind: 'refused';
  readonly diagnostics: readonly Diagnostic[];
} {
  return { kind: 'refused', diagnostics };
}

/** Resolves a path of a scenario: a relative path begins at the folder of the scenario. */
export function beside(folder: string, path: string): string {
  return isAbsolute(path) ? path : join(folder, path);
}

/** Returns the tree of a scenario file. */
export async function readScenarioTree(file: string): Promise<Tree> {
  const read = await readScenario(file);
  return read.kind === 'ok' ? makeTree(read.scenario, read.folder) : read;
}

export async function makeTree({ tree }: Scenario, folder: string): Promise<Tree> {
  let built: BuiltTree;
  try {
    if ('directory' in tree) built = snapshotDirectory(beside(folder, tree.directory));
    else if ('tar' in tree) built = await treeFromTar(beside(folder, tree.tar));
    else built = buildTree(tree.map(treeEntry));
  } catch (error) {
    const path = 'directory' in tree ? tree.directory : 'tar' in tree ? tree.tar : '';
    return refused(report('LLP5010', { path, why: reasonOf(error) }, {}));
  }
  if (built.problems.length === 0) return { kind: 'ok', vfs: built.vfs };
  return refused(
    ...built.problems.map(({ path, problem }) =>
      report('LLP5010', { path, why: reasonOfCode(problem) }, { help: 'list what it needs before it' }),
    ),
  );
}
