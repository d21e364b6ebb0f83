/**
 * The stage on which probes are made: the same tree twice, once without a restriction and once under the plan.
 *
 * The first kernel shows what a call asks, so the policy can be asked about each request. The second shows what the plan answers.
 * Invariant: after a probe both trees are as they were.
 */
import { NO_ACTIONS, WALK, difference, union, type ActionMask } from '../../../abi/actions.js';
import type { EnforcementPlan } from '../../../artifact/enforcement-plan.js';
import { assert, defined } from '../../../base/assert.js';
import { createIdleEngine } from '../../../runtime/engine/idle.js';
import type { Errno } from '../../../runtime/kernel/errno.js';
import { detachMount } from '../../../runtime/kernel/mounts.js';
import * as sys from '../../../runtime/kernel/syscalls/index.js';
import { Kernel, exit, newTask, type CallResult, type Task } from '../../../runtime/kernel/task.js';
import { undoChange, type Inode, type TreeChange, type Vfs } from '../../../runtime/kernel/vfs.js';
import { confine } from '../../../runtime/linux/model/confine.js';
import {
  actionsOf,
  objectsIn,
  rootStandpoint,
  type MapOnTree,
  type Standing,
  type Standpoint,
} from '../../../runtime/loader/standing.js';
import type { Probe, ProbePaths } from './probes.js';

/** A request of a call: the object, what is asked of it, and what each layer denies of that. */
export interface DeniedRequest {
  readonly standings: readonly Standing[];
  /** The path of the object. */
  readonly path: string;
  /** What each layer denies. */
  readonly denied: readonly ActionMask[];
}

export interface ProbeOutcome {
  /** The requests that the policy denies, in order; empty if it allows the call. */
  readonly denied: readonly DeniedRequest[];
  /** The errno under the plan; undefined if the call succeeds. */
  readonly errno: Errno | undefined;
  /** Whether the call succeeded on another object than without a plan. */
  readonly showsOther: boolean;
}

interface StageSide {
  readonly kernel: Kernel;
  readonly journal: TreeChange[];
  readonly newTask: () => Task;
}

export interface Stage {
  readonly maps: readonly MapOnTree[];
  /** All objects, parents first. */
  readonly objects: readonly Standpoint[];
  readonly probe: (probe: Probe, paths: ProbePaths) => ProbeOutcome | undefined;
}

/** Makes the stage. `tree` returns the same tree with the same inode numbers on each call. */
export function makeStage(tree: () => Vfs, maps: readonly MapOnTree[], plan: EnforcementPlan): Stage {
  const free = sideOf(tree(), () => undefined);
  const confinedTree = tree();
  const space = confine(plan, confinedTree);
  assert(space.ok, 'the objects of the plan are on its tree');
  const confined = sideOf(confinedTree, space.enter);
  const objects = allObjects(maps, free.kernel.vfs);
  const known = new Map(objects.map((o) => [o.location.inode, o]));
  const sides: StageSides = { free, confined, maps, known, closed: closedDirectories(maps, objects) };
  return { maps, objects, probe: (probe, paths) => makeProbe(sides, probe, paths) };
}

function sideOf(vfs: Vfs, prepare: (task: Task) => void): StageSide {
  const kernel = new Kernel(vfs, createIdleEngine());
  const journal: TreeChange[] = [];
  vfs.changed = (change) => journal.push(change);
  return {
    kernel,
    journal,
    newTask: () => {
      const task = newTask(kernel, false);
      prepare(task);
      return task;
    },
  };
}

/** Returns the objects of a tree with their standings, parents first. */
function allObjects(maps: readonly MapOnTree[], vfs: Vfs): Standpoint[] {
  const all = [rootStandpoint(maps, vfs)];
  for (const at of all) if (at.location.inode.kind === 'dir') all.push(...objectsIn(maps, at));
  return all;
}

interface StageSides {
  readonly free: StageSide;
  readonly confined: StageSide;
  readonly maps: readonly MapOnTree[];
  readonly known: ReadonlyMap<Inode, Standpoint>;
  readonly closed: readonly DeniedRequest[];
}

/** Makes one probe on both sides. Undefined where it says nothing: it fails without a policy, or what comes before it is refused. */
function makeProbe(sides: StageSides, probe: Probe, paths: ProbePaths): ProbeOutcome | undefined {
  const asked = requestsOf(sides, probe, paths);
  if (asked === undefined) return undefined;
  return onSide(sides.confined, (task) => {
    const fd = prepare(task, probe, paths);
    if (fd === undefined) return undefined;
    const showsOther = inodeAt(task, objectPath(probe, paths)) !== asked.inode;
    const errno = errnoOf(probe.make(task, paths, fd));
    return { denied: asked.denied, errno, showsOther };
  });
}

/** Returns the errno of a call. A directory that is not empty counts as removed: everything else is judged before. */
function errnoOf(result: CallResult): Errno | undefined {
  return result.ok || result.errno === 'ENOTEMPTY' ? undefined : result.errno;
}

/** Returns the inode number that a task sees at a path; undefined if it sees none. */
function inodeAt(task: Task, path: string): number | undefined {
  const seen = sys.lstat(task, path);
  return seen.ok ? seen.value.ino : undefined;
}

/**
 * Makes the calls that come before a probe. Returns the descriptor of the open among them, -1 if there is none; undefined when one
 * of them is refused.
 */
function prepare(task: Task, { opens, moves }: Probe, { path, to }: ProbePaths): number | undefined {
  if (moves === true && !sys.rename(task, path, to).ok) return undefined;
  if (opens === undefined) return -1;
  const file = sys.open(task, path, opens);
  return file.ok ? file.fd : undefined;
}

/** Returns the path of the object when the probe is made. */
function objectPath({ moves }: Probe, { path, to }: ProbePaths): string {
  return moves === true ? to : path;
}

/** Returns the requests of a probe that the policy denies; undefined when the probe fails anyway, or the policy denies what comes before it. */
function requestsOf(
  sides: StageSides,
  probe: Probe,
  paths: ProbePaths,
): { readonly denied: readonly DeniedRequest[]; readonly inode: number | undefined } | undefined {
  const { kernel } = sides.free;
  return onSide(sides.free, (task) => {
    const requests: DeniedRequest[] = [];
    const created = new Map<Inode, Inode>();
    const note = (triggers: ActionMask, ino: number): void => {
      for (const change of sides.free.journal)
        if (change.kind === 'added') created.set(change.inode, change.dir);
      const inode = defined(kernel.vfs.inodes[ino], 'a request is about an inode');
      const { standings, path } = standingOf(sides, created, inode);
      const denied = deniedOf(sides.maps, standings, triggers);
      if (denied.some((mask) => mask !== 0)) requests.push({ standings, path, denied });
    };
    const inode = inodeAt(task, paths.path);
    kernel.asked = note;
    try {
      const fd = prepare(task, probe, paths);
      if (fd === undefined || requests.length > 0) return undefined;
      noteWalk(sides, objectPath(probe, paths), requests);
      return errnoOf(probe.make(task, paths, fd)) === undefined ? { denied: requests, inode } : undefined;
    } finally {
      kernel.asked = undefined;
    }
  });
}

/** Adds a request for each directory above the object that may not be walked through. */
function noteWalk({ closed }: StageSides, path: string, requests: DeniedRequest[]): void {
  requests.push(...closed.filter((at) => isAbove(at.path, path)));
}

/** Returns a request for each directory that some layer does not let a task walk through. */
function closedDirectories(maps: readonly MapOnTree[], objects: readonly Standpoint[]): DeniedRequest[] {
  return objects.flatMap(({ location, standings, path }) => {
    if (location.inode.kind !== 'dir') return [];
    const denied = deniedOf(maps, standings, WALK);
    return denied.some((mask) => mask !== 0) ? [{ standings, path, denied }] : [];
  });
}

function isAbove(dir: string, path: string): boolean {
  return path !== dir && path.startsWith(dir === '/' ? '/' : `${dir}/`);
}

function standingOf(
  sides: StageSides,
  created: ReadonlyMap<Inode, Inode>,
  inode: Inode,
): Pick<Standpoint, 'standings' | 'path'> {
  const known = sides.known.get(inode);
  if (known !== undefined) return known;
  const dir = defined(created.get(inode), 'an unknown inode was made by the probe');
  const above = standingOf(sides, created, dir);
  const standings = above.standings.map((s): Standing => ({ place: s.place, level: 'below' }));
  return { standings, path: above.path };
}

function deniedOf(
  maps: readonly MapOnTree[],
  standings: readonly Standing[],
  triggers: ActionMask,
): ActionMask[] {
  return maps.map(({ map }, i) => {
    const { place, level } = defined(standings[i], 'a standing for each map');
    return difference(triggers, actionsOf(map, place[level]));
  });
}

/** Runs a function with a new task, then undoes what it changed. */
function onSide<T>({ kernel, journal, newTask: make }: StageSide, run: (task: Task) => T): T {
  const { vfs } = kernel;
  const mounts = vfs.mounts.length;
  journal.length = 0;
  const task = make();
  try {
    return run(task);
  } finally {
    exit(task);
    for (const mount of vfs.mounts.splice(mounts)) detachMount(vfs, mount);
    for (const change of [...journal].reverse()) undoChange(vfs, change);
    journal.length = 0;
  }
}

/** Returns what a list of requests denies, over all layers. */
export function allDenied(requests: readonly DeniedRequest[]): ActionMask {
  return requests.flatMap((r) => r.denied).reduce(union, NO_ACTIONS);
}
