/**
 * Rounds what a plan allows to the few classes of access that a format of mounts knows, and finds the paths to name.
 *
 * Input: the nodes of a plan and the classes of a format. Output: for each node the class that the format gives it, and whether
 * the format names its path. Rounding up keeps the program working and allows too much; rounding down allows too little. The
 * losses are what the classes and the plan differ in: nothing is reported here.
 */
import { defined } from '../../base/assert.js';
import {
  ALL_ACCESS,
  MOVE,
  accessOf,
  both,
  either,
  isBeneath,
  mayRemove,
  NO_ACCESS,
  rightsOn,
  without,
  type AccessNode,
  type AccessSet,
  type PlanAccess,
} from './access.js';

/** What a format can give a path. */
export interface AccessClass<Name extends string = string> {
  readonly name: Name;
  readonly allows: AccessSet;
}

export interface LayoutRules<Name extends string> {
  /** From the one that allows nothing to the one that allows all. */
  readonly classes: readonly AccessClass<Name>[];
  /** Whether a path may be given more than what is above it. */
  readonly nests: boolean;
  /** Whether what the format names cannot be moved or removed any more, as it becomes a mount. */
  readonly mounts: boolean;
  /** Whether the format can name a path only to keep it in its place. */
  readonly pins: boolean;
  /** Whether the format can name the path. */
  readonly canName: (path: string) => boolean;
  /** Of what a path is allowed: the rights for which it is not given more. */
  readonly spare?: (allowed: AccessSet) => AccessSet;
  /** True to round down. */
  readonly strict: boolean;
  /** The classes for a node, where not all fit. */
  readonly classesFor?: (node: AccessNode) => readonly AccessClass<Name>[];
}

export interface PlacedNode<Name extends string = string> {
  readonly node: AccessNode;
  readonly class: Name;
  /** Whether the format has to name the path: its class is not that of the node above, or it is pinned. */
  readonly named: boolean;
  /** What the format allows on the object and beneath it. */
  readonly exported: AccessSet;
}

/** Returns the nodes with their classes, in the order of paths. */
export function layOut<Name extends string>(
  access: PlanAccess,
  rules: LayoutRules<Name>,
): PlacedNode<Name>[] {
  const wanted = wantedBy(access, rules);
  const placed: PlacedNode<Name>[] = [];
  for (const node of access) {
    const above = placedAbove(placed, node.path);
    const named = rules.canName(node.path);
    const own = chosen(defined(wanted.get(node.path), 'each node has its wish'), node, rules);
    const limit = rules.nests || above === undefined ? own : smaller(own, above.class, rules);
    // The class of an unnamed root is what the format gives without a word: all.
    const inherited = above?.class ?? defined(rules.classes.at(-1), 'a format has classes').name;
    const class_ = named ? limit : inherited;
    // What is absent need not be kept in its place.
    const isThere = class_ !== rules.classes[0]?.name;
    const pinned = rules.pins && named && isThere && node.masks.length > 0;
    const isNamed = named && (above?.class !== class_ || pinned);
    const allows = allowedBy(class_, node, rules);
    const stays = rules.mounts && isNamed && above !== undefined;
    const moves = above !== undefined && !stays && mayRemove(above.exported, node.kind);
    placed.push({ node, class: class_, named: isNamed, exported: either(allows, moves ? MOVE : NO_ACCESS) });
  }
  return placed;
}

/** Returns the node above a path, among those that are placed. */
export function placedAbove<Name extends string>(
  placed: readonly PlacedNode<Name>[],
  path: string,
): PlacedNode<Name> | undefined {
  return placed.findLast(({ node }) => isBeneath(path, node.path));
}

/** Returns what each node should be given: rounded up, all that is useful there; rounded down, at most what is allowed there. */
function wantedBy<Name extends string>(
  access: PlanAccess,
  { nests, strict, canName, spare = () => NO_ACCESS }: LayoutRules<Name>,
): Map<string, AccessSet> {
  const wanted = new Map(
    access.map((n) => [
      n.path,
      strict ? without(n.allowed, MOVE) : without(usefulOf(n.allowed), spare(n.allowed)),
    ]),
  );
  for (const node of access.toReversed()) {
    const own = wanted.get(node.path) ?? NO_ACCESS;
    const above = access.findLast((n) => isBeneath(node.path, n.path));
    const theirs = above && wanted.get(above.path);
    if (above === undefined || theirs === undefined) continue;
    // What cannot be named gets what is above it, so that must not be more.
    if (strict && !canName(node.path)) wanted.set(above.path, both(theirs, onlyOn(node, own)));
    if (!strict && !nests) wanted.set(above.path, either(theirs, own));
  }
  return wanted;
}

/** Returns the rights of a node, with those that are not asked of its kind: they set no limit on what is above. */
function onlyOn(node: AccessNode, rights: AccessSet): AccessSet {
  return either(rights, without(ALL_ACCESS, rightsOn(node.kind)));
}

const READS = accessOf('read_file');
const OPENS = accessOf('read_file', 'write_file');
const NAMES = accessOf(
  'make_char',
  'make_dir',
  'make_reg',
  'make_sock',
  'make_fifo',
  'make_block',
  'make_sym',
  'remove_dir',
  'remove_file',
);

/** Returns the rights that do something: some only help another right, and nothing is rounded up for them. */
function usefulOf(allowed: AccessSet): AccessSet {
  let useful = without(allowed, MOVE);
  if (both(useful, READS) === 0) useful = without(useful, accessOf('execute'));
  if (both(useful, OPENS) === 0) useful = without(useful, accessOf('ioctl_dev', 'truncate'));
  if (both(useful, NAMES) === 0) useful = without(useful, accessOf('refer'));
  return useful;
}

function chosen<Name extends string>(wanted: AccessSet, node: AccessNode, rules: LayoutRules<Name>): Name {
  const classes = rules.classesFor?.(node) ?? rules.classes;
  // A right that no class gives is not a reason for any.
  const on = both(rightsOn(node.kind), classes.at(-1)?.allows ?? NO_ACCESS);
  const fits = ({ allows }: AccessClass): boolean => {
    const given = both(allows, on);
    return rules.strict ? without(given, wanted) === 0 : without(both(wanted, on), given) === 0;
  };
  const found = rules.strict ? classes.findLast(fits) : classes.find(fits);
  return defined(found, 'a format can allow nothing and all').name;
}

function smaller<Name extends string>(a: Name, b: Name, { classes }: LayoutRules<Name>): Name {
  const rank = (name: Name): number => classes.findIndex((c) => c.name === name);
  return rank(a) < rank(b) ? a : b;
}

function allowedBy<Name extends string>(
  name: Name,
  node: AccessNode,
  { classes, classesFor }: LayoutRules<Name>,
): AccessSet {
  const found = [...(classesFor?.(node) ?? []), ...classes].find((c) => c.name === name);
  return both(defined(found, 'the class is of the format').allows, rightsOn(node.kind));
}
