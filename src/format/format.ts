/**
 * Formats a policy, for `llpc fmt` and editors.
 *
 * Input: any text. Output: a text with the same tokens and comments in the same order; or, for a text with syntax
 * errors, these errors. Invariant: formatting is idempotent. A file keeps its kind of line ends and its byte order
 * mark.
 */
import { manifestForPolicy } from '../diagnostics/not-a-policy.js';
import type { Diagnostic } from '../diagnostics/types.js';
import type { PolicyFile } from '../parser/ast.js';
import { readLexemes } from '../parser/lexemes.js';
import { parse } from '../parser/parse.js';
import { render } from './doc.js';
import { readGaps } from './gaps.js';
import { printFile } from './print.js';

export type Formatted =
  | { readonly kind: 'ok'; readonly text: string }
  | { readonly kind: 'refused'; readonly diagnostics: readonly Diagnostic[] };

const WIDTH = 100;

/**
 * The formatted text, or the syntax errors.
 * @param source index of the text, for the spans of diagnostics
 */
export function formatText(text: string, source = 0): Formatted {
  const manifest = manifestForPolicy(text, source);
  if (manifest !== undefined) return { kind: 'refused', diagnostics: [manifest] };
  const { value, diagnostics } = parse(text, source);
  if (value === undefined || diagnostics.length > 0) return { kind: 'refused', diagnostics };
  return { kind: 'ok', text: layOutText(value, text) };
}

/** The formatted text of a text without syntax errors, given its tree. */
export function layOutText(file: PolicyFile, text: string): string {
  const lexemes = readLexemes(text);
  const doc = printFile(file, { tokens: lexemes.tokens, gaps: readGaps(text, lexemes), at: 0 });
  const plain = render(doc, WIDTH);
  const mark = text.startsWith('\uFEFF') ? '\uFEFF' : '';
  return mark + (/^[^\r\n]*\r\n/.test(text) ? plain.replaceAll('\n', '\r\n') : plain);
}
