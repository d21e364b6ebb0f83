/** Converts offsets to lines and columns, by binary search in a table that is computed once for each text. */
import type { SourceText } from './types.js';

export interface Position {
  /** 1-based. */
  readonly line: number;
  /** 1-based, in UTF-16 units. */
  readonly column: number;
}

const TABLES = new WeakMap<SourceText, readonly number[]>();

/** The offset at which each line starts. */
export function lineStarts(source: SourceText): readonly number[] {
  const known = TABLES.get(source);
  if (known !== undefined) return known;
  const starts = [0];
  for (let at = source.text.indexOf('\n'); at >= 0; at = source.text.indexOf('\n', at + 1))
    starts.push(at + 1);
  TABLES.set(source, starts);
  return starts;
}

/**
 * The line and column of an offset.
 * @param near the line (1-based) that is tried first, for callers with many offsets near each other
 */
export function positionAt(source: SourceText, offset: number, near = 1): Position {
  const starts = lineStarts(source);
  const known = starts[near - 1] ?? Infinity;
  if (known <= offset && offset < (starts[near] ?? Infinity))
    return { line: near, column: offset - known + 1 };
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((starts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { line: low + 1, column: offset - (starts[low] ?? 0) + 1 };
}

/** The text of a line (1-based), without its line end. */
export function lineText(source: SourceText, line: number): string {
  const starts = lineStarts(source);
  const end = starts[line];
  return source.text.slice(starts[line - 1], end === undefined ? undefined : end - 1).replace(/\r$/, '');
}
