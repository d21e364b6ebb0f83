/**
 * The actions that calls ask of each kind of object, recorded over random series of all calls of the model. Assertions,
 * differences and explanations rely on `actionsAskedOf`, so it must have every action that a call asks.
 */
import { expect, test } from 'vitest';
import {
  actionNames,
  actionsAskedOf,
  WALK,
  difference,
  union,
  NO_ACTIONS,
  type ActionMask,
} from '../../src/abi/actions.js';
import { callOf, CALLS } from '../../src/runtime/scenario/calls.js';
import { addNumber, addTask, ScenarioFault, taskOf, type Labels } from '../../src/runtime/scenario/labels.js';
import type { ScenarioStep } from '../../src/runtime/scenario/types.js';
import type { Inode } from '../../src/runtime/kernel/vfs.js';
import { newKernelTask, tree } from '../support/fake-engine.js';
import { cases, fc } from '../support/random.js';

const RUNS = cases(1_500, 1);
const TREE = ['/a/b/f', '/a/g', '/e/', '/l -> a/b', '/k -> a/g', '/sh ! /a/g', '/s ! /e'];

const path = fc.constantFrom(
  '/',
  '/a',
  '/a/b',
  '/a/b/f',
  '/a/g',
  '/e',
  '/e/',
  '/l',
  '/k',
  '/sh',
  '/s',
  '/n',
  '/e/n',
  '.',
);
const label = fc.constantFrom('x', 'y', 'z');
const some = (...names: readonly string[]): fc.Arbitrary<string[]> =>
  fc.subarray([...names], { maxLength: 2 });
const FLAGS = some(
  'O_RDONLY',
  'O_RDWR',
  'O_WRONLY',
  'O_CREAT',
  'O_TRUNC',
  'O_APPEND',
  'O_PATH',
  'O_DIRECTORY',
);
const AT = some('AT_REMOVEDIR', 'AT_EMPTY_PATH', 'AT_SYMLINK_NOFOLLOW', 'RENAME_EXCHANGE', 'MAP_SHARED');
const MODE = some('R_OK', 'W_OK', 'X_OK', 'PROT_READ', 'PROT_WRITE', 'PROT_EXEC');

const names = Object.keys(CALLS).filter((name) => name !== 'request' && name !== 'enforce');
const anyStep: fc.Arbitrary<ScenarioStep> = fc
  .record({
    call: fc.oneof(fc.constantFrom(...names), fc.constantFrom('open', 'openat', 'mmap', 'fork')),
    task: fc.constantFrom('main', 'main', 'other'),
    as: label,
    path,
    to: path,
    target: path,
    fd: label,
    other: fc.constantFrom('main', 'other'),
    flags: fc.oneof({ weight: 2, arbitrary: FLAGS }, AT, fc.constant([])),
    mode: fc.oneof(MODE, fc.constant([])),
  })
  .map((step) => {
    const takes = new Set<string>(['call', 'task', ...(CALLS[step.call]?.takes ?? [])]);
    return Object.fromEntries(Object.entries(step).filter(([k]) => takes.has(k))) as unknown as ScenarioStep;
  });

function kindsIn(dir: Inode, into: Map<number, Inode['kind']>): void {
  into.set(dir.ino, dir.kind);
  for (const [, inode] of dir.entries ?? []) kindsIn(inode, into);
}

test('actionsAskedOf: calls ask each action of the listed kinds of objects, and of no other', () => {
  const seen = { dir: NO_ACTIONS, file: NO_ACTIONS };
  let made = 0;
  const property = fc.property(fc.array(anyStep, { minLength: 5, maxLength: 40 }), (steps) => {
    const task = newKernelTask(tree(...TREE));
    const { kernel } = task;
    const labels: Labels = { tasks: new Map(), numbers: new Map() };
    addTask(labels, 'main', task);
    const kinds = new Map<number, Inode['kind']>();
    const asked: [ActionMask, number][] = [];
    kernel.asked = (triggers, inode) => void asked.push([triggers, inode]);
    for (const step of steps) {
      try {
        const result = callOf(step).make(taskOf(labels, step.task ?? 'main'), step, labels);
        if (result.child !== undefined) addTask(labels, 'other', result.child, task);
        if (result.numbered !== undefined && step.as !== undefined)
          addNumber(labels, result.owner ?? taskOf(labels, step.task ?? 'main'), step.as, result.numbered);
        made++;
      } catch (error) {
        // A label that nothing has yet, or flags of another call.
        if (!(error instanceof ScenarioFault)) throw error;
      }
      kindsIn(kernel.vfs.root, kinds);
      for (const [triggers, inode] of asked.splice(0)) {
        const kind = kinds.get(inode);
        if (kind === undefined) continue;
        const object = kind === 'dir' ? 'dir' : 'file';
        expect(
          actionNames(difference(triggers, actionsAskedOf(object))),
          `${JSON.stringify(step)} of a ${kind}`,
        ).toEqual([]);
        seen[object] = union(seen[object], triggers);
      }
    }
  });
  fc.assert(property, { numRuns: RUNS });
  console.log('asked', { made, dir: actionNames(seen.dir).join(), file: actionNames(seen.file).join() });
  // What the masks leave in is asked too, so they leave out no more than they must.
  expect(actionNames(difference(actionsAskedOf('dir'), union(WALK, seen.dir)))).toEqual([]);
  expect(actionNames(difference(actionsAskedOf('file'), seen.file))).toEqual([]);
});
