/** The hover text of assertions and of `accept`: the claim, and whether it holds. */
import type { Diagnostic, Span } from '../../diagnostics/types.js';
import { patternText } from '../../ir/check/paths.js';
import type { Assertion } from '../../ir/check/policy.js';
import type * as ast from '../../parser/ast.js';
import { actionsText } from '../../tools/query/rights.js';
import { covers } from './tree.js';
import { locationOf, ownFile, type View } from './workspace.js';

type ClaimDecl = ast.AssertDecl | ast.AcceptDecl;

export function claimHover(
  view: View,
  offset: number,
): { readonly text: string; readonly span: Span } | undefined {
  const { file } = ownFile(view);
  const claim = [file, ...file.policies]
    .flatMap(({ assertions, accepts }): readonly ClaimDecl[] => [...assertions, ...accepts])
    .find(({ span }) => covers(span, offset));
  if (claim === undefined) return undefined;
  const text = [headOf(view, claim), ...verdictOf(view, claim)].join('\n\n');
  return { text, span: claim.span };
}

const isAt = (span: Span | undefined, { span: own }: ClaimDecl): boolean =>
  span !== undefined && span.source === 0 && span.start === own.start && span.end === own.end;

/** The claim, with sets and parameters replaced by their values. */
function headOf({ policy }: View, claim: ClaimDecl): string {
  switch (claim.kind) {
    case 'assert': {
      const checked = policy?.assertions.find(({ span }) => isAt(span, claim));
      return checked === undefined ? `**assert ${claim.claim}**` : assertionText(checked);
    }
    case 'assert-gains': {
      const checked = policy?.gainAssertions.find(({ span }) => isAt(span, claim));
      return `**assert never gains** ${checked === undefined ? '' : actionsText(checked.actions)}`.trim();
    }
    case 'accept-gains':
      return '**accept gains**';
    case 'accept-unenforced': {
      const checked = policy?.unenforced.find(({ span }) => isAt(span, claim));
      return checked === undefined
        ? '**accept unenforced**'
        : `**accept unenforced** ${actionsText(checked.actions)} on \`${checked.target}\``;
    }
  }
}

function assertionText({ claim, actions, reach, path }: Assertion): string {
  return `**assert ${claim}** ${actionsText(actions)} ${reach} \`${patternText(path)}\``;
}

/** The diagnostics about a claim, or that it holds, or that it could not be decided. */
function verdictOf(view: View, claim: ClaimDecl): string[] {
  const found = view.diagnostics.filter(({ span }) => isAt(span, claim));
  if (found.length > 0) return found.flatMap((diagnostic) => brokenText(view, diagnostic));
  if (!isDecided(view)) return ['Not decided: mend the errors of the policy first.'];
  const holds = HOLDS[claim.kind];
  return holds === undefined ? [] : [holds];
}

/** True if claims have been decided: the policy has no other errors. */
function isDecided({ policy, diagnostics }: View): boolean {
  return policy !== undefined && diagnostics.every((d) => d.severity !== 'error' || BROKEN.has(d.code));
}

const BROKEN: ReadonlySet<string> = new Set(['LLP3018', 'LLP3020']);

/** What is said of a claim that no diagnostic is about. */
const HOLDS: Readonly<Partial<Record<ClaimDecl['kind'], string>>> = {
  assert: 'Holds: decided on every path, and checked again on the objects when the policy is loaded.',
  'assert-gains': 'Holds: no move between any two directories gains one of these.',
  'accept-unenforced':
    'This target need not stop these actions where the policy denies them. `llpc gaps` shows where it does not.',
};

function brokenText(view: View, { message, notes, help }: Diagnostic): string[] {
  const lines = notes.map(
    (note) => `- ${note.message}${note.span === undefined ? '' : linkTo(view, note.span)}`,
  );
  const title = `${message.charAt(0).toUpperCase()}${message.slice(1)}.`;
  return [
    title,
    ...(lines.length === 0 ? [] : [lines.join('\n')]),
    ...(help === undefined ? [] : [`Help: ${help}`]),
  ];
}

function linkTo(view: View, span: Span): string {
  const { uri, range } = locationOf(view, span);
  const line = range.start.line + 1;
  return ` ([line ${line}](${uri}#L${line}))`;
}
