/**
 * Renders diagnostics as text: place and message, the source line with carets, the notes with their lines, help.
 *
 *     policy.llp:7:5: error[LLP3010]: `read` is both allowed and denied in `/srv`
 *      7 |     deny read;
 *        |     ^^^^^^^^^^
 *     policy.llp:6:5: note: allowed here
 *      6 |     allow read;
 *        |     ^^^^^^^^^^^
 *     help: keep one of the two
 */
import picocolors from 'picocolors';
import { lineText, positionAt } from './lines.js';
import { printable } from '../base/text.js';
import type { Diagnostic, SourceText, Span } from './types.js';

export interface RenderOptions {
  readonly colour: boolean;
}

/** The number of columns of a source line that are shown. A longer line is cut around the place. */
const WINDOW = 160;
const TAB = 4;

type Colours = ReturnType<typeof picocolors.createColors>;

/** All diagnostics, separated by empty lines. The text ends in a newline, unless there are no diagnostics. */
export function renderText(
  diagnostics: readonly Diagnostic[],
  sources: readonly SourceText[],
  options: RenderOptions,
): string {
  const c = picocolors.createColors(options.colour);
  return diagnostics.map((d) => renderOne(d, sources, c).join('\n') + '\n').join('\n');
}

function renderOne(d: Diagnostic, sources: readonly SourceText[], c: Colours): string[] {
  const paint = d.severity === 'error' ? c.red : c.yellow;
  const head = `${c.bold(place(d.span, sources))}: ${paint(c.bold(`${d.severity}[${d.code}]`))}: ${c.bold(printable(d.message))}`;
  const lines = [head, ...excerpt(d.span, sources, c, paint)];
  for (const note of d.notes) {
    const where = note.span === undefined ? '' : `${place(note.span, sources)}: `;
    lines.push(
      `${where}${c.cyan('note')}: ${printable(note.message)}`,
      ...excerpt(note.span, sources, c, c.cyan),
    );
  }
  if (d.help !== undefined) lines.push(`${c.green('help')}: ${printable(d.help)}`);
  return lines;
}

function place(span: Span | undefined, sources: readonly SourceText[]): string {
  const source = span === undefined ? undefined : sources[span.source];
  if (span === undefined || source === undefined) return 'llpc';
  const { line, column } = positionAt(source, span.start);
  return `${printable(source.name)}:${line}:${column}`;
}

/** The line at the start of a span, and a line of carets under it. For a span of several lines, up to the line end. */
function excerpt(
  span: Span | undefined,
  sources: readonly SourceText[],
  c: Colours,
  paint: (text: string) => string,
): string[] {
  const source = span === undefined ? undefined : sources[span.source];
  if (span === undefined || source === undefined) return [];
  const { line, column } = positionAt(source, span.start);
  const text = lineText(source, line);
  const end = Math.min(text.length, column - 1 + Math.max(span.end - span.start, 0));
  const from = windowStart(text, column - 1);
  const shown = expand(text.slice(from, from + WINDOW));
  const before = width(expand(text.slice(from, column - 1)));
  const marked = Math.max(1, width(expand(text.slice(column - 1, Math.min(end, from + WINDOW)))));
  const [left, right] = [from > 0 ? '…' : '', from + WINDOW < text.length ? '…' : ''];
  const gutter = String(line).padStart(5);
  const bar = c.dim('|');
  return [
    `${c.dim(gutter)} ${bar} ${left}${shown}${right}`.trimEnd(),
    `      ${bar} ${' '.repeat(before + left.length)}${paint('^'.repeat(marked))}`,
  ];
}

/** The offset from which a long line is shown: a little before the place. */
function windowStart(text: string, column: number): number {
  if (text.length <= WINDOW) return 0;
  return Math.max(0, Math.min(column - WINDOW / 4, text.length - WINDOW));
}

/** Replaces tabs by spaces and control characters by U+FFFD. */
function expand(text: string): string {
  return printable(text.replaceAll('\t', ' '.repeat(TAB)));
}

const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Extended_Pictographic}/u;

/** The number of terminal columns of a text: 0 for combining characters, 2 for wide ones. */
function width(text: string): number {
  let columns = 0;
  for (const char of text) columns += /^[\p{M}\u200d\ufe0f]$/u.test(char) ? 0 : WIDE.test(char) ? 2 : 1;
  return columns;
}
