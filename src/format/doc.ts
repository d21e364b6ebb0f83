/**
 * Documents and their layout, after Wadler's "A prettier printer" (2003): a group is laid out on one line when it fits, and else
 * its lines are ends of lines. A row of groups that begin with a line is filled like a paragraph.
 *
 * Invariant: a group with a hard line in it is broken, so a line comment, after which a hard line stands, never swallows a
 * token. Weakness: a character counts as one column.
 */

export type Doc =
  | string
  | readonly Doc[]
  /** A space, or an end of line when its group is broken. */
  | { readonly kind: 'line' }
  /** Always an end of line; with an empty line before it. */
  | { readonly kind: 'hard'; readonly blank: boolean }
  | { readonly kind: 'indent'; readonly doc: Doc }
  | { readonly kind: 'group'; readonly doc: Doc; readonly broken: boolean }
  /** What ends its line and does not count in its width: a comment after code does not move the code. */
  | { readonly kind: 'aside'; readonly text: string }
  /** Lines of a comment: the first goes where it stands, the others are `indented` or stay as they are. */
  | { readonly kind: 'lines'; readonly lines: readonly string[]; readonly indented: boolean };

export const LINE: Doc = { kind: 'line' };
export const HARD: Doc = { kind: 'hard', blank: false };
export const BLANK: Doc = { kind: 'hard', blank: true };

export function indent(doc: Doc): Doc {
  return { kind: 'indent', doc };
}

export function group(doc: Doc): Doc {
  return { kind: 'group', doc, broken: isBroken(doc) };
}

function isBroken(doc: Doc): boolean {
  if (typeof doc === 'string') return false;
  if (isList(doc)) return doc.some(isBroken);
  if (doc.kind === 'group') return doc.broken;
  return doc.kind === 'indent' ? isBroken(doc.doc) : doc.kind !== 'line';
}

/** `Array.isArray` does not narrow readonly arrays. */
function isList(doc: Doc): doc is readonly Doc[] {
  return Array.isArray(doc);
}

/** Something still to be laid out: where its lines begin, and whether it is on one line. */
interface Item {
  readonly doc: Doc;
  readonly depth: number;
  readonly flat: boolean;
}

interface Layout {
  readonly width: number;
  readonly out: string[];
  /** Column after what is out; 0 at the begin of a line whose indentation is not out yet. */
  column: number;
  fresh: boolean;
}

const INDENT = 2;

/** The text of a document; it ends in an end of line. */
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
      const whole = flat || (!doc.broken && fits(layout, doc.doc, depth, rest));
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

/** Whether a document on one line, and what follows it up to where a line may end, is within the width. */
function fits(layout: Layout, doc: Doc, depth: number, rest: readonly Item[]): boolean {
  let left = layout.width - (layout.fresh ? depth : layout.column);
  let next = rest.length;
  const todo: Item[] = [{ doc, depth, flat: true }];
  while (left >= 0) {
    const item = todo.pop() ?? rest[--next];
    if (item === undefined) return true;
    const { doc: d, flat } = item;
    if (typeof d === 'string') left -= d.length;
    else if (isList(d)) for (let i = d.length - 1; i >= 0; i--) todo.push({ ...item, doc: d[i] ?? '' });
    else if (d.kind === 'line' && flat) left -= 1;
    else if (d.kind === 'indent' || d.kind === 'group') todo.push({ ...item, doc: d.doc });
    else if (d.kind === 'lines') return left >= (d.lines[0]?.length ?? 0);
    else return true;
  }
  return false;
}
