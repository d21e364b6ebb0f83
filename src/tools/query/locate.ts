/**
 * Converts places of a manifest, which are lines and columns, to spans in source texts. If a text was found, a diagnostic
 * shows its line.
 */
import type { Manifest, ManifestSpan } from '../../artifact/manifest.js';
import { lineStarts } from '../../diagnostics/lines.js';
import type { Diagnostic, NamedSource, Note, Span } from '../../diagnostics/types.js';
import type { Reason } from '../../runtime/explain.js';
import type { LoadProblem } from '../../runtime/loader/problems.js';

/** Returns the span in the source that the manifest names `file`; undefined if its text was not found. */
function spanInSources(file: string, span: ManifestSpan, sources: readonly NamedSource[]): Span | undefined {
  const source = sources.findIndex((s) => s.id === file);
  const text = sources[source];
  if (text === undefined) return undefined;
  const starts = lineStarts(text);
  const offset = (line: number, column: number): number => (starts[line - 1] ?? 0) + column - 1;
  return { source, start: offset(span.line, span.column), end: offset(span.endLine, span.endColumn) };
}

/** Returns problems of a load as diagnostics, with spans where the texts were found, else with the place in the message. */
export function toDiagnostics(
  problems: readonly LoadProblem[],
  sources: readonly NamedSource[],
): Diagnostic[] {
  return problems.map(({ places, ...diagnostic }) => {
    const [own, ...others] = places;
    const span = own === undefined ? undefined : spanInSources(own.file, own.span, sources);
    const shown = span === undefined ? places : others;
    const notes: Note[] = [
      ...diagnostic.notes,
      ...shown.map((p) => placeNote(p.message, p.file, p.span, sources)),
    ];
    return span === undefined ? { ...diagnostic, notes } : { ...diagnostic, span, notes };
  });
}

function placeNote(
  message: string,
  file: string,
  place: ManifestSpan,
  sources: readonly NamedSource[],
): Note {
  const span = spanInSources(file, place, sources);
  return span === undefined
    ? { message: `${message}: ${file}:${place.line}:${place.column}` }
    : { message, span };
}

/** Returns a note that shows the rule or the default that decided. */
export function reasonNote(reason: Reason, manifest: Manifest, sources: readonly NamedSource[]): Note {
  if (reason.kind === 'default')
    return { message: `decided by \`default ${reason.effect}\`: no rule mentions it` };
  if (reason.kind === 'unknown')
    return { message: 'decided by the place: it is not known, and what is denied anywhere is denied there' };
  const { entry, rule } = reason;
  const file = manifest.sources[rule.span.source]?.name ?? '';
  return placeNote(`decided by this rule of \`${entry.object} "${entry.path}"\``, file, rule.span, sources);
}
