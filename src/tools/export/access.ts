/**
 * What a plan allows on each path, as one set of bits: the reading of a plan that all exports share.
 *
 * Input: a plan. Output: a node for the root and for each object of the plan, with what is allowed on the object and beneath it.
 * Invariant: between two nodes nothing changes, so the nearest node above a path answers for the path.
 */
import { LANDLOCK_RIGHTS, landlockBits, type LandlockRight } from '../../abi/landlock.js';
import { MASK_KINDS, type EnforcementPlan, type MaskKind } from '../../artifact/enforcement-plan.js';
import { defined } from '../../base/assert.js';
import { prefixesOf } from '../../base/paths.js';
import { bytesFromName } from '../../runtime/kernel/names.js';
import { stopsRight } from '../../runtime/linux/masks.js';

/** A set of access rights: the bits of `LANDLOCK_RIGHTS`, and `MOVE`. */
export type AccessSet = number & { readonly __brand: 'AccessSet' };

/** A Landlock right, or `move`: that the object itself can be moved, removed or replaced. */
export type AccessName = LandlockRight | 'move';

const MOVE_BIT = LANDLOCK_RIGHTS.length;
export const MOVE = (1 << MOVE_BIT) as AccessSet;
export const NO_ACCESS = 0 as AccessSet;

export function accessOf(...rights: readonly LandlockRight[]): AccessSet {
  return landlockBits(rights) as AccessSet;
}

const names = (keep: (right: (typeof LANDLOCK_RIGHTS)[number]) => boolean): AccessSet =>
  accessOf(...LANDLOCK_RIGHTS.filter(keep).map((right) => right.name));

/** All Landlock rights. */
export const ALL_ACCESS = names(() => true);
/** The rights that are asked of an object that is not a directory. */
export const FILE_ACCESS = names((right) => right.on === 'any');
/** The rights that a read-only mount takes away. */
export const CHANGES = names(({ name }) => stopsRight('ro', name));

export const both = (a: AccessSet, b: AccessSet): AccessSet => (a & b) as AccessSet;
export const either = (a: AccessSet, b: AccessSet): AccessSet => (a | b) as AccessSet;
export const without = (a: AccessSet, b: AccessSet): AccessSet => (a & ~b) as AccessSet;

/** Returns the names of a set, in the order of bits. */
export function namesOf(set: AccessSet): AccessName[] {
  const rights: AccessName[] = LANDLOCK_RIGHTS.filter(({ bit }) => (set & (1 << bit)) !== 0).map(
    ({ name }) => name,
  );
  return (set & MOVE) === 0 ? rights : [...rights, 'move'];
}

/** Returns the rights that are asked of an object of this kind. */
export function rightsOn(kind: 'dir' | 'file'): AccessSet {
  return kind === 'dir' ? ALL_ACCESS : FILE_ACCESS;
}

export interface AccessNode {
  readonly path: string;
  readonly kind: 'dir' | 'file';
  /** What the rulesets allow on the object and beneath it, without masks and without `MOVE`. */
  readonly ruled: AccessSet;
  /** What the plan allows on the object and beneath it. `MOVE` is about the object alone. */
  readonly allowed: AccessSet;
  /** The masks on the object itself. */
  readonly masks: readonly MaskKind[];
  /** The masks on the object and above it. */
  readonly masked: readonly MaskKind[];
}

/** The nodes sorted by path; the first is the root. */
export type PlanAccess = readonly AccessNode[];

/** Returns what a plan allows. */
export function accessUnder(plan: EnforcementPlan): PlanAccess {
  const kinds = new Map<string, 'dir' | 'file'>([['/', 'dir']]);
  for (const { path, kind } of plan.objects) kinds.set(path, kind);
  const masksOn = new Map(plan.masks.map(({ object, kinds }) => [pathOf(plan, object), kinds]));
  const rulesets = plan.machine.abi === 0 ? [] : plan.rulesets.map((ruleset) => rulesOf(plan, ruleset));
  const nodes = new Map<string, AccessNode>();
  for (const [path, kind] of [...kinds].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const way = [...prefixesOf(path), path];
    const ruled = both(rulesets.map((r) => ruledBy(r, way)).reduce(both, ALL_ACCESS), rightsOn(kind));
    const masked = MASK_KINDS.filter((mask) => way.some((p) => masksOn.get(p)?.includes(mask)));
    const masks = masksOn.get(path) ?? [];
    const parent = nearestNode(nodes, way.slice(0, -1));
    const movable = path !== '/' && masks.length === 0 && mayRemove(parent?.allowed ?? NO_ACCESS, kind);
    const allowed = either(without(ruled, stoppedBy(masked)), movable ? MOVE : NO_ACCESS);
    nodes.set(path, { path, kind, ruled, allowed, masks, masked });
  }
  return [...nodes.values()];
}

interface LayerRules {
  readonly handled: AccessSet;
  readonly rules: ReadonlyMap<string, AccessSet>;
}

function rulesOf(plan: EnforcementPlan, ruleset: EnforcementPlan['rulesets'][number]): LayerRules {
  const rules = new Map<string, AccessSet>();
  for (const { object, rights } of ruleset.rules) rules.set(pathOf(plan, object), accessOf(...rights));
  return { handled: either(accessOf(...ruleset.handled), accessOf('refer')), rules };
}

/** Returns what one ruleset allows at the end of a way: what it does not handle, and what rules on the way grant. */
function ruledBy({ handled, rules }: LayerRules, way: readonly string[]): AccessSet {
  return way.reduce(
    (allowed, path) => either(allowed, rules.get(path) ?? NO_ACCESS),
    without(ALL_ACCESS, handled),
  );
}

function pathOf({ objects }: EnforcementPlan, index: number): string {
  return defined(objects[index], 'rules and masks are on objects of the plan').path;
}

/** Returns the rights that masks take away. */
export function stoppedBy(masks: readonly MaskKind[]): AccessSet {
  return names(({ name }) => masks.some((mask) => stopsRight(mask, name)));
}

/** Returns whether the rights of a directory allow an entry of this kind to be removed. */
export function mayRemove(directory: AccessSet, kind: 'dir' | 'file'): boolean {
  return both(directory, accessOf(kind === 'dir' ? 'remove_dir' : 'remove_file')) !== 0;
}

function nearestNode(nodes: ReadonlyMap<string, AccessNode>, way: readonly string[]): AccessNode | undefined {
  return way.map((path) => nodes.get(path)).findLast((node) => node !== undefined);
}

/** Returns whether a path lies beneath another one. */
export function isBeneath(path: string, above: string): boolean {
  return path !== above && (above === '/' || path.startsWith(`${above}/`));
}

/** Returns whether a name is UTF-8: no character of it stands for a byte. */
export function isUnicode(path: string): boolean {
  return bytesFromName(path).toString('utf8') === path;
}
