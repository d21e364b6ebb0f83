/** Writes the elements of an SVG, and the marks for classes and verdicts. */
import { assertNever } from '../../base/assert.js';
import type { ActionMask } from '../../abi/actions.js';
import { EFFECT_COLOURS, KIND_COLOURS } from './colours.js';
import { MARK, STEP } from './metrics.js';
import type { GraphEffect, GraphClass, RightsKind } from './model.js';
import { visible } from './text.js';

type Attributes = Readonly<Record<string, string | number>>;

/** An element with its attributes in the given order. `inner` is markup. */
export function element(name: string, attributes: Attributes, inner = ''): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeXml(String(value))}"`);
  return inner === '' ? `<${name}${written.join('')}/>` : `<${name}${written.join('')}>${inner}</${name}>`;
}

export function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (char) => `&#${char.charCodeAt(0)};`);
}

export function textAt(className: string, x: number, y: number, text: string): string {
  return text === '' ? '' : element('text', { class: className, x, y }, escapeXml(visible(text)));
}

/** One mark for each class: filled if the class is allowed, hollow if it is denied. */
export function classMarks(x: number, y: number, mask: ActionMask, classes: readonly GraphClass[]): string {
  return classes
    .map(({ letter, actions, kind }, i) => classMark(x + i * STEP, y, letter, kind, (mask & actions) !== 0))
    .join('');
}

export function classMark(x: number, y: number, letter: string, kind: RightsKind, allowed: boolean): string {
  const { ink } = KIND_COLOURS[kind];
  const box = square(x, y, allowed ? ink : '#ffffff', allowed ? ink : '#8c8c8c');
  return box + textAt(allowed ? 'mark yes' : 'mark no', x + MARK / 2, y + MARK - 3.5, letter);
}

/** The mark of a verdict. The shapes differ: a tick, a cross, a cross on a filled square, a dot. */
export function effectMark(x: number, y: number, effect: GraphEffect): string {
  const { ink } = EFFECT_COLOURS[effect];
  const line = (d: string, stroke: string): string =>
    element('path', { d, stroke, 'stroke-width': 2, fill: 'none' });
  const cross = `M${x + 3.5} ${y + 3.5}l6 6m0 -6l-6 6`;
  switch (effect) {
    case 'allow':
      return square(x, y, ink, ink) + line(`M${x + 2.5} ${y + 7}l3 3l5 -6.5`, '#ffffff');
    case 'deny':
      return square(x, y, '#ffffff', ink) + line(cross, ink);
    case 'forbid':
      return square(x, y, ink, ink) + line(cross, '#ffffff');
    case 'error':
    case 'silent':
      return square(x, y, '#ffffff', ink) + element('circle', { cx: x + 6.5, cy: y + 6.5, r: 2, fill: ink });
    default:
      return assertNever(effect);
  }
}

export function square(x: number, y: number, fill: string, stroke: string): string {
  return element('rect', { x, y, width: MARK, height: MARK, rx: 2, fill, stroke });
}
