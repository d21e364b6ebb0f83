/**
 * The chain plan: the programs of each chain, with triggers and checks but without instructions.
 *
 * Input: a checked policy. Output: one chain for each layer. The programs implement the walk machine of
 * `semantics/machine.ts`.
 */
import { ALL_TRIGGERS, WALK, intersection, maskOf, unionOf, type ActionMask } from '../../abi/actions.js';
import type { CookieLayout } from '../../semantics/cookie.js';
import type { Span } from '../../diagnostics/types.js';
import { layoutCookie } from '../../semantics/cookie.js';
import { partitionActions, type ActionClass, type ClassDecision } from './partition.js';
import type { CheckedPolicy, Layer } from '../../ir/check/policy.js';

export interface ChainPlan {
  readonly chains: readonly PlannedChain[];
}

export interface PlannedChain {
  readonly layer: Layer;
  /** The prefix of program and map names; unique in the plan. */
  readonly stem: string;
  readonly classes: readonly ActionClass[];
  /** The layout of the cookie for the classes that have a bit. */
  readonly layout: CookieLayout;
  readonly programs: readonly ProgramPlan[];
}

export type ProgramPlan =
  /** Makes the step at each directory of a walk, and denies unless `check` allows. */
  | { readonly kind: 'walk'; readonly name: string; readonly check: ClassDecision; readonly span: Span }
  | {
      readonly kind: 'pick';
      readonly name: string;
      readonly triggers: ActionMask;
      readonly check: ClassDecision;
      readonly span: Span;
    }
  /** Tags the object with the region of the state. */
  | { readonly kind: 'get'; readonly name: string; readonly span: Span };

/** Returns the name of a chain's inode map. */
export function mapName(chain: PlannedChain): string {
  return `${chain.stem}inodes`;
}

export function buildPlan(policy: CheckedPolicy): ChainPlan {
  const many = policy.layers.length > 1;
  return {
    chains: policy.layers.map((layer, i) => buildChain(layer, many ? `${i}.` : '', partitionActions(layer))),
  };
}

/** Returns the chain of one layer, with the programs that its classes need. */
export function buildChain(layer: Layer, stem: string, classes: readonly ActionClass[]): PlannedChain {
  const layout = layoutCookie(classes.filter((c) => c.decision.kind === 'bit').length);
  const walkCheck = checkOf(classes, WALK);
  const picks = pickPlans(layer, stem, classes);
  const stateful = layout.classes > 0;
  if (!stateful && walkCheck.kind === 'allow') return { layer, stem, classes, layout, programs: picks };
  const walk: ProgramPlan = { kind: 'walk', name: `${stem}fs_walk`, check: walkCheck, span: layer.span };
  const get: ProgramPlan = { kind: 'get', name: `${stem}fs_get`, span: layer.span };
  const needed = picks.length > 0 || !stateful ? picks : [bridge(layer, stem)];
  return { layer, stem, classes, layout, programs: stateful ? [walk, ...needed, get] : [walk, ...needed] };
}

/** Returns an `fs_pick` that allows: `fs_get` can only follow an `fs_pick`. Its trigger is the one that calls ask least. */
function bridge(layer: Layer, stem: string): ProgramPlan {
  const triggers = maskOf('transfer');
  return { kind: 'pick', name: `${stem}fs_pick_none`, triggers, check: { kind: 'allow' }, span: layer.span };
}

/** Returns one program per class with a bit. The classes that are denied everywhere share one program. */
function pickPlans(layer: Layer, stem: string, classes: readonly ActionClass[]): ProgramPlan[] {
  const deniedClasses = classes.filter((c) => c.decision.kind === 'deny');
  const denied = intersection(unionOf(deniedClasses.map((c) => c.actions)), ALL_TRIGGERS);
  const plans: ProgramPlan[] = [];
  for (const { actions, decision } of classes) {
    const triggers = intersection(actions, ALL_TRIGGERS);
    if (decision.kind !== 'bit' || triggers === 0) continue;
    plans.push({
      kind: 'pick',
      name: `${stem}fs_pick_${decision.bit}`,
      triggers,
      check: decision,
      span: layer.span,
    });
  }
  if (denied === 0) return plans;
  const name = `${stem}fs_pick_deny`;
  return [...plans, { kind: 'pick', name, triggers: denied, check: { kind: 'deny' }, span: layer.span }];
}

function checkOf(classes: readonly ActionClass[], action: ActionMask): ClassDecision {
  return classes.find((c) => (c.actions & action) !== 0)?.decision ?? { kind: 'allow' };
}
