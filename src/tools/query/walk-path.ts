/** The walk of a path under a policy: the explanation of one request, on the tree that `llpc explain` would ask it on. */
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
  /** One for each layer. */
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

/** What the policy names as a directory is one, even where it may be absent: else the policy could not be loaded. */
function namedAsDir(manifest: Manifest, path: string): boolean {
  const at = entriesNaming(manifest, path);
  return at.some((e) => e.object === 'dir') && at.every((e) => e.object !== 'file');
}
