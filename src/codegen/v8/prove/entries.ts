/**
 * Compares the entries of a map, read back, with the scopes of its layer: the objects that they require, their effects, and
 * the rules that explanations show.
 *
 * Links can bring scopes together at load in ways that no path of the automaton shows. So every effect has to be a union of
 * whole classes, and no scope may change the verdict of a class without a bit. Known weakness: spans of rules are not compared.
 */
import { actionBits, actionName, maskOf, unionOf, WALK, type ActionMask } from '../../../abi/actions.js';
import type { InodeMap, ManifestEffects, ManifestRule, MapEntry } from '../../../artifact/manifest.js';
import { patternText } from '../../../ir/check/paths.js';
import type { Layer, Rule, Scope } from '../../../ir/check/policy.js';
import type { Effects } from '../../../semantics/scope.js';
import { refuted, type Refuted } from './refuted.js';

/** Returns the fault in the entries; undefined when they mean the same as the scopes. */
export function checkEntries(map: InodeMap, layer: Layer): Refuted | undefined {
  if (map.default !== layer.default) return refuted(map.name, `its default is \`${map.default}\``);
  if (map.entries.length !== layer.scopes.length)
    return refuted(map.name, 'it has not one entry for each scope');
  const classes = map.classes.map((c) => maskOf(...c.actions));
  for (const [i, scope] of layer.scopes.entries()) {
    const entry = map.entries[i] as MapEntry;
    const problem = checkEntry(entry, scope, map, classes);
    if (problem !== undefined) return refuted(map.name, `the entry \`${entry.path}\` ${problem}`);
  }
  return checkFixed(map, layer, classes);
}

function checkEntry(
  entry: MapEntry,
  scope: Scope,
  map: InodeMap,
  classes: readonly ActionMask[],
): string | undefined {
  if (JSON.stringify(entry.components) !== JSON.stringify(scope.path)) return 'is for another path';
  if (entry.path !== patternText(scope.path)) return 'is shown as another path';
  if (entry.object !== scope.object) return 'is for another kind of object';
  if (entry.optional !== scope.optional || entry.within !== scope.within)
    return 'requires something else of the tree';
  const [region, self] = [effectsOf(scope.rules, false), effectsOf(scope.rules, true)];
  if (!sameEffects(entry.region, region, map, classes)) return 'does something else beneath the object';
  if (!sameEffects(entry.self, self, map, classes)) return 'does something else on the object';
  if (entry.rules.length !== scope.rules.length) return 'has not the rules of its scope';
  return scope.rules.every((rule, i) => sameRule(entry.rules[i], rule))
    ? undefined
    : 'has not the rules of its scope';
}

function effectsOf(rules: readonly Rule[], self: boolean): Effects {
  const of = (effect: Rule['effect']): ActionMask =>
    unionOf(rules.flatMap((r) => (r.self === self && r.effect === effect ? [r.actions] : [])));
  return { allow: of('allow'), deny: of('deny'), forbid: of('forbid') };
}

/** Returns whether the classes of an entry are exactly the actions of a scope that are in classes with a bit. */
function sameEffects(
  entry: ManifestEffects,
  scope: Effects,
  map: InodeMap,
  classes: readonly ActionMask[],
): boolean {
  const stateful = map.classes.reduce(
    (mask, { decision }, i) => (decision.kind === 'bit' ? mask | (classes[i] ?? 0) : mask),
    0,
  );
  return (['allow', 'deny', 'forbid'] as const).every((effect) => {
    const indices = entry[effect];
    const actions = indices.reduce((mask, i) => mask | (classes[i] ?? -1), 0);
    return (
      actions === (scope[effect] & stateful) && indices.every((n, i) => i === 0 || n > (indices[i - 1] ?? n))
    );
  });
}

function sameRule(read: ManifestRule | undefined, rule: Rule): boolean {
  if (read === undefined || read.effect !== rule.effect || read.self !== rule.self) return false;
  const bits = actionBits(rule.actions);
  return read.actions.length === bits.length && bits.every((bit, i) => actionName(bit) === read.actions[i]);
}

/** Returns a fault if scopes that come together could change the verdict of a class without a bit. */
function checkFixed(map: InodeMap, layer: Layer, classes: readonly ActionMask[]): Refuted | undefined {
  const initial = layer.default === 'allow' ? -1 : WALK;
  const root = effectsOf(layer.scopes[0]?.rules ?? [], false);
  let [allow, restrict] = [0, 0];
  for (const { region, self } of layer.scopes) {
    allow |= region.allow | self.allow;
    restrict |= region.deny | region.forbid | self.deny | self.forbid;
  }
  for (const [i, { decision }] of map.classes.entries()) {
    const actions = classes[i] ?? 0;
    const fixed =
      decision.kind === 'bit' ||
      (decision.kind === 'deny'
        ? (actions & allow) === 0 && (actions & initial & ~(root.deny | root.forbid)) === 0
        : (actions & restrict) === 0 && (actions & ~(initial | root.allow)) === 0);
    if (!fixed)
      return refuted(map.name, `the class of \`${map.classes[i]?.actions.join('`, `')}\` needs a state`);
  }
  return undefined;
}
