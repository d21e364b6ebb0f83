/**
 * Decides `assert never …` and `assert always …` on the automata.
 *
 * Input: the layers and their automata. Output: for each assertion that does not hold, an error with a shortest path that
 * breaks it. The search visits the product of the layers breadth first along the asserted path, and for `under` all that lies
 * beneath it, each spot once. Objects that are created later beneath an `under` are judged too. An action is judged only on
 * kinds of objects that calls ask it of. Weakness: an object that is created after load at the asserted path of an `at`, or on
 * the way to an asserted path, has the rules of its directory, and is not judged.
 */
import {
  WALK_BIT,
  actionName,
  actionsAskedOf,
  difference,
  intersection,
  lowestBit,
  type ActionBit,
} from '../../abi/actions.js';
import { defined } from '../../base/assert.js';
import { report } from '../../diagnostics/catalogue.js';
import type { Diagnostic } from '../../diagnostics/types.js';
import { deciderNotes, deciderAt, type DecidingRule } from './deciding-rule.js';
import type { HierarchyAutomaton } from '../hierarchy/automaton.js';
import type { Assertion, CheckedPolicy, Layer } from '../check/policy.js';
import * as spots from '../hierarchy/spots.js';
import type { Spot, Spots, Step, Trail } from '../hierarchy/spots.js';

/** An object and an action whose verdict breaks an assertion. */
export interface Breach {
  readonly path: readonly Step[];
  readonly object: 'dir' | 'file';
  readonly action: ActionBit;
}

export type Judgement =
  | { readonly kind: 'holds' }
  | { readonly kind: 'broken'; readonly breach: Breach }
  /** Globs overlap too much beneath this path. */
  | { readonly kind: 'too-large'; readonly path: readonly Step[] };

/** Returns an error for each assertion that does not hold or cannot be decided. `hierarchies`: one automaton per layer. */
export function checkAssertions(
  policy: CheckedPolicy,
  hierarchies: readonly HierarchyAutomaton[],
): Diagnostic[] {
  const made = new Map<Layer | undefined, Spots>();
  return policy.assertions.flatMap((assertion) => {
    const { layer } = assertion;
    const layers = layer === undefined ? policy.layers : [layer];
    const product = made.get(layer) ?? spots.makeSpots(layers, automataOf(policy, layers, hierarchies));
    made.set(layer, product);
    const judgement = judge(product, assertion);
    switch (judgement.kind) {
      case 'holds':
        return [];
      case 'broken':
        return [broken(assertion, layers, judgement.breach)];
      case 'too-large':
        return [report('LLP4001', { path: spots.pathText(judgement.path) }, { span: assertion.span })];
    }
  });
}

/** Returns the automata of some of the policy's layers. */
export function automataOf(
  { layers }: CheckedPolicy,
  some: readonly Layer[],
  hierarchies: readonly HierarchyAutomaton[],
): HierarchyAutomaton[] {
  return some.map((layer) => defined(hierarchies[layers.indexOf(layer)], 'a layer has an automaton'));
}

interface Reached {
  readonly spot: Spot;
  readonly trail: Trail | undefined;
  /** Number of components of the asserted path that the trail has matched. */
  readonly depth: number;
}

/** Decides one assertion. The search is breadth first, so that its first breach has a shortest path. */
export function judge(product: Spots, assertion: Assertion): Judgement {
  const { path, reach } = assertion;
  const queue: Reached[] = [{ spot: product.root, trail: undefined, depth: 0 }];
  const seen = new Set<string>();
  for (const { spot, trail, depth } of queue) {
    if (depth === path.length) {
      const breach = breachAt(assertion, spot);
      if (breach !== undefined) return { kind: 'broken', breach: { path: spots.stepsOf(trail), ...breach } };
      if (reach === 'at') continue;
    }
    if (!spots.canBeDirectory(spot)) continue;
    const steps = spots.stepsFrom(spot, path[depth]);
    if (steps === undefined) return { kind: 'too-large', path: spots.stepsOf(trail) };
    for (const step of steps) {
      const next = spots.stepTo(product, spot, step);
      const deeper = Math.min(depth + 1, path.length);
      const key = `${deeper} ${spots.spotKey(next)}`;
      if (seen.has(key)) continue;
      seen.add(key);
      queue.push({ spot: next, trail: { above: trail, step }, depth: deeper });
    }
  }
  return { kind: 'holds' };
}

function breachAt({ claim, actions }: Assertion, spot: Spot): Omit<Breach, 'path'> | undefined {
  for (const object of ['file', 'dir'] as const) {
    if (!(object === 'dir' ? spots.canBeDirectory(spot) : spots.canBeOther(spot))) continue;
    const allowed = spots.allowedAt(spot, object);
    const asked = intersection(actions, actionsAskedOf(object));
    const wrong = claim === 'never' ? intersection(asked, allowed) : difference(asked, allowed);
    if (wrong !== 0) return { object, action: lowestBit(wrong) };
  }
  return undefined;
}

function broken({ claim, span }: Assertion, layers: readonly Layer[], breach: Breach): Diagnostic {
  const { path, object, action } = breach;
  const verdict = claim === 'never' ? 'allowed' : 'denied';
  const deciders = layers
    .map((layer) => ({ layer, decider: deciderAt(layer, path, object, action) }))
    .filter(({ decider }) => claim === 'never' || denies(decider, action));
  const notes = deciders.flatMap(({ layer, decider }) =>
    deciderNotes(decider, verdict, action, layers.length > 1 ? layer.name : undefined),
  );
  const later = path.findIndex((s) => s.appears);
  if (later >= 0) {
    const directory = spots.pathText(path.slice(0, later));
    notes.push({
      message: `scopes name every object that must exist: this is about objects made in \`${directory}\` later`,
    });
  }
  const text = spots.pathText(path);
  const params = {
    action: actionName(action),
    verdict,
    object: object === 'dir' ? `the directory \`${text}\`` : `\`${text}\``,
  };
  const help =
    claim === 'never' ? 'deny it there, or narrow the assertion' : 'allow it there, or narrow the assertion';
  return report('LLP3018', params, { span, notes, help });
}

/** Returns whether a layer with this deciding rule denies the action. */
function denies(decider: DecidingRule, action: ActionBit): boolean {
  if (decider.kind === 'rule') return decider.rule.effect !== 'allow';
  return decider.layer.default === 'deny' && action !== WALK_BIT;
}
