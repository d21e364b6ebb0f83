/**
 * What the compiler decides about all paths, against the reference on every path over a small alphabet: the hierarchy
 * automaton, the errors that refuse a policy and their witnesses, and idle rules.
 */
import { describe, expect, it } from 'vitest';
import { actionBit, difference, NO_ACTIONS, unionOf, type ActionMask } from '../../src/abi/actions.js';
import type { Checked } from '../../src/compile.js';
import type { Diagnostic } from '../../src/diagnostics/types.js';
import type { HierarchyAutomaton, HierarchyState } from '../../src/ir/hierarchy/automaton.js';
import type { Layer, Rule, Scope } from '../../src/ir/check/policy.js';
import type { Effects } from '../../src/semantics/scope.js';
import { globMatches } from '../support/reference-glob.js';
import { disagreement, scopesOf, sortScopes } from '../support/reference.js';
import { globbyText } from '../support/arbitrary.js';
import { everyPath, verdictsOn, type Names } from '../support/paths.js';
import { checkText } from '../support/policy.js';
import { cases, fc } from '../support/random.js';

const RUNS = cases(600, 1 / 2);
const withCode = ({ diagnostics }: Checked, code: string): Diagnostic[] =>
  diagnostics.filter((d) => d.code === code);
const isRefused = ({ diagnostics }: Checked): boolean => diagnostics.some((d) => d.severity === 'error');

/** Runs a judgement on random policies that have a meaning; gives the number of what it judged. */
function onPolicies(judge: (result: Checked, layer: Layer) => number): number {
  let judged = 0;
  const property = fc.property(globbyText, (text) => {
    const result = checkText(text);
    for (const layer of result.policy?.layers ?? []) judged += judge(result, layer);
  });
  fc.assert(property, { numRuns: RUNS });
  return judged;
}

/** Where the automaton is after these names. */
function run({ states }: HierarchyAutomaton, names: Names): HierarchyState {
  return names.reduce((state, name) => {
    const literal = state.literals.find((e) => e.name === name);
    const matching = state.globs.flatMap((g, i) => (globMatches(g, name) ? [i] : [])).join();
    const edge = literal ?? state.classes.find((e) => e.matching.join() === matching);
    return states[edge?.to ?? state.other] as HierarchyState;
  }, states[0] as HierarchyState);
}

describe('buildHierarchy', () => {
  it('gives the verdict of the reference on every path', () => {
    const judged = onPolicies((result, layer) => {
      const paths = everyPath(layer);
      for (const names of paths) {
        const { dir, below, file } = run(result.hierarchies[0] as HierarchyAutomaton, names);
        const verdicts = `${dir},${below},${names.length === 0 ? dir : file}`;
        if (!isRefused(result)) expect(verdicts, `/${names.join('/')}`).toBe(verdictsOn(layer, names));
      }
      return isRefused(result) ? 0 : paths.length;
    });
    console.log('paths through the automaton', judged);
    expect(judged).toBeGreaterThan(RUNS * 20);
  });
});

const textOf = ({ path }: Scope): string =>
  `/${path.map((c) => ('literal' in c ? c.literal : c.glob)).join('/')}`;
const namesOf = (path: string): Names => path.split('/').filter((n) => n !== '');

/** The parts of a message that stand in backticks. */
const quoted = (text: string): string[] => [...text.matchAll(/`([^`]*)`/g)].map((m) => m[1] ?? '');
const maskOf = (names: readonly string[]): number =>
  names.reduce((sum, n) => sum | (1 << (actionBit(n) ?? 31)), 0);

/** Scopes for one object, pairs of which disagree. */
function ambiguities(
  layer: Layer,
  names: Names,
): { readonly pair: readonly [Scope, Scope]; readonly mask: number }[] {
  return (['dir', 'file'] as const).flatMap((kind) => {
    const scopes = scopesOf(layer, names, kind);
    return scopes.flatMap((a, i) =>
      scopes.slice(i + 1).flatMap((b) => {
        const mask = disagreement(a, b);
        return mask === 0 ? [] : [{ pair: [a, b] as const, mask }];
      }),
    );
  });
}

describe('checkPlaces, ambiguous globs', () => {
  it('reports two globs exactly when they disagree, with a path that both match', () => {
    let reported = 0;
    onPolicies((result, layer) => {
      const errors = withCode(result, 'LLP3013');
      for (const { message } of errors) {
        const [first, second, ...rest] = quoted(message);
        const actions = maskOf(rest.slice(0, -1));
        const found = ambiguities(layer, namesOf(rest.at(-1) ?? ''));
        const same = found.filter(
          ({ pair, mask }) =>
            mask === actions && pair.map(textOf).sort().join() === [first, second].sort().join(),
        );
        expect(same.length, message).toBeGreaterThan(0);
      }
      reported += errors.length;
      const pairs = new Set(
        everyPath(layer).flatMap((names) =>
          ambiguities(layer, names).map(({ pair }) => pair.map((s) => s.id).join()),
        ),
      );
      expect(errors.length).toBe(pairs.size);
      return 1;
    });
    console.log('ambiguities', reported);
    expect(reported).toBeGreaterThan(RUNS / 40);
  });
});

/** Actions that a scope for an object allows although a scope before it has forbidden them. */
function allowedForbidden(layer: Layer, names: Names): number {
  let forbidden = 0;
  for (let length = 0; length < names.length; length++)
    for (const { region } of scopesOf(layer, names.slice(0, length), 'dir')) forbidden |= region.forbid;
  return (['dir', 'file'] as const).reduce((all, kind) => {
    let [region, self, both] = [forbidden, forbidden, 0];
    for (const scope of sortScopes(scopesOf(layer, names, kind))) {
      both |= scope.region.allow & region;
      region |= scope.region.forbid;
      self |= scope.region.forbid;
      both |= scope.self.allow & self;
      self |= scope.self.forbid;
    }
    return all | both;
  }, 0);
}

describe('checkPlaces, an allow of what is forbidden', () => {
  it('reports it exactly when there is one, with a path where both rules hold', () => {
    let reported = 0;
    onPolicies((result, layer) => {
      const errors = withCode(result, 'LLP3012');
      for (const { message } of errors) {
        const parts = quoted(message);
        const actions = maskOf(parts.slice(0, -2));
        const witness = namesOf(parts.at(-1) ?? '');
        expect(allowedForbidden(layer, witness) & actions, message).toBe(actions);
        const around = witness.flatMap((_, i) => scopesOf(layer, witness.slice(0, i), 'dir'));
        const forbidding = [
          ...around,
          ...scopesOf(layer, witness, 'dir'),
          ...scopesOf(layer, witness, 'file'),
        ];
        const named = forbidding.filter((s) => textOf(s) === parts.at(-2));
        expect(named.reduce((sum, s) => sum | s.region.forbid | s.self.forbid, 0) & actions, message).toBe(
          actions,
        );
      }
      reported += errors.length;
      const some = everyPath(layer).some((names) => allowedForbidden(layer, names) !== 0);
      expect(errors.length > 0).toBe(some);
      return 1;
    });
    console.log('allows of what is forbidden', reported);
    expect(reported).toBeGreaterThan(RUNS / 40);
  });
});

/** The layer as if a rule had not been written. */
function withoutRule(layer: Layer, rule: Rule): Layer {
  const effects = (scope: Scope, self: boolean): Effects => {
    const sum = (effect: Rule['effect']): ActionMask =>
      unionOf(
        scope.rules.filter((r) => r !== rule && r.self === self && r.effect === effect).map((r) => r.actions),
      );
    return { allow: sum('allow'), deny: sum('deny'), forbid: sum('forbid') };
  };
  const scopes = layer.scopes.map((scope) =>
    scope.rules.includes(rule)
      ? { ...scope, region: effects(scope, false), self: effects(scope, true) }
      : scope,
  );
  return { ...layer, scopes };
}

/** True if another rule of the same scope has the same effect on all actions of the rule: LLP3011 reports the second. */
const isRepeated = ({ rules }: Scope, rule: Rule): boolean =>
  rules.some(
    (r) =>
      r !== rule &&
      r.self === rule.self &&
      r.effect === rule.effect &&
      difference(rule.actions, r.actions) === NO_ACTIONS,
  );

describe('checkPlaces, idle rules', () => {
  it('reports exactly the rules that change no verdict on any path', () => {
    const count = { idle: 0, busy: 0 };
    onPolicies((result, layer) => {
      if (isRefused(result)) return 0;
      const warned = new Set(withCode(result, 'LLP3014').map((d) => d.span?.start));
      const paths = everyPath(layer).map((names) => ({ names, verdicts: verdictsOn(layer, names) }));
      for (const [scope, rule] of layer.scopes.flatMap((s) => s.rules.map((r) => [s, r] as const))) {
        const without = withoutRule(layer, rule);
        const changed = paths.find(({ names, verdicts }) => verdictsOn(without, names) !== verdicts);
        const isIdle = warned.has(rule.span.start);
        if (isIdle) expect(changed?.names, 'an idle rule changes nothing').toBeUndefined();
        else if (isRepeated(scope, rule)) expect(withCode(result, 'LLP3011')).not.toEqual([]);
        // A `forbid` also binds what links bring beneath it, so it may matter though no path shows it.
        else if (rule.effect !== 'forbid') expect(changed, 'another rule changes something').toBeDefined();
        count[isIdle ? 'idle' : 'busy']++;
      }
      return 1;
    });
    console.log('rules', count);
    expect(count.idle).toBeGreaterThan(RUNS / 40);
  });
});
