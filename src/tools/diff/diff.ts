/**
 * Compares two policies and returns the changes as plain data: the result of `ir/analysis/differences.ts` with lines of the
 * source texts. `schema/diff-1.json` describes its JSON form.
 */
import { actionNames, type ActionName } from '../../abi/actions.js';
import type { JsonLocation } from '../../diagnostics/json.js';
import type { Span } from '../../diagnostics/types.js';
import type { Change, LayerDecision, Witness } from '../../ir/analysis/changes.js';
import { findDifferences, type Side, type Unasked } from '../../ir/analysis/differences.js';
import type { Aspect } from '../../ir/hierarchy/on-path.js';
import { patternText } from '../../ir/check/paths.js';
import type { Layer } from '../../ir/check/policy.js';
import { needText, requirementChanges, type RequirementChange } from '../../ir/analysis/requirements.js';

/** A policy to compare, and a function that finds its texts. */
export interface DiffSide extends Side {
  /** Returns the location of a span, and its text if that was found. */
  readonly locate: (span: Span) => LocatedText | undefined;
}

export interface LocatedText {
  readonly location: JsonLocation;
  readonly text: string | null;
}

export interface DiffReport {
  readonly format: 'llp-diff';
  readonly version: 1;
  /** True if no request of a call and no requirement differs. Proved over `states` states of the product of both automata. */
  readonly equal: boolean;
  readonly states: number;
  /** False if globs lead to too many paths to list all changes. */
  readonly complete: boolean;
  /** True if both have the same scopes with the same effects. Then they are equal on every tree, whatever its links. */
  readonly sameScopes: boolean;
  /** If there is no change: a path on which the verdicts differ on actions that no call asks there. */
  readonly unasked: DiffUnasked | null;
  readonly changes: readonly DiffChange[];
  readonly requirements: readonly DiffRequirement[];
}

export interface DiffChange {
  readonly change: 'widened' | 'narrowed';
  readonly actions: readonly ActionName[];
  readonly region: { readonly path: string; readonly aspects: readonly Aspect[] };
  /** One object if it can show all the actions, else several. */
  readonly witnesses: readonly DiffWitness[];
  readonly old: DiffVerdict;
  readonly new: DiffVerdict;
}

export interface DiffUnasked {
  readonly path: string;
  readonly object: 'dir' | 'file';
  readonly actions: readonly ActionName[];
}

export interface DiffWitness {
  /** The actions of the change that this object shows. */
  readonly actions: readonly ActionName[];
  readonly path: string;
  readonly object: 'dir' | 'file';
  readonly appearsLater: boolean;
  /** The first directory on the path that a side does not allow to walk; null if it allows all. */
  readonly blocked: { readonly old: string | null; readonly new: string | null };
  /** True if the policy of that side does not load on a tree with this object. */
  readonly refused: { readonly old: boolean; readonly new: boolean };
}

export interface DiffVerdict {
  readonly verdict: 'allow' | 'deny';
  /** The deciding rules of all layers that make the verdict. */
  readonly rules: readonly DiffRule[];
}

export interface DiffRule {
  readonly layer: string;
  readonly effect: 'allow' | 'deny' | 'forbid';
  /** Null for `default`. */
  readonly scope: string | null;
  readonly location: JsonLocation | null;
  readonly text: string | null;
}

export interface DiffRequirement {
  readonly path: string;
  readonly object: 'dir' | 'file';
  readonly old: string;
  readonly new: string;
  readonly oldLocation: JsonLocation | null;
  readonly newLocation: JsonLocation | null;
}

export type DiffResult = DiffReport | { readonly format: 'too-large'; readonly globs: string };

/** Compares two policies. The result `too-large` names globs that overlap too much to decide. */
export function diffPolicies(old: DiffSide, next: DiffSide): DiffResult {
  const found = findDifferences([old, next]);
  if (found.kind === 'too-large') return { format: 'too-large', globs: found.globs };
  const needs = requirementChanges([old.layers, next.layers]);
  return {
    format: 'llp-diff',
    version: 1,
    equal: found.changes.length === 0 && needs.length === 0 && !found.more,
    states: found.states,
    complete: !found.more,
    sameScopes: scopesText(old.layers) === scopesText(next.layers),
    unasked: found.unasked === undefined ? null : unaskedOf(found.unasked),
    changes: found.changes.map((c) => changeOf(c, old, next)),
    requirements: needs.map((n) => requirementOf(n, old, next)),
  };
}

function unaskedOf({ names, object, actions }: Unasked): DiffUnasked {
  return { path: rawPath(names), object, actions: actionNames(actions) };
}

function changeOf(change: Change, old: DiffSide, next: DiffSide): DiffChange {
  return {
    change: change.change,
    actions: actionNames(change.actions),
    region: { path: rawPath(change.names), aspects: change.aspects },
    witnesses: change.witnesses.map(witnessOf),
    old: verdictOf(change.decisions[0], old),
    new: verdictOf(change.decisions[1], next),
  };
}

function witnessOf({ names, object, actions, appearsLater, blocked, refused }: Witness): DiffWitness {
  const until = (length: number | undefined): string | null =>
    length === undefined ? null : rawPath(names.slice(0, length));
  return {
    actions: actionNames(actions),
    path: rawPath(names),
    object,
    appearsLater,
    blocked: { old: until(blocked[0]), new: until(blocked[1]) },
    refused: { old: refused[0], new: refused[1] },
  };
}

const rawPath = (names: readonly string[]): string => '/' + names.join('/');

function verdictOf(decisions: readonly LayerDecision[], side: DiffSide): DiffVerdict {
  return { verdict: decisions[0]?.verdict ?? 'deny', rules: decisions.map((d) => ruleOf(d, side)) };
}

function ruleOf({ layer, verdict, by }: LayerDecision, side: DiffSide): DiffRule {
  if (by === undefined)
    return { layer: layer.name, effect: verdict, scope: null, location: null, text: null };
  const at = side.locate(by.rule.span);
  const scope = `${by.scope.object} "${patternText(by.scope.path)}"`;
  return {
    layer: layer.name,
    effect: by.rule.effect,
    scope,
    location: at?.location ?? null,
    text: at?.text ?? null,
  };
}

function requirementOf(
  { path, object, sides: [a, b] }: RequirementChange,
  old: DiffSide,
  next: DiffSide,
): DiffRequirement {
  const where = (side: DiffSide, span: Span | undefined): JsonLocation | null =>
    span === undefined ? null : (side.locate(span)?.location ?? null);
  return {
    path,
    object,
    old: needText(a?.need),
    new: needText(b?.need),
    oldLocation: where(old, a?.scope.spans[0]),
    newLocation: where(next, b?.scope.spans[0]),
  };
}

function scopesText(layers: readonly Layer[]): string {
  return JSON.stringify(
    layers.map((l) => [l.default, l.scopes.map((s) => [s.path, s.object, s.region, s.self])]),
  );
}
