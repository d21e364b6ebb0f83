/** Files after their imports are found: what `check` starts from. Types only; `src/link.ts` makes it. */
import type { Span } from '../diagnostics/types.js';
import type { PolicyFile } from './ast.js';

export interface LinkedFile {
  readonly file: PolicyFile;
  /** Index of its source, for spans. */
  readonly source: number;
  /** Whether all of it could be read: what is missing in another one may be in what could not. */
  readonly complete: boolean;
  /** What it imports directly: index into `Linked.files`, and the import statement. */
  readonly imports: readonly { readonly index: number; readonly span: Span }[];
}

export interface Linked {
  readonly files: readonly LinkedFile[];
  /** The files that were asked for; the others are imports. */
  readonly entries: readonly number[];
}
