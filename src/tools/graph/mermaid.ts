/** Prints a model as a Mermaid flowchart: one subgraph for each layer, one node for each place. */
import { assertNever } from '../../base/assert.js';
import { EFFECT_COLOURS, KIND_COLOURS } from './colours.js';
import { titleOf } from './legend.js';
import { labelLines, legendLines } from './lines.js';
import {
  colourRow,
  nodesOf,
  type GraphModel,
  type GraphNode,
  type GraphRow,
  type LayerGraph,
} from './model.js';

export function printMermaid(model: GraphModel): string {
  const links = model.layers.flatMap(({ root }) =>
    nodesOf(root).flatMap((n) => n.children.map((c) => ({ from: n, to: c }))),
  );
  const walked = links.flatMap(({ from, to }, i) => (from.onPath && to.onPath ? [i] : []));
  return [
    'flowchart LR\n',
    ...model.layers.map((layer, index) => subgraph(model, layer, index)),
    ...links.map(({ from, to }) => `  ${from.id} ${to.edge === 'glob' ? '-.-' : '---'} ${to.id}\n`),
    ...(walked.length > 0 ? [`  linkStyle ${walked.join()} stroke:#000,stroke-width:4px\n`] : []),
    ...classLines(model),
  ].join('');
}

function subgraph(model: GraphModel, layer: LayerGraph, index: number): string {
  return [
    `  subgraph layer${index}["${escaped(titleOf(model, layer))}"]\n`,
    '    direction LR\n',
    `    legend${index}["${lines(legendLines(model, layer))}"]:::legend\n`,
    ...nodesOf(layer.root).map((n) => `    ${n.id}["${lines(labelLines(n))}"]\n`),
    '  end\n',
  ].join('');
}

/** The definitions of the CSS classes in use, in the order of their first node. */
function classLines({ layers }: GraphModel): string[] {
  const members = new Map<string, string[]>();
  for (const node of layers.flatMap(({ root }) => nodesOf(root))) {
    for (const name of classesOf(node)) members.set(name, [...(members.get(name) ?? []), node.id]);
  }
  return [
    '  classDef legend fill:#fff,stroke:#999,color:#000,text-align:left\n',
    ...[...members].map(
      ([name, ids]) => `  classDef ${name} ${STYLES.get(name) ?? ''}\n  class ${ids.join()} ${name}\n`,
    ),
  ];
}

function classesOf(node: GraphNode): string[] {
  const row = colourRow(node);
  return [
    row === undefined ? 'way' : classOfRow(row),
    ...(node.optional ? ['optional'] : []),
    ...(node.onPath ? ['walk'] : []),
  ];
}

function classOfRow(row: GraphRow): string {
  switch (row.kind) {
    case 'rights':
      return row.rights;
    case 'effect':
    case 'walked':
      return row.effect;
    default:
      return assertNever(row);
  }
}

const STYLES: ReadonlyMap<string, string> = new Map([
  ['way', 'fill:#fff,stroke:#999,color:#000'],
  ['optional', 'stroke-dasharray:5 4'],
  ['walk', 'stroke:#000,stroke-width:4px'],
  ...Object.entries({ ...KIND_COLOURS, ...EFFECT_COLOURS }).map(
    ([name, { fill, ink }]) => [name, `fill:${fill},stroke:${ink},color:#000`] as const,
  ),
]);

const lines = (texts: readonly string[]): string => texts.map(escaped).join('<br/>');

/**
 * Escapes every character that Mermaid, Markdown or HTML would interpret. This includes `%%` (a comment), `$$` (a
 * formula), `fa:` (an icon), a list mark at the beginning of a text, and `:` in a line with `style`, where Mermaid
 * would drop the last `;`.
 */
function escaped(text: string): string {
  return text.replace(
    /["#&<>`\\*_[\]{}|~]|%(?=%)|\$(?=\$)|:(?! )|^[-+]|(?<=^\d+)[.)]/g,
    (char) => `#${char.charCodeAt(0)};`,
  );
}
