/**
 * Diagnostics as data. Passes create them through the catalogue (`catalogue.ts`) and never print. `render.ts`,
 * `json.ts` and `sarif.ts` render them.
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
  /**
   * The name as the user wrote it (a relative path stays relative), so that output does not depend on the directory.
   */
  readonly name: string;
  readonly text: string;
}

/** A source with its name in the manifest, `id`, which is the same on every machine. */
export interface NamedSource extends SourceText {
  readonly id: string;
}

export type Severity = 'error' | 'warning';

export interface Note {
  readonly message: string;
  /** The place of the note; absent if it is not about a place. */
  readonly span?: Span;
}

export interface Diagnostic {
  /** `LLP1001` … */
  readonly code: string;
  readonly severity: Severity;
  /** Lower case, no final period, the user's words in backticks. */
  readonly message: string;
  /** Absent only if there is no place in a source (a missing file, a load error of a hand-written manifest). */
  readonly span?: Span;
  readonly notes: readonly Note[];
  /** What to write instead; absent if the message says enough. */
  readonly help?: string;
  /** A replacement of source text that does what `help` says, for editors. */
  readonly fix?: { readonly span: Span; readonly replacement: string };
}

/** The result of a pass: a value and diagnostics. The value is absent only if a diagnostic is an error. */
export interface Outcome<T> {
  readonly value: T | undefined;
  readonly diagnostics: readonly Diagnostic[];
}
