/** What an export leaves out of a plan, or adds to it: found by comparing what both allow on each node. */
import type { EnforcementPlan } from '../../artifact/enforcement-plan.js';
import {
  CHANGES,
  MOVE,
  NO_ACCESS,
  accessOf,
  both,
  either,
  isBeneath,
  mayRemove,
  namesOf,
  without,
  type AccessName,
  type AccessNode,
  type AccessSet,
  type PlanAccess,
} from './access.js';
import { cellOf, FACTS, type ExportName, type PlanFact } from './formats.js';

export interface ExportLoss {
  readonly fact: PlanFact;
  /** Looser: the format allows what the plan does not. */
  readonly direction: 'looser' | 'stricter';
  /** When it matters; absent: always. */
  readonly when?: string;
  /** The access rights, actions or system calls that it is about. */
  readonly what: readonly string[];
  /** Each path stands for itself and for what is beneath it, down to other paths that the plan names. */
  readonly paths: readonly string[];
  /** The sentence of the table of formats. */
  readonly why: string;
}

/** Returns whether a loss lets the program do more than the plan, whatever happens later. */
export function isLooser({ direction, when }: ExportLoss): boolean {
  return direction === 'looser' && when === undefined;
}

/** Returns the differences on all nodes, grouped by fact, direction and rights. */
export function accessLosses(
  to: ExportName,
  access: PlanAccess,
  exported: (node: AccessNode) => AccessSet,
  canName: (path: string) => boolean = () => true,
): ExportLoss[] {
  const groups = new Map<string, { readonly loss: ExportLoss; readonly paths: string[] }>();
  for (const node of access) {
    const above = access.findLast((n) => isBeneath(node.path, n.path));
    const opened = above !== undefined && mayRemove(exported(above), node.kind);
    const found = differences(node, exported(node), canName(node.path), opened);
    for (const [fact, direction, rights] of found) {
      if (rights === NO_ACCESS) continue;
      const what: readonly AccessName[] = namesOf(rights);
      const key = [fact, direction, ...what].join();
      const group = groups.get(key) ?? { loss: lossOf(to, fact, direction, what, []), paths: [] };
      group.paths.push(node.path);
      groups.set(key, group);
    }
  }
  return [...groups.values()].map(({ loss, paths }) => ({ ...loss, paths }));
}

type AccessDifference = readonly [PlanFact, ExportLoss['direction'], AccessSet];

/** Returns what differs on a node, by the fact of the plan that is lost. `opened`: its directory lets entries be removed. */
function differences(
  node: AccessNode,
  given: AccessSet,
  isNamed: boolean,
  opened: boolean,
): readonly AccessDifference[] {
  const [more, less] = [without(given, node.allowed), without(node.allowed, given)];
  if (!isNamed && node.path !== '/')
    return [
      ['names', 'looser', more],
      ['names', 'stricter', less],
    ];
  const rule: PlanFact = node.path === '/' ? 'default' : node.kind;
  const masks = maskDifferences(node, without(more, MOVE));
  const rest = masks.reduce((left, [, , rights]) => without(left, rights), without(more, MOVE));
  return [
    ...masks,
    [rule, 'looser', rest],
    [moveFact(node), 'looser', both(more, MOVE)],
    [opened ? 'moves' : 'dir', 'stricter', both(less, MOVE)],
    [rule, 'stricter', without(less, MOVE)],
  ];
}

/** Returns the fact because of which the plan keeps an object in its place: its own mask, one above it, or its directory. */
function moveFact({ masks, masked }: AccessNode): PlanFact {
  if (masks.length > 0) return 'pin';
  return masked.find((mask) => mask === 'hide' || mask === 'ro') ?? 'dir';
}

/** Returns what a node is given although a mask on it or above it takes it away. */
function maskDifferences({ masked }: AccessNode, more: AccessSet): AccessDifference[] {
  if (masked.includes('hide')) return [['hide', 'looser', more]];
  return [
    ['ro', 'looser', masked.includes('ro') ? both(more, CHANGES) : NO_ACCESS],
    ['noexec', 'looser', masked.includes('noexec') ? both(more, accessOf('execute')) : NO_ACCESS],
  ];
}

/** Returns a loss with the reason and the condition that the tables have for it. */
export function lossOf(
  to: ExportName,
  fact: PlanFact,
  direction: ExportLoss['direction'],
  what: readonly string[],
  paths: readonly string[],
): ExportLoss {
  const { when } = FACTS[fact];
  return { fact, direction, ...(when !== undefined && { when }), what, paths, why: cellOf(to, fact).why };
}

/** Returns the losses that follow from the table and from what the plan holds, whatever the paths are. */
export function wholeLosses(to: ExportName, plan: EnforcementPlan): ExportLoss[] {
  const held: readonly (readonly [PlanFact, readonly string[]])[] = [
    ['layers', plan.rulesets.length > 1 ? ['/'] : []],
    ['absent', plan.objects.map((object) => object.path)],
    ['identity', plan.objects.filter((o) => o.identity !== null).map((o) => o.path)],
    ['abi', plan.rulesets.length > 0 ? ['/'] : []],
    ['tools', ['/']],
    ['working', ['/']],
  ];
  return held.flatMap(([fact, paths]) => {
    const { verdict } = cellOf(to, fact);
    if (verdict === 'exact' || paths.length === 0) return [];
    return [lossOf(to, fact, verdict === 'stricter' ? 'stricter' : 'looser', [], paths)];
  });
}

/** Returns the losses of a format that makes mounts: hidden objects, and special files on read-only mounts. */
export function mountLosses(
  to: ExportName,
  access: PlanAccess,
  exported: (node: AccessNode) => AccessSet,
): ExportLoss[] {
  const paths = (keep: (node: AccessNode, given: AccessSet) => boolean): string[] =>
    access.filter((node) => keep(node, without(exported(node), MOVE))).map((node) => node.path);
  const hidden = paths((node, given) => given === NO_ACCESS && !node.masked.includes('hide'));
  const writes = accessOf('write_file');
  const readOnly = paths(
    (node, given) => both(either(given, node.allowed), writes) === 0 && given !== NO_ACCESS,
  );
  return (
    [
      ['attributes', 'stricter', ['getattr', 'walk', 'chdir'], hidden],
      ['special', 'looser', ['write_file'], readOnly],
    ] as const
  ).flatMap(([fact, direction, what, at]) =>
    at.length === 0 || cellOf(to, fact).verdict === 'exact' ? [] : [lossOf(to, fact, direction, what, at)],
  );
}
