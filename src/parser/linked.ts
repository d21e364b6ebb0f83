/** Files with their imports resolved: the output of `link.ts` and the input of `check`. Types only. */
import type { Span } from '../diagnostics/types.js';
import type { PolicyFile } from './ast.js';

export interface LinkedFile {
  readonly file: PolicyFile;
  /** Index of its source, for spans. */
  readonly source: number;
  /** True if it has no syntax errors. Otherwise, a missing name may be declared in a part that could not be read. */
  readonly complete: boolean;
  /** Its direct imports: index into `Linked.files`, and the span of the import statement. */
  readonly imports: readonly { readonly index: number; readonly span: Span }[];
}

export interface Linked {
  readonly files: readonly LinkedFile[];
  /** Indices of the files to compile; the others are only imported. */
  readonly entries: readonly number[];
}
