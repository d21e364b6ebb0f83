/** Draws the legend of a layer: classes or verdicts on the left, colours and signs on the right. */
import { EFFECT_COLOURS, KIND_COLOURS } from './colours.js';
import { KIND_WORDS, signsOf } from './legend.js';
import { MARK, PAD, STEP, textWidth } from './metrics.js';
import { nodesOf, type GraphEffect, type GraphModel, type LayerGraph, type RightsKind } from './model.js';
import { classMark, effectMark, element, square, textAt } from './shapes.js';
import { wrapped } from './text.js';

const LINE = 18;
const COLUMN_GAP = 40;
/** The width at which a line is wrapped, in columns. */
const WRAP = 76;

interface DrawnLegend {
  readonly svg: string;
  readonly width: number;
  readonly height: number;
}

/** A line of the legend: a mark (none for a continued line) and its meaning. */
interface Line {
  readonly mark: (x: number, y: number) => string;
  readonly text: string;
}

export function drawLegend(model: GraphModel, layer: LayerGraph, x: number, y: number): DrawnLegend {
  const left = drawLines([...meaningLines(model, layer)], x + PAD, y + PAD);
  const signs = [...colourLines(layer), ...signsOf(layer.root).flatMap((text) => wrappedLines(noMark, text))];
  const right = drawLines(signs, x + PAD + left.width + COLUMN_GAP, y + PAD);
  const width = left.width + (signs.length > 0 ? COLUMN_GAP + right.width : 0) + 2 * PAD;
  const height = Math.max(left.height, right.height) + 2 * PAD;
  const frame = element('rect', { x, y, width, height, rx: 3, fill: '#fafafa', stroke: '#c4c4c4' });
  return { svg: element('g', { class: 'legend' }, frame + left.svg + right.svg), width, height };
}

const noMark = (): string => '';

function wrappedLines(mark: Line['mark'], text: string): Line[] {
  return wrapped(text, WRAP).map((line, i) => ({ mark: i === 0 ? mark : noMark, text: line }));
}

function meaningLines(model: GraphModel, layer: LayerGraph): Line[] {
  if (model.action !== undefined) return EFFECTS.map(([effect, text]) => effectLine(effect, text));
  return [
    ...layer.classes.flatMap(({ letter, kind, text }) =>
      wrappedLines((x, y) => classMark(x, y, letter, kind, true), text),
    ),
    ...layer.everywhere.flatMap((text) => wrappedLines(noMark, text)),
  ];
}

/** The lines for the colours that occur in a layer. */
function colourLines({ root }: LayerGraph): Line[] {
  const used = new Set(
    nodesOf(root).flatMap((n) => n.rows.flatMap((r) => (r.kind === 'rights' ? [r.rights] : []))),
  );
  return (Object.keys(KIND_WORDS) as RightsKind[])
    .filter((kind) => used.has(kind))
    .map((kind) => ({
      mark: (x, y) => square(x, y, KIND_COLOURS[kind].fill, KIND_COLOURS[kind].ink),
      text: KIND_WORDS[kind],
    }));
}

const EFFECTS: readonly (readonly [GraphEffect, string])[] = [
  ['allow', 'allow'],
  ['deny', 'deny'],
  ['forbid', 'forbid: denied, and no inner scope may allow it'],
];

function effectLine(effect: GraphEffect, text: string): Line {
  const swatch = (x: number, y: number): string =>
    element('rect', {
      x: x - 3,
      y: y - 3,
      width: MARK + 6,
      height: MARK + 6,
      fill: EFFECT_COLOURS[effect].fill,
    });
  return { mark: (x, y) => swatch(x, y) + effectMark(x, y, effect), text };
}

function drawLines(lines: readonly Line[], x: number, y: number): DrawnLegend {
  const indent = lines.some((l) => l.mark !== noMark) ? STEP + PAD : 0;
  const svg = lines.map(
    ({ mark, text }, i) => mark(x, y + i * LINE + 2) + textAt('text', x + indent, y + i * LINE + 13, text),
  );
  const width = Math.max(0, ...lines.map((l) => textWidth(l.text))) + indent;
  return { svg: svg.join('\n'), width, height: lines.length * LINE };
}
