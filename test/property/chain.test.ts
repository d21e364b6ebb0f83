/**
 * The chain, run by the engine on the kernel model, against the reference evaluator: random policies, trees and calls.
 * `LLP_CASES` asks for more.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { actionBit } from '../../src/abi/actions.js';
import { compile } from '../../src/compile.js';
import type { CheckedPolicy } from '../../src/ir/policy.js';
import { buildTree } from '../../src/runtime/kernel/build-tree.js';
import { O } from '../../src/runtime/kernel/errno.js';
import { chdir, ioctl, open, request } from '../../src/runtime/kernel/syscalls/index.js';
import { fork, type CallResult, type Task } from '../../src/runtime/kernel/task.js';
import { loadPolicy } from '../../src/runtime/load.js';
import { allowedAt, groundAll, regionAt, requestReference, type Grounding } from '../semantics/reference.js';
import {
  allPositions,
  buildReferenceTree,
  rootPosition,
  topOf,
  walk,
  type Entry,
  type Node,
  type Position,
  type Tree,
} from '../semantics/tree.js';
import { calls, policyText, tree, type Call } from './arbitrary.js';

const WANTED = Number(process.env['LLP_CASES'] ?? 20_000);
const bit = (name: string): number => actionBit(name) ?? 0;

interface World {
  readonly tree: Tree;
  readonly layers: readonly Grounding[];
  task: Task;
  cwd: Position;
  /** Open files: descriptor and where it was reached. */
  readonly files: { readonly fd: number; readonly position: Position }[];
  /** Objects outside the map that are seen at places with different rights: a tag holds one of them only. */
  readonly ambiguous: ReadonlySet<Node>;
}

const shown = (result: CallResult): string => (result.ok ? 'allow' : result.errno);

describe('the chain and the reference evaluator', () => {
  it(`agree on ${WANTED} cases`, () => {
    const count = { cases: 0, policies: 0, refused: 0, notLoaded: 0, skipped: 0, denied: 0 };
    const property = fc.property(policyText, tree, calls, (text, entries, series) => {
      const world = createWorld(text, entries, count);
      if (world !== undefined) for (const call of series) makeCall(world, call, count);
    });
    for (let round = 0; count.cases < WANTED; round++) {
      fc.assert(property, {
        numRuns: 100,
        ...(process.env['LLP_SEED'] === undefined
          ? { seed: 20_181 + round }
          : { seed: Number(process.env['LLP_SEED']) + round }),
      });
    }
    console.log('cases', count);
    expect(count.policies / (count.policies + count.refused)).toBeGreaterThan(0.3);
    expect(count.denied / count.cases).toBeGreaterThan(0.1);
    expect(count.denied / count.cases).toBeLessThan(0.9);
  });
});

type Count = {
  cases: number;
  policies: number;
  refused: number;
  notLoaded: number;
  skipped: number;
  denied: number;
};

function createWorld(text: string, entries: readonly Entry[], count: Count): World | undefined {
  const compiled = compile(text);
  if (compiled.artifact === undefined || compiled.stages.policy === undefined) {
    count.refused++;
    return undefined;
  }
  count.policies++;
  const made = accepted(entries);
  const reference = buildReferenceTree(made);
  const built = buildTree(made);
  expect(built.problems, 'both trees can be made').toEqual([]);
  const layers = groundAll(compiled.stages.policy as CheckedPolicy, reference.tree);
  const loaded = loadPolicy(compiled.artifact, built.vfs);
  expect(loaded.kind, 'both load the policy, or neither').toBe(layers === undefined ? 'refused' : 'loaded');
  if (loaded.kind !== 'loaded' || layers === undefined) {
    count.notLoaded++;
    return undefined;
  }
  const ambiguous = ambiguousNodes(reference.tree, layers);
  return {
    tree: reference.tree,
    layers,
    task: loaded.value.task,
    cwd: rootPosition(reference.tree),
    files: [],
    ambiguous,
  };
}

/** The entries that the reference's tree could be made of. */
function accepted(entries: readonly Entry[]): Entry[] {
  const kept: Entry[] = [];
  for (const entry of entries) if (buildReferenceTree([...kept, entry]).left === 0) kept.push(entry);
  return kept;
}

function ambiguousNodes(of: Tree, layers: readonly Grounding[]): Set<Node> {
  const regions = new Map<Node, string>();
  const ambiguous = new Set<Node>();
  for (const position of allPositions(of)) {
    const region = layers.map((g) => (g.has(topOf(position)) ? 'map' : regionAt(g, position))).join();
    const known = regions.get(topOf(position));
    if (known !== undefined && known !== region) ambiguous.add(topOf(position));
    regions.set(topOf(position), region);
  }
  return ambiguous;
}

function compare(world: World, count: Count, what: string, expected: string, actual: CallResult): void {
  count.cases++;
  if (expected === 'EACCES') count.denied++;
  if (shown(actual) !== expected)
    throw new Error(`${what}: the reference says ${expected}, the chain ${shown(actual)}`);
}

function makeCall(world: World, call: Call, count: Count): void {
  switch (call.kind) {
    case 'request': {
      const file = call.at < 0 ? undefined : world.files[call.at % Math.max(1, world.files.length)];
      const start = file !== undefined && topOf(file.position).kind === 'dir' ? file : undefined;
      const from = start?.position ?? world.cwd;
      if (!call.path.startsWith('/') && world.ambiguous.has(topOf(from))) {
        count.skipped++;
        return;
      }
      const expected = requestReference(world.layers, world.tree, from, bit(call.action), call.path);
      const actual = request(
        world.task,
        bit(call.action),
        call.path,
        ...(start === undefined ? [] : [start.fd]),
      );
      compare(world, count, `${call.action} ${call.path}`, expected, actual);
      return;
    }
    case 'chdir':
      return changeDirectory(world, call.path, count);
    case 'opendir':
      return openFile(world, call.path, O.RDONLY | O.DIRECTORY, ['open', 'readdir'], count);
    case 'openfile':
      return openFile(world, call.path, O.RDONLY, ['open', 'read'], count);
    case 'ioctl': {
      const file = world.files[call.at % Math.max(1, world.files.length)];
      if (file === undefined) return;
      if (world.ambiguous.has(topOf(file.position))) {
        count.skipped++;
        return;
      }
      const allowed = world.layers.every((g) => (allowedAt(g, file.position) & (1 << bit('ioctl'))) !== 0);
      compare(world, count, 'ioctl', allowed ? 'allow' : 'EACCES', ioctl(world.task, file.fd));
      return;
    }
    case 'fork':
      world.task = fork(world.task);
      return;
  }
}

/** Where a path leads, if the walk is allowed, and what the reference says of several actions on it. */
function reach(
  world: World,
  path: string,
  actions: readonly string[],
): { readonly expected: string; readonly position: Position | undefined } {
  const may = (at: Position, mask: number): boolean =>
    world.layers.every((g) => (allowedAt(g, at) & mask) === mask);
  const walked = walk(world.tree, world.cwd, path, true, (at) => may(at, 1 << bit('walk')));
  if (walked.kind === 'failed') return { expected: walked.errno, position: undefined };
  const mask = actions.reduce((sum, a) => sum | (1 << bit(a)), 0);
  const verdict = may(walked.position, mask) ? 'allow' : 'EACCES';
  return { expected: verdict, position: walked.position };
}

function startsAmbiguously(world: World, path: string, count: Count): boolean {
  const skip = !path.startsWith('/') && world.ambiguous.has(topOf(world.cwd));
  if (skip) count.skipped++;
  return skip;
}

function changeDirectory(world: World, path: string, count: Count): void {
  if (startsAmbiguously(world, path, count)) return;
  const { expected, position } = reach(world, path, ['chdir']);
  const isDirectory = position === undefined || topOf(position).kind === 'dir';
  const actual = chdir(world.task, path);
  compare(world, count, `chdir ${path}`, isDirectory ? expected : 'ENOTDIR', actual);
  if (actual.ok && position !== undefined) world.cwd = position;
}

function openFile(world: World, path: string, flags: number, actions: readonly string[], count: Count): void {
  if (startsAmbiguously(world, path, count)) return;
  const isDirectory = (p: Position): boolean => topOf(p).kind === 'dir';
  const { position } = reach(world, path, []);
  const asked = position !== undefined && isDirectory(position) ? ['open', 'readdir'] : actions;
  const { expected } = reach(world, path, asked);
  const wrongKind = position !== undefined && (flags & O.DIRECTORY) !== 0 && !isDirectory(position);
  const actual = open(world.task, path, flags);
  compare(world, count, `open ${path}`, wrongKind ? 'ENOTDIR' : expected, actual);
  if (actual.ok && position !== undefined) world.files.push({ fd: actual.fd, position });
}
