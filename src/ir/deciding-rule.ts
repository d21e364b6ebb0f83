/** Which rule of a layer decides an action on a path: the language's rule, read for one path, for notes. */
import { WALK_BIT } from '../abi/actions.js';
import { assertNever } from '../assert.js';
import type { Note } from '../diagnostics/types.js';
import type { Layer, Rule, Scope } from './policy.js';
import { generalToSpecific } from './scope-trie.js';
import { viaNotes } from './scopes.js';
import { componentMatches, type Step } from './spots.js';

export type Decider =
  | { readonly kind: 'rule'; readonly scope: Scope; readonly rule: Rule }
  /** No rule speaks of it. */
  | { readonly kind: 'default'; readonly layer: Layer };

/** `object`: what is at the end of the path. */
export function decidingRule(
  layer: Layer,
  path: readonly Step[],
  object: 'dir' | 'file',
  action: number,
): Decider {
  const bit = 1 << action;
  let found: Decider = { kind: 'default', layer };
  for (let length = 0; length <= path.length; length++) {
    const last = length === path.length;
    for (const scope of naming(layer, path.slice(0, length), last ? object : 'dir')) {
      for (const self of last ? [false, true] : [false]) {
        const rules = scope.rules.filter((r) => r.self === self && (r.actions & bit) !== 0);
        const forbids = rules.find((r) => r.effect === 'forbid');
        if (forbids !== undefined) return { kind: 'rule', scope, rule: forbids };
        const rule = rules[0];
        if (rule !== undefined) found = { kind: 'rule', scope, rule };
      }
    }
  }
  return found;
}

/** The scopes that name the object, general to specific; none for what appears after the policy is loaded. */
function naming(layer: Layer, path: readonly Step[], object: 'dir' | 'file'): Scope[] {
  if (path.some((s) => s.appears)) return [];
  return layer.scopes
    .filter(
      (scope) =>
        scope.object === object &&
        scope.path.length === path.length &&
        scope.path.every((c, i) => componentMatches(c, path[i]?.name ?? '')),
    )
    .sort(generalToSpecific);
}

/** The rule as a note, in the words `allowed` or `denied`; with the layer's name where there are several. */
export function deciderNotes(
  decider: Decider,
  verdict: 'allowed' | 'denied',
  action: number,
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
          : `${verdict} by \`default ${layer.default}\`${where}: no rule speaks of it`;
      return [{ message, span: layer.span }];
    }
    default:
      return assertNever(decider);
  }
}
