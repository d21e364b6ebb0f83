/**
 * Subjects of verdicts: an object on the tree, its place in a grounded map, and the rule that decides there. `conditionsOf`
 * lists all that must hold for a request to be allowed; tools that propose edits start from it.
 */
import { actionBit, type ActionName } from '../abi/actions.js';
import { entriesOf, resolve } from './kernel/resolve.js';
import { followsLink } from './kernel/syscalls/request.js';
import { rootLocation } from './kernel/mounts.js';
import type { Inode, Location, Vfs } from './kernel/vfs.js';
import { reasonAt, type Reason } from './explain.js';
import type { GroundedMap, GroundedPolicy } from './load.js';
import type { MapPlace } from './loader/ground.js';

export interface Subject {
  /** Position of the map's layer in the policy. */
  readonly layer: number;
  readonly grounded: GroundedMap;
  readonly action: ActionName;
  /** Components of the physical path. */
  readonly names: readonly string[];
  readonly object: 'dir' | 'file';
  readonly place: MapPlace;
  /** `self` if the object itself is in the map, `below` if it lies beneath `place`. */
  readonly level: 'self' | 'below';
  readonly verdict: 'allow' | 'deny';
  readonly reason: Reason;
}

/** An object, as the inodes and the names that lead to it from the root. */
export interface FoundObject {
  readonly physical: readonly Inode[];
  readonly names: readonly string[];
}

/** Returns the path of an inode, the first one in the order of the tree; undefined when no path leads to it. */
export function findInode(vfs: Vfs, ino: number): FoundObject | undefined {
  const visit = (at: Location, found: FoundObject): FoundObject | undefined => {
    if (at.inode.ino === ino) return found;
    if (found.names.length > 4096) return undefined;
    for (const [name, next] of entriesOf(at)) {
      // A directory that is bound into itself is visited only once.
      if (found.physical.includes(next.inode)) continue;
      const inner = visit(next, { physical: [...found.physical, next.inode], names: [...found.names, name] });
      if (inner !== undefined) return inner;
    }
    return undefined;
  };
  const root = rootLocation(vfs);
  return visit(root, { physical: [root.inode], names: [] });
}

/** Returns the verdict of each layer on an action on an object. */
export function subjectsAt(policy: GroundedPolicy, found: FoundObject, action: ActionName): Subject[] {
  return [...policy.maps.values()].flatMap((grounded, layer) => {
    const subject = subjectAt(grounded, layer, found, action);
    return subject === undefined ? [] : [subject];
  });
}

function subjectAt(
  grounded: GroundedMap,
  layer: number,
  { physical, names }: FoundObject,
  action: ActionName,
): Subject | undefined {
  const at = physical.findLastIndex((inode) => grounded.places.has(inode.ino));
  const place = grounded.places.get(physical[at]?.ino ?? 0);
  if (place === undefined) return undefined;
  const level = at === physical.length - 1 ? 'self' : 'below';
  const reason = reasonAt(grounded.map, place, level, action);
  const effect =
    reason.kind === 'rule' ? reason.rule.effect : reason.kind === 'default' ? reason.effect : 'deny';
  const object = physical.at(-1)?.kind === 'dir' ? 'dir' : 'file';
  const verdict = effect === 'allow' ? 'allow' : 'deny';
  return { layer, grounded, action, names, object, place, level, verdict, reason };
}

/** Returns the object that a request on a path is about; undefined when the path leads to no object. */
export function findObject(vfs: Vfs, action: ActionName, path: string): FoundObject | undefined {
  const found = resolve(vfs, path, followsLink(actionBit(action)));
  return found.ok ? found : undefined;
}

/**
 * Returns all verdicts that a request depends on, in the order in which they are asked: `walk` on every directory of the
 * physical path, then the action on the object, each in every layer. Undefined when the path leads to no object.
 */
export function conditionsOf(
  policy: GroundedPolicy,
  vfs: Vfs,
  action: ActionName,
  path: string,
): readonly Subject[] | undefined {
  const found = findObject(vfs, action, path);
  if (found === undefined) return undefined;
  const { physical, names } = found;
  const prefixes = physical.slice(0, -1).map((_, i): FoundObject => {
    return { physical: physical.slice(0, i + 1), names: names.slice(0, i) };
  });
  return [
    ...prefixes.flatMap((dir) => subjectsAt(policy, dir, 'walk')),
    ...subjectsAt(policy, found, action),
  ];
}

/** Returns the places from the root to one place; the index is the depth. */
export function placesTo(place: MapPlace): MapPlace[] {
  const all: MapPlace[] = [];
  for (let at: MapPlace | undefined = place; at !== undefined; at = at.parent) all.push(at);
  return all.reverse();
}
