/**
 * The losses of an export are exact: what an export allows, read back by a reader of its own, differs from the plan in what the
 * losses list and in nothing else.
 */
import { describe, expect, it } from 'vitest';
import { exportPlan } from '../../src/tools/export/export.js';
import { cellOf, EXPORT_NAMES } from '../../src/tools/export/formats.js';
import type { ExportLoss } from '../../src/tools/export/losses.js';
import { NO_TREE } from '../../src/tools/export/request.js';
import { cases, fc } from '../support/random.js';
import { arbitraryPlan, arbitraryTree, ODD_NAMES, PLAIN_NAMES, type TreeObject } from './random-plan.js';
import { isUnder, READERS, readPlan } from './reading.js';

const worlds = fc
  .constantFrom(PLAIN_NAMES, ODD_NAMES)
  .chain((names) => arbitraryTree(names))
  .chain((tree) => arbitraryPlan(tree).map((plan) => ({ tree, plan })));

const ACCESS = ['dir', 'file', 'default', 'ro', 'noexec', 'hide', 'pin', 'moves', 'names'];
/** The facts whose losses are about the access to paths. */
const isAccess = (loss: ExportLoss): boolean => ACCESS.includes(loss.fact);

/** Returns what the losses say of an object: those of the nearest path that the plan names. */
function listedAt(
  { path }: TreeObject,
  losses: readonly ExportLoss[],
  direction: ExportLoss['direction'],
): string[] {
  return losses
    .filter((loss) => isAccess(loss) && loss.direction === direction && loss.paths.includes(path))
    .flatMap((loss) => loss.what)
    .sort();
}

describe.each(EXPORT_NAMES)('the export to %s', (to) => {
  it.each([false, true])('differs from the plan in its losses and nothing else (strict: %s)', (strict) => {
    let [looser, stricter] = [0, 0];
    fc.assert(
      fc.property(worlds, ({ tree, plan }) => {
        const { text, losses } = exportPlan(to, { plan, strict, nul: false, tree: NO_TREE });
        const exported = READERS[to](text);
        const planned = readPlan(plan);
        for (const object of [{ path: '/', kind: 'dir' } as const, ...tree]) {
          const [theirs, ours] = [exported(object), planned(object)];
          const more = [...theirs].filter((right) => !ours.has(right)).sort();
          const less = [...ours].filter((right) => !theirs.has(right)).sort();
          expect({ object, more }).toEqual({ object, more: listedAt(object, losses, 'looser') });
          expect({ object, less }).toEqual({ object, less: listedAt(object, losses, 'stricter') });
          [looser, stricter] = [looser + more.length, stricter + less.length];
        }
      }),
      { numRuns: cases(1500) },
    );
    expect(looser + stricter).toBeGreaterThan(0);
  });

  it('loses what its row of the table says, in the direction that it says', () => {
    fc.assert(
      fc.property(worlds, fc.boolean(), ({ plan }, strict) => {
        const { losses } = exportPlan(to, { plan, strict, nul: false, tree: NO_TREE });
        for (const { fact, direction, what } of losses) {
          const { verdict } = cellOf(to, fact);
          const at = JSON.stringify({ fact, direction, verdict, strict, what });
          expect(verdict, at).not.toBe('exact');
          if (verdict === 'looser' || verdict === 'stricter') expect(direction, at).toBe(verdict);
          if (verdict === 'rounded' && strict && !what.includes('move'))
            expect(direction, at).toBe('stricter');
        }
      }),
      { numRuns: cases(1500) },
    );
  });
});

describe('the tree of a random plan', () => {
  it('has objects above objects', () => {
    expect(isUnder('/a/b', '/a') && isUnder('/a', '/') && !isUnder('/ab', '/a')).toBe(true);
  });
});
