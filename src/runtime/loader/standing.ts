/**
 * The standing of an object: in each grounded map, the place that decides for it. The actions that all maps allow on it follow
 * from its standings.
 *
 * Invariant: the root is in every map, so every object that can be reached from it has a standing.
 */
import {
  ALL_ACTIONS,
  NO_ACTIONS,
  actionName,
  hasAction,
  intersection,
  maskOf,
  union,
  type ActionMask,
  type ActionBit,
} from '../../abi/actions.js';
import type { InodeMap } from '../../artifact/manifest.js';
import { defined } from '../../base/assert.js';
import { entriesOf, entryOf } from '../kernel/resolve.js';
import type { Inode, Location, Vfs } from '../kernel/vfs.js';
import type { MapPlace } from './ground.js';
import { reasonAt, type Reason } from './reason.js';
import { rootPath, type PhysicalPath } from './resolve.js';

/** A map after grounding. */
export interface MapOnTree {
  readonly map: InodeMap;
  /** By inode number. */
  readonly places: ReadonlyMap<number, MapPlace>;
}

/** The standing of an object in one map: it is at a place (`self`), or in the region of one (`below`). */
export interface Standing {
  readonly place: MapPlace;
  readonly level: 'self' | 'below';
}

/** An object that a physical path leads to, with its standings. */
export interface Standpoint {
  readonly location: Location;
  readonly path: string;
  /** One per map. */
  readonly standings: readonly Standing[];
}

/** Actions by map and bits: a map has few different sets of bits, and each is asked for many times. */
const ACTIONS_OF = new WeakMap<InodeMap, Map<number, ActionMask>>();

/** Returns the actions that the bits of a map allow. */
export function actionsOf(map: InodeMap, bits: number): ActionMask {
  const known = ACTIONS_OF.get(map) ?? new Map<number, ActionMask>();
  ACTIONS_OF.set(map, known);
  const found = known.get(bits);
  if (found !== undefined) return found;
  const made = map.classes.reduce((mask, { actions, decision }) => {
    const allowed = decision.kind === 'bit' ? ((bits >>> decision.bit) & 1) === 1 : decision.kind === 'allow';
    return allowed ? union(mask, maskOf(...actions)) : mask;
  }, NO_ACTIONS);
  known.set(bits, made);
  return made;
}

/** Returns the actions that all maps allow on an object with these standings. */
export function allowedOn(maps: readonly MapOnTree[], standings: readonly Standing[]): ActionMask {
  return maps.reduce((mask, { map }, i) => {
    const { place, level } = defined(standings[i], 'a standing a map');
    return intersection(mask, actionsOf(map, place[level]));
  }, ALL_ACTIONS);
}

/** Returns the standings of an object in this directory that no scope names. */
export function regionOf({ standings }: Standpoint): Standing[] {
  return standings.map(({ place }) => ({ place, level: 'below' }));
}

export function rootStandpoint(maps: readonly MapOnTree[], vfs: Vfs): Standpoint {
  return standpointOf(maps, rootPath(vfs));
}

/** Returns the object at the end of a physical path. */
export function standpointOf(maps: readonly MapOnTree[], path: PhysicalPath): Standpoint {
  const [root, ...rest] = path;
  const location = defined(root, 'a path begins at the root');
  const standings = maps.map(({ places }) => ({
    place: defined(places.get(location.inode.ino), 'the root is in the map'),
    level: 'self' as const,
  }));
  return rest.reduce<Standpoint>((at, next) => stepDown(maps, at, next, next.name), {
    location,
    path: '/',
    standings,
  });
}

function stepDown(
  maps: readonly MapOnTree[],
  above: Standpoint,
  location: Location,
  name: string,
): Standpoint {
  const region = regionOf(above);
  const standings = maps.map(({ places }, i): Standing => {
    const place = places.get(location.inode.ino);
    return place === undefined ? defined(region[i], 'a standing a map') : { place, level: 'self' };
  });
  return { location, path: `${above.path === '/' ? '' : above.path}/${name}`, standings };
}

/** Yields the objects in a directory; a mount takes the place of its mount point. */
export function* objectsIn(maps: readonly MapOnTree[], directory: Standpoint): Generator<Standpoint> {
  for (const [name, location] of entriesOf(directory.location))
    yield stepDown(maps, directory, location, name);
}

/**
 * Yields the objects in a directory that an assertion must look at: all of them; on a lazy tree those that are places. Every other
 * object there has the standings of the region. (A second name of a placed file in a directory that no scope names is not seen.)
 */
export function* judgedIn(
  maps: readonly MapOnTree[],
  directory: Standpoint,
  vfs: Vfs,
): Generator<Standpoint> {
  if (!vfs.isLazy) return yield* objectsIn(maps, directory);
  const names = new Set(
    maps.flatMap(({ places }) => placedNames(places).get(directory.location.inode) ?? []),
  );
  for (const name of [...names].sort()) {
    const location = entryOf(directory.location, name);
    if (location !== undefined) yield stepDown(maps, directory, location, name);
  }
}

type PlacedNames = ReadonlyMap<Inode, readonly string[]>;
const PLACED_NAMES = new WeakMap<ReadonlyMap<number, MapPlace>, PlacedNames>();

/** Returns the names of the places in each directory. */
function placedNames(places: ReadonlyMap<number, MapPlace>): PlacedNames {
  const known = PLACED_NAMES.get(places);
  if (known !== undefined) return known;
  const names = new Map<Inode, string[]>();
  for (const { parent, name } of places.values()) {
    if (parent === undefined) continue;
    const own = names.get(parent.inode);
    if (own === undefined) names.set(parent.inode, [name]);
    else own.push(name);
  }
  PLACED_NAMES.set(places, names);
  return names;
}

/** Returns the rule that decides an action on an object with these standings, for each map that gives this verdict. */
export function reasonsFor(
  maps: readonly MapOnTree[],
  standings: readonly Standing[],
  action: ActionBit,
  verdict: 'allowed' | 'denied',
): Reason[] {
  return maps.flatMap(({ map }, i) => {
    const { place, level } = defined(standings[i], 'a standing a map');
    const allowed = hasAction(actionsOf(map, place[level]), action);
    if (allowed !== (verdict === 'allowed')) return [];
    return [reasonAt(map, place, level, actionName(action))];
  });
}
