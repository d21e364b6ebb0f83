/**
 * Documents and their layout, after Wadler's "A prettier printer" (2003). A group is printed on one line if it fits;
 * else its `line`s become ends of lines. A row of groups that each begin with a `line` is filled like a paragraph.
 *
 * Invariant: a group that contains a hard line is broken. A line comment is followed by a hard line, so it never
 * swallows a token. Known weakness: every character counts as one column.
 */

export type Doc =
  | string
  | readonly Doc[]
  /** A space, or an end of line if its group is broken. */
  | { readonly kind: 'line' }
  /** Always an end of line; with `blank`, followed by an empty line. */
  | { readonly kind: 'hard'; readonly blank: boolean }
  | { readonly kind: 'indent'; readonly doc: Doc }
  /** `width` is its width on one line: infinite if it contains an end of line. */
  | { readonly kind: 'group'; readonly doc: Doc; readonly width: number }
  /** Text at the end of a line that does not count in its width, so that a comment never changes the layout of code. */
  | { readonly kind: 'aside'; readonly text: string }
  /**
   * The lines of a block comment. With `indented`, the lines after the first are indented like code; else unchanged.
   */
  | { readonly kind: 'lines'; readonly lines: readonly string[]; readonly indented: boolean };

export const LINE: Doc = { kind: 'line' };
export const HARD: Doc = { kind: 'hard', blank: false };
export const BLANK: Doc = { kind: 'hard', blank: true };

export function indent(doc: Doc): Doc {
  return { kind: 'indent', doc };
}

export function group(doc: Doc): Doc {
  return { kind: 'group', doc, width: flatWidth(doc) };
}

function flatWidth(doc: Doc): number {
  if (typeof doc === 'string') return doc.length;
  if (isList(doc)) {
    let sum = 0;
    for (const part of doc) sum += flatWidth(part);
    return sum;
  }
  if (doc.kind === 'group') return doc.width;
  return doc.kind === 'indent' ? flatWidth(doc.doc) : doc.kind === 'line' ? 1 : Infinity;
}

/** `Array.isArray` does not narrow readonly arrays. */
function isList(doc: Doc): doc is readonly Doc[] {
  return Array.isArray(doc);
}

/** A document that is still to be laid out: the indentation of its lines, and whether it goes on one line. */
interface Item {
  readonly doc: Doc;
  readonly depth: number;
  readonly flat: boolean;
}

interface Layout {
  readonly width: number;
  readonly out: string[];
  /** The current column; 0 at the beginning of a line. */
  column: number;
  /** True at the beginning of a line, before its indentation is written. */
  fresh: boolean;
}

const INDENT = 2;

/** The text of a document, with an end of line at its end. */
export function render(doc: Doc, width: number): string {
  const layout: Layout = { width, out: [], column: 0, fresh: true };
  const rest: Item[] = [{ doc, depth: 0, flat: false }];
  for (let item = rest.pop(); item !== undefined; item = rest.pop()) place(layout, item, rest);
  return layout.out.join('') + '\n';
}

function place(layout: Layout, { doc, depth, flat }: Item, rest: Item[]): void {
  if (typeof doc === 'string') return write(layout, doc, depth);
  if (isList(doc)) {
    for (let i = doc.length - 1; i >= 0; i--) rest.push({ doc: doc[i] ?? '', depth, flat });
    return;
  }
  switch (doc.kind) {
    case 'line':
      return flat ? write(layout, ' ', depth) : newLine(layout, false);
    case 'hard':
      return newLine(layout, doc.blank);
    case 'indent':
      rest.push({ doc: doc.doc, depth: depth + INDENT, flat });
      return;
    case 'group': {
      const whole = flat || fits(layout, doc.width, depth, rest);
      rest.push({ doc: doc.doc, depth, flat: whole });
      return;
    }
    case 'aside':
      return write(layout, doc.text, depth);
    case 'lines':
      doc.lines.forEach((line, i) => {
        if (i > 0) newLine(layout, false);
        write(layout, line, i === 0 || doc.indented ? depth : 0);
      });
  }
}

function write(layout: Layout, text: string, depth: number): void {
  if (text === '') return;
  if (layout.fresh) layout.out.push(' '.repeat(depth));
  layout.column = (layout.fresh ? depth : layout.column) + text.length;
  layout.fresh = false;
  layout.out.push(text);
}

function newLine(layout: Layout, blank: boolean): void {
  layout.out.push(blank ? '\n\n' : '\n');
  layout.column = 0;
  layout.fresh = true;
}

/** True if `columns` columns, and what follows them up to the next possible end of line, fit the width. */
function fits(layout: Layout, columns: number, depth: number, rest: readonly Item[]): boolean {
  let left = layout.width - (layout.fresh ? depth : layout.column) - columns;
  for (let i = rest.length - 1; i >= 0 && left >= 0; i--) {
    const head = headWidth(rest[i]?.doc ?? '');
    left -= head.width;
    if (head.ends) break;
  }
  return left >= 0;
}

/** The width of a document up to its first possible end of line. */
function headWidth(doc: Doc): { readonly width: number; readonly ends: boolean } {
  if (typeof doc === 'string') return { width: doc.length, ends: false };
  if (!isList(doc)) {
    if (doc.kind === 'indent' || doc.kind === 'group') return headWidth(doc.doc);
    return { width: doc.kind === 'lines' ? (doc.lines[0]?.length ?? 0) : 0, ends: true };
  }
  let width = 0;
  for (const part of doc) {
    const head = headWidth(part);
    width += head.width;
    if (head.ends) return { width, ends: true };
  }
  return { width, ends: false };
}
