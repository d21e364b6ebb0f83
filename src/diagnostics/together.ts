/** Diagnostics of several compilations as those of one: spans are moved to the list of all sources. */
import type { Diagnostic, SourceText } from './types.js';

export interface Findings {
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: readonly SourceText[];
}

export function together(all: readonly Findings[]): Findings {
  const sources: SourceText[] = [];
  const diagnostics = all.flatMap((found) => {
    const base = sources.length;
    sources.push(...found.sources);
    return found.diagnostics.map((d) => shift(d, base));
  });
  return { diagnostics, sources };
}

function shift(diagnostic: Diagnostic, base: number): Diagnostic {
  const move = <T extends { readonly span?: Diagnostic['span'] }>(item: T): T =>
    item.span === undefined ? item : { ...item, span: { ...item.span, source: item.span.source + base } };
  const { fix } = diagnostic;
  const moved = { ...move(diagnostic), notes: diagnostic.notes.map(move) };
  return fix === undefined ? moved : { ...moved, fix: move(fix) };
}
