/**
 * The chain, run by both engines in turn on the kernel model, against the reference evaluator: random policies, trees and calls.
 */
import { describe, expect, it } from 'vitest';
import { compile } from '../support/compile.js';
import type { CheckedPolicy, Scope } from '../../src/ir/check/policy.js';
import { createEngine } from '../../src/runtime/engine/engine.js';
import { buildTree } from '../../src/runtime/kernel/build-tree.js';
import { loadPolicy } from '../../src/runtime/load.js';
import { groundAll } from '../support/reference.js';
import { buildReferenceTree, type Entry } from '../support/reference-tree.js';
import { calls, policyText, tree } from '../support/arbitrary.js';
import { createWorld, makeCall, type Count, type World } from '../support/world.js';
import { cases, fc, SEED } from '../support/random.js';

const WANTED = cases(20_000);

describe('loadPolicy and the reference evaluator', () => {
  it(`agree on ${WANTED} cases`, () => {
    const count: Count = { cases: 0, policies: 0, refused: 0, notLoaded: 0, skipped: 0, outcomes: {} };
    const property = fc.property(
      policyText,
      tree,
      fc.boolean(),
      calls,
      (text, entries, furnished, series) => {
        const world = loadBoth(text, entries, furnished, count);
        if (world !== undefined) for (const [who, call] of series) makeCall(world, who, call, count);
      },
    );
    for (let round = 0; count.cases < WANTED; round++)
      fc.assert(property, { numRuns: 100, seed: SEED + round });
    console.log('cases', count);
    expect(count.policies / (count.policies + count.refused)).toBeGreaterThan(0.3);
    const denied = (count.outcomes['EACCES'] ?? 0) / count.cases;
    expect(denied).toBeGreaterThan(0.1);
    expect(denied).toBeLessThan(0.9);
    expect((count.outcomes['allow'] ?? 0) / count.cases).toBeGreaterThan(0.05);
  });
});

/** Both load the policy, or both refuse it; undefined when there is nothing to ask. */
function loadBoth(
  text: string,
  entries: readonly Entry[],
  furnished: boolean,
  count: Count,
): World | undefined {
  const { artifact, stages } = compile(text);
  if (artifact === undefined || stages.policy === undefined) {
    count.refused++;
    return undefined;
  }
  count.policies++;
  const made = accepted([...(furnished ? required(stages.policy) : []), ...entries]);
  const reference = buildReferenceTree(made);
  const built = buildTree(made);
  expect(built.problems, 'both trees can be made').toEqual([]);
  const layers = groundAll(stages.policy, reference.tree);
  const engine = createEngine(count.policies % 2 === 0 ? 'interpreter' : 'wasm');
  const loaded = loadPolicy(artifact, built.vfs, engine);
  expect(loaded.kind, 'both load the policy, or neither').toBe(layers === undefined ? 'refused' : 'loaded');
  if (loaded.kind === 'loaded' && layers !== undefined)
    return createWorld(reference.tree, made, layers, loaded.value.task);
  count.notLoaded++;
  return undefined;
}

/** What the literal scopes of a policy name. */
function required(policy: CheckedPolicy): Entry[] {
  return policy.layers
    .flatMap((layer) => layer.scopes)
    .filter((scope) => scope.path.length > 0 && scope.path.every((c) => 'literal' in c))
    .map((scope) => ({ kind: scope.object, path: literalPath(scope) }));
}

function literalPath({ path }: Scope): string {
  return path.map((c) => ('literal' in c ? `/${c.literal}` : '')).join('');
}

/** The entries that the reference's tree could be made of. */
function accepted(entries: readonly Entry[]): Entry[] {
  const kept: Entry[] = [];
  for (const entry of entries) if (buildReferenceTree([...kept, entry]).left === 0) kept.push(entry);
  return kept;
}
