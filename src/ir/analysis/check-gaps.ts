/**
 * Reports what a target does not enforce: an error for each looser gap that the policy does not accept, a warning for each
 * stricter gap, and a warning for each `accept unenforced` that accepts nothing. Gaps of errno and of visibility are not
 * reported here: `llpc gaps` lists them.
 */
import { actionNames, unionOf } from '../../abi/actions.js';
import { linuxOfAbi } from '../../abi/landlock.js';
import {
  GAP_CAUSES,
  GAP_TIMES,
  type FoundGap,
  type Gap,
  type GapCloser,
  type GapDirection,
} from '../../artifact/gap.js';
import type { TargetName } from '../../artifact/manifest.js';
import { assertNever, defined } from '../../base/assert.js';
import { groupBy } from '../../base/group.js';
import { report } from '../../diagnostics/catalogue.js';
import type { Diagnostic, Note, Span } from '../../diagnostics/types.js';
import type { CheckedPolicy } from '../check/policy.js';
import { actionList } from '../check/scopes.js';
import { acceptGaps, idleAcceptances } from './accept-gaps.js';

export interface GapContext {
  readonly target: TargetName;
  /** Whether a stricter gap is an error. */
  readonly exact: boolean;
}

/** Returns the gaps with what the policy accepts of them, and what a build reports. */
export function checkGaps(
  found: readonly FoundGap[],
  policy: CheckedPolicy,
  context: GapContext,
): { readonly gaps: readonly Gap[]; readonly diagnostics: readonly Diagnostic[] } {
  const gaps = acceptGaps(found, policy, context.target);
  const reported = gaps.filter(({ direction, accepted }) => !accepted && REPORTED.includes(direction));
  return {
    gaps,
    diagnostics: [...describeGaps(reported, context), ...idleDiagnostics(found, policy, context.target)],
  };
}

const REPORTED: readonly GapDirection[] = ['looser', 'stricter'];

/**
 * Returns a diagnostic for each rule and direction, with a note for each gap. The help of looser gaps is one line that accepts all
 * of them that are not accepted.
 */
export function describeGaps(gaps: readonly Gap[], context: GapContext): readonly Diagnostic[] {
  const accepting = acceptingLine(gaps, context.target);
  const rules = groupBy(gaps, ({ direction, accepted, decider: { kind, span } }) =>
    [direction, accepted, kind, span.source, span.start, span.end].join(),
  );
  return [...rules.values()].map((own) => describe(own, accepting, context));
}

/** Returns the statement that accepts all looser gaps that are not accepted; undefined if there are none. */
export function acceptingLine(gaps: readonly Gap[], target: TargetName): string | undefined {
  const open = gaps.filter((gap) => gap.direction === 'looser' && !gap.accepted);
  if (open.length === 0) return undefined;
  const actions = actionNames(unionOf(open.map((gap) => gap.actions)));
  return `accept unenforced ${actions.join(', ')} on ${target};`;
}

/** Returns a warning for each acceptance that accepts none of these gaps. */
export function idleDiagnostics(
  found: readonly FoundGap[],
  policy: CheckedPolicy,
  target: TargetName,
): Diagnostic[] {
  return idleAcceptances(found, policy, target).map(({ actions, span }) => {
    const fix = { span, replacement: '' };
    return report('LLP4011', { target, actions: actionList(actions) }, { span, help: 'remove it', fix });
  });
}

/** The code of each direction. */
export const GAP_CODES = {
  looser: 'LLP4007',
  stricter: 'LLP4008',
  errno: 'LLP4009',
  visibility: 'LLP4010',
} as const satisfies Record<GapDirection, string>;

/** Returns the diagnostic of gaps that have the same direction and the same decider. */
function describe(
  gaps: readonly Gap[],
  accepting: string | undefined,
  { target, exact }: GapContext,
): Diagnostic {
  const { direction, accepted, decider } = defined(gaps[0], 'a group has a gap');
  const accept = direction === 'looser' && !accepted && accepting !== undefined;
  const help = accept ? { help: `write \`${accepting}\` where this is meant` } : {};
  const params = { target, actions: actionList(unionOf(gaps.map((gap) => gap.actions))) };
  const span = decider.kind === 'rule' ? (decider.via[0] ?? decider.span) : decider.span;
  const notes = [...gaps.map(witnessNote), ...deciderNotesOf(gaps)];
  const made = report(GAP_CODES[direction], params, { span, notes, ...help });
  return direction === 'stricter' && exact ? { ...made, severity: 'error' } : made;
}

function witnessNote({ witness, cause, when, closedBy }: Gap): Note {
  const { call, path, outcome } = witness;
  const object = call.includes(path) ? '' : ` on \`${path}\``;
  const time = when === 'always' ? '' : `, ${GAP_TIMES[when]}`;
  const closer = closedBy === undefined ? '' : `; ${closerText(closedBy)} closes this gap`;
  return { message: `\`${call}\`${object} ${outcome}${time}: ${GAP_CAUSES[cause]}${closer}` };
}

/** Returns notes on what decides, where the place of the diagnostic does not show it. */
function deciderNotesOf(gaps: readonly Gap[]): Note[] {
  const { direction, decider } = defined(gaps[0], 'a group has a gap');
  const isAllowed = direction === 'stricter' || direction === 'visibility';
  const verdict = isAllowed ? 'allowed' : 'denied';
  if (decider.kind === 'default')
    return [{ message: `${verdict} by \`default ${decider.default}\`: no rule mentions it` }];
  if (decider.via.length === 0) return [];
  return [{ message: `${verdict} here`, span: decider.span }, ...decider.via.slice(1).map(broughtHere)];
}

const broughtHere = (span: Span): Note => ({ message: 'brought here by this `use`', span });

/** Returns what closes a gap, as the subject of a sentence. */
export function closerText(closer: GapCloser): string {
  switch (closer.kind) {
    case 'abi': {
      const linux = linuxOfAbi(closer.abi);
      return `Landlock ABI ${closer.abi}${linux === undefined ? '' : ` (Linux ${linux})`}`;
    }
    case 'masks':
      return 'a machine on which masks can be made';
    case 'target':
      return `the target \`${closer.target}\``;
    default:
      return assertNever(closer);
  }
}
