/**
 * Collects the scopes of a layer: declarations of the same path and kind become one scope. After the last declaration, each
 * scope is closed: its effects are summed up, and contradictions and repetitions within the scope are reported.
 */
import { NO_ACTIONS, actionNames, intersection, union, type ActionMask } from '../../abi/actions.js';
import { report } from '../../diagnostics/catalogue.js';
import type { Diagnostic, Span } from '../../diagnostics/types.js';
import { componentText, patternText } from './paths.js';
import type { Rule, Scope } from './policy.js';
import { literalNames, type PathPattern } from '../../semantics/pattern.js';
import type { Effects } from '../../semantics/scope.js';

export interface OpenScope {
  readonly key: string;
  readonly path: PathPattern;
  readonly object: 'dir' | 'file';
  optional: boolean;
  within: number;
  readonly spans: Span[];
  readonly rules: Rule[];
}

export type ScopeTable = Map<string, OpenScope>;

/**
 * Returns the scope of a path, and makes it at the first declaration.
 *
 * @param added the last components of `path`, which follow the scope with `parentKey`
 * @param declared `within`: see `Scope.within`
 */
export function openScope(
  table: ScopeTable,
  parentKey: string,
  path: PathPattern,
  added: PathPattern,
  object: 'dir' | 'file',
  declared: { readonly optional: boolean; readonly within: number; readonly span: Span },
): OpenScope {
  const pathKey = parentKey + added.map((c) => `/${'glob' in c ? '' : '='}${componentText(c)}`).join('');
  const key = object === 'file' ? `${pathKey}//file` : pathKey;
  const known = table.get(key);
  if (known === undefined) {
    const { optional, within, span } = declared;
    const made: OpenScope = { key: pathKey, path, object, optional, within, spans: [span], rules: [] };
    table.set(key, made);
    return made;
  }
  known.spans.push(declared.span);
  if (!declared.optional)
    known.within = known.optional ? declared.within : Math.min(known.within, declared.within);
  known.optional = known.optional && declared.optional;
  return known;
}

/** Returns the closed scopes in the order of `Layer.scopes`. */
export function closeScopes(table: ScopeTable, out: Diagnostic[]): Scope[] {
  const keyed = [...table.values()].map((scope) => ({ scope, text: patternText(scope.path) }));
  keyed.sort(
    (a, b) =>
      compare(a.text, b.text) || compare(a.scope.object, b.scope.object) || compare(a.scope.key, b.scope.key),
  );
  keyed.forEach(({ scope, text }, i) => {
    reportTwice(scope, out);
    const next = keyed[i + 1];
    if (next !== undefined && next.scope.key === scope.key) reportBothKinds(scope, next.scope, text, out);
  });
  return keyed.map(({ scope }, id) => close(scope, id, out));
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function close(scope: OpenScope, id: number, out: Diagnostic[]): Scope {
  const region = sumEffects(scope.rules, false);
  const self = sumEffects(scope.rules, true);
  reportContradictions(scope, region, self, out);
  const { path, object, optional, within, spans, rules } = scope;
  return { id, path, object, optional, within, spans, region, self, rules };
}

/** Returns the effects of the rules about the region (`self` false) or about the object, except the rule `without`. */
export function sumEffects(rules: readonly Rule[], self: boolean, without?: Rule): Effects {
  const sum = { allow: NO_ACTIONS, deny: NO_ACTIONS, forbid: NO_ACTIONS };
  for (const rule of rules) {
    if (rule.self !== self || rule === without) continue;
    sum[rule.effect] = union(sum[rule.effect], rule.actions);
  }
  return sum;
}

/** Reports a path that is declared as `dir` and as `file`, unless one of the two may be absent. */
function reportBothKinds(dir: OpenScope, file: OpenScope, path: string, out: Diagnostic[]): void {
  if (dir.optional || file.optional || literalNames(dir.path) === undefined) return;
  const [first, second] = [dir.spans[0], file.spans[0]];
  if (first === undefined || second === undefined) return;
  const [early, late] =
    first.source === second.source && first.start > second.start ? [second, first] : [first, second];
  const notes = [{ message: 'the other is declared here', span: early }];
  const help = 'keep the kind that is right, or write `?` after the kind where it may be absent';
  out.push(report('LLP3015', { path }, { span: late, notes, help }));
}

/** Reports actions that are allowed and denied, or allowed and forbidden, at one level. */
function reportContradictions(scope: OpenScope, region: Effects, self: Effects, out: Diagnostic[]): void {
  const atLevel = (level: boolean): readonly Rule[] => scope.rules.filter((r) => r.self === level);
  if ((region.allow & region.deny) !== 0) reportPair(scope, atLevel(false), 'deny', out);
  if ((self.allow & self.deny) !== 0) reportPair(scope, atLevel(true), 'deny', out);
  if ((region.allow & region.forbid) !== 0) reportPair(scope, atLevel(false), 'forbid', out);
  if ((self.allow & self.forbid) !== 0) reportPair(scope, atLevel(true), 'forbid', out);
}

function reportPair(
  scope: OpenScope,
  rules: readonly Rule[],
  effect: 'deny' | 'forbid',
  out: Diagnostic[],
): void {
  for (const [i, a] of rules.entries()) {
    for (const b of rules.slice(i + 1)) {
      const one = a.effect === 'allow' ? b : a;
      const other = a.effect === 'allow' ? a : b;
      const both = intersection(one.actions, other.actions);
      if (one.effect !== effect || other.effect !== 'allow' || both === 0) continue;
      const params = {
        actions: actionList(both),
        path: patternText(scope.path),
        effect: effect === 'deny' ? 'denied' : 'forbidden',
      };
      const notes = [
        { message: `${a.effect === 'allow' ? 'allowed' : params.effect} here`, span: a.span },
        ...viaNotes(b),
      ];
      out.push(report('LLP3010', params, { span: b.span, notes, help: 'keep one of the two' }));
      return;
    }
  }
}

/** Warns of an action that two rules mention with the same effect. Rules of fragments are left out: fragments may overlap. */
function reportTwice(scope: OpenScope, out: Diagnostic[]): void {
  if (scope.rules.length < 2) return;
  const direct = scope.rules.filter((r) => r.via.length === 0);
  for (const [i, b] of direct.entries()) {
    const a = direct.slice(0, i).find((r) => sameLevel(r, b) && (r.actions & b.actions) !== 0);
    if (a === undefined) continue;
    const both = actionList(intersection(a.actions, b.actions));
    const notes = [{ message: 'mentioned here first', span: a.span }];
    const help = 'leave it out of one of the two';
    out.push(
      report(
        'LLP3011',
        { actions: both, path: patternText(scope.path), effect: b.effect },
        { span: b.span, notes, help },
      ),
    );
  }
}

function sameLevel(a: Rule, b: Rule): boolean {
  return a.self === b.self && a.effect === b.effect;
}

/** Returns action names in backticks, separated by commas. */
export function actionList(mask: ActionMask): string {
  return actionNames(mask)
    .map((name) => `\`${name}\``)
    .join(', ');
}

/** Returns a note for each `use` that brought a rule into its scope. */
export function viaNotes(rule: Rule): { readonly message: string; readonly span: Span }[] {
  return rule.via.map((span) => ({ message: 'brought here by this `use`', span }));
}
