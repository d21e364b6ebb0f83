/** The lists of a plan: what the planner has laid on objects, without what is idle, in the order of paths. */
import { LANDLOCK_RIGHTS, type LandlockRight } from '../../abi/landlock.js';
import {
  MASK_KINDS,
  type EnforcementPlan,
  type MaskKind,
  type PlanObject,
  type PlanRuleset,
} from '../../artifact/enforcement-plan.js';
import { prefixesOf } from '../../base/paths.js';
import type { Inode } from '../kernel/vfs.js';
import type { PlannerInput } from './planner-input.js';

/** An object that rules or masks are laid on, while the plan is made. */
export interface Laid {
  readonly kind: 'dir' | 'file';
  readonly inode: Inode;
  readonly masks: Set<MaskKind>;
  /** One set per layer. */
  readonly rights: Set<LandlockRight>[];
}

/** By path. */
export type LaidObjects = Map<string, Laid>;

export type PlanLists = Pick<EnforcementPlan, 'objects' | 'masks' | 'rulesets'>;

/** Removes what an outer mask makes idle: masks and rules beneath a hidden object, and masks that an outer mask repeats. */
export function tidy(laid: LaidObjects): void {
  for (const path of [...laid.keys()].sort()) {
    const own = laid.get(path);
    if (own === undefined) continue;
    const outer = new Set<MaskKind>();
    for (const above of prefixesOf(path)) laid.get(above)?.masks.forEach((kind) => outer.add(kind));
    if (outer.has('hide')) {
      laid.delete(path);
      continue;
    }
    if (own.masks.has('hide')) {
      own.masks.clear();
      own.masks.add('hide');
      own.rights.forEach((rights) => rights.clear());
    }
    if (outer.has('ro')) for (const kind of ['ro', 'pin'] as const) own.masks.delete(kind);
    if (outer.has('noexec')) own.masks.delete('noexec');
    if (own.masks.size > 1) own.masks.delete('pin');
  }
}

/** Returns the plan's lists: the objects in the order of paths, and what refers to them. */
export function planLists(
  laid: LaidObjects,
  input: PlannerInput,
  whole: readonly (readonly LandlockRight[])[],
): PlanLists {
  const used = [...laid]
    .filter(([, { masks, rights }]) => masks.size > 0 || rights.some((r) => r.size > 0))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const objects = used.map(([path, { kind, inode }]): PlanObject => {
    return { path, kind, identity: input.identityOf?.(inode) ?? null };
  });
  const masks = used.flatMap(([, own], object) =>
    own.masks.size === 0 ? [] : [{ object, kinds: MASK_KINDS.filter((kind) => own.masks.has(kind)) }],
  );
  const rulesets = input.layers.flatMap(({ name }, i): PlanRuleset[] => {
    const free = whole[i] ?? [];
    const handled = LANDLOCK_RIGHTS.filter(
      (r) => r.since <= input.machine.abi && (r.name === 'refer' || !free.includes(r.name)),
    ).map((r) => r.name);
    if (handled.length === 0 || (handled.join() === 'refer' && free.includes('refer'))) return [];
    const rules = used.flatMap(([, { rights }], object) => {
      const own = handled.filter((right) => rights[i]?.has(right));
      return own.length === 0 ? [] : [{ object, rights: own }];
    });
    return [{ layer: name, handled, rules }];
  });
  return compacted({ objects, masks, rulesets });
}

/** Leaves out the objects that nothing refers to: a right that is granted on the whole tree is not handled. */
function compacted(lists: PlanLists): PlanLists {
  const used = new Set([...lists.masks, ...lists.rulesets.flatMap((r) => r.rules)].map((x) => x.object));
  return keepObjects(lists, (index) => used.has(index));
}

/** Returns the lists with these objects alone, and what is laid on them. */
export function keepObjects(
  { objects, masks, rulesets }: PlanLists,
  keep: (index: number) => boolean,
): PlanLists {
  const kept = objects.flatMap((_, i) => (keep(i) ? [i] : []));
  const indexOf = new Map(kept.map((old, i) => [old, i]));
  const on = <T extends { readonly object: number }>(rows: readonly T[]): T[] =>
    rows.flatMap((row) => {
      const object = indexOf.get(row.object);
      return object === undefined ? [] : [{ ...row, object }];
    });
  return {
    objects: objects.filter((_, i) => indexOf.has(i)),
    masks: on(masks),
    rulesets: rulesets.map((r) => ({ ...r, rules: on(r.rules) })),
  };
}
