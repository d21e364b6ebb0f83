/**
 * The skeleton of a tree: as much of it as is needed to compare a plan with a policy.
 *
 * Input: the nodes of a policy on a tree, and the plan. Output: a modelled tree with some nodes of each class (nodes that neither the
 * policy nor the plan can tell apart), the directories above them, the objects of the plan in these directories, and in each
 * directory a file and a directory that no scope names. So the size of the skeleton depends on the policy, not on the tree.
 */
import type { EnforcementPlan } from '../../../artifact/enforcement-plan.js';
import { defined } from '../../../base/assert.js';
import { addEntry, newInode, Vfs, type Inode, type InodeKind } from '../../../runtime/kernel/vfs.js';
import { nodesBeneath, type ObjectNode } from '../../../runtime/linux/nodes.js';
import type { MapPlace } from '../../../runtime/loader/ground.js';
import type { MapOnTree } from '../../../runtime/loader/standing.js';
import { parentPath } from '../../../base/paths.js';
import { planStandings } from './standing-to-plan.js';

export interface Skeleton {
  /** Returns the tree; each call returns a new one, with the same inode numbers. */
  readonly tree: () => Vfs;
  /** The maps, by the inode numbers of the skeleton. */
  readonly maps: readonly MapOnTree[];
  /** Paths of objects that stand for what appears after the plan was made, in directories whose entries were granted one by one. */
  readonly later: ReadonlySet<string>;
}

/** Returns a name in a directory of the tree that no scope names, for an object of this kind; undefined to choose any. */
export type UnnamedEntry = (dir: ObjectNode, kind: 'dir' | 'file') => string | undefined;

interface SkeletonRow {
  readonly path: string;
  readonly kind: InodeKind;
  readonly node: ObjectNode | undefined;
}

export function skeletonOf(
  maps: readonly MapOnTree[],
  root: ObjectNode,
  plan: EnforcementPlan,
  unnamed: UnnamedEntry,
): Skeleton {
  const nodes = chosenNodes(root, plan);
  const rows = new Map<string, SkeletonRow>();
  for (const node of nodes) rows.set(node.path, { path: node.path, kind: node.inode.kind, node });
  const later = new Set<string>();
  const granted = grantedEntries(root, nodes, plan);
  for (const { path, kind } of granted) {
    rows.set(path, { path, kind, node: undefined });
    if (kind === 'dir') for (const row of contentOf(path)) rows.set(row.path, row);
  }
  const expanded = new Set([...granted].map(({ path }) => parentPath(path)));
  for (const node of nodes) {
    if (node.kind === 'file') continue;
    for (const row of unnamedIn(node, unnamed, rows)) {
      rows.set(row.path, row);
      if (expanded.has(node.path)) later.add(row.path);
    }
  }
  const sorted = [...rows.values()].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  return { tree: () => build(sorted), maps: maps.map((map) => mapOn(map, sorted)), later };
}

/** Returns some nodes of each class, so that one can be moved to another, and all nodes above them. */
function chosenNodes(root: ObjectNode, plan: EnforcementPlan): ReadonlySet<ObjectNode> {
  const standing = planStandings(plan);
  const seen = new Map<string, ObjectNode[]>();
  const chosen = new Set<ObjectNode>();
  for (const node of nodesBeneath(root)) {
    const key = [
      node.inode.kind,
      node.self,
      node.below,
      standing(node.path),
      node.parent?.self,
      node.parent?.below,
    ];
    const whole = `${key.join(';')};${standing(parentPath(node.path))}`;
    const before = seen.get(whole) ?? [];
    if (!isWorthIt(node, before)) continue;
    seen.set(whole, [...before, node]);
    for (let at: ObjectNode | undefined = node; at !== undefined && !chosen.has(at); at = at.parent)
      chosen.add(at);
  }
  return chosen;
}

/** Returns whether a node shows more than those before it: the second of a class, and one in another directory than both. */
function isWorthIt({ parent }: ObjectNode, before: readonly ObjectNode[]): boolean {
  return before.length < 2 || (before.length === 2 && before.every((n) => n.parent !== parent));
}

/** Returns the objects of the plan that no scope names, in the directories of these nodes. */
function grantedEntries(
  root: ObjectNode,
  chosen: ReadonlySet<ObjectNode>,
  { objects }: EnforcementPlan,
): EnforcementPlan['objects'] {
  const named = new Set([...nodesBeneath(root)].map((n) => n.path));
  const dirs = new Set([...chosen].map((n) => n.path));
  return objects.filter(({ path }) => !named.has(path) && dirs.has(parentPath(path)));
}

/** Returns a file and a directory with a file that no scope names. */
function unnamedIn(
  node: ObjectNode,
  unnamed: UnnamedEntry,
  rows: ReadonlyMap<string, SkeletonRow>,
): SkeletonRow[] {
  const under = (name: string): string => `${node.path === '/' ? '' : node.path}/${name}`;
  const named = new Set(node.children.map((c) => c.name));
  const free = (kind: 'dir' | 'file'): string => {
    let name = unnamed(node, kind) ?? (kind === 'dir' ? 'folder' : 'file');
    while (named.has(name) || rows.has(under(name))) name += '_';
    return name;
  };
  const dir = under(free('dir'));
  return [
    { path: under(free('file')), kind: 'file', node: undefined },
    { path: dir, kind: 'dir', node: undefined },
    { path: `${dir}/file`, kind: 'file', node: undefined },
  ];
}

/** Returns a file and a directory in a directory that no scope names. */
function contentOf(path: string): SkeletonRow[] {
  return [
    { path: `${path}/file`, kind: 'file', node: undefined },
    { path: `${path}/folder`, kind: 'dir', node: undefined },
  ];
}

/** Makes the tree. Its inodes have the numbers of their rows, from 1 for the root. */
function build(rows: readonly SkeletonRow[]): Vfs {
  const vfs = new Vfs();
  const byPath = new Map<string, Inode>([['/', vfs.root]]);
  for (const { path, kind } of rows) {
    if (path === '/') continue;
    const inode = newInode(vfs, kind);
    const dir = defined(byPath.get(parentPath(path)), 'a directory comes before what is in it');
    addEntry(vfs, dir, path.slice(path.lastIndexOf('/') + 1), inode);
    byPath.set(path, inode);
  }
  return vfs;
}

function mapOn({ map, places }: MapOnTree, rows: readonly SkeletonRow[]): MapOnTree {
  const own = new Map<number, MapPlace>();
  rows.forEach(({ node }, i) => {
    const place = node === undefined ? undefined : places.get(node.inode.ino);
    if (place !== undefined) own.set(i + 1, place);
  });
  return { map, places: own };
}
