/**
 * Finds the rights at a scope and their reasons, from the places of the hierarchy from which the automaton is made. The
 * verdicts are those of the place; `ir/hierarchy/on-path.ts` finds the deciding rules on the path to it.
 */
import {
  ALL_ACTIONS,
  ALL_TRIGGERS,
  NO_ACTIONS,
  WALK_BIT,
  actionBits,
  actionNames,
  difference,
  hasAction,
  maskOfBit,
  union,
  type ActionMask,
} from '../../abi/actions.js';
import { decidingMention } from '../../semantics/deciding.js';
import type { AnalysedLayer } from '../../compile.js';
import type { Span } from '../../diagnostics/types.js';
import type { Place } from '../../ir/hierarchy/places.js';
import { mentionsOnPath, type Aspect, type MentionOnPath } from '../../ir/hierarchy/on-path.js';
import type { Rule, Scope } from '../../ir/check/policy.js';

type Layers = readonly AnalysedLayer[];

export interface ScopeAt {
  readonly layer: AnalysedLayer;
  readonly scope: Scope;
  /** The places that the scope names, each with a witness. The first place has the fewest other scopes. */
  readonly places: readonly Place[];
}

/** The actions that have the same verdict for the same reason. */
export interface RightsReason {
  readonly verdict: 'allow' | 'deny' | 'forbid';
  readonly actions: ActionMask;
  /** The deciding rule; undefined for the default of the policy. */
  readonly by: { readonly rule: Rule; readonly scope: Scope } | undefined;
}

interface Index {
  /** The scopes by `key` of the spans at which they are declared. */
  readonly scopes: ReadonlyMap<string, readonly ScopeAt[]>;
}

const INDEXES = new WeakMap<Layers, Index>();

/** The scopes that are declared at a span: several when a fragment is used several times. */
export function scopesAt(layers: Layers, span: Span): readonly ScopeAt[] {
  let index = INDEXES.get(layers);
  if (index === undefined) {
    index = { scopes: indexScopes(layers) };
    INDEXES.set(layers, index);
  }
  return index.scopes.get(key(span)) ?? [];
}

function key({ source, start }: Span): string {
  return `${source}:${start}`;
}

function indexScopes(layers: Layers): Map<string, ScopeAt[]> {
  const index = new Map<string, ScopeAt[]>();
  for (const layer of layers) {
    const places = new Map<Scope, Place[]>();
    for (const place of layer.places) {
      for (const scope of [...place.dirs, ...place.files]) {
        const list = places.get(scope);
        if (list === undefined) places.set(scope, [place]);
        else list.push(place);
      }
    }
    for (const scope of layer.layer.scopes) {
      const found = (places.get(scope) ?? []).sort((a, b) => weight(a) - weight(b));
      const at = { layer, scope, places: found };
      for (const span of scope.spans) {
        const list = index.get(key(span));
        if (list === undefined) index.set(key(span), [at]);
        else list.push(at);
      }
    }
  }
  return index;
}

function weight(place: Place): number {
  return place.dirs.length + place.files.length;
}

/** The actions that are allowed at a level of a place. */
export function allowedAt(place: Place, level: Aspect): ActionMask {
  return place.applied[level];
}

/** Why each action has its verdict: reasons in the order of the first action of each. */
export function reasonsAt({ layer }: AnalysedLayer, place: Place, level: Aspect): RightsReason[] {
  const chain = rulesAt(place, level);
  const reasons = new Map<Rule | string, RightsReason>();
  for (const bit of actionBits(ALL_ACTIONS)) {
    const mentions = chain.filter(({ rule }) => hasAction(rule.actions, bit));
    const by = decidingMention(mentions);
    const verdict = by?.rule.effect ?? (bit === WALK_BIT ? 'allow' : layer.default);
    const group = by?.rule ?? verdict;
    const before = reasons.get(group)?.actions ?? NO_ACTIONS;
    reasons.set(group, { verdict, actions: union(before, maskOfBit(bit)), by });
  }
  return [...reasons.values()];
}

/** Whether the actions have the same verdicts, for the same reasons, on the directory itself and beneath it. */
export function isSameBeneath(layer: AnalysedLayer, place: Place): boolean {
  const [own, below] = (['dir', 'below'] as const).map((level) =>
    reasonsAt(layer, place, level).map((r) => `${r.verdict} ${r.actions} ${r.by?.rule.span.start}`),
  );
  return own?.join() === below?.join();
}

/** Returns every rule about a level of a place, in the order in which they apply. */
function rulesAt(place: Place, level: Aspect): MentionOnPath[] {
  const path: Place[] = [];
  for (let at: Place | undefined = place; at !== undefined; at = at.parent) path.push(at);
  return mentionsOnPath(path.reverse(), path.length - 1, level, ALL_ACTIONS);
}

/** The rules that a rule overrides somewhere, and the rules that override it. */
export interface Overrides {
  readonly overridden: readonly Rule[];
  readonly overriding: readonly Rule[];
}

export function overridesOf(layers: Layers, span: Span): Overrides {
  const overridden = new Map<string, Rule>();
  const overriding = new Map<string, Rule>();
  for (const { places } of layers) {
    for (const place of places) {
      for (const level of ['dir', 'file', 'below'] as const) {
        const chain = rulesAt(place, level).map(({ rule }) => rule);
        chain.forEach((rule, i) => {
          if (key(rule.span) !== key(span)) return;
          for (const other of chain.slice(0, i)) pair(other, rule, overridden, overriding);
          for (const other of chain.slice(i + 1)) pair(rule, other, overriding, overridden, true);
        });
      }
    }
  }
  return { overridden: [...overridden.values()], overriding: [...overriding.values()] };
}

/** Records which of two rules overrides the other: the later one, unless the first is a `forbid`. */
function pair(
  first: Rule,
  second: Rule,
  usual: Map<string, Rule>,
  reversed: Map<string, Rule>,
  isFirst = false,
): void {
  if ((first.actions & second.actions) === 0 || first.effect === second.effect) return;
  const other = isFirst ? second : first;
  (first.effect === 'forbid' ? reversed : usual).set(key(other.span), other);
}

/** A set of actions in Markdown: the names, or `all` except a few. */
export function actionsText(mask: ActionMask): string {
  if (mask === ALL_ACTIONS) return '`all`, `walk`';
  if (mask === ALL_TRIGGERS) return '`all`';
  const rest = difference(ALL_TRIGGERS, mask);
  const names = (m: ActionMask): string =>
    actionNames(m)
      .map((n) => `\`${n}\``)
      .join(', ');
  const few = actionNames(rest).length;
  if (few > 6) return names(mask);
  return `\`all\` except ${names(rest)}${difference(mask, ALL_TRIGGERS) === 0 ? '' : ', and `walk`'}`;
}
