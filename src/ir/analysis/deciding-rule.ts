/** Which rule of a layer decides an action on a path of the walk over spots, and the notes that say so. */
import { WALK_BIT, maskOfBit, type ActionBit } from '../../abi/actions.js';
import { assertNever } from '../../base/assert.js';
import type { Note } from '../../diagnostics/types.js';
import { deciderOn, indexPaths, placesOnPath, type PathIndex } from '../hierarchy/on-path.js';
import type { Layer, Rule, Scope } from '../check/policy.js';
import { viaNotes } from '../check/scopes.js';
import type { Step } from '../hierarchy/spots.js';

export type DecidingRule =
  | { readonly kind: 'rule'; readonly scope: Scope; readonly rule: Rule }
  /** No rule speaks of it. */
  | { readonly kind: 'default'; readonly layer: Layer };

/** `object`: what is at the end of the path. What appears after the policy is loaded has the rules of the directory it appears in. */
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

/** The rule as a note, in the words `allowed` or `denied`; with the layer's name where there are several. */
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
