/** Sorts diagnostics by place, then by code. Equal diagnostics are merged. All outputs use this order. */
import type { Diagnostic } from './types.js';

export function sortDiagnostics(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const unique = new Map(diagnostics.map((d) => [key(d), d]));
  return [...unique.values()].sort(compare);
}

function key(d: Diagnostic): string {
  return `${d.span?.source}:${d.span?.start}:${d.span?.end} ${d.code} ${d.message}`;
}

function compare(a: Diagnostic, b: Diagnostic): number {
  if (a.span === undefined || b.span === undefined) {
    return Number(a.span !== undefined) - Number(b.span !== undefined) || byText(a, b);
  }
  return (
    a.span.source - b.span.source || a.span.start - b.span.start || a.span.end - b.span.end || byText(a, b)
  );
}

function byText(a: Diagnostic, b: Diagnostic): number {
  const [x, y] = [a.code + a.message, b.code + b.message];
  return x < y ? -1 : x > y ? 1 : 0;
}
