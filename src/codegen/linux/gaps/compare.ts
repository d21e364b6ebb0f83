/**
 * Compares the policy with the plan, call by call: makes every probe on one object of each class, and on pairs of classes.
 *
 * Objects are in one class if neither the policy nor the plan can tell them apart: they have the same verdicts, so do the
 * directories that they are in, the same rights reach them, and they stand in the same way to masks. The first object of a class
 * has a shortest path, which is the witness.
 */
import { ALL_ACTIONS, maskOf, overlaps, type ActionMask } from '../../../abi/actions.js';
import type { EnforcementPlan } from '../../../artifact/enforcement-plan.js';
import { defined } from '../../../base/assert.js';
import { actionsOf, allowedOn, type Standpoint } from '../../../runtime/loader/standing.js';
import {
  AFTER_MOVE_PROBES,
  MOVE_PROBES,
  NAME_PROBES,
  PROBES,
  type Probe,
  type ProbePaths,
} from './probes.js';
import { parentPath } from '../../../base/paths.js';
import { planStandings } from './standing-to-plan.js';
import { allDenied, type ProbeOutcome, type Stage } from './stage.js';

/** A probe on which the policy and the plan differ. */
export interface Difference {
  readonly probe: Probe;
  readonly paths: ProbePaths;
  readonly object: Standpoint;
  readonly direction: 'looser' | 'stricter' | 'errno' | 'visibility';
  readonly outcome: ProbeOutcome;
}

/** Returns every difference, in the order of objects. */
export function compare(stage: Stage, plan: EnforcementPlan): Difference[] {
  const keys = keysOf(stage, plan);
  const single = firstOfEach(stage.objects, keys.whole).flatMap((object) => differencesAt(stage, object));
  return [...single, ...moves(stage, keys), ...afterMoves(stage, keys)];
}

/** Moves one object of each class that scopes name to a directory of each class, and makes the probes there. */
function afterMoves(stage: Stage, keys: ClassKeys): Difference[] {
  const named = stage.objects.filter((o) => o.path !== '/' && isNamed(o) && isMovable(o, stage));
  const directories = stage.objects.filter((o) => o.location.inode.kind === 'dir');
  const destinations = [...someOfEach(directories, keys.destination).values()];
  return firstOfEach(named, keys.whole).flatMap((object) =>
    destinations.flatMap((dirs) => {
      const dir = dirs.find((d) => canMove(object, d));
      return dir === undefined ? [] : differencesAfterMove(stage, object, dir);
    }),
  );
}

/** Returns the differences of calls on a named object after it was moved into a directory. */
export function differencesAfterMove(stage: Stage, object: Standpoint, dir: Standpoint): Difference[] {
  const paths = { ...besideOf(object), to: freshIn(dir) };
  return AFTER_MOVE_PROBES.flatMap((probe) => differenceOf(stage, probe, object, paths));
}

/** Returns whether a scope of every layer names an object: then its verdicts stay with it wherever it is moved. */
export function isNamed({ standings }: Standpoint): boolean {
  return standings.every((s) => s.level === 'self');
}

function isMovable({ standings }: Standpoint, { maps }: Stage): boolean {
  return overlaps(allowedOn(maps, standings), maskOf('rename'));
}

/** For each class of movable objects and each class of directories, makes the first move that is possible between them. */
function moves(stage: Stage, keys: ClassKeys): Difference[] {
  const sources = [...someOfEach(stage.objects, keys.source).values()];
  const directories = stage.objects.filter((o) => o.location.inode.kind === 'dir');
  const destinations = [...someOfEach(directories, keys.destination).values()];
  return sources.flatMap((objects) =>
    destinations.flatMap((dirs) => {
      for (const object of objects) {
        const dir = dirs.find((d) => canMove(object, d));
        if (dir !== undefined) return movesFrom(stage, object, [dir]);
      }
      return [];
    }),
  );
}

/** Returns whether a directory is not above, at or beneath an object, except above its parent. */
export function canMove({ path }: Standpoint, dir: Standpoint): boolean {
  return (
    path !== '/' && dir.path !== parentPath(path) && dir.path !== path && !dir.path.startsWith(`${path}/`)
  );
}

/** Enough objects of a class that one of them can be moved, or moved to: the others have the same parent, or lie in each other. */
const SOME = 4;

/** Returns the first objects of each class, each in another directory. */
function someOfEach(objects: readonly Standpoint[], keyOf: KeyOf): ReadonlyMap<string, Standpoint[]> {
  const found = new Map<string, Standpoint[]>();
  for (const object of objects) {
    const key = keyOf(object);
    const some = found.get(key) ?? [];
    const parent = parentPath(object.path);
    if (some.length < SOME && !some.some((o) => parentPath(o.path) === parent && some.length > 1))
      some.push(object);
    found.set(key, some);
  }
  return found;
}

/** Returns the differences of calls on one object. */
export function differencesAt(stage: Stage, object: Standpoint): Difference[] {
  return [
    ...PROBES.flatMap((probe) => differenceOf(stage, probe, object, pathsOf(object))),
    ...NAME_PROBES.flatMap((probe) => differenceOf(stage, probe, object, besideOf(object))),
  ];
}

/** Returns the differences of moves of one object into these directories. */
export function movesFrom(
  stage: Stage,
  object: Standpoint,
  destinations: readonly Standpoint[],
): Difference[] {
  return destinations
    .filter((dir) => canMove(object, dir))
    .flatMap((dir) => {
      const paths = { ...besideOf(object), to: freshIn(dir) };
      return MOVE_PROBES.flatMap((probe) => differenceOf(stage, probe, object, paths));
    });
}

type KeyOf = (object: Standpoint) => string;

/** What tells objects apart: for calls on one object, and for both ends of a move. */
interface ClassKeys {
  readonly whole: KeyOf;
  readonly source: KeyOf;
  readonly destination: KeyOf;
}

function firstOfEach(objects: readonly Standpoint[], keyOf: KeyOf): Standpoint[] {
  const first = new Map<string, Standpoint>();
  for (const object of objects) {
    const key = keyOf(object);
    if (!first.has(key)) first.set(key, object);
  }
  return [...first.values()];
}

const MOVED = maskOf('rename', 'link');
const MOVED_INTO = maskOf('renameto', 'linkto');

function keysOf({ objects, maps }: Stage, plan: EnforcementPlan): ClassKeys {
  const byPath = new Map(objects.map((o) => [o.path, o]));
  const toPlan = planStandings(plan);
  const above = ({ path }: Standpoint): Standpoint | undefined =>
    path === '/' ? undefined : byPath.get(parentPath(path));
  return {
    whole(object) {
      const dir = above(object);
      const own = [object.location.inode.kind, verdictsOf(object, maps), toPlan(object.path)];
      return [...own, ...(dir === undefined ? [] : [verdictsOf(dir, maps), toPlan(dir.path)])].join(';');
    },
    source: (object) =>
      [
        object.location.inode.kind === 'dir',
        verdictsOf(object, maps, MOVED),
        toPlan(object.path),
        toPlan(parentPath(object.path)),
      ].join(';'),
    destination: (object) => [verdictsOf(object, maps, MOVED_INTO), toPlan(object.path)].join(';'),
  };
}

/** Returns the verdicts of each layer on an object, and beneath it, of these actions. */
function verdictsOf({ standings }: Standpoint, maps: Stage['maps'], of: ActionMask = ALL_ACTIONS): string {
  return maps
    .map(({ map }, i) => {
      const { place, level } = defined(standings[i], 'a standing for each map');
      return `${actionsOf(map, place[level]) & of}/${actionsOf(map, place.below) & of}`;
    })
    .join();
}

function differenceOf(stage: Stage, probe: Probe, object: Standpoint, paths: ProbePaths): Difference[] {
  if (!probe.kinds.includes(object.location.inode.kind)) return [];
  const outcome = stage.probe(probe, paths);
  const direction = outcome && directionOf(outcome);
  return direction === undefined
    ? []
    : [{ probe, paths, object, direction, outcome: outcome as ProbeOutcome }];
}

function directionOf({ denied, errno, showsOther }: ProbeOutcome): Difference['direction'] | undefined {
  const isDenied = allDenied(denied) !== 0;
  if (isDenied && errno === undefined) return showsOther ? undefined : 'looser';
  if (isDenied) return errno === 'EACCES' ? undefined : 'errno';
  if (errno !== undefined) return 'stricter';
  return showsOther ? 'visibility' : undefined;
}

const FRESH = 'new';

function freshIn({ path, location }: Standpoint): string {
  let name = FRESH;
  while (location.inode.entries?.has(name) === true) name += '_';
  return `${path === '/' ? '' : path}/${name}`;
}

function pathsOf(object: Standpoint): ProbePaths {
  const fresh = object.location.inode.kind === 'dir' ? freshIn(object) : '';
  return { path: object.path, fresh, to: '' };
}

/** Paths with a free name beside the object. */
function besideOf({ path }: Standpoint): ProbePaths {
  const dir = parentPath(path);
  return { path, fresh: `${dir === '/' ? '' : dir}/${FRESH}`, to: '' };
}
