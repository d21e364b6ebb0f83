/** Prints the syntax tree for `--emit ast`: one node on each line, with its span, indented by depth. */
import type { PolicyFile } from './ast.js';

export function printAst(file: PolicyFile): string {
  const lines: string[] = [];
  printNode(file, 'file', 0, lines);
  return lines.join('\n') + '\n';
}

function printNode(value: unknown, label: string, depth: number, lines: string[]): void {
  const indent = '  '.repeat(depth);
  if (Array.isArray(value)) {
    value.forEach((item: unknown) => printNode(item, label, depth, lines));
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  const node = value as Readonly<Record<string, unknown>>;
  const span = node['span'] as { start: number; end: number } | undefined;
  const plain = Object.entries(node).filter(([key, v]) => key !== 'kind' && isPlain(v));
  const attributes = plain.map(([key, v]) => ` ${key}=${JSON.stringify(v)}`).join('');
  const kind = typeof node['kind'] === 'string' ? node['kind'] : label;
  lines.push(
    `${indent}${kind === label ? kind : `${label}: ${kind}`}${span ? ` ${span.start}..${span.end}` : ''}${attributes}`,
  );
  for (const [key, v] of Object.entries(node)) {
    if (key !== 'span' && key !== 'nameSpan' && !isPlain(v)) printNode(v, key, depth + 1, lines);
  }
}

function isPlain(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
