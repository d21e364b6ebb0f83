/** Grounds the inode maps of a manifest, for the loader of every target. */
import type { InodeMap, Manifest } from '../../artifact/manifest.js';
import { placeLimit, type CookieLayout } from '../../semantics/cookie.js';
import type { Vfs } from '../kernel/vfs.js';
import { ground, type MapPlace } from './ground.js';
import type { GroundedMap } from './grounded.js';
import { problemOf, type LoadProblem } from './problems.js';

/** A grounded map with the number of each place, by inode number. */
interface NumberedMap extends GroundedMap {
  readonly numbers: ReadonlyMap<number, number>;
}

/** Grounds one map. Adds what it finds wrong to `problems`; undefined when that is an error. */
export function groundInodeMap(
  map: InodeMap,
  vfs: Vfs,
  manifest: Manifest,
  problems: LoadProblem[],
): NumberedMap | undefined {
  const result = ground(map, vfs);
  if (result.kind === 'refused') {
    problems.push(...result.faults.map((fault) => problemOf.fault(fault, map, manifest)));
    return undefined;
  }
  problems.push(...result.unmatched.map((entry) => problemOf.unmatched(entry, manifest)));
  const { places } = result;
  const numbers = placeNumbers(map.layout, places);
  const byNumber = new Map(
    [...numbers].flatMap(([inode, n]) => (n > 0 ? [[n, places.get(inode) as MapPlace]] : [])),
  );
  return { map, places, byNumber, numbers };
}

/** Returns a number for every place, in the order of inodes; all numbers are 0 when there are more places than numbers. */
function placeNumbers(
  layout: CookieLayout,
  places: ReadonlyMap<number, MapPlace>,
): ReadonlyMap<number, number> {
  const inodes = [...places.keys()].sort((a, b) => a - b);
  const enough = inodes.length < placeLimit(layout);
  return new Map(inodes.map((inode, i) => [inode, enough ? i + 1 : 0]));
}
