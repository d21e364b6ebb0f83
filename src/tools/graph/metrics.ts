/** Computes the sizes of the parts of an SVG in pixels. The font is monospaced, so text has a known width. */
import type { BoxSize } from './layout.js';
import type { GraphNode, GraphRow } from './model.js';
import { columns } from './text.js';

export const FONT = 12;
/** Width of a character at the font size. The widest of the usual monospaced fonts needs 0.602 of the font size. */
const CHAR = 7.3;
export const PAD = 8;
export const HEAD = 23;
export const ROW = 19;
/** Size of the mark of a class or a verdict; `STEP` includes the gap after it. */
export const MARK = 13;
export const STEP = MARK + 1;
/** Font size of tags. */
export const SMALL = 10;
const SMALL_CHAR = 6.1;

export const textWidth = (text: string): number => Math.ceil(columns(text) * CHAR);
const smallWidth = (text: string): number => Math.ceil(columns(text) * SMALL_CHAR);

export const tagText = (node: GraphNode): string => node.tags.join(', ');

/** The distance of a row's marks from the left edge: if the row has a label, they come after the widest label. */
export function marksAt(node: GraphNode, row: GraphRow): number {
  if (row.label === '') return PAD;
  return 2 * PAD + Math.max(...node.rows.map((r) => textWidth(r.label)));
}

export function marksWidth(row: GraphRow, classes: number): number {
  const count = row.kind === 'rights' ? classes : 1;
  return count === 0 ? 0 : count * STEP + PAD - 2;
}

export function sizeOf(node: GraphNode, classes: number): BoxSize {
  const tags = tagText(node);
  const head = textWidth(node.name) + (tags === '' ? 0 : PAD + smallWidth(tags));
  const rows = node.rows.map((r) => marksAt(node, r) - PAD + marksWidth(r, classes) + textWidth(r.text));
  return {
    width: 2 * PAD + Math.max(head, ...rows),
    height: HEAD + node.rows.length * ROW + (node.rows.length > 0 ? 3 : 0),
  };
}
