/** Prints rule coverage as text, as JSON (`schema/coverage-1.json`) and as lcov. */
import type { Artifact } from '../../artifact/manifest.js';
import { counted, printable } from '../../base/text.js';
import type { NamedSource } from '../../diagnostics/types.js';
import { coverageOf, type Coverage, type LayerCoverage, type RuleCoverage } from '../../runtime/coverage.js';

export type CoverageFormat = 'text' | 'json' | 'lcov';

/** The coverage of one policy, and the texts of its rules. */
export interface Covered {
  readonly policy: string;
  readonly artifact: Artifact;
  readonly coverage: Coverage;
  readonly sources: readonly NamedSource[];
}

interface NamedCoverage {
  readonly policy: string;
  readonly layers: readonly LayerCoverage[];
}

/** Returns the report of several policies. */
export function coverageText(covered: readonly Covered[], format: CoverageFormat): string {
  const named = covered.map(({ policy, artifact, coverage, sources }): NamedCoverage => {
    return { policy, layers: coverageOf(artifact, coverage).map((l) => withNames(l, sources)) };
  });
  switch (format) {
    case 'text':
      return named.map(policyText).join('');
    case 'json':
      return (
        JSON.stringify({ format: 'llp-coverage', version: 1, policies: named.map(coverageJson) }, null, 1) +
        '\n'
      );
    case 'lcov':
      return coverageLcov(named.flatMap((c) => c.layers.flatMap((l) => l.rules)));
  }
}

/** Replaces the file names of the manifest by the names that the user gave. */
function withNames(layer: LayerCoverage, sources: readonly NamedSource[]): LayerCoverage {
  const rules = layer.rules.map((rule) => ({
    ...rule,
    file: sources.find((s) => s.id === rule.file)?.name ?? rule.file,
  }));
  return { ...layer, rules };
}

function isOpen({ count, everywhere }: RuleCoverage): boolean {
  return count === 0 && !everywhere;
}

function policyText({ policy, layers }: NamedCoverage): string {
  const lines = [`coverage of ${policy}`];
  for (const layer of layers) {
    const asked = layer.rules.filter((r) => !r.everywhere);
    const open = asked.filter(isOpen);
    const decisions = asked.reduce((sum, r) => sum + r.count, 0) + layer.defaultCount;
    lines.push(
      `  layer "${layer.layer}": ${asked.length - open.length} of ${counted(asked.length, 'rule')} decided something; ${counted(decisions, 'decision')}`,
    );
    const width = Math.max(7, ...asked.map((r) => String(r.count).length));
    const row = (count: number, what: string): string => `  ${String(count).padStart(width)}  ${what}`;
    lines.push(row(layer.defaultCount, `default ${layer.default}`));
    lines.push(
      ...asked.map((r) =>
        row(r.count, ruleText(r)).replace(/^ {2} *0 /, (m) => 'never'.padStart(m.length - 1) + ' '),
      ),
    );
    const everywhere = layer.rules.length - asked.length;
    if (everywhere > 0)
      lines.push(
        `  ${everywhere} more ${everywhere === 1 ? 'allows' : 'allow'} what is allowed everywhere: no program asks for it`,
      );
  }
  return lines.map(printable).join('\n') + '\n';
}

function ruleText({ file, span, effect, here, actions, scope }: RuleCoverage): string {
  const shown =
    actions.length > 6
      ? `${actions.slice(0, 5).join(', ')} and ${actions.length - 5} more`
      : actions.join(', ');
  return `${file}:${span.line}:${span.column} ${effect} ${shown} in ${here ? 'here of ' : ''}${scope}`;
}

function coverageJson({ policy, layers }: NamedCoverage): object {
  return {
    policy,
    layers: layers.map(({ layer, default: effect, defaultCount, rules }) => ({
      layer,
      default: { effect, count: defaultCount },
      rules: rules.map(({ file, span, scope, effect: e, here, actions, count, everywhere }) => {
        const { line, column, endLine, endColumn } = span;
        return {
          location: { file, line, column, endLine, endColumn },
          scope,
          here,
          effect: e,
          actions,
          count,
          everywhere,
        };
      }),
    })),
  };
}

/** Returns lcov data by file: a line for each line with rules, a branch for each rule on it, a function for each scope. */
function coverageLcov(rules: readonly RuleCoverage[]): string {
  const files = new Map<string, RuleCoverage[]>();
  for (const rule of rules.filter((r) => !r.everywhere && !r.file.startsWith('std/')))
    files.set(rule.file, [...(files.get(rule.file) ?? []), rule]);
  return [...files].map(([file, own]) => lcovRecord(file, own)).join('');
}

function lcovRecord(file: string, rules: readonly RuleCoverage[]): string {
  const bySpan = sums(rules, (r) => `${r.span.line}:${r.span.column}`);
  const byLine = sums(rules, (r) => String(r.span.line));
  const inFile = rules.filter((r) => r.scopeSpan.source === r.span.source);
  const byScope = sums(inFile, (r) => `${r.scopeSpan.line},${r.scope}`);
  const hit = (counts: ReadonlyMap<string, number>): number =>
    [...counts.values()].filter((n) => n > 0).length;
  const lines = ['TN:', `SF:${file}`, ...[...byScope.keys()].map((scope) => `FN:${scope}`)];
  lines.push(...[...byScope].map(([scope, n]) => `FNDA:${n},${scope.slice(scope.indexOf(',') + 1)}`));
  lines.push(`FNF:${byScope.size}`, `FNH:${hit(byScope)}`);
  const branches = [...bySpan].map(
    ([at, n], i) => `BRDA:${at.split(':')[0] ?? ''},0,${i},${n === 0 ? '-' : n}`,
  );
  lines.push(...branches, `BRF:${bySpan.size}`, `BRH:${hit(bySpan)}`);
  lines.push(...[...byLine].map(([line, n]) => `DA:${line},${n}`), `LF:${byLine.size}`, `LH:${hit(byLine)}`);
  return [...lines, 'end_of_record', ''].map(printable).join('\n');
}

function sums(rules: readonly RuleCoverage[], key: (rule: RuleCoverage) => string): Map<string, number> {
  const all = new Map<string, number>();
  for (const rule of rules) all.set(key(rule), (all.get(key(rule)) ?? 0) + rule.count);
  return all;
}
