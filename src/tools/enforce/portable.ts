/**
 * A plan that can be carried out on another machine: its paths are resolved there. So every scope must have a literal path, and no
 * object has an identity.
 */
import type { EnforcementPlan, Machine } from '../../artifact/enforcement-plan.js';
import type { Artifact, MapEntry } from '../../artifact/manifest.js';
import { withLeastAbi } from '../../codegen/linux/gaps/gaps.js';
import type { CheckedPolicy } from '../../ir/check/policy.js';
import { literalNames } from '../../semantics/pattern.js';
import { addToTree } from '../../runtime/kernel/build-tree.js';
import { Vfs } from '../../runtime/kernel/vfs.js';
import { groundForLinux } from '../../runtime/linux/load.js';
import { problemOf, type LoadProblem } from '../../runtime/loader/problems.js';

export type PortableResult =
  | { readonly kind: 'planned'; readonly plan: EnforcementPlan }
  | { readonly kind: 'refused'; readonly problems: readonly LoadProblem[] };

/** Returns the plan for a machine on which exactly the objects of the policy are there, or a problem for each glob. */
export function portablePlan(artifact: Artifact, policy: CheckedPolicy, machine: Machine): PortableResult {
  const entries = artifact.manifest.maps.flatMap((map) => (map.type === 'inode' ? map.entries : []));
  const globs = entries.filter((entry) => literalNames(entry.components) === undefined);
  if (globs.length > 0)
    return { kind: 'refused', problems: globs.map((entry) => globProblem(artifact, entry)) };
  const tree = treeOf(entries);
  const loaded = groundForLinux(artifact, tree, { machine });
  if (loaded.kind === 'refused') return loaded;
  const plan = withLeastAbi(policy, loaded.value, tree);
  const required = new Set(entries.filter((e) => !e.optional).map((e) => e.path));
  const objects = plan.objects.map((object) =>
    isRequired(object.path, required) ? object : { ...object, optional: true },
  );
  return { kind: 'planned', plan: { ...plan, objects } };
}

/** Returns whether an object must be there: a required scope names it or something beneath it. */
function isRequired(path: string, required: ReadonlySet<string>): boolean {
  if (path === '/') return true;
  return [...required].some((at) => at === path || at.startsWith(`${path}/`));
}

/** Returns a tree with the objects of the entries. */
function treeOf(entries: readonly MapEntry[]): Vfs {
  const vfs = new Vfs();
  for (const { components, object } of entries) {
    const path = `/${(literalNames(components) ?? []).join('/')}`;
    if (path !== '/') addToTree(vfs, { kind: object, path });
  }
  return vfs;
}

function globProblem({ manifest }: Artifact, entry: MapEntry): LoadProblem {
  const help = 'write the paths out, or build without `--portable` on the machine that it is for';
  const place = problemOf.place(manifest, entry.span, 'declared here');
  return problemOf('LLP5025', { path: entry.path }, help, [place]);
}
