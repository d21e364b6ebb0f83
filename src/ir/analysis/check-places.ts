/**
 * The exact checks on a layer: globs that disagree, an `allow` of a forbidden action, a rule that changes nothing.
 *
 * Input: the places of the hierarchy. A place stands for all objects that the same scopes name. Output: diagnostics, each
 * with one path as a witness. Each check decides about all paths: a rule is idle if its removal changes no verdict on any
 * path.
 */
import { NO_ACTIONS, intersection, union, type ActionMask } from '../../abi/actions.js';
import { report } from '../../diagnostics/catalogue.js';
import type { Diagnostic, Note } from '../../diagnostics/types.js';
import {
  makePlace,
  placePath,
  rightsAt,
  successors,
  type Place,
  type PlaceRights,
} from '../hierarchy/places.js';
import { comparePatterns } from '../../semantics/pattern.js';
import { disagreement, type Carried, type ScopeEffects } from '../../semantics/scope.js';
import { patternText } from '../check/paths.js';
import type { Layer, Rule, Scope } from '../check/policy.js';
import { actionList, sumEffects, viaNotes } from '../check/scopes.js';
import type { TrieNode } from '../hierarchy/scope-trie.js';

/** Returns errors for ambiguous and forbidden rules; if there are none, warnings for idle rules. Both in order of the places. */
export function checkPlaces(layer: Layer, places: readonly Place[]): Diagnostic[] {
  const out: Diagnostic[] = [];
  const seen = new Set<string>();
  for (const place of places) {
    if (place.dirs.length > 1) checkAmbiguity(place, place.dirs, seen, out);
    if (place.files.length > 1) checkAmbiguity(place, place.files, seen, out);
    checkForbidden(place, seen, out);
  }
  if (out.length === 0) reportIdle(layer, places, out);
  return out;
}

function once(seen: Set<string>, key: string): boolean {
  if (seen.has(key)) return false;
  seen.add(key);
  return true;
}

/** Reports pairs of scopes that name one object, have no order, and disagree about an action. */
function checkAmbiguity(place: Place, scopes: readonly Scope[], seen: Set<string>, out: Diagnostic[]): void {
  for (const [i, a] of scopes.entries()) {
    for (const b of scopes.slice(i + 1)) {
      if (comparePatterns(a.path, b.path) !== undefined) continue;
      const actions = disagreement(a, b);
      if (actions === 0 || !once(seen, `ambiguous ${a.object} ${a.id} ${b.id}`)) continue;
      out.push(ambiguity(place, a, b, actions));
    }
  }
}

function ambiguity(place: Place, a: Scope, b: Scope, actions: ActionMask): Diagnostic {
  const [first, second] = inSourceOrder(a, b);
  const params = {
    first: patternText(first.path),
    second: patternText(second.path),
    actions: actionList(actions),
    witness: placePath(place),
  };
  const notes: Note[] = [{ message: `\`${params.first}\` is declared here`, ...spanOf(first) }];
  const rule = [...first.rules, ...second.rules].filter((r) => (r.actions & actions) !== 0);
  notes.push(
    ...rule.map((r) => ({
      message: `this rule is for \`${patternText((first.rules.includes(r) ? first : second).path)}\``,
      span: r.span,
    })),
  );
  const help = `write a scope for what both match, such as \`${second.object} "${placePath(place)}"\`, or let only one of the two mention ${actionList(actions)}`;
  return report('LLP3013', params, { ...spanOf(second), notes, help });
}

function inSourceOrder(a: Scope, b: Scope): readonly [Scope, Scope] {
  const [x, y] = [a.spans[0], b.spans[0]];
  if (x === undefined || y === undefined || x.source < y.source) return [a, b];
  return x.source === y.source && x.start <= y.start ? [a, b] : [b, a];
}

function spanOf(scope: Scope): { readonly span?: NonNullable<Scope['spans'][number]> } {
  const span = scope.spans[0];
  return span === undefined ? {} : { span };
}

/** Reports each `allow` of an action that an enclosing scope, or a more general scope of the same object, forbids. */
function checkForbidden(place: Place, seen: Set<string>, out: Diagnostic[]): void {
  let { forbidden } = place.before;
  let selfForbidden = forbidden;
  for (const scope of place.dirs) {
    // `closeScopes` has reported actions that one scope allows and forbids at one level.
    reportForbidden(place, scope, false, intersection(scope.region.allow, forbidden), seen, out);
    forbidden = union(forbidden, scope.region.forbid);
    selfForbidden = union(selfForbidden, scope.region.forbid);
    reportForbidden(place, scope, true, intersection(scope.self.allow, selfForbidden), seen, out);
    selfForbidden = union(selfForbidden, scope.self.forbid);
  }
  let fileForbidden = place.before.forbidden;
  for (const scope of place.files) {
    reportForbidden(place, scope, true, intersection(scope.self.allow, fileForbidden), seen, out);
    fileForbidden = union(fileForbidden, scope.self.forbid);
  }
}

function reportForbidden(
  place: Place,
  scope: Scope,
  self: boolean,
  actions: ActionMask,
  seen: Set<string>,
  out: Diagnostic[],
): void {
  if (actions === 0) return;
  for (const rule of scope.rules) {
    const both =
      rule.effect === 'allow' && rule.self === self ? intersection(rule.actions, actions) : NO_ACTIONS;
    const by = both === 0 ? undefined : forbidding(place, scope, both);
    if (
      by === undefined ||
      !once(seen, `forbidden ${scope.id} ${rule.span.source}:${rule.span.start} ${by.rule.span.start}`)
    )
      continue;
    const params = {
      actions: actionList(intersection(both, by.rule.actions)),
      scope: patternText(by.scope.path),
      witness: placePath(place),
    };
    const notes = [
      { message: `forbidden here`, span: by.rule.span },
      ...viaNotes(by.rule),
      ...viaNotes(rule),
    ];
    const help =
      'write `deny` in place of `forbid` where an inner scope may allow it again, or take this `allow` out';
    const { start } = by.rule.span;
    const fix = { span: { ...by.rule.span, end: start + 'forbid'.length }, replacement: 'deny' };
    out.push(report('LLP3012', params, { span: rule.span, notes, help, fix }));
  }
}

/** Returns the outermost rule that forbids one of the actions at a place. */
function forbidding(
  place: Place,
  allowing: Scope,
  actions: ActionMask,
): { readonly scope: Scope; readonly rule: Rule } | undefined {
  for (const at of outermostFirst(place)) {
    for (const scope of at === place ? [...at.dirs, ...at.files] : at.dirs) {
      const rule = scope.rules.find(
        (r) =>
          r.effect === 'forbid' &&
          (r.actions & actions) !== 0 &&
          (!r.self || (at === place && scope.object === allowing.object)),
      );
      if (rule !== undefined) return { scope, rule };
      if (scope === allowing) return undefined;
    }
  }
  return undefined;
}

function outermostFirst(place: Place): Place[] {
  const all: Place[] = [];
  for (let at: Place | undefined = place; at !== undefined; at = at.parent) all.push(at);
  return all.reverse();
}

/** Warns of rules that change no verdict anywhere. Rules of fragments are left out: they are written for many places. */
function reportIdle(layer: Layer, places: readonly Place[], out: Diagnostic[]): void {
  const effective = new Set<Rule>();
  const firstPlace = new Map<Rule, { readonly place: Place; readonly scope: Scope }>();
  for (const place of places) {
    for (const scope of new Set([...place.dirs, ...place.files])) {
      for (const rule of scope.rules) {
        if (effective.has(rule) || rule.via.length > 0) continue;
        if (changesSomething(place, scope, rule)) effective.add(rule);
        else if (!firstPlace.has(rule)) firstPlace.set(rule, { place, scope });
      }
    }
  }
  for (const [rule, { place, scope }] of firstPlace) {
    if (!effective.has(rule)) out.push(idle(layer, place, scope, rule));
  }
}

/** Returns whether the removal of a rule changes a verdict on this object or on one beneath it. */
function changesSomething(place: Place, scope: Scope, rule: Rule): boolean {
  // Links can bring other scopes beneath a `forbid`, so it is idle only if an enclosing scope forbids all its actions.
  if (rule.effect === 'forbid') return (rule.actions & ~place.before.forbidden) !== 0;
  const quick = quickAnswer(place, scope, rule);
  if (quick !== undefined) return quick;
  const drop = (s: Scope): ScopeEffects =>
    s === scope ? { region: sumEffects(s.rules, false, rule), self: sumEffects(s.rules, true, rule) } : s;
  const without = rightsAt(place.before, place.dirs.map(drop), place.files.map(drop));
  return differs(place.nodes, place.applied, without);
}

/**
 * Returns true for a common case: a rule that changes the region, at a place with one `dir` scope and without globs beneath,
 * changes a verdict. Undefined when the full comparison must decide.
 */
function quickAnswer(place: Place, scope: Scope, rule: Rule): boolean | undefined {
  if (place.dirs.length !== 1 || place.dirs[0] !== scope || rule.self) return undefined;
  if (place.nodes.some((n) => n.globs.size > 0)) return undefined;
  const { allowed, forbidden } = place.before;
  const changed = rule.effect === 'allow' ? rule.actions & ~allowed : rule.actions & allowed;
  return (changed & ~forbidden & ~place.applied.forbidden) !== 0 ? true : undefined;
}

/** Returns whether rights `a` and `b` at an object differ in a verdict on it or on an object beneath it. */
function differs(nodes: readonly TrieNode[], a: PlaceRights, b: PlaceRights): boolean {
  if (a.dir !== b.dir || a.file !== b.file) return true;
  if (a.allowed === b.allowed && a.forbidden === b.forbidden) return false;
  const live = nodes.filter((n) => n.literals.size > 0 || n.globs.size > 0);
  const next = live.length === 0 ? undefined : successors(live);
  if (next === undefined || next.other) {
    if (a.below !== b.below) return true;
    if (next === undefined) return false;
  }
  return [...next.literals, ...next.classes].some((edge) => {
    const under = (before: Carried): PlaceRights => makePlace(edge.nodes, before, undefined, '').applied;
    return differs(edge.nodes, under(a), under(b));
  });
}

function idle(layer: Layer, place: Place, scope: Scope, rule: Rule): Diagnostic {
  const params = { effect: rule.effect, actions: actionList(rule.actions), path: patternText(scope.path) };
  const cause = idleCause(layer, place, scope, rule);
  const help = 'take it out, or widen the scope that it is meant for';
  const fix = { span: rule.span, replacement: '' };
  return report('LLP3014', params, { span: rule.span, notes: [cause], help, fix });
}

/** Returns a note with the rule or the default that already has the same effect, or with the rule that overrides it. */
function idleCause(layer: Layer, place: Place, scope: Scope, rule: Rule): Note {
  const chain = outermostFirst(place).flatMap((at) => (at === place ? [...at.dirs, ...at.files] : at.dirs));
  const position = chain.indexOf(scope);
  const mentions = (r: Rule): boolean => r !== rule && (r.actions & rule.actions) !== 0;
  const before = chain
    .slice(0, position)
    .reverse()
    .flatMap((s) => s.rules.filter((r) => !r.self && mentions(r)));
  const forbidden = before.find((r) => r.effect === 'forbid');
  if (forbidden !== undefined) return { message: 'this `forbid` decides already', span: forbidden.span };
  const after = [
    ...scope.rules.filter((r) => r.self && !rule.self && mentions(r)),
    ...chain.slice(position + 1).flatMap((s) => s.rules.filter(mentions)),
  ];
  const same = before.find((r) => r.effect === rule.effect);
  const over = after.find((r) => r.effect !== rule.effect);
  if (same !== undefined && before[0] === same)
    return { message: `this rule says so already`, span: same.span };
  if (over !== undefined) return { message: 'this rule overrides it wherever it holds', span: over.span };
  return { message: `\`default ${layer.default}\` says so already`, span: layer.span };
}
