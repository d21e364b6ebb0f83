/**
 * `diff` on random pairs: it finds a difference exactly when the reference evaluator differs on some path, and what it shows is
 * confirmed by the reference and by running both chains.
 */
import { describe, expect, it } from 'vitest';
import { WALK, actionNames, maskOf, type ActionName, actionBit } from '../../src/abi/actions.js';
import { hasError, type Checked } from '../../src/compile.js';
import type { CompileResult } from '../../src/compile.js';
import { positionAt } from '../../src/diagnostics/lines.js';
import type { Change, Witness } from '../../src/ir/analysis/changes.js';
import { findDifferences, type Differences, type Side } from '../../src/ir/analysis/differences.js';
import type { CheckedPolicy, Layer } from '../../src/ir/check/policy.js';
import type { Artifact } from '../../src/artifact/manifest.js';
import { defined } from '../../src/base/assert.js';
import { createEngine } from '../../src/runtime/engine/engine.js';
import { explainRuns, traced } from '../../src/runtime/explain.js';
import { addToTree } from '../../src/runtime/kernel/build-tree.js';
import { resolve } from '../../src/runtime/kernel/resolve.js';
import { request } from '../../src/runtime/kernel/syscalls/index.js';
import { Vfs } from '../../src/runtime/kernel/vfs.js';
import { loadPolicy, toDecision } from '../../src/runtime/load.js';
import { addMissing, addRequired } from '../../src/tools/testing/test-tree.js';
import { masksOnPath } from '../support/reference.js';
import { globbyText, policyText } from '../support/arbitrary.js';
import { everyPath, type Names } from '../support/paths.js';
import { pairOf, type Pair } from '../support/mutate.js';
import { checkText, unproved } from '../support/policy.js';
import { cases, fc, SEED } from '../support/random.js';

const WANTED = cases(5_000);
const EVERYTHING = (1 << 25) - 1;
/** More than that is left out: the reference looks at every path. */
const MAX_PATHS = 500;

const masked = (names: readonly ActionName[]): number => names.reduce((mask, n) => mask | maskOf(n), 0);
/** What no call asks of a directory, and of anything else; what lies beneath may be either. */
const VACUOUS = [
  masked(['append', 'execute', 'link', 'map', 'read', 'unlink', 'write']),
  masked(['create', 'linkto', 'renameto', 'readdir', 'chdir', 'chroot', 'rmdir', 'walk']),
  0,
] as const;

const count = {
  pairs: 0,
  different: 0,
  equal: 0,
  equalAsAsked: 0,
  kinds: 0,
  refused: 0,
  witnesses: 0,
  asked: 0,
  blocked: 0,
  notLoaded: 0,
  later: 0,
  rules: 0,
};

describe('findDifferences', () => {
  it(`finds the differences of the reference evaluator, on ${WANTED} pairs`, () => {
    const property = fc.property(fc.oneof(pairOf(policyText), pairOf(globbyText)), judgePair);
    for (let round = 0; count.pairs < WANTED; round++)
      fc.assert(property, { numRuns: 250, seed: SEED + round });
    console.log('pairs', count);
    expect(Math.min(count.different, count.equal) / count.pairs).toBeGreaterThan(0.2);
    expect(
      Math.min(count.blocked, count.notLoaded, count.rules, count.equalAsAsked, count.kinds),
    ).toBeGreaterThan(0);
  });
});

function judgePair({ old, next }: Pair): void {
  const [a, b] = [checkText(old), checkText(next)];
  if (hasError(a.diagnostics) || hasError(b.diagnostics)) {
    count.refused++;
    return;
  }
  const sides = [sideOf(a), sideOf(b)] as const;
  const paths = pathsOf([...sides[0].layers, ...sides[1].layers]);
  if (paths.length > MAX_PATHS) return;
  const found = findDifferences(sides) as Differences & { kind: 'decided' };
  expect(found.kind).toBe('decided');
  expect(found.more).toBe(false);
  const differing = paths.filter((names) =>
    differences(sides, names).some((mask, i) => (mask & ~(VACUOUS[i] ?? 0)) !== 0),
  );
  expect(
    found.changes.length > 0,
    `${differing.length} paths differ, as /${differing[0]?.join('/') ?? ''}`,
  ).toBe(differing.length > 0);
  coversEveryAction(sides, differing, found.changes);
  checkUnasked(sides, paths, found);
  if (found.changes.length > 0) {
    const chains = [compiledFrom(a), compiledFrom(b)] as const;
    for (const change of found.changes) {
      expect(change.witnesses.reduce((mask, w) => mask | w.actions, 0)).toBe(change.actions);
      if (change.witnesses.length > 1) count.kinds++;
      for (const witness of change.witnesses) {
        confirmByReference(sides, change, witness);
        confirmByRunning(chains[0], change, witness, 0);
        confirmByRunning(chains[1], change, witness, 1);
      }
    }
  }
  count.pairs++;
  count[differing.length > 0 ? 'different' : 'equal']++;
}

/** What `compile` returns for a checked text, without the proof. */
function compiledFrom(checked: Checked): CompileResult {
  const policy = defined(checked.policy, 'it compiles');
  return { ...checked, artifact: unproved({ policy, sources: checked.sources }) };
}

function sideOf({ stages }: Checked): Side {
  const policy = defined(stages.policy, 'it compiles');
  return { layers: policy.layers, hierarchies: defined(stages.hierarchies, 'it compiles') };
}

/** Every path that tells any of the scopes apart. */
function pathsOf(layers: readonly Layer[]): Names[] {
  const first = defined(layers[0], 'a side has a layer');
  return everyPath({ ...first, scopes: layers.flatMap((l) => l.scopes) });
}

function masksOf(
  layers: readonly Layer[],
  names: Names,
): readonly [dir: number, file: number, below: number] {
  const all = layers.map((l) => [masksOnPath(l, names, 'dir'), masksOnPath(l, names, 'file')] as const);
  const meet = (of: (masks: (typeof all)[number]) => number): number =>
    all.reduce((m, x) => m & of(x), EVERYTHING);
  const dir = meet(([d]) => d.self);
  return [dir, names.length === 0 ? dir : meet(([, f]) => f.self) & ~WALK, meet(([d]) => d.below)];
}

function differences(sides: readonly [Side, Side], names: Names): number[] {
  const next = masksOf(sides[1].layers, names);
  return masksOf(sides[0].layers, names).map((mask, i) => mask ^ (next[i] ?? 0));
}

/** What no call asks is told where it is all that differs. */
function checkUnasked(
  sides: readonly [Side, Side],
  paths: readonly Names[],
  { changes, unasked }: Differences & { kind: 'decided' },
): void {
  const any = paths.some((names) => differences(sides, names).some((mask) => mask !== 0));
  expect(unasked !== undefined).toBe(changes.length === 0 && any);
  if (unasked === undefined) return;
  count.equalAsAsked++;
  const aspect = unasked.object === 'dir' ? 0 : 1;
  expect(unasked.actions & (VACUOUS[aspect] ?? 0)).toBe(unasked.actions);
  expect((differences(sides, unasked.names)[aspect] ?? 0) & unasked.actions).toBe(unasked.actions);
}

/** Each action that differs somewhere is in a change, in the same direction. */
function coversEveryAction(
  sides: readonly [Side, Side],
  differing: readonly Names[],
  changes: readonly Change[],
): void {
  let [widened, narrowed] = [0, 0];
  for (const names of differing) {
    const [old, next] = [masksOf(sides[0].layers, names), masksOf(sides[1].layers, names)];
    old.forEach((mask, i) => {
      const asked = ~(VACUOUS[i] ?? 0);
      widened |= (next[i] ?? 0) & ~mask & asked;
      narrowed |= mask & ~(next[i] ?? 0) & asked;
    });
  }
  const said = (kind: Change['change']): number =>
    changes.reduce((mask, c) => (c.change === kind ? mask | c.actions : mask), 0);
  expect([said('widened'), said('narrowed')]).toEqual([widened, narrowed]);
}

function confirmByReference(
  sides: readonly [Side, Side],
  { change, decisions }: Change,
  witness: Witness,
): void {
  const { names, object, appearsLater, actions } = witness;
  expect(actions & (VACUOUS[object === 'dir' ? 0 : 1] ?? 0)).toBe(0);
  const index = appearsLater ? 2 : object === 'dir' ? 0 : 1;
  const at = appearsLater ? names.slice(0, -1) : names;
  const [old, next] = sides.map((s) => (masksOf(s.layers, at)[index] ?? 0) & actions);
  expect([old, next]).toEqual(change === 'widened' ? [0, actions] : [actions, 0]);
  expect(decisions.map((d) => d[0]?.verdict)).toEqual(
    change === 'widened' ? ['deny', 'allow'] : ['allow', 'deny'],
  );
  expect(blockedOf(sides, names)).toEqual(witness.blocked);
  count.witnesses++;
}

function blockedOf(sides: readonly [Side, Side], names: Names): (number | undefined)[] {
  return sides.map(({ layers }) => {
    const at = names.findIndex((_, i) => (masksOf(layers, names.slice(0, i))[0] & WALK) === 0);
    return at < 0 ? undefined : at;
  });
}

/** The chain of a side answers the verdict; a tree that it refuses, or a walk that it denies, is as the witness says. */
function confirmByRunning(result: CompileResult, { decisions }: Change, witness: Witness, side: 0 | 1): void {
  const policy = defined(result.stages.policy, 'it compiles');
  const artifact = defined(result.artifact, 'it compiles');
  const vfs = treeWith(witness, policy, artifact);
  const loaded = loadPolicy(artifact, vfs, createEngine('interpreter'));
  // Some policies load on no tree: they require both kinds of one object.
  const never = (): boolean => loadPolicy(artifact, treeWith(NOTHING, policy, artifact)).kind === 'refused';
  if (witness.refused[side] || never()) expect(loaded.kind).toBe('refused');
  else expect(loaded.kind).toBe('loaded');
  if (loaded.kind === 'refused') {
    count.notLoaded++;
    return;
  }
  const path = `/${witness.names.join('/')}`;
  if (witness.appearsLater) {
    count.later++;
    expect(addToTree(vfs, { kind: witness.object, path })).toBeUndefined();
  }
  const blocked = witness.blocked[side] !== undefined;
  if (blocked) count.blocked++;
  const expected = blocked ? 'deny' : decisions[side][0]?.verdict;
  const { kernel, task, grounded } = loaded.value;
  for (const action of actionNames(witness.actions)) {
    const ask = (): ReturnType<typeof request> => request(task, actionBit(action), path);
    const { result: answer, runs } = traced(kernel, ask);
    expect(toDecision(answer).verdict, `${action} ${path}, side ${side}`).toBe(expected);
    count.asked++;
    const judged = explainRuns([grounded], runs).at(-1);
    // A chain without state does not know regions: of what is in no scope it names the rules of the root.
    if ([...grounded.maps.values()].some(({ map }) => map.layout.classes === 0)) continue;
    // An action that is allowed everywhere has no program: then the last run judged the walk.
    if (blocked || judged?.reason?.kind !== 'rule' || (judged.phase === 'walk' && action !== 'walk'))
      continue;
    const { span } = judged.reason.rule;
    count.rules++;
    expect(decisions[side].map((d) => startOf(result, d.by?.rule.span))).toContain(
      `${span.line}:${span.column}`,
    );
  }
}

function startOf(
  { sources }: CompileResult,
  span: { readonly source: number; readonly start: number } | undefined,
): string {
  if (span === undefined) return 'default';
  const { line, column } = positionAt(defined(sources[span.source], 'a source'), span.start);
  return `${line}:${column}`;
}

const NOTHING = { names: [], object: 'dir', appearsLater: false } as const;

/** The witness, and what the policy requires beside it. */
function treeWith(
  { names, object, appearsLater }: Pick<Witness, 'names' | 'object' | 'appearsLater'>,
  policy: CheckedPolicy,
  { manifest }: Artifact,
): Vfs {
  const vfs = new Vfs();
  if (appearsLater) addMissing(vfs, '', names.slice(0, -1).join('/'), true);
  else if (names.length > 0) addMissing(vfs, '', names.join('/'), object === 'dir');
  addRequired(vfs, manifest);
  // What is required only where something else is: until nothing is new.
  for (const { scopes } of [...policy.layers, ...policy.layers]) {
    for (const { path, object: kind, optional, within } of scopes) {
      if (optional || within === 0 || path.some((c) => 'glob' in c)) continue;
      const literal = path.map((c) => ('literal' in c ? c.literal : ''));
      if (resolve(vfs, `/${literal.slice(0, within).join('/')}`, true).ok)
        addMissing(vfs, '', literal.join('/'), kind === 'dir');
    }
  }
  return vfs;
}
