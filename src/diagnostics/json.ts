/** Converts diagnostics to the data of `--format json`. `schema/diagnostics-1.json` describes it. */
import { CATALOGUE, type Code, type CatalogueEntry } from './catalogue.js';
import { positionAt } from './lines.js';
import type { Diagnostic, Severity, SourceText, Span } from './types.js';

/** A range of a file. Lines and columns are 1-based; columns count UTF-16 units; the end is exclusive. */
export interface JsonLocation {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

export interface JsonDiagnostic {
  readonly severity: Severity;
  readonly code: string;
  readonly title: string;
  readonly message: string;
  readonly location: JsonLocation | null;
  readonly notes: readonly { readonly message: string; readonly location: JsonLocation | null }[];
  readonly help: string | null;
  readonly fix: { readonly location: JsonLocation | null; readonly replacement: string } | null;
}

export interface JsonDiagnostics {
  readonly format: 'llp-diagnostics';
  readonly version: 1;
  readonly diagnostics: readonly JsonDiagnostic[];
}

export function diagnosticsJson(
  diagnostics: readonly Diagnostic[],
  sources: readonly SourceText[],
): JsonDiagnostics {
  return { format: 'llp-diagnostics', version: 1, diagnostics: diagnostics.map((d) => toJson(d, sources)) };
}

function toJson(d: Diagnostic, sources: readonly SourceText[]): JsonDiagnostic {
  return {
    severity: d.severity,
    code: d.code,
    title: titleOf(d.code),
    message: d.message,
    location: locate(d.span, sources),
    notes: d.notes.map((n) => ({ message: n.message, location: locate(n.span, sources) })),
    help: d.help ?? null,
    fix:
      d.fix === undefined ? null : { location: locate(d.fix.span, sources), replacement: d.fix.replacement },
  };
}

const ENTRIES: Readonly<Partial<Record<string, CatalogueEntry>>> = CATALOGUE satisfies Record<
  Code,
  CatalogueEntry
>;

/** The title of a code in the catalogue. */
export function titleOf(code: string): string {
  return ENTRIES[code]?.title ?? code;
}

/** The message of a code, with `…` in place of its parameters. */
export function descriptionOf(code: string): string {
  return (ENTRIES[code]?.message ?? code).replace(/\{\w+\}/g, '…');
}

export function severityOf(code: string): Severity {
  return ENTRIES[code]?.severity ?? 'error';
}

export function locate(span: Span | undefined, sources: readonly SourceText[]): JsonLocation | null {
  const source = span === undefined ? undefined : sources[span.source];
  if (span === undefined || source === undefined) return null;
  const start = positionAt(source, span.start);
  const end = positionAt(source, span.end);
  return {
    file: source.name,
    line: start.line,
    column: start.column,
    endLine: end.line,
    endColumn: end.column,
  };
}
