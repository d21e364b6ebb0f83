/**
 * Counts how often each rule of an artifact decided a run.
 *
 * Input: runs, with the policies that were enforced. Output: a count for every rule of every scope. Invariant: the rules that
 * are counted for a run are those that its explanation names.
 */
import type { Artifact, InodeMap, ManifestRule, ManifestSpan } from '../artifact/manifest.js';
import { decisionsOf } from './explain.js';
import type { HookRun } from './kernel/trace.js';
import type { GroundedPolicy } from './load.js';

export interface Coverage {
  readonly rules: Map<ManifestRule, number>;
  /** How often the `default` of each map decided. */
  readonly defaults: Map<InodeMap, { allow: number; deny: number }>;
}

export function startCoverage(): Coverage {
  return { rules: new Map(), defaults: new Map() };
}

/** Counts the runs of one request or call. */
export function countRuns(
  { rules, defaults }: Coverage,
  policies: readonly GroundedPolicy[],
  runs: readonly HookRun[],
): void {
  for (const { map, reason, verdict } of decisionsOf(policies, runs)) {
    if (reason.kind === 'rule') rules.set(reason.rule, (rules.get(reason.rule) ?? 0) + 1);
    if (reason.kind !== 'default') continue;
    const counts = defaults.get(map) ?? { allow: 0, deny: 0 };
    counts[verdict]++;
    defaults.set(map, counts);
  }
}

/** A rule in one scope, with its count. */
export interface RuleCoverage {
  /** Name of the layer. */
  readonly layer: string;
  readonly scope: string;
  readonly scopeSpan: ManifestSpan;
  readonly effect: 'allow' | 'deny' | 'forbid';
  readonly here: boolean;
  readonly actions: readonly string[];
  readonly file: string;
  readonly span: ManifestSpan;
  /** Number of runs that the rule decided. */
  readonly count: number;
  /** True if all its actions are allowed everywhere: then no program judges them, and the rule never decides a run. */
  readonly everywhere: boolean;
}

export interface LayerCoverage {
  readonly layer: string;
  readonly default: 'allow' | 'deny';
  readonly defaultCount: number;
  readonly rules: readonly RuleCoverage[];
}

/** Returns every rule of an artifact with its count, layer by layer, in the order of the text. */
export function coverageOf({ manifest }: Artifact, { rules, defaults }: Coverage): LayerCoverage[] {
  return manifest.maps.flatMap((map, i): LayerCoverage[] => {
    if (map.type !== 'inode') return [];
    const layer = manifest.chains[i]?.name ?? map.name;
    const all = map.entries.flatMap((entry) =>
      entry.rules.map((rule): RuleCoverage => ({
        layer,
        scope: `${entry.object} "${entry.path}"`,
        scopeSpan: entry.span,
        effect: rule.effect,
        here: rule.self && entry.object === 'dir',
        actions: rule.actions,
        file: manifest.sources[rule.span.source]?.name ?? '',
        span: rule.span,
        count: rules.get(rule) ?? 0,
        everywhere: rule.actions.every((a) => isAllowedEverywhere(map, a)),
      })),
    );
    const counts = defaults.get(map) ?? { allow: 0, deny: 0 };
    return [
      { layer, default: map.default, defaultCount: counts.allow + counts.deny, rules: all.sort(bySpan) },
    ];
  });
}

function isAllowedEverywhere(map: InodeMap, action: string): boolean {
  return map.classes.some((c) => c.decision.kind === 'allow' && c.actions.some((a) => a === action));
}

function bySpan(a: RuleCoverage, b: RuleCoverage): number {
  const [x, y] = [a.span, b.span];
  return x.source - y.source || x.line - y.line || x.column - y.column || (a.scope < b.scope ? -1 : 1);
}
