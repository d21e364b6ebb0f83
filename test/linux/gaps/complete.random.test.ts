/**
 * Gaps are complete: they are decided on a skeleton with one object of each class, and here every call is made on every object of
 * the whole tree. What the policy says of each object comes from the reference evaluator.
 */
import { describe, expect, it } from 'vitest';
import { ACTIONS, hasAction, type ActionBit } from '../../../src/abi/actions.js';
import type { FoundGap } from '../../../src/artifact/gap.js';
import { mapsArtifact } from '../../../src/codegen/linux/maps-artifact.js';
import {
  canMove,
  differencesAfterMove,
  differencesAt,
  isNamed,
  movesFrom,
  type Difference,
} from '../../../src/codegen/linux/gaps/compare.js';
import { gapOf } from '../../../src/codegen/linux/gaps/describe.js';
import { gapsOn } from '../../../src/codegen/linux/gaps/gaps.js';
import { makeStage, type Stage } from '../../../src/codegen/linux/gaps/stage.js';
import { defined } from '../../../src/base/assert.js';
import { buildTree } from '../../../src/runtime/kernel/build-tree.js';
import { groundForLinux } from '../../../src/runtime/linux/load.js';
import { actionsOf, type Standpoint } from '../../../src/runtime/loader/standing.js';
import { policyText, tree } from '../../support/arbitrary.js';
import { meaningful } from '../../support/policy.js';
import { cases, fc } from '../../support/random.js';
import { allowedAt, groundAll } from '../../support/reference.js';
import {
  buildReferenceTree,
  enter,
  rootPosition,
  type Entry,
  type Position,
} from '../../support/reference-tree.js';

/** Entries without hard links and bind mounts, of which each can be made. */
const plain = tree.map((entries) => {
  const single = entries.filter((e) => e.kind === 'dir' || e.kind === 'file' || e.kind === 'link');
  const { problems } = buildTree(single);
  return single.filter((e) => !problems.some((p) => p.path === e.path));
});
const machine = fc.record({ abi: fc.constantFrom(1, 2, 4, 7), masks: fc.boolean() });

describe('gaps of the target linux', () => {
  it('are found for every call on every object where policy and plan differ', () => {
    const count = { policies: 0, differences: 0 };
    fc.assert(
      fc.property(policyText, plain, machine, (text, entries, on) => {
        const checked = meaningful(text);
        if (checked === undefined) return;
        const { vfs, problems } = buildTree(entries);
        if (problems.length > 0) return;
        const loaded = groundForLinux(mapsArtifact(checked.policy), vfs, { machine: on });
        if (loaded.kind === 'refused') return;
        const grounded = loaded.value;
        const plan = defined(grounded.plan, 'a plan');
        const maps = [...grounded.maps.values()];
        const gaps = gapsOn(checked.policy, grounded, vfs);
        const stage = makeStage(() => buildTree(entries).vfs, maps, plan);
        count.policies++;
        const dirs = stage.objects.filter((o) => o.location.inode.kind === 'dir');
        const context = { policy: checked.policy, maps, plan, later: new Set<string>() };
        for (const object of stage.objects) {
          const found = [
            ...differencesAt(stage, object),
            ...movesFrom(stage, object, dirs),
            ...(isNamed(object) ? dirs.flatMap((dir) => movedTo(stage, object, dir)) : []),
          ];
          count.differences += found.length;
          for (const difference of found) {
            const gap = gapOf(difference, context);
            expect(covers(gaps, gap), shown(text, entries, difference, gap)).toBe(true);
          }
        }
      }),
      { numRuns: cases(600) },
    );
    expect(count.policies).toBeGreaterThan(20);
    expect(count.differences).toBeGreaterThan(1000);
  });

  it('are decided on verdicts that the reference evaluator gives', () => {
    let compared = 0;
    fc.assert(
      fc.property(policyText, plain, (text, entries) => {
        const checked = meaningful(text);
        const { vfs, problems } = buildTree(entries);
        if (checked === undefined || problems.length > 0) return;
        const reference = buildReferenceTree(entries);
        const layers = reference.left > 0 ? undefined : groundAll(checked.policy, reference.tree);
        const loaded = groundForLinux(mapsArtifact(checked.policy), vfs);
        if (layers === undefined || loaded.kind === 'refused') return;
        const maps = [...loaded.value.maps.values()];
        const stage = makeStage(() => buildTree(entries).vfs, maps, defined(loaded.value.plan, 'a plan'));
        for (const { path, standings } of stage.objects) {
          const at = positionOf(reference.tree, path);
          layers.forEach((layer, i) => {
            const { place, level } = defined(standings[i], 'a standing for each layer');
            const allowed = actionsOf(defined(maps[i], 'a map for each layer').map, place[level]);
            const meant = allowedAt(layer, at);
            ACTIONS.forEach((name, bit) => {
              expect(hasAction(allowed, bit as ActionBit), `${name} on ${path}\n${text}`).toBe(
                ((meant >> bit) & 1) === 1,
              );
            });
            compared++;
          });
        }
      }),
      { numRuns: cases(600) },
    );
    expect(compared).toBeGreaterThan(100);
  });
});

function movedTo(stage: Stage, object: Standpoint, dir: Standpoint): Difference[] {
  return canMove(object, dir) ? differencesAfterMove(stage, object, dir) : [];
}

function positionOf(tree: Parameters<typeof enter>[0], path: string): Position {
  return path
    .split('/')
    .filter((name) => name !== '')
    .reduce<Position>(
      (at, name) => defined(enter(tree, at, name), `${path} is on the tree`),
      rootPosition(tree),
    );
}

/** Returns whether gaps of the same direction have all actions of a gap. */
function covers(gaps: readonly FoundGap[], { direction, actions }: FoundGap): boolean {
  const all = gaps.filter((g) => g.direction === direction).reduce((mask, g) => mask | g.actions, 0);
  return (actions & ~all) === 0;
}

function shown(
  text: string,
  entries: readonly Entry[],
  { paths, probe, outcome }: Difference,
  gap: FoundGap,
): string {
  return `${gap.direction}: ${probe.text} ${JSON.stringify(paths)} ${outcome.errno ?? 'succeeds'}\n${text}\n${JSON.stringify(entries)}`;
}
