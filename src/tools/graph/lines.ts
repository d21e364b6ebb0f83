/** Nodes and legends as lines of text, for DOT and Mermaid. */
import type { GraphModel, GraphNode, LayerGraph } from './model.js';
import { signsOf } from './legend.js';
import { wrapped } from './text.js';

export function labelLines(node: GraphNode): string[] {
  const tags = node.tags.length > 0 ? `  (${node.tags.join(', ')})` : '';
  return [
    `${node.name}${tags}`,
    ...node.rows.map((r) => (r.label === '' ? r.text : `${r.label}: ${r.text}`)),
  ];
}

/** The width at which a line of a legend is wrapped, in columns. */
const WRAP = 76;

/** The lines of a legend: first the classes, then the signs. */
export function legendLines(model: GraphModel, layer: LayerGraph): string[] {
  const meaning =
    model.action === undefined
      ? [...layer.classes.map(({ text }) => `class: ${text}`), ...layer.everywhere]
      : [`${model.action}: allow, deny, or forbid (no inner scope may allow it)`];
  return [...meaning, ...signsOf(layer.root)].flatMap((line) => wrapped(line, WRAP));
}
