/**
 * Draws a production as a railroad diagram, a self-contained SVG. Each node is laid out as a box. Its track enters at
 * the left and leaves at the right at the same height, `up` below the top of the box.
 *
 *          ╭───────────╮              a track above a box passes by it (optional),
 *     ├────┴─ "all" ───┴──┬──┤        a track beneath it leads back (repeated)
 *                         │
 */
import { printProduction } from './ebnf.js';
import type { Node, Production } from './model.js';

interface Box {
  readonly width: number;
  readonly up: number;
  readonly down: number;
  /** Draws the box. Its track enters at this point. */
  readonly draw: (x: number, y: number) => string;
}

/** Radius of a bend, half the height of a word's box, gap between rows, width of a letter. */
const R = 10;
const HALF = 13;
const GAP = 10;
const LETTER = 8.5;
const MARGIN = 20;

const STYLE = `
path { fill: none; stroke: #57606a; stroke-width: 1.5 }
rect { stroke: #57606a; stroke-width: 1.5 }
.terminal { fill: #dafbe1 } .reference { fill: #ddf4ff }
text { font: 14px ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace; text-anchor: middle; fill: #1f2328 }
a text { fill: #0550ae }
@media (prefers-color-scheme: dark) {
  path, rect { stroke: #9198a1 } .terminal { fill: #12361f } .reference { fill: #0c2d4d }
  text { fill: #e6edf3 } a text { fill: #79c0ff }
}
`;

/** The file of a production's diagram. */
export function diagramFile(name: string): string {
  return `${name}.svg`;
}

export function printDiagram(production: Production): string {
  const box = layOut(production.body);
  const width = box.width + 2 * (MARGIN + 2 * R);
  const height = box.up + box.down + 2 * MARGIN;
  const y = MARGIN + box.up;
  const start = MARGIN + 2 * R;
  const ends = `${endBar(MARGIN, y)}${line(MARGIN, y, 2 * R)}${line(start + box.width, y, 2 * R)}${endBar(width - MARGIN, y)}`;
  const size = `width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" ${size}>`,
    `<title>${escapeXml(printProduction(production))}</title>`,
    `<style>${STYLE}</style>`,
    `${ends}${box.draw(start, y)}</svg>\n`,
  ].join('\n');
}

function layOut(node: Node): Box {
  switch (node.kind) {
    case 'terminal':
    case 'reference':
      return word(node.text, node.kind);
    case 'sequence':
      return row(node.items.map(layOut));
    case 'choice':
      return stack(node.items.map(layOut));
    case 'optional':
      return bypass(layOut(node.item));
    case 'repeat':
      return bypass(loop(layOut(node.item), EMPTY));
    case 'list':
      return loop(layOut(node.item), layOut(node.separator));
  }
}

const EMPTY: Box = { width: 0, up: 0, down: 0, draw: () => '' };

function word(text: string, kind: 'terminal' | 'reference'): Box {
  const width = Math.ceil(text.length * LETTER) + 2 * R;
  const draw = (x: number, y: number): string => {
    const rx = kind === 'terminal' ? ` rx="${HALF}"` : '';
    const box = `<rect class="${kind}" x="${x}" y="${y - HALF}" width="${width}" height="${2 * HALF}"${rx}/>`;
    const label = `${box}<text x="${x + width / 2}" y="${y + 5}">${escapeXml(text)}</text>\n`;
    return kind === 'terminal' ? label : `<a href="${diagramFile(text)}">${label}</a>`;
  };
  return { width, up: HALF, down: HALF, draw };
}

function row(boxes: readonly Box[]): Box {
  const width = boxes.reduce((sum, b) => sum + b.width, 0) + (boxes.length - 1) * 2 * R;
  const draw = (x: number, y: number): string =>
    boxes
      .map((box, i) => {
        const before = i === 0 ? '' : line(x, y, 2 * R);
        const at = i === 0 ? x : x + 2 * R;
        x = at + box.width;
        return before + box.draw(at, y);
      })
      .join('');
  return { width, up: most(boxes, 'up'), down: most(boxes, 'down'), draw };
}

/** Alternatives: the first on the track, the others beneath it. */
function stack(boxes: readonly Box[]): Box {
  const inner = most(boxes, 'width');
  const offsets = [0];
  boxes.slice(1).forEach((box, i) => offsets.push((offsets[i] ?? 0) + (boxes[i]?.down ?? 0) + GAP + box.up));
  const down = (offsets.at(-1) ?? 0) + (boxes.at(-1)?.down ?? 0);
  const draw = (x: number, y: number): string =>
    boxes
      .map((box, i) => {
        const dy = offsets[i] ?? 0;
        const left = dy === 0 ? line(x, y, 2 * R) : bend(x, y, dy);
        const right = dy === 0 ? line(x + 2 * R + inner, y, 2 * R) : bend(x + 4 * R + inner, y, dy, -1);
        const rest = line(x + 2 * R + box.width, y + dy, inner - box.width);
        return left + box.draw(x + 2 * R, y + dy) + rest + right;
      })
      .join('');
  return { width: inner + 4 * R, up: boxes[0]?.up ?? 0, down, draw };
}

/** An optional box, with a track above it that passes by. */
function bypass(box: Box): Box {
  const up = Math.max(box.up + GAP, 2 * R);
  const draw = (x: number, y: number): string => {
    const end = x + box.width + 4 * R;
    const over = bend(x, y, -up) + line(x + 2 * R, y - up, box.width) + bend(end, y, -up, -1);
    return line(x, y, 2 * R) + box.draw(x + 2 * R, y) + line(end - 2 * R, y, 2 * R) + over;
  };
  return { width: box.width + 4 * R, up, down: box.down, draw };
}

/** A repeated box, with a track back beneath it that passes the separator. */
function loop(box: Box, between: Box): Box {
  const inner = Math.max(box.width, between.width);
  const back = Math.max(box.down + GAP + between.up, 2 * R);
  const draw = (x: number, y: number): string => {
    const [left, right] = [x + R, x + R + inner];
    const at = left + (inner - between.width) / 2;
    const through = line(x, y, R) + box.draw(left, y) + line(left + box.width, y, inner - box.width + R);
    const turns = side(left, y, back, -1) + side(right, y, back, 1);
    const tracks = line(left, y + back, at - left) + line(at + between.width, y + back, at - left);
    return through + turns + tracks + between.draw(at, y + back) + arrow(left + inner / 2, y + back, between);
  };
  return { width: inner + 2 * R, up: box.up, down: back + between.down, draw };
}

function most(boxes: readonly Box[], side: 'up' | 'down' | 'width'): number {
  return Math.max(0, ...boxes.map((b) => b[side]));
}

function line(x: number, y: number, width: number): string {
  return width === 0 ? '' : `<path d="M${x} ${y}h${width}"/>\n`;
}

function endBar(x: number, y: number): string {
  return `<path d="M${x} ${y - R}v${2 * R}"/>\n`;
}

/** A path with two bends from a point to another height, to the right (1) or to the left (-1). */
function bend(x: number, y: number, dy: number, way: 1 | -1 = 1): string {
  const [w, h] = [way * R, Math.sign(dy) * R];
  return `<path d="M${x} ${y}q${w} 0 ${w} ${h}v${dy - 2 * h}q0 ${h} ${w} ${h}"/>\n`;
}

/** A path from the track to the track back beneath it, at the right (1) or the left (-1). */
function side(x: number, y: number, dy: number, way: 1 | -1): string {
  const w = way * R;
  return `<path d="M${x} ${y}q${w} 0 ${w} ${R}v${dy - 2 * R}q0 ${R} ${-w} ${R}"/>\n`;
}

/** An arrow to the left on a track back without a separator. */
function arrow(x: number, y: number, between: Box): string {
  return between.width > 0 ? '' : `<path d="M${x + 3} ${y - 4}l-6 4l6 4"/>\n`;
}

function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
