/**
 * Prints a model as SVG. The drawing is complete without colour, and every box has a tooltip with full paths and all
 * actions.
 *
 * It has its own light background, so that it is readable on a page of any colour. The font is the reader's monospaced
 * font; boxes are wide enough for the widest of the usual ones.
 */
import { assertNever } from '../../base/assert.js';
import { EFFECT_COLOURS, KIND_COLOURS } from './colours.js';
import { layOutGraph, type GraphLayout } from './layout.js';
import { titleOf } from './legend.js';
import { drawLegend } from './svg-legend.js';
import {
  FONT,
  HEAD,
  MARK,
  PAD,
  ROW,
  SMALL,
  marksAt,
  marksWidth,
  sizeOf,
  tagText,
  textWidth,
} from './metrics.js';
import { nodesOf, type GraphModel, type GraphNode, type GraphRow, type LayerGraph } from './model.js';
import { classMarks, effectMark, element, escapeXml, textAt } from './shapes.js';

const MARGIN = 20;
const TITLE = 30;
const GAP = 18;

const STYLE = `
.llp-graph text{font-family:ui-monospace,"DejaVu Sans Mono",Menlo,Consolas,monospace;font-size:${FONT}px;fill:#111}
.llp-graph .title{font-size:15px;font-weight:bold}
.llp-graph .name{font-weight:bold}
.llp-graph .glob{font-style:italic}
.llp-graph .tag{font-size:${SMALL}px;fill:#4a4a4a}
.llp-graph .label{fill:#3d3d3d}
.llp-graph .ended{fill:#fff}
.llp-graph .mark{font-size:10px;text-anchor:middle}
.llp-graph .yes{fill:#fff;font-weight:bold}
.llp-graph .no{fill:#666}
`;

export async function printSvg(model: GraphModel): Promise<string> {
  const parts: string[] = [];
  let [width, y] = [0, MARGIN];
  for (const layer of model.layers) {
    const drawn = await drawLayer(model, layer, y);
    parts.push(drawn.svg);
    width = Math.max(width, drawn.width);
    y += drawn.height + 2 * GAP;
  }
  const [w, h] = [Math.ceil(width) + 2 * MARGIN, Math.ceil(y - 2 * GAP) + MARGIN];
  const title = model.layers.map((layer) => titleOf(model, layer)).join('; ');
  return `${element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      class: 'llp-graph',
      role: 'img',
      viewBox: `0 0 ${w} ${h}`,
      width: w,
      height: h,
    },
    [
      `\n${element('title', {}, escapeXml(title))}`,
      element('style', {}, STYLE),
      element('rect', { width: w, height: h, rx: 6, fill: '#ffffff' }),
      ...parts,
      '',
    ].join('\n'),
  )}\n`;
}

async function drawLayer(
  model: GraphModel,
  layer: LayerGraph,
  top: number,
): Promise<{ readonly svg: string; readonly width: number; readonly height: number }> {
  const legend = drawLegend(model, layer, MARGIN, top + TITLE);
  const layout = await layOutGraph(layer.root, (n) => sizeOf(n, layer.classes.length));
  const nodes = nodesOf(layer.root);
  const at: DrawingOrigin = { x: MARGIN, y: top + TITLE + legend.height + GAP };
  const title = titleOf(model, layer);
  const edges = nodes.flatMap((n) => n.children.map((c) => [n, c] as const));
  const isWalked = ([from, to]: readonly [GraphNode, GraphNode]): boolean => from.onPath && to.onPath;
  const svg = [
    textAt('title', MARGIN, top + 16, title),
    legend.svg,
    ...edges.filter((e) => !isWalked(e)).map(([from, to]) => drawEdge(layer, layout, at, from, to)),
    ...edges.filter(isWalked).map(([from, to]) => drawEdge(layer, layout, at, from, to)),
    ...nodes.map((n) => drawNode(layer, layout, at, n)),
  ].join('\n');
  const width = Math.max(layout.width, legend.width, textWidth(title) * 1.25);
  return {
    svg: element('g', { class: 'layer' }, `\n${svg}\n`),
    width,
    height: TITLE + legend.height + GAP + layout.height,
  };
}

interface DrawingOrigin {
  readonly x: number;
  readonly y: number;
}

function cornerOf(layout: GraphLayout, at: DrawingOrigin, node: GraphNode): DrawingOrigin {
  const { x, y } = layout.corners.get(node.id) ?? { x: 0, y: 0 };
  return { x: at.x + x, y: at.y + y };
}

/**
 * Draws an edge: straight to the end of the column, so that it crosses no box there, then curved to the next column.
 */
function drawEdge(
  layer: LayerGraph,
  layout: GraphLayout,
  at: DrawingOrigin,
  from: GraphNode,
  to: GraphNode,
): string {
  const classes = layer.classes.length;
  const [start, end] = [cornerOf(layout, at, from), cornerOf(layout, at, to)];
  const size = sizeOf(from, classes);
  const y = start.y + size.height / 2;
  const target = end.y + sizeOf(to, classes).height / 2;
  const right = at.x + (layout.right.get(from.id) ?? 0);
  const middle = (right + end.x) / 2;
  const walked = from.onPath && to.onPath;
  return element('path', {
    d: `M${start.x + size.width} ${y}H${right}C${middle} ${y} ${middle} ${target} ${end.x} ${target}`,
    fill: 'none',
    stroke: walked ? '#000000' : '#808080',
    'stroke-width': walked ? 3.5 : 1.2,
    ...(to.edge === 'glob' || to.edge === 'rest' ? { 'stroke-dasharray': walked ? '5 4' : '2 3' } : {}),
  });
}

function drawNode(layer: LayerGraph, layout: GraphLayout, at: DrawingOrigin, node: GraphNode): string {
  const { x, y } = cornerOf(layout, at, node);
  const { width, height } = sizeOf(node, layer.classes.length);
  const name = node.edge === 'glob' ? 'name glob' : 'name';
  const tags = tagText(node);
  const box = { x, y, width, height, rx: node.edge === 'rest' ? 12 : 3 };
  const inner = [
    element('title', {}, escapeXml(node.tooltip)),
    element('rect', { ...box, fill: '#ffffff' }),
    ...node.rows.map((row, i) => drawRow(layer, node, row, { x, y: y + HEAD + i * ROW }, width)),
    element('rect', {
      class: 'box',
      ...box,
      fill: 'none',
      stroke: node.onPath ? '#000000' : '#6e6e6e',
      'stroke-width': node.onPath ? 3 : 1.2,
      ...(node.optional ? { 'stroke-dasharray': '6 4' } : {}),
    }),
    textAt(name, x + PAD, y + 16, node.name),
    textAt('tag', x + PAD + textWidth(node.name) + PAD, y + 15.5, tags),
  ];
  return element('g', { class: 'place' }, inner.join(''));
}

function drawRow(
  layer: LayerGraph,
  node: GraphNode,
  row: GraphRow,
  { x, y }: DrawingOrigin,
  width: number,
): string {
  const ended = row.kind === 'walked';
  const marks = x + marksAt(node, row);
  const markY = y + (ROW - MARK) / 2;
  const text = marks + marksWidth(row, layer.classes.length);
  return [
    element('rect', { x: x + 2, y, width: width - 4, height: ROW, fill: fillOf(row) }),
    textAt(ended ? 'ended' : 'label', x + PAD, y + 13.5, row.label),
    row.kind === 'rights'
      ? classMarks(marks, markY, row.mask, layer.classes)
      : effectMark(marks, markY, row.effect),
    textAt(ended ? 'ended' : 'text', text, y + 13.5, row.text),
  ].join('');
}

function fillOf(row: GraphRow): string {
  switch (row.kind) {
    case 'rights':
      return KIND_COLOURS[row.rights].fill;
    case 'effect':
      return EFFECT_COLOURS[row.effect].fill;
    case 'walked':
      return '#1a1a1a';
    default:
      return assertNever(row);
  }
}
