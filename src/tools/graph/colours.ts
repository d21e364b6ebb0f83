/**
 * The colours of drawings. People who cannot distinguish red and green can distinguish them, and no information is
 * given by colour alone. They are for a light background: `ink` on white has a contrast of at least 4.5 to 1, black on
 * `fill` of more than 10 to 1.
 */
import type { GraphEffect, RightsKind } from './model.js';

interface Colour {
  readonly fill: string;
  readonly ink: string;
}

export const KIND_COLOURS: Readonly<Record<RightsKind, Colour>> = {
  nothing: { fill: '#e9e9e9', ink: '#595959' },
  look: { fill: '#dcedfb', ink: '#0b5fa5' },
  change: { fill: '#fde3c8', ink: '#a84300' },
  run: { fill: '#e9e0f5', ink: '#5b2d91' },
  'change-run': { fill: '#f9d3dc', ink: '#99063b' },
};

export const EFFECT_COLOURS: Readonly<Record<GraphEffect, Colour>> = {
  allow: { fill: '#cfe6fa', ink: '#0b5fa5' },
  deny: { fill: '#fde3c8', ink: '#a84300' },
  forbid: { fill: '#f3b9a0', ink: '#7a1f00' },
  error: { fill: '#e9e9e9', ink: '#595959' },
  silent: { fill: '#ffffff', ink: '#595959' },
};
