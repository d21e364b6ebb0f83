/** Prints a model for Graphviz: one node for each place, and one cluster for each layer if there are several. */
import { titleOf } from './legend.js';
import {
  colourRow,
  nodesOf,
  type GraphModel,
  type GraphNode,
  type GraphRow,
  type LayerGraph,
} from './model.js';
import { EFFECT_COLOURS, KIND_COLOURS } from './colours.js';
import { legendLines, labelLines } from './lines.js';
import { assertNever } from '../../base/assert.js';

export function printDot(model: GraphModel): string {
  return [
    'digraph policy {\n',
    '  rankdir=LR; ordering=out; bgcolor="#ffffff";\n',
    '  node [shape=box, style=filled, fillcolor="#ffffff", color="#555555", fontname="Courier", fontsize=11];\n',
    '  edge [arrowhead=none, color="#555555"];\n',
    ...model.layers.flatMap((layer, index) => drawing(model, layer, index)),
    '}\n',
  ].join('');
}

/** The lines of a layer. Graphviz reverses the order of siblings in a cluster, so a single layer gets no cluster. */
function drawing(model: GraphModel, layer: LayerGraph, index: number): string[] {
  const several = model.layers.length > 1;
  const nodes = nodesOf(layer.root);
  const lines = [
    `    label="${escaped(titleOf(model, layer))}"; labeljust=l; labelloc=t; fontname="Courier"; color="#999999";\n`,
    `    legend_${index} [shape=note, label="${flushLeft(legendLines(model, layer))}"];\n`,
    ...nodes.map(nodeLine),
    ...nodes.flatMap((n) => n.children.map((c) => edgeLine(n, c))),
  ];
  if (several) return [`  subgraph cluster_${index} {\n`, ...lines, '  }\n'];
  return lines.map((line) => line.slice(2));
}

function nodeLine(node: GraphNode): string {
  const style = node.optional ? ', style="filled,dashed"' : '';
  const bold = node.onPath ? ', penwidth=3, color="#000000"' : '';
  const row = colourRow(node);
  const fill = row === undefined ? '' : `, fillcolor="${fillOf(row)}"`;
  const label = flushLeft(labelLines(node));
  return `    ${node.id} [label="${label}", tooltip="${escaped(node.tooltip)}"${fill}${style}${bold}];\n`;
}

function fillOf(row: GraphRow): string {
  switch (row.kind) {
    case 'rights':
      return KIND_COLOURS[row.rights].fill;
    case 'effect':
    case 'walked':
      return EFFECT_COLOURS[row.effect].fill;
    default:
      return assertNever(row);
  }
}

function edgeLine(from: GraphNode, to: GraphNode): string {
  const attributes = [
    ...(to.edge === 'glob' ? ['style=dotted'] : []),
    ...(from.onPath && to.onPath ? ['penwidth=3', 'color="#000000"'] : []),
  ];
  return `    ${from.id} -> ${to.id}${attributes.length > 0 ? ` [${attributes.join(', ')}]` : ''};\n`;
}

const flushLeft = (lines: readonly string[]): string => lines.map((line) => `${escaped(line)}\\l`).join('');

/** Text with its special characters escaped: a name may contain an escape of Graphviz (`\N`) or an entity (`&lt;`). */
function escaped(text: string): string {
  return text.replace(/["\\]/g, '\\$&').replaceAll('&', '&amp;').replaceAll('\n', '\\n');
}
