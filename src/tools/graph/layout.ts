/**
 * Lays out the nodes of a layer: Graphviz places them from left to right, and this module aligns the columns.
 *
 * Input: a tree and the size of each node in pixels. Output: the upper left corner of each node, and the size of the
 * drawing; nodes do not overlap. Invariant: the same tree has the same layout on every machine, because Graphviz runs
 * as WebAssembly and the sizes do not depend on installed fonts.
 */
import { Graphviz } from '@hpcc-js/wasm-graphviz';
import { nodesOf, type GraphNode } from './model.js';

export interface BoxSize {
  readonly width: number;
  readonly height: number;
}

export interface GraphLayout extends BoxSize {
  readonly corners: ReadonlyMap<string, { readonly x: number; readonly y: number }>;
  /** By node: the right edge of its column. */
  readonly right: ReadonlyMap<string, number>;
}

const DPI = 72;
const COLUMN_GAP = 46;
const ROW_GAP = 10;

export async function layOutGraph(
  root: GraphNode,
  sizeOf: (node: GraphNode) => BoxSize,
): Promise<GraphLayout> {
  const graphviz = await Graphviz.load();
  const nodes = nodesOf(root);
  const plain = graphviz.layout(treeDot(nodes, sizeOf), 'plain', 'dot');
  const centres = new Map(
    [...plain.matchAll(/^node (n\d+) (\S+) (\S+) /gm)].map(([, id = '', , y]) => [id, Number(y) * DPI]),
  );
  const tops = new Map(nodes.map((n) => [n.id, -(centres.get(n.id) ?? 0) - sizeOf(n).height / 2]));
  const least = Math.min(...tops.values());
  const { left, right, width } = columnsOf(root, sizeOf);
  const corners = new Map(
    nodes.map((n) => [n.id, { x: left.get(n.id) ?? 0, y: Math.round((tops.get(n.id) ?? 0) - least) }]),
  );
  const height = Math.max(...nodes.map((n) => (corners.get(n.id)?.y ?? 0) + sizeOf(n).height));
  return { corners, right, width, height };
}

/** The tree in the DOT language: only the sizes of nodes and the edges. */
function treeDot(nodes: readonly GraphNode[], sizeOf: (node: GraphNode) => BoxSize): string {
  const inches = (pixels: number): string => (pixels / DPI).toFixed(4);
  const lines = nodes.flatMap((n) => {
    const { width, height } = sizeOf(n);
    return [
      `${n.id} [width=${inches(width)},height=${inches(height)}];`,
      ...n.children.map((c) => `${n.id}->${c.id};`),
    ];
  });
  const settings = `rankdir=LR;ordering=out;nodesep=${inches(ROW_GAP)};ranksep=${inches(COLUMN_GAP)};`;
  return `digraph{${settings}node[shape=box,fixedsize=true,label=""];edge[arrowhead=none];${lines.join('')}}`;
}

/** The left and right edges of each node's column. A column is as wide as its widest node; nodes are left-aligned. */
function columnsOf(
  root: GraphNode,
  sizeOf: (node: GraphNode) => BoxSize,
): { readonly left: Map<string, number>; readonly right: Map<string, number>; readonly width: number } {
  const left = new Map<string, number>();
  const right = new Map<string, number>();
  let at = 0;
  for (let level: readonly GraphNode[] = [root]; level.length > 0; level = level.flatMap((n) => n.children)) {
    const width = Math.max(...level.map((n) => sizeOf(n).width));
    for (const { id } of level) {
      left.set(id, at);
      right.set(id, at + width);
    }
    at += width + COLUMN_GAP;
  }
  return { left, right, width: at - COLUMN_GAP };
}
