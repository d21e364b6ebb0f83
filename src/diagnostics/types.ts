/**
 * Diagnostics as data. Passes make them through the catalogue (`catalogue.ts`), `render.ts` turns them into
 * text, JSON or SARIF. No pass prints.
 */

/** A range of a source text: UTF-16 offsets, `end` exclusive. */
export interface Span {
  /** Index into the list of sources of the compilation. */
  readonly source: number;
  readonly start: number;
  readonly end: number;
}

/** A text that diagnostics can point into. */
export interface SourceText {
  /** As the user wrote it (relative paths stay relative), so that output does not depend on the directory. */
  readonly name: string;
  readonly text: string;
}

/** A source as the manifest names it: the same on every machine. */
export interface NamedSource extends SourceText {
  readonly id: string;
}

export type Severity = 'error' | 'warning';

export interface Note {
  readonly message: string;
  /** The second place; absent for a note about no place. */
  readonly span?: Span;
}

export interface Diagnostic {
  /** `LLP1001` … */
  readonly code: string;
  readonly severity: Severity;
  /** Lower case, no final period, the user's words in backticks. */
  readonly message: string;
  /** Absent only for what has no place in a source (a missing file, a load error of a hand-written manifest). */
  readonly span?: Span;
  readonly notes: readonly Note[];
  /** What to write instead; absent where there is nothing better than the message. */
  readonly help?: string;
  /** A replacement of source text that carries `help` out, for editors. */
  readonly fix?: { readonly span: Span; readonly replacement: string };
}

/** What every pass returns: a value, or none, and what it found. A value is absent only when an error is there. */
export interface Outcome<T> {
  readonly value: T | undefined;
  readonly diagnostics: readonly Diagnostic[];
}
