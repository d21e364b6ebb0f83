/** Converts diagnostics to the form of the protocol, and their fixes to code actions. */
import { CodeActionKind, DiagnosticSeverity, DiagnosticTag } from 'vscode-languageserver';
import type { Diagnostic, Span } from '../../diagnostics/types.js';
import {
  isStd,
  locationOf,
  ownFile,
  rangeIn,
  type TextLocation,
  type Range,
  type View,
} from './workspace.js';

export interface Finding {
  readonly range: Range;
  readonly severity: DiagnosticSeverity;
  readonly code: string;
  readonly source: 'llpc';
  readonly message: string;
  readonly tags?: DiagnosticTag[];
  readonly relatedInformation: { readonly location: TextLocation; readonly message: string }[];
}

export function findings(view: View): Finding[] {
  return shown(view).flatMap(({ diagnostic, span }) => finding(view, diagnostic, span) ?? []);
}

/** The codes of statements that could be removed without a change of meaning. */
const IDLE: ReadonlySet<string> = new Set(['LLP3014', 'LLP3021']);

interface ShownDiagnostic {
  readonly diagnostic: Diagnostic;
  /** The place in this file. */
  readonly span: Span;
}

/**
 * The diagnostics to show in this file. A diagnostic of an imported file is shown at the `use` or the import that leads
 * to it. A file with only declarations does not need a policy, so the lack of one is not shown.
 */
function shown(view: View): ShownDiagnostic[] {
  const { file } = ownFile(view);
  const library = file.fragments.length + file.actions.length + file.params.length > 0;
  return view.diagnostics.flatMap((diagnostic) => {
    if (diagnostic.code === 'LLP2013' && library) return [];
    const span = placeHere(view, diagnostic);
    return span === undefined ? [] : [{ diagnostic, span }];
  });
}

function placeHere(view: View, { span, notes, severity }: Diagnostic): Span | undefined {
  if (span === undefined) return { source: 0, start: 0, end: 0 };
  if (span.source === 0) return span;
  const note = notes.find((n) => n.span?.source === 0)?.span;
  if (note !== undefined || severity !== 'error') return note;
  return ownFile(view).imports.find(({ index }) => reaches(view, index, span.source, new Set()))?.span;
}

function reaches(view: View, from: number, to: number, seen: Set<number>): boolean {
  if (from === to) return true;
  if (seen.has(from)) return false;
  seen.add(from);
  return view.linked.files[from]?.imports.some((i) => reaches(view, i.index, to, seen)) === true;
}

function finding(view: View, d: Diagnostic, span: Span): Finding | undefined {
  const [document] = view.documents;
  if (document === undefined) return undefined;
  const elsewhere = d.span === undefined || d.span.source === 0 ? [] : [{ message: d.message, span: d.span }];
  const related = [...elsewhere, ...d.notes].flatMap((n) =>
    n.span === undefined ? [] : [{ location: locationOf(view, n.span), message: n.message }],
  );
  const notes = d.notes.filter((n) => n.span === undefined).map((n) => n.message);
  const help = d.help === undefined ? [] : [`help: ${d.help}`];
  return {
    range: rangeIn(document, span),
    severity: severityOf(d),
    code: d.code,
    source: 'llpc',
    message: [d.message, ...notes, ...help].join('\n'),
    ...(IDLE.has(d.code) ? { tags: [DiagnosticTag.Unnecessary] } : {}),
    relatedInformation: related,
  };
}

/** The severity. A parameter without a value is only information, because the command line can set it. */
function severityOf({ code, severity }: Diagnostic): DiagnosticSeverity {
  if (code === 'LLP2008') return DiagnosticSeverity.Information;
  return severity === 'error' ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning;
}

export interface QuickFix {
  readonly title: string;
  readonly kind: CodeActionKind;
  readonly isPreferred: boolean;
  readonly diagnostics: Finding[];
  readonly edit: { readonly changes: Record<string, { range: Range; newText: string }[]> };
}

/** The fixes of the diagnostics in a range. */
export function quickFixes(view: View, from: number, to: number): QuickFix[] {
  return shown(view).flatMap(({ diagnostic, span }) => {
    const found = finding(view, diagnostic, span);
    const { fix, help } = diagnostic;
    if (fix === undefined || found === undefined || span.end < from || span.start > to) return [];
    const { uri, range } = locationOf(view, wholeLine(view, fix));
    if (isStd(uri)) return [];
    const edit = { changes: { [uri]: [{ range, newText: fix.replacement }] } };
    const title = help ?? 'mend it';
    return [{ title, kind: CodeActionKind.QuickFix, isPreferred: true, diagnostics: [found], edit }];
  });
}

/** The span of a fix. If the fix deletes all text of a line, the span is extended to the whole line. */
function wholeLine(view: View, { span, replacement }: NonNullable<Diagnostic['fix']>): Span {
  const text = view.documents[span.source]?.getText() ?? '';
  if (replacement !== '') return span;
  const before = /(?:^|[\r\n])([ \t]*)$/.exec(text.slice(0, span.start))?.[1];
  const after = /^[ \t]*(?:\r\n|\r|\n|$)/.exec(text.slice(span.end))?.[0];
  if (before === undefined || after === undefined) return span;
  return { ...span, start: span.start - before.length, end: span.end + after.length };
}
