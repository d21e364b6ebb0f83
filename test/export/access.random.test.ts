/** What a plan allows on a path, as exports read it, is what the model of Linux answers to calls under the plan. */
import { describe, expect, it } from 'vitest';
import { accessUnder, namesOf } from '../../src/tools/export/access.js';
import { createEngine } from '../../src/runtime/engine/engine.js';
import { buildTree } from '../../src/runtime/kernel/build-tree.js';
import { O } from '../../src/runtime/kernel/errno.js';
import { open } from '../../src/runtime/kernel/syscalls/index.js';
import { Kernel, newTask } from '../../src/runtime/kernel/task.js';
import { confine } from '../../src/runtime/linux/model/confine.js';
import { cases, fc } from '../support/random.js';
import { arbitraryPlan, arbitraryTree, ODD_NAMES, PLAIN_NAMES } from './random-plan.js';
import { readPlan } from './reading.js';

const worlds = fc
  .constantFrom(PLAIN_NAMES, ODD_NAMES)
  .chain((names) => arbitraryTree(names))
  .chain((tree) => arbitraryPlan(tree).map((plan) => ({ tree, plan })));

const CALLS = [
  ['file', 'read_file', O.RDONLY],
  ['file', 'write_file', O.WRONLY],
  ['dir', 'read_dir', O.RDONLY | O.DIRECTORY],
] as const;

describe('the access under a plan', () => {
  it('is what a second reading of the plan finds', () => {
    fc.assert(
      fc.property(worlds, ({ plan }) => {
        const planned = readPlan(plan);
        for (const node of accessUnder(plan))
          expect([node.path, namesOf(node.allowed).sort()]).toEqual([node.path, [...planned(node)].sort()]);
      }),
      { numRuns: cases(2000) },
    );
  });

  it('is what the model answers to opening', () => {
    let refused = 0;
    fc.assert(
      fc.property(worlds, ({ tree, plan }) => {
        const { vfs } = buildTree(tree);
        const kernel = new Kernel(vfs, createEngine('interpreter'));
        const confined = confine(plan, vfs);
        if (!confined.ok) throw new Error(confined.problem);
        const task = newTask(kernel, false);
        confined.enter(task);
        for (const { path, kind, allowed } of accessUnder(plan).slice(1))
          for (const [on, right, flags] of CALLS) {
            if (on !== kind) continue;
            const opens = open(task, path, flags).ok;
            expect({ path, right, opens }).toEqual({ path, right, opens: namesOf(allowed).includes(right) });
            if (!opens) refused++;
          }
      }),
      { numRuns: cases(2000) },
    );
    expect(refused).toBeGreaterThan(0);
  });
});
