/**
 * Compares the policy with the plan, call by call: makes every probe on one object of each class, and on pairs of classes.
 *
 * Objects are in one class if neither the policy nor the plan can tell them apart: they have the same verdicts, so do the
 * directories that they are in, the same rights reach them, and they stand in the same way to masks. The first object of a class
 * has a shortest path, which is the witness.
 */
import { MASK_KINDS, type EnforcementPlan } from '../../../artifact/enforcement-plan.js';
import { actionsOf, type Standpoint } from '../../../runtime/loader/standing.js';
import { MOVE_PROBES, NAME_PROBES, PROBES, type Probe, type ProbePaths } from './probes.js';
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
  const objects = representatives(stage, plan);
  const dirs = objects.filter((o) => o.location.inode.kind === 'dir');
  return objects.flatMap((object) => [
    ...PROBES.flatMap((probe) => differenceOf(stage, probe, object, pathsOf(object))),
    ...NAME_PROBES.flatMap((probe) => differenceOf(stage, probe, object, besideOf(object))),
    ...(object.path === '/' ? [] : movesOf(stage, object, dirs)),
  ]);
}

function movesOf(stage: Stage, object: Standpoint, dirs: readonly Standpoint[]): Difference[] {
  const parent = parentPath(object.path);
  return dirs
    .filter(({ path }) => path !== parent && path !== object.path && !path.startsWith(`${object.path}/`))
    .flatMap((dir) => {
      const paths = { ...besideOf(object), to: freshIn(dir) };
      return MOVE_PROBES.flatMap((probe) => differenceOf(stage, probe, object, paths));
    });
}

/** Returns the first object of each class. */
function representatives({ objects, maps }: Stage, plan: EnforcementPlan): Standpoint[] {
  const byPath = new Map(objects.map((o) => [o.path, o]));
  const marks = marksOf(plan);
  const seen = new Set<string>();
  return objects.filter((object) => {
    const above = byPath.get(parentPath(object.path));
    const key = [
      object.location.inode.kind,
      verdictsOf(object, maps),
      above === undefined ? '' : verdictsOf(above, maps),
      standingToPlan(object.path, marks),
      object.path === '/' ? '' : standingToPlan(parentPath(object.path), marks),
    ].join(';');
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

function verdictsOf({ standings }: Standpoint, maps: Stage['maps']): string {
  return maps
    .map(({ map }, i) => {
      const standing = standings[i];
      if (standing === undefined) return '';
      return `${actionsOf(map, standing.place[standing.level])}/${actionsOf(map, standing.place.below)}`;
    })
    .join();
}

/** What the plan lays on each path: bits of rights for each ruleset, and masks. */
interface PlanMark {
  readonly rights: readonly (readonly string[])[];
  readonly masks: readonly string[];
}

function marksOf({ objects, masks, rulesets }: EnforcementPlan): ReadonlyMap<string, PlanMark> {
  const kinds = new Map(masks.map((m) => [m.object, m.kinds]));
  const rules = rulesets.map((r) => new Map(r.rules.map((rule) => [rule.object, rule.rights])));
  const onto = (object: number): PlanMark => ({
    rights: rules.map((own) => own.get(object) ?? []),
    masks: kinds.get(object) ?? [],
  });
  return new Map(objects.map(({ path }, i) => [path, onto(i)]));
}

/** Describes how an object stands to the plan: the rights that reach it, the masks above it, and those on it. */
function standingToPlan(path: string, marks: ReadonlyMap<string, PlanMark>): string {
  const rights: Set<string>[] = [];
  const above = new Set<string>();
  for (let at = path; ; at = parentPath(at)) {
    const mark = marks.get(at);
    mark?.rights.forEach((own, i) => own.forEach((right) => (rights[i] ??= new Set()).add(right)));
    if (at !== path) mark?.masks.forEach((kind) => above.add(kind));
    if (at === '/') break;
  }
  const own = marks.get(path)?.masks ?? [];
  const held = MASK_KINDS.filter((kind) => above.has(kind));
  return `${rights.map((r) => [...r].sort().join('+')).join('/')}|${held.join('+')}|${own.join('+')}`;
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

export function parentPath(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash <= 0 ? '/' : path.slice(0, slash);
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
