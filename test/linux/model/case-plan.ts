/** A case of the model's tests: a tree, a plan for that tree whose objects are paths, and calls. */
import type { ActionName } from '../../../src/abi/actions.js';
import { LANDLOCK_RIGHTS, type LandlockRight } from '../../../src/abi/landlock.js';
import {
  PLAN_FORMAT,
  PLAN_VERSION,
  type EnforcementPlan,
  type MaskKind,
  type PlanMask,
  type PlanRuleset,
} from '../../../src/artifact/enforcement-plan.js';
import type { RawCall } from './raw-calls.js';

/** Stands for the path of the directory of a case, wherever a path is written. */
export const TOP = '@top';

export type CaseEntry =
  | { readonly kind: 'dir' | 'file' | 'fifo' | 'program'; readonly path: string }
  | { readonly kind: 'link' | 'hardlink'; readonly path: string; readonly target: string };

/** A plan whose objects are paths. */
export interface CasePlan {
  readonly masks: readonly { readonly path: string; readonly kinds: readonly MaskKind[] }[];
  readonly rulesets: readonly {
    readonly handled: readonly LandlockRight[];
    readonly rules: readonly { readonly path: string; readonly rights: readonly LandlockRight[] }[];
  }[];
  readonly filter: readonly ActionName[];
}

export interface LinuxCase {
  readonly entries: readonly CaseEntry[];
  readonly plan: CasePlan;
  readonly calls: readonly RawCall[];
}

const FILE_RIGHTS: readonly LandlockRight[] = LANDLOCK_RIGHTS.filter((r) => r.on === 'any').map(
  (r) => r.name,
);
const inOrder = (rights: Iterable<LandlockRight>): LandlockRight[] => {
  const set = new Set(rights);
  return LANDLOCK_RIGHTS.map((r) => r.name).filter((name) => set.has(name));
};

/** What a plan needs to know of an object of the real tree. */
export type KindOf = (path: string) => 'dir' | 'file' | undefined;

/**
 * Returns the plan of a case for its tree. Objects that do not exist are left out, and masks beneath a hidden object too, as
 * no valid plan has them. `program`: the path of the program that makes the calls; every ruleset lets it start.
 */
export function planOf(
  { masks, rulesets, filter }: CasePlan,
  kindOf: KindOf,
  program: string,
  abi: number,
): EnforcementPlan {
  const laid = new Map(masks.filter((m) => kindOf(m.path) !== undefined).map((m) => [m.path, m.kinds]));
  const hidden = [...laid].filter(([, kinds]) => kinds.includes('hide')).map(([p]) => `${p}/`);
  const masked = [...laid.keys()].filter((p) => !hidden.some((h) => p.startsWith(h)));
  const ruled = rulesets
    .flatMap((r) => r.rules.map((rule) => rule.path))
    .filter((p) => kindOf(p) !== undefined);
  const paths = [...new Set([...masked, ...ruled, program])].sort();
  const objects = paths.map((p) => ({ path: p, kind: kindOf(p) ?? 'file', identity: null }) as const);
  return {
    format: PLAN_FORMAT,
    version: PLAN_VERSION,
    policy: 'random',
    machine: { abi, masks: true },
    leastAbi: Math.min(abi, 1),
    objects,
    masks: paths.flatMap((p, object): PlanMask[] =>
      masked.includes(p) ? [{ object, kinds: laid.get(p) ?? [] }] : [],
    ),
    rulesets: rulesets.map((r, i) => rulesetOf(r, paths, kindOf, program, `layer${i}`)),
    ...(filter.length > 0 ? { filter: { actions: filter, ioUring: false } } : {}),
  };
}

function rulesetOf(
  { handled, rules }: CasePlan['rulesets'][number],
  paths: readonly string[],
  kindOf: KindOf,
  program: string,
  layer: string,
): PlanRuleset {
  const starts = { path: program, rights: handled.filter((r) => r === 'execute' || r === 'read_file') };
  const rightsAt = (path: string): LandlockRight[] => {
    const rights = inOrder([...rules, starts].filter((r) => r.path === path).flatMap((r) => r.rights));
    return kindOf(path) === 'dir' ? rights : rights.filter((r) => FILE_RIGHTS.includes(r));
  };
  return {
    layer,
    handled: inOrder(handled),
    rules: paths
      .map((p, object) => ({ object, rights: rightsAt(p) }))
      .filter(({ rights }) => rights.length > 0),
  };
}
