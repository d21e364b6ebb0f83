/** Which rule of a layer decides an action on a path: the language's rule, read for one path, for notes. */
import { WALK_BIT } from '../abi/actions.js';
import { assertNever } from '../assert.js';
import type { Note } from '../diagnostics/types.js';
import { matchesGlob } from '../pattern/glob.js';
import type { Layer, Rule, Scope } from './policy.js';
import { buildTrie, generalToSpecific, type TrieNode } from './scope-trie.js';
import { viaNotes } from './scopes.js';
import type { Step } from './spots.js';

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
  let nodes: readonly TrieNode[] = [trieOf(layer)];
  for (let length = 0; length <= path.length; length++) {
    const last = length === path.length;
    for (const scope of scopesAt(nodes, last ? object : 'dir')) {
      for (const self of last ? [false, true] : [false]) {
        const rules = scope.rules.filter((r) => r.self === self && (r.actions & bit) !== 0);
        const forbids = rules.find((r) => r.effect === 'forbid');
        if (forbids !== undefined) return { kind: 'rule', scope, rule: forbids };
        const rule = rules[0];
        if (rule !== undefined) found = { kind: 'rule', scope, rule };
      }
    }
    const step = path[length];
    if (step !== undefined) nodes = nodesBeneath(nodes, step);
  }
  return found;
}

const TRIES = new WeakMap<Layer, TrieNode>();

function trieOf(layer: Layer): TrieNode {
  const known = TRIES.get(layer);
  if (known !== undefined) return known;
  const made = buildTrie(layer.scopes);
  TRIES.set(layer, made);
  return made;
}

function scopesAt(nodes: readonly TrieNode[], object: 'dir' | 'file'): Scope[] {
  return nodes.flatMap((n) => n[object] ?? []).sort(generalToSpecific);
}

/** None for what appears after the policy is loaded. */
function nodesBeneath(nodes: readonly TrieNode[], { name, appears }: Step): TrieNode[] {
  if (appears) return [];
  return nodes.flatMap((n) => [
    ...[n.literals.get(name)].filter((node) => node !== undefined),
    ...[...n.globs.values()].flatMap(({ glob, node }) => (matchesGlob(glob, name) ? [node] : [])),
  ]);
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
