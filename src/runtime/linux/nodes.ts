/**
 * The objects that the scopes of all layers name, as one tree: what the planner decides on.
 *
 * Input: the grounded maps of a policy. Output: a node for each object in any map, with what each layer allows on the object and
 * beneath it. Nothing is allowed beneath a directory that a layer lets nobody go through. Invariant: the root is a node, and so is every directory above a node.
 */
import {
  ALL_ACTIONS,
  NO_ACTIONS,
  WALK,
  actionsAskedOf,
  intersection,
  overlaps,
  union,
  type ActionMask,
} from '../../abi/actions.js';
import { defined } from '../../base/assert.js';
import { parentPath } from '../../base/paths.js';
import { resolve } from '../kernel/resolve.js';
import { UnreadableError, type Inode, type Vfs } from '../kernel/vfs.js';
import { pathOf, type MapPlace } from '../loader/ground.js';
import { actionsOf, type MapOnTree } from '../loader/standing.js';

export interface ObjectNode {
  readonly inode: Inode;
  /** The physical path. */
  readonly path: string;
  readonly name: string;
  readonly kind: 'dir' | 'file';
  readonly parent: ObjectNode | undefined;
  readonly children: readonly ObjectNode[];
  /** What each layer allows on the object. */
  readonly self: readonly ActionMask[];
  /** What each layer allows on the objects beneath that no scope names. */
  readonly below: readonly ActionMask[];
  /** What all layers together allow on the object, of what calls can ask of its kind. */
  readonly allowed: ActionMask;
  /** What all layers together allow beneath the object, at any node or in any region; empty for a file. */
  readonly allowedBeneath: ActionMask;
}

interface OpenNode extends ObjectNode {
  readonly children: OpenNode[];
  allowedBeneath: ActionMask;
}

/** Returns the other paths under which mounts show the object at a path. */
export type OtherPaths = (path: string) => readonly string[];

/** Returns the node of the root. An object that mounts show at several paths has a node at each of them. */
export function nodesOf(
  maps: readonly MapOnTree[],
  vfs: Vfs,
  otherPathsOf: OtherPaths = () => [],
): ObjectNode {
  const nodes = new Map<Inode, OpenNode>();
  for (const { places } of maps) for (const place of places.values()) nodeFor(nodes, maps, place);
  const root = defined(nodes.get(vfs.rootMount.root), 'the root is in every map');
  addOtherPaths([...nodes.values()], otherPathsOf, vfs);
  sumUp(root);
  return root;
}

/** Adds a node for each other path, and for the directories above it that have none: a file can be mounted where no scope is. */
function addOtherPaths(nodes: readonly OpenNode[], otherPathsOf: OtherPaths, vfs: Vfs): void {
  const others = nodes.flatMap((node) => otherPathsOf(node.path).map((path) => ({ node, path })));
  if (others.length === 0) return;
  const byPath = new Map(nodes.map((node) => [node.path, node]));
  others.sort((a, b) => a.path.length - b.path.length);
  for (const { node, path } of others) {
    if (byPath.has(path)) continue;
    const parent = directoryAt(byPath, vfs, parentPath(path));
    const made: OpenNode = { ...node, path, name: nameOf(path), parent, children: [] };
    parent.children.push(made);
    byPath.set(path, made);
  }
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Returns the node of a directory; a new one, with the rights of the region that it is in, if no scope names it. */
function directoryAt(byPath: Map<string, OpenNode>, vfs: Vfs, path: string): OpenNode {
  const known = byPath.get(path);
  if (known !== undefined) return known;
  const parent = directoryAt(byPath, vfs, parentPath(path));
  const found = resolve(vfs, path, false);
  if (!found.ok) throw new UnreadableError(path, found.errno);
  const below = parent.self.map((mask, i) =>
    overlaps(mask, WALK) ? (parent.below[i] ?? NO_ACTIONS) : NO_ACTIONS,
  );
  const made: OpenNode = {
    inode: found.location.inode,
    path,
    name: nameOf(path),
    kind: 'dir',
    parent,
    children: [],
    self: below,
    below,
    allowed: intersection(allOf(below), actionsAskedOf('dir')),
    allowedBeneath: NO_ACTIONS,
  };
  parent.children.push(made);
  byPath.set(path, made);
  return made;
}

function nodeFor(nodes: Map<Inode, OpenNode>, maps: readonly MapOnTree[], place: MapPlace): OpenNode {
  const known = nodes.get(place.inode);
  if (known !== undefined) return known;
  const parent = place.parent && nodeFor(nodes, maps, place.parent);
  const kind = place.inode.kind === 'dir' ? 'dir' : 'file';
  const standings = maps.map(({ map, places }, i) => {
    const here = places.get(place.inode.ino);
    const inherited = parent?.below[i] ?? ALL_ACTIONS;
    if (parent !== undefined && isClosed(parent, i)) return { self: NO_ACTIONS, below: NO_ACTIONS };
    const self = here === undefined ? inherited : actionsOf(map, here.self);
    const below = here === undefined ? inherited : actionsOf(map, here.below);
    return { self, below: kind === 'dir' && !overlaps(self, WALK) ? NO_ACTIONS : below };
  });
  const self = standings.map((s) => s.self);
  const node: OpenNode = {
    inode: place.inode,
    path: pathOf(place),
    name: place.name,
    kind,
    parent,
    children: [],
    self,
    below: standings.map((s) => s.below),
    allowed: intersection(allOf(self), actionsAskedOf(kind)),
    allowedBeneath: 0 as ActionMask,
  };
  nodes.set(place.inode, node);
  parent?.children.push(node);
  return node;
}

/** Returns whether a layer lets nobody go through a directory. Then nothing beneath it is allowed, whatever scopes say of it. */
function isClosed({ self }: ObjectNode, layer: number): boolean {
  return !overlaps(self[layer] ?? NO_ACTIONS, WALK);
}

/** Returns what all layers allow. */
export function allOf(masks: readonly ActionMask[]): ActionMask {
  return masks.reduce(intersection, ALL_ACTIONS);
}

/** Sorts the children and sums up what is allowed beneath each node, from the leaves up. */
function sumUp(node: OpenNode): void {
  if (node.kind === 'file') return;
  node.children.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  let sum = allOf(node.below);
  for (const child of node.children) {
    sumUp(child);
    sum = union(sum, union(child.allowed, child.allowedBeneath));
  }
  node.allowedBeneath = sum;
}

/** Yields a node and all nodes beneath it, parents first. */
export function* nodesBeneath(node: ObjectNode): Generator<ObjectNode> {
  yield node;
  for (const child of node.children) yield* nodesBeneath(child);
}
