/**
 * Makes the report of `llpc gaps`: everything that a target does not enforce as the policy has it, with what the policy accepts.
 * `schema/gaps-1.json` describes the report.
 */
import { actionNames, type ActionName } from '../../abi/actions.js';
import { linuxOfAbi } from '../../abi/landlock.js';
import type { Machine } from '../../artifact/enforcement-plan.js';
import {
  GAP_CAUSES,
  GAP_DIRECTIONS,
  GAP_TIMES,
  type FoundGap,
  type Gap,
  type GapCause,
  type GapCloser,
  type GapDecider,
  type GapDirection,
  type GapTime,
  type GapWitness,
} from '../../artifact/gap.js';
import type { TargetName } from '../../artifact/manifest.js';
import type { Target } from '../../codegen/target.js';
import { defined } from '../../base/assert.js';
import { locate, type JsonLocation } from '../../diagnostics/json.js';
import type { Diagnostic, SourceText, Span } from '../../diagnostics/types.js';
import { acceptGaps } from '../../ir/analysis/accept-gaps.js';
import { acceptingLine, describeGaps, idleDiagnostics } from '../../ir/analysis/check-gaps.js';
import type { CheckedPolicy } from '../../ir/check/policy.js';

export interface GapsReport {
  readonly format: 'llp-gaps';
  readonly version: 1;
  readonly target: TargetName;
  /** Null if the gaps of the target do not depend on the machine. */
  readonly machine: Machine | null;
  /** Whether a stricter gap makes the policy unenforceable, too. */
  readonly exact: boolean;
  /** Whether the policy may be enforced on the target: every looser gap is accepted, and with `exact` there is no stricter one. */
  readonly enforceable: boolean;
  /** The statement that accepts all looser gaps that are not accepted; null if there are none. */
  readonly accept: string | null;
  /** Looser ones first, and among them those that are not accepted. */
  readonly gaps: readonly ReportedGap[];
  /** The `accept unenforced` statements that accept nothing. */
  readonly idle: readonly JsonLocation[];
}

export interface ReportedGap {
  readonly direction: GapDirection;
  readonly accepted: boolean;
  readonly layers: readonly string[];
  readonly actions: readonly ActionName[];
  readonly cause: GapCause;
  /** The cause as a sentence. */
  readonly why: string;
  readonly witness: GapWitness;
  readonly decider: ReportedDecider;
  readonly when: GapTime;
  readonly closedBy: ReportedCloser | null;
}

export type ReportedDecider =
  /** `text`: the rule as it is written, on one line. */
  | {
      readonly kind: 'rule';
      readonly text: string;
      readonly location: JsonLocation;
      readonly via: readonly JsonLocation[];
    }
  | {
      readonly kind: 'default';
      readonly text: 'default allow' | 'default deny';
      readonly location: JsonLocation;
    };

export type ReportedCloser =
  /** `linux`: the first release with this ABI version; null if llpc does not know it. */
  | { readonly kind: 'abi'; readonly abi: number; readonly linux: string | null }
  | { readonly kind: 'masks' }
  | { readonly kind: 'target'; readonly target: TargetName };

/** What the gaps are reported of. */
export interface GapsSubject {
  readonly policy: CheckedPolicy;
  readonly sources: readonly SourceText[];
  readonly target: Pick<Target, 'name' | 'dependsOnMachine'>;
  readonly machine: Machine;
  readonly exact: boolean;
}

/** The report, and the same as diagnostics: those of accepted gaps are left out. */
export interface GapsResult {
  readonly report: GapsReport;
  readonly diagnostics: readonly Diagnostic[];
}

/** Returns the report of the gaps that a target found. */
export function reportGaps(found: readonly FoundGap[], subject: GapsSubject): GapsResult {
  const { policy, machine, exact, sources } = subject;
  const target = subject.target.name;
  const gaps = inReportOrder(acceptGaps(found, policy, target));
  const open = gaps.filter((gap) => !gap.accepted);
  const idle = idleDiagnostics(found, policy, target);
  const report: GapsReport = {
    format: 'llp-gaps',
    version: 1,
    target,
    machine: subject.target.dependsOnMachine ? machine : null,
    exact,
    enforceable: !open.some((gap) => gap.direction === 'looser' || (exact && gap.direction === 'stricter')),
    accept: acceptingLine(gaps, target) ?? null,
    gaps: gaps.map((gap) => reported(gap, sources)),
    idle: idle.flatMap(({ span }) => (span === undefined ? [] : [locationOf(span, sources)])),
  };
  return { report, diagnostics: [...describeGaps(open, { target, exact }), ...idle] };
}

/** Returns the gaps by direction, first those that are not accepted. Within a group, the order is that of the target. */
function inReportOrder(gaps: readonly Gap[]): readonly Gap[] {
  return GAP_DIRECTIONS.flatMap((direction) =>
    [false, true].flatMap((accepted) =>
      gaps.filter((gap) => gap.direction === direction && gap.accepted === accepted),
    ),
  );
}

function reported(gap: Gap, sources: readonly SourceText[]): ReportedGap {
  const { direction, accepted, layers, cause, when } = gap;
  const { path, call, outcome } = gap.witness;
  return {
    direction,
    accepted,
    layers,
    actions: actionNames(gap.actions),
    cause,
    why: GAP_CAUSES[cause],
    witness: { path, call, outcome },
    decider: reportedDecider(gap.decider, sources),
    when,
    closedBy: gap.closedBy === undefined ? null : reportedCloser(gap.closedBy),
  };
}

function reportedDecider(decider: GapDecider, sources: readonly SourceText[]): ReportedDecider {
  const location = locationOf(decider.span, sources);
  return decider.kind === 'rule'
    ? {
        kind: 'rule',
        text: ruleText(decider.span, sources),
        location,
        via: decider.via.map((span) => locationOf(span, sources)),
      }
    : { kind: 'default', text: `default ${decider.default}`, location };
}

function reportedCloser(closer: GapCloser): ReportedCloser {
  return closer.kind === 'abi' ? { ...closer, linux: linuxOfAbi(closer.abi) ?? null } : closer;
}

function locationOf(span: Span, sources: readonly SourceText[]): JsonLocation {
  return defined(locate(span, sources) ?? undefined, 'a gap is about a place in a source');
}

function ruleText({ source, start, end }: Span, sources: readonly SourceText[]): string {
  const text = sources[source]?.text.slice(start, end) ?? '';
  return text.replace(/\s+/g, ' ').trim();
}

/** Returns when a gap shows, as the rest of a sentence; undefined if always. */
export function timeText(when: GapTime): string | undefined {
  return when === 'always' ? undefined : GAP_TIMES[when];
}
