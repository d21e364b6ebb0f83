/** Helpers of the parser's tests: marks in source texts, and the invariants of every tree. */
import type { Diagnostic, Span } from '../../src/diagnostics/types.js';
import type { PolicyFile } from '../../src/parser/ast.js';
import { parse } from '../../src/parser/parse.js';

export interface Marked {
  readonly text: string;
  /** Each `«…»` of the text, in the order of their ends. */
  readonly spans: readonly (readonly [start: number, end: number])[];
}

/** Returns a text without its marks, and the spans that they enclose. */
export function marked(source: string): Marked {
  const spans: (readonly [number, number])[] = [];
  const open: number[] = [];
  let text = '';
  for (const char of source) {
    if (char === '«') open.push(text.length);
    else if (char === '»') spans.push([open.pop() ?? -1, text.length]);
    else text += char;
  }
  return { text, spans };
}

export function rangeOf(node: { readonly span: Span } | undefined): readonly [number, number] | undefined {
  return node === undefined ? undefined : [node.span.start, node.span.end];
}

/** Parses, and throws if the tree or the diagnostics break an invariant. */
export function parseSoundly(text: string): {
  readonly file: PolicyFile | undefined;
  readonly diagnostics: readonly Diagnostic[];
} {
  const { value, diagnostics } = parse(text, 3);
  if (value === undefined && !diagnostics.some((d) => d.severity === 'error'))
    throw new Error('no tree, no error');
  if (value !== undefined) checkNode(value, { source: 3, start: 0, end: text.length }, 'file');
  for (const d of diagnostics) {
    if (d.span !== undefined) checkSpan(d.span, { source: 3, start: 0, end: text.length }, d.code);
    for (const note of d.notes)
      if (note.span !== undefined) checkSpan(note.span, d.span ?? note.span, d.code, true);
  }
  return { file: value, diagnostics };
}

/** Checks that every span lies in the span of its parent node, and that the nodes of a list are in order. */
function checkNode(node: object, parent: Span, path: string): void {
  const fields = Object.entries(node) as [string, unknown][];
  const own = fields.find(([key]) => key === 'span')?.[1] as Span | undefined;
  if (own !== undefined) checkSpan(own, parent, path);
  for (const [key, value] of fields) {
    const at = `${path}.${key}`;
    if (key === 'nameSpan') checkSpan(value as Span, own ?? parent, at);
    else if (Array.isArray(value)) checkList(value as object[], own ?? parent, at);
    else if (key !== 'span' && typeof value === 'object' && value !== null)
      checkNode(value, own ?? parent, at);
  }
}

function checkList(items: readonly object[], parent: Span, path: string): void {
  let end = parent.start;
  items.forEach((item, i) => {
    checkNode(item, parent, `${path}[${i}]`);
    const { span } = item as { span: Span };
    if (span.start < end) throw new Error(`${path}[${i}] begins at ${span.start}, before ${end}`);
    end = span.end;
  });
}

function checkSpan(span: Span, around: Span, path: string, anywhere = false): void {
  const { source, start, end } = span;
  const inside = anywhere || (around.start <= start && end <= around.end);
  if (source === around.source && start <= end && inside) return;
  throw new Error(`${path}: ${start}..${end} of ${source} is not in ${around.start}..${around.end}`);
}
