/** Explains the walk of a path under a policy: one request, on the same tree that `llpc explain` uses. */
import { actionBit, type ActionName } from '../../abi/actions.js';
import type { Artifact, Manifest } from '../../artifact/manifest.js';
import type { Diagnostic, NamedSource } from '../../diagnostics/types.js';
import { trailOf, type ReachedObject, type GraphTrail } from '../graph/trail.js';
import { toDiagnostics } from './locate.js';
import { explainRuns, traced } from '../../runtime/explain.js';
import { resolve } from '../../runtime/kernel/resolve.js';
import { kindOf, type Vfs } from '../../runtime/kernel/vfs.js';
import { request } from '../../runtime/kernel/syscalls/index.js';
import { loadPolicy, toDecision } from '../../runtime/load.js';
import { entriesNaming } from '../testing/test-tree.js';
import { treeFor } from './tree.js';

export type Walked =
  /** One trail for each layer. */
  | { readonly kind: 'ok'; readonly trails: readonly GraphTrail[] }
  | { readonly kind: 'refused'; readonly diagnostics: readonly Diagnostic[] };

export function walkPath(
  artifact: Artifact,
  sources: readonly NamedSource[],
  action: ActionName,
  path: string,
): Walked {
  const isDir = namedAsDir(artifact.manifest, path) && !path.endsWith('/');
  const tree = treeFor(artifact.manifest, action, isDir ? `${path}/` : path);
  const policy = loadPolicy(artifact, tree.vfs);
  if (policy.kind === 'refused')
    return { kind: 'refused', diagnostics: toDiagnostics(policy.problems, sources) };
  const { kernel, task, grounded } = policy.value;
  const { result, runs } = traced(kernel, () => request(task, actionBit(action), path));
  const explained = explainRuns([grounded], runs);
  const trails = artifact.manifest.chains.map(({ programs }) =>
    trailOf(
      action,
      explained.filter((r) => programs.includes(r.program)),
      toDecision(result),
      reached(tree.vfs, path),
    ),
  );
  return { kind: 'ok', trails };
}

function reached(vfs: Vfs, path: string): ReachedObject | undefined {
  const found = resolve(vfs, path, true);
  if (!found.ok) return undefined;
  return { names: found.names, directory: kindOf(found.location.inode) === 'dir' };
}

/** Returns whether the policy names the path only as a directory. An object of another kind there would prevent the load. */
function namedAsDir(manifest: Manifest, path: string): boolean {
  const at = entriesNaming(manifest, path);
  return at.some((e) => e.object === 'dir') && at.every((e) => e.object !== 'file');
}
