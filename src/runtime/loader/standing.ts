/**
 * Objects of a tree as grounded maps see them: where an object stands in each map, and what all allow on it together.
 *
 * Invariant: the root is in every map, so every object that is seen from it stands somewhere.
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
import { entriesOf } from '../kernel/resolve.js';
import type { Location, Vfs } from '../kernel/vfs.js';
import type { MapPlace } from './ground.js';
import { reasonAt, type Reason } from './reason.js';
import { rootPath, type PhysicalPath } from './resolve.js';

/** A map after grounding. */
export interface MapOnTree {
  readonly map: InodeMap;
  /** By inode number. */
  readonly places: ReadonlyMap<number, MapPlace>;
}

/** Where something stands in one map: at a place, or in the region of one. */
export interface Standing {
  readonly place: MapPlace;
  readonly level: 'self' | 'below';
}

/** An object, reached by a physical path. */
export interface Standpoint {
  readonly location: Location;
  readonly path: string;
  /** One a map. */
  readonly standings: readonly Standing[];
}

/** What is in a map's bits as actions. */
function actionsOf(map: InodeMap, bits: number): ActionMask {
  return map.classes.reduce((mask, { actions, decision }) => {
    const allowed = decision.kind === 'bit' ? ((bits >>> decision.bit) & 1) === 1 : decision.kind === 'allow';
    return allowed ? union(mask, maskOf(...actions)) : mask;
  }, NO_ACTIONS);
}

/** What all maps allow on what stands so. */
export function allowedOn(maps: readonly MapOnTree[], standings: readonly Standing[]): ActionMask {
  return maps.reduce((mask, { map }, i) => {
    const { place, level } = defined(standings[i], 'a standing a map');
    return intersection(mask, actionsOf(map, place[level]));
  }, ALL_ACTIONS);
}

/** How something that no scope names stands in this directory. */
export function regionOf({ standings }: Standpoint): Standing[] {
  return standings.map(({ place }) => ({ place, level: 'below' }));
}

export function rootStandpoint(maps: readonly MapOnTree[], vfs: Vfs): Standpoint {
  return standpointOf(maps, rootPath(vfs));
}

/** The object at the end of a physical path. */
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

/** The objects in a directory, with what is mounted on them. */
export function* objectsIn(maps: readonly MapOnTree[], directory: Standpoint): Generator<Standpoint> {
  for (const [name, location] of entriesOf(directory.location))
    yield stepDown(maps, directory, location, name);
}

/** What decides an action on what stands so, in each map that gives this verdict. */
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
