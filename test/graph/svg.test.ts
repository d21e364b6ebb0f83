/** The SVG of policies of every size: well formed, whole, nothing on top of anything else, the same bytes each time. */
import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { largePolicy } from '../../bench/policies.js';
import type { GraphRequest } from '../../src/tools/graph/draw.js';
import { columns } from '../../src/tools/graph/text.js';
import { printSvg } from '../../src/tools/graph/svg.js';
import { nodesOf } from '../../src/tools/graph/model.js';
import { patternText } from '../../src/ir/check/paths.js';
import { unescapePattern } from '../../src/pattern/glob.js';
import { compileWithStd } from '../support/compile.js';
import { ODD, modelOf, variedPolicy } from '../support/draw.js';
import { elements, readXml, type XmlElement } from '../support/xml.js';

const EXAMPLES = new URL('../../examples/', import.meta.url);
const examples = readdirSync(EXAMPLES, { withFileTypes: true })
  .filter((e) => e.isDirectory() && e.name !== 'integrations')
  .map((e) => [e.name, readFileSync(new URL(`${e.name}/policy.llp`, EXAMPLES), 'utf8'), {}] as const);

const ROWS: readonly (readonly [string, string, Partial<GraphRequest>])[] = [
  ...examples,
  ['odd names', ODD, {}],
  ['odd names, with a walk', ODD, { path: '/a<b>&"c"/\u0001x/]]>', action: 'read' }],
  ...[5, 50, 500].flatMap((n) => [
    [`${n} scopes alike`, largePolicy(n), {}] as const,
    [`${n} scopes alike, unfolded`, largePolicy(n), { full: true }] as const,
    [`${n} varied scopes`, variedPolicy(n), {}] as const,
    [`${n} varied scopes, one action`, variedPolicy(n), { action: 'write' }] as const,
    [`${n} varied scopes, a walk`, variedPolicy(n), { path: '/srv/none/of/them', full: true }] as const,
  ]),
];

describe.each(ROWS)('printSvg, %s', async (_, text, asked) => {
  const result = compileWithStd(text);
  const model = await modelOf(result, asked);
  const svg = await printSvg(model);
  const root = readXml(svg);
  const boxes = elements(root, 'rect', 'box').map(boxOf);

  it('writes the same bytes again', async () => {
    expect(await printSvg(await modelOf(compileWithStd(text), asked))).toBe(svg);
  });

  it('shows every scope', () => {
    result.stages.policy?.layers.forEach((layer, i) => {
      const drawn = model.layers[i];
      const ids = new Set(drawn === undefined ? [] : nodesOf(drawn.root).flatMap((n) => n.scopes));
      expect(layer.scopes.filter((s) => !ids.has(s.id))).toEqual([]);
    });
    expect(boxes).toHaveLength(model.layers.flatMap((l) => nodesOf(l.root)).length);
  });

  it('has the path of every literal scope in a tooltip, or says how many more there are', () => {
    const tooltips = elements(root, 'g', 'place').map((g) => elements(g, 'title')[0]?.text.split('\n') ?? []);
    const shown = new Set(tooltips.flat());
    const counted = tooltips.flat().map((line) => Number(/^and (\d+) more$/.exec(line)?.[1] ?? 0));
    const literal = (result.stages.policy?.layers ?? [])
      .flatMap((l) => l.scopes)
      .filter((s) => s.path.every((c) => 'literal' in c));
    const missing = literal.filter((s) => !shown.has(unescapePattern(patternText(s.path))));
    expect(missing.length).toBeLessThanOrEqual(counted.reduce((a, b) => a + b, 0));
  });

  it('has no two boxes that overlap, and all within the picture', () => {
    const { width = '', height = '' } = root.attributes;
    const outside = boxes.filter((b) => b.left < 0 || b.top < 0 || b.right > +width || b.bottom > +height);
    expect(outside).toEqual([]);
    const all = [
      ...boxes,
      ...elements(root, 'g', 'legend').flatMap((g) => g.children.slice(0, 1).map(boxOf)),
    ];
    expect(overlaps(all)).toEqual([]);
  });

  it('has every text within its box', () => {
    for (const place of elements(root, 'g', 'place')) {
      const box = boxOf(elements(place, 'rect', 'box')[0] as XmlElement);
      for (const { attributes, text: shown } of elements(place, 'text')) {
        const { x = '', y = '' } = attributes;
        const wide =
          attributes['class'] === 'tag' ? 6.02 : attributes['class']?.startsWith('mark') ? 3.01 : 7.23;
        expect(Number(x) + columns(shown) * wide).toBeLessThanOrEqual(box.right);
        expect(Number(y)).toBeLessThan(box.bottom);
        expect(Number(y)).toBeGreaterThan(box.top + 10);
      }
    }
  });

  it('has no line through a box', () => {
    const lines = elements(root, 'path').filter((p) => p.attributes['d']?.includes('C'));
    expect(lines).toHaveLength(boxes.length - model.layers.length);
    const sorted = [...boxes].sort((a, b) => a.left - b.left);
    for (const { attributes } of lines) {
      const crossed = pointsOf(attributes['d'] ?? '').flatMap(({ x, y }) =>
        sorted.filter((b) => x > b.left + 1 && x < b.right - 1 && y > b.top + 1 && y < b.bottom - 1),
      );
      expect(crossed).toEqual([]);
    }
  });
});

interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

function boxOf({ attributes }: XmlElement): Box {
  const [x, y, width, height] = ['x', 'y', 'width', 'height'].map((name) => Number(attributes[name]));
  if ([x, y, width, height].some((n) => n === undefined || !Number.isFinite(n)))
    throw new Error('a box has numbers');
  const [left, top] = [x as number, y as number];
  return { left, top, right: left + (width as number), bottom: top + (height as number) };
}

function overlaps(boxes: readonly Box[]): (readonly [Box, Box])[] {
  const sorted = [...boxes].sort((a, b) => a.top - b.top);
  return sorted.flatMap((a, i) => {
    const found: (readonly [Box, Box])[] = [];
    for (const b of sorted.slice(i + 1)) {
      if (b.top >= a.bottom) break;
      if (a.left < b.right && b.left < a.right) found.push([a, b]);
    }
    return found;
  });
}

/** Points along `M x y H x C …`. */
function pointsOf(d: string): { readonly x: number; readonly y: number }[] {
  const [x = 0, y = 0, right = 0, x1 = 0, y1 = 0, x2 = 0, y2 = 0, x3 = 0, y3 = 0] = (
    d.match(/-?\d+(\.\d+)?/g) ?? []
  ).map(Number);
  return Array.from({ length: 21 }, (_, i) => i / 20).flatMap((t) => {
    const bezier = (a: number, b: number, c: number, e: number): number =>
      (1 - t) ** 3 * a + 3 * (1 - t) ** 2 * t * b + 3 * (1 - t) * t ** 2 * c + t ** 3 * e;
    return [
      { x: x + t * (right - x), y },
      { x: bezier(right, x1, x2, x3), y: bezier(y, y1, y2, y3) },
    ];
  });
}
