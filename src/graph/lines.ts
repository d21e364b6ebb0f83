/** A node and a legend as lines of text, for the formats that have nothing better. */
import type { GraphModel, GraphNode, LayerGraph } from './model.js';
import { visible } from './text.js';

export function labelLines(node: GraphNode): string[] {
  const tags = node.tags.length > 0 ? `  (${node.tags.join(', ')})` : '';
  return [
    `${node.name}${tags}`,
    ...node.rows.map((r) => (r.label === '' ? r.text : `${r.label}: ${r.text}`)),
  ];
}

/** Classes and colours; the signs of `signsOf` come after. */
export function legendLines(model: GraphModel, layer: LayerGraph): string[] {
  if (model.action !== undefined)
    return [`${model.action}: allow, deny, or forbid (no inner scope may allow it)`];
  return [...layer.classes.map(({ letter, text }) => visible(`${letter}  ${text}`)), ...layer.everywhere];
}
