/** Finds the rule of a layer that decides an action on a path of spots, and makes notes of it for diagnostics. */
import { WALK_BIT, maskOfBit, type ActionBit } from '../../abi/actions.js';
import { assertNever } from '../../base/assert.js';
import type { Note } from '../../diagnostics/types.js';
import { deciderOn, indexPaths, placesOnPath, type PathIndex } from '../hierarchy/on-path.js';
import type { Layer, Rule, Scope } from '../check/policy.js';
import { viaNotes } from '../check/scopes.js';
import type { Step } from '../hierarchy/spots.js';

export type DecidingRule =
  | { readonly kind: 'rule'; readonly scope: Scope; readonly rule: Rule }
  /** No rule mentions the action. */
  | { readonly kind: 'default'; readonly layer: Layer };

/**
 * Returns the rule that decides an action at the end of a path. An object that is created after load has the rules of its
 * directory.
 */
export function deciderAt(
  layer: Layer,
  path: readonly Step[],
  object: 'dir' | 'file',
  action: ActionBit,
): DecidingRule {
  const appears = path.findIndex((step) => step.appears);
  const loaded = (appears < 0 ? path : path.slice(0, appears)).map((step) => step.name);
  const by = deciderOn(placesOnPath(indexOf(layer), loaded), path.length, object, maskOfBit(action));
  return by === undefined ? { kind: 'default', layer } : { kind: 'rule', scope: by.scope, rule: by.rule };
}

const INDEXES = new WeakMap<Layer, PathIndex>();

function indexOf(layer: Layer): PathIndex {
  const known = INDEXES.get(layer);
  if (known !== undefined) return known;
  const made = indexPaths(layer);
  INDEXES.set(layer, made);
  return made;
}

/** Returns notes that show the rule as `allowed here` or `denied here`, with the layer's name if one is given. */
export function deciderNotes(
  decider: DecidingRule,
  verdict: 'allowed' | 'denied',
  action: ActionBit,
  layerName: string | undefined,
): Note[] {
  const where = layerName === undefined ? '' : ` by "${layerName}"`;
  switch (decider.kind) {
    case 'rule':
      return [{ message: `${verdict} here${where}`, span: decider.rule.span }, ...viaNotes(decider.rule)];
    case 'default': {
      const { layer } = decider;
      const message =
        action === WALK_BIT
          ? '`walk` is allowed unless a rule denies it'
          : `${verdict} by \`default ${layer.default}\`${where}: no rule mentions it`;
      return [{ message, span: layer.span }];
    }
    default:
      return assertNever(decider);
  }
}
