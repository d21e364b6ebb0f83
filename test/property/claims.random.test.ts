/**
 * Assertions and moves that gain rights, against the reference on every path over a small alphabet, and on trees: what is
 * decided, the witnesses, the rule that is shown, and that a run confirms every move.
 */
import { describe, expect, it } from 'vitest';
import {
  ACTIONS,
  actionBit,
  actionNames,
  ALL_ACTIONS,
  ALL_TRIGGERS,
  actionMask,
} from '../../src/abi/actions.js';
import { checkSources, hasError } from '../../src/compile.js';
import { defined } from '../../src/base/assert.js';
import type { Artifact } from '../../src/artifact/manifest.js';
import { confirmGains, replayGains } from '../../src/tools/testing/confirm-gains.js';
import { automataOf, judge } from '../../src/ir/analysis/check-assertions.js';
import { deciderAt } from '../../src/ir/analysis/deciding-rule.js';
import { findGains, type Gain } from '../../src/ir/analysis/gains.js';
import type { Assertion, CheckedPolicy, Layer, Scope } from '../../src/ir/check/policy.js';
import { makeSpots, type Step } from '../../src/ir/hierarchy/spots.js';
import { buildTree } from '../../src/runtime/kernel/build-tree.js';
import { loadPolicy } from '../../src/runtime/load.js';
import {
  allowedOnPath,
  breaks,
  brokenOnTree,
  canBe,
  gainsBetween,
  gainsOnTree,
  groundAll,
  isAsserted,
  masksOnPath,
  type MoveRegion,
} from '../support/reference.js';
import { buildReferenceTree, type Entry } from '../support/reference-tree.js';
import { claimText, globbyText, linked, movingText, policyText, tree } from '../support/arbitrary.js';
import { everyPath, type Names } from '../support/paths.js';
import { checkText, meaningful, unproved } from '../support/policy.js';
import { cases, fc } from '../support/random.js';

const RUNS = cases(400, 1 / 2);

/** The artifact of a text, without its proof; undefined if the text has an error. */
function built(text: string): { readonly artifact: Artifact; readonly policy: CheckedPolicy } | undefined {
  const { policy, sources, diagnostics } = checkText(text);
  if (policy === undefined || hasError(diagnostics)) return undefined;
  return { artifact: unproved({ policy, sources }), policy };
}

/** All layers as one, so that every path that tells them apart is tried; with the asserted path beside. */
function pathsOf(layers: readonly Layer[], assertion?: Assertion): Names[] {
  const scopes: Scope[] = layers.flatMap((l) => l.scopes);
  const [first] = layers;
  if (first === undefined) return [];
  const asserted = assertion === undefined ? [] : [{ ...(scopes[0] as Scope), path: assertion.path }];
  return everyPath({ ...first, scopes: [...scopes, ...asserted] });
}

const namesOf = (path: readonly Step[]): Names => path.map((s) => s.name);
const KINDS = ['dir', 'file'] as const;

/** The length of the shortest path that breaks an assertion; undefined when none does. */
function shortestBreach(
  layers: readonly Layer[],
  assertion: Assertion,
  paths: readonly Names[],
): number | undefined {
  const lengths = paths
    .filter((names) => isAsserted(assertion, names))
    .flatMap((names) => {
      const kinds = names.length === 0 ? (['dir'] as const) : KINDS;
      const here = kinds.some(
        (kind) =>
          canBe(layers, names, kind) &&
          breaks(assertion, allowedOnPath(layers, names, kind).self, kind) !== 0,
      );
      if (here) return [names.length];
      if (assertion.reach === 'at' || !canBe(layers, names, 'dir')) return [];
      const { below } = allowedOnPath(layers, names, 'dir');
      return KINDS.some((kind) => breaks(assertion, below, kind) !== 0) ? [names.length + 1] : [];
    });
  return lengths.length === 0 ? undefined : Math.min(...lengths);
}

describe('checkAssertions', () => {
  it('reports an assertion exactly when some path breaks it, with a shortest path', () => {
    const count = { holds: 0, broken: 0 };
    const property = fc.property(
      fc.oneof(policyText, globbyText),
      fc.array(claimText, { minLength: 1, maxLength: 3 }),
      (text, claims) => {
        const checked = meaningful(`${text}\n${claims.join('\n')}`);
        if (checked === undefined) return;
        const { policy, hierarchies, diagnostics } = checked;
        const { layers } = policy;
        const product = makeSpots(layers, automataOf(policy, layers, hierarchies));
        let broken = 0;
        for (const assertion of policy.assertions) {
          const judgement = judge(product, assertion);
          const shortest = shortestBreach(layers, assertion, pathsOf(layers, assertion));
          expect(judgement.kind).toBe(shortest === undefined ? 'holds' : 'broken');
          count[shortest === undefined ? 'holds' : 'broken']++;
          if (judgement.kind !== 'broken') continue;
          broken++;
          const { path, object, action } = judgement.breach;
          expect(path.length).toBe(shortest);
          expect(isAsserted(assertion, namesOf(path))).toBe(true);
          expect(breaks(assertion, allowedThere(layers, path, object), object) & (1 << action)).not.toBe(0);
        }
        expect(new Set(diagnostics.filter((d) => d.code === 'LLP3018').map((d) => d.span?.start)).size).toBe(
          broken,
        );
      },
    );
    fc.assert(property, { numRuns: RUNS });
    console.log('assertions', count);
    expect(count.holds).toBeGreaterThan(RUNS / 20);
    expect(count.broken).toBeGreaterThan(RUNS / 20);
  });

  it('an assertion in a policy block is about that layer alone', () => {
    const text = (claim: string): string =>
      `llp 1; policy "a" { allow read; ${claim} } policy "b" { deny read; dir "/x" { allow read; } }`;
    const codes = (claim: string): string[] =>
      checkText(text(claim)).diagnostics.flatMap((d) => (d.code === 'LLP3018' ? d.code : []));
    expect(codes('assert never read under "/y";')).toEqual(['LLP3018']);
    expect(codes('assert always read under "/";')).toEqual([]);
    expect(codes('} assert never read under "/y"; policy "c" { allow read;')).toEqual([]);
  });

  it('decides assertions of `walk` like those of other actions', () => {
    const codes = (claim: string): string[] =>
      checkSources([
        { name: 'p.llp', text: `llp 1; policy "p" { dir "/x" { deny walk; } } assert ${claim};` },
      ]).diagnostics.map((d) => d.code);
    expect(codes('never walk under "/x"')).toEqual([]);
    expect(codes('always walk under "/"')).toEqual(['LLP3018']);
  });
});

/** On the object at the end of a path, by the reference; what appears later is not named. */
function allowedThere(layers: readonly Layer[], path: readonly Step[], object: 'dir' | 'file'): number {
  const later = path.findIndex((s) => s.appears);
  if (later >= 0) return allowedOnPath(layers, namesOf(path.slice(0, later)), 'dir').below;
  expect(canBe(layers, namesOf(path), object)).toBe(true);
  return allowedOnPath(layers, namesOf(path), object).self;
}

describe('deciderAt', () => {
  it('gives the verdict of the reference on every path', () => {
    let decided = 0;
    const property = fc.property(globbyText, fc.constantFrom(...ACTIONS), (text, name) => {
      const checked = meaningful(text);
      const [layer] = checked?.policy.layers ?? [];
      if (layer === undefined) return;
      const action = actionBit(name) ?? 0;
      for (const names of everyPath(layer)) {
        for (const kind of names.length === 0 ? (['dir'] as const) : KINDS) {
          const path = names.map((n) => ({ name: n, appears: false }));
          const decider = deciderAt(layer, path, kind, action);
          const allowed =
            decider.kind === 'rule'
              ? decider.rule.effect === 'allow'
              : layer.default === 'allow' || name === 'walk';
          expect(allowed).toBe((masksOnPath(layer, names, kind).self & (1 << action)) !== 0);
          decided += decider.kind === 'rule' ? 1 : 0;
        }
      }
    });
    fc.assert(property, { numRuns: RUNS / 2 });
    expect(decided).toBeGreaterThan(RUNS);
  });
});

const WALK = 1 << 24;

/** Every directory that can be walked to, and one that appears in it. */
function moveRegions(layers: readonly Layer[]): MoveRegion[] {
  const walked = new Set<string>();
  return pathsOf(layers)
    .filter((names) => canBe(layers, names, 'dir'))
    .toSorted((a, b) => a.length - b.length)
    .flatMap((names) => {
      const { self, below } = allowedOnPath(layers, names, 'dir');
      const above = names.length === 0 || walked.has(names.slice(0, -1).join('/'));
      if (!above || (self & WALK) === 0) return [];
      walked.add(names.join('/'));
      const own = { own: self, below };
      return (below & WALK) === 0 ? [own] : [own, { own: below, below }];
    });
}

/** What can be gained, by what is allowed before. */
function unionOfGains(pairs: Iterable<readonly [number, number]>): string[] {
  const all = new Map<number, number>();
  for (const [from, gained] of pairs) if (gained !== 0) all.set(from, (all.get(from) ?? 0) | gained);
  return [...all].map(([from, gained]) => `${from}: ${gained}`).sort();
}

function* gainsByPairs(layers: readonly Layer[]): Generator<readonly [number, number]> {
  const unique = new Map(moveRegions(layers).map((r) => [`${r.own},${r.below}`, r]));
  for (const from of unique.values())
    for (const to of unique.values())
      for (const gained of gainsBetween(from, to).values()) yield [from.below, gained];
}

/** The masks of a directory of a witness, by the reference. */
function regionAt(layers: readonly Layer[], directory: readonly Step[]): MoveRegion {
  const later = directory.findIndex((s) => s.appears);
  if (later < 0) {
    const { self, below } = allowedOnPath(layers, namesOf(directory), 'dir');
    return { own: self, below };
  }
  const { below } = allowedOnPath(layers, namesOf(directory.slice(0, later)), 'dir');
  return { own: below, below };
}

function isGain(layers: readonly Layer[], { from, to, call, gained }: Gain): boolean {
  const [here, there] = [regionAt(layers, from.directory), regionAt(layers, to.directory)];
  return gained !== 0 && gainsBetween(here, there).get(call) === gained;
}

/** Whether no scope that must be there wants another kind of object than one for the same path, in whichever layer. */
function isLoadable(layers: readonly Layer[]): boolean {
  const literal = layers.flatMap((l) => l.scopes).filter((s) => s.path.every((c) => 'literal' in c));
  return literal.every(
    ({ path, object, optional }) =>
      optional ||
      canBe(
        layers,
        path.map((c) => ('literal' in c ? c.literal : '')),
        object,
      ),
  );
}

describe('findGains', () => {
  it('finds the moves that some pair of directories allows, and a run confirms each', () => {
    const count = { policies: 0, gains: 0, notRun: 0, links: 0, actions: new Set<number>() };
    const property = fc.property(movingText, (text) => {
      const checked = meaningful(text);
      if (checked === undefined) return;
      const { policy, hierarchies, sources } = checked;
      const { layers } = policy;
      const found = findGains(makeSpots(layers, automataOf(policy, layers, hierarchies)), ALL_ACTIONS);
      if (found.kind !== 'found') return;
      const { gains } = found;
      expect(unionOfGains(gains.map((g) => [g.from.allowed, g.gained] as const))).toEqual(
        unionOfGains(gainsByPairs(layers)),
      );
      for (const gain of gains) expect(isGain(layers, gain)).toBe(true);
      const runs = replayGains(policy, sources, gains);
      expect(runs).toEqual(gains.map(() => (isLoadable(layers) ? 'confirmed' : runs[0])));
      count.notRun += runs.filter((r) => r === 'not-run').length;
      count.policies += gains.length > 0 ? 1 : 0;
      count.gains += gains.length;
      count.links += gains.filter((g) => g.call === 'link').length;
      for (const gain of gains) count.actions.add(gain.gained);
    });
    fc.assert(property, { numRuns: RUNS });
    console.log('moves', { ...count, actions: count.actions.size });
    expect(count.policies).toBeGreaterThan(RUNS / 20);
    expect(count.links).toBeGreaterThan(RUNS / 40);
    expect(count.notRun).toBeLessThan(count.gains / 10);
  });

  it('reports an error where an assertion forbids a move, and nothing where the move is accepted', () => {
    const policy = 'policy "p" { dir "/in" { allow rename; } dir "/out" { allow read, write, renameto; } }';
    const told = (claims: string): string[] =>
      checkSources([{ name: 'p.llp', text: `llp 1; ${claims} ${policy}` }]).diagnostics.map(
        ({ code, message }) => `${code} ${/gains ([^,]*(?:, `\w+`)*)/.exec(message)?.[1] ?? ''}`,
      );
    expect(told('')).toEqual(['LLP3019 `read`, `renameto`, `write`']);
    expect(told('accept gains renameto, write;')).toEqual(['LLP3019 `read`']);
    expect(told('accept gains all;')).toEqual([]);
    expect(told('assert never gains read; accept gains all;')).toEqual(['LLP3020 `read`']);
    expect(told('assert never gains read;')).toEqual(['LLP3020 `read`', 'LLP3019 `renameto`, `write`']);
    expect(told('assert never gains execute; accept gains all;')).toEqual([]);
  });

  it('reports an `accept` exactly when removing it changes nothing', () => {
    const count = { idle: 0, used: 0 };
    const property = fc.property(movingText, fc.integer({ min: 1, max: 2 ** 24 - 1 }), (text, mask) => {
      const checked = meaningful(text);
      if (checked === undefined || /assert|accept/.test(text)) return;
      const gained = [...gainsByPairs(checked.policy.layers)].reduce((all, [, g]) => all | g, 0);
      const actions = actionMask(mask & (mask >>> 5) & (mask << 7) & ALL_TRIGGERS);
      if (actions === 0) return;
      const line = `accept gains ${actionNames(actions).join(', ')};`;
      const { diagnostics } = defined(meaningful(`${text}\n${line}`), 'it means the same');
      const idle = (actions & gained) === 0;
      count[idle ? 'idle' : 'used']++;
      expect(diagnostics.filter((d) => d.code === 'LLP3021').map((d) => d.span?.start)).toEqual(
        idle ? [text.length + 1] : [],
      );
      if (idle) expect(diagnostics).toHaveLength(checked.diagnostics.length + 1);
    });
    fc.assert(property, { numRuns: RUNS });
    console.log('accepts', count);
    expect(Math.min(count.idle, count.used)).toBeGreaterThan(RUNS / 40);
  });

  it('an `accept` does not cover a move that an assertion forbids', () => {
    const policy = 'policy "p" { dir "/in" { allow rename; } dir "/out" { allow read, renameto; } }';
    const text = `llp 1; assert never gains execute; accept gains execute; ${policy}`;
    const told = checkText(text).diagnostics.filter((d) => d.code === 'LLP3021');
    expect(told.map((d) => d.notes.map((n) => n.span?.start))).toEqual([[text.indexOf('assert')]]);
    expect(told.map((d) => d.fix)).toEqual([
      {
        span: { source: 0, start: text.indexOf('accept'), end: text.indexOf('policy') - 1 },
        replacement: '',
      },
    ]);
  });

  it('says that a move is confirmed only after a run', () => {
    const text = 'llp 1; policy "p" { dir "/in" { allow rename; } dir "/out" { allow read, renameto; } }';
    const checked = checkText(text);
    const notes = (list: typeof checked.diagnostics): string => list.map((d) => d.notes[0]?.message).join();
    expect(notes(checked.diagnostics)).toBe('`rename /in/x -> /out/x`');
    expect(notes(confirmGains(checked))).toBe(
      '`rename /in/x -> /out/x`: run and confirmed: denied before, allowed after',
    );
    const other = checkSources([
      { name: 'p.llp', text: 'llp 1; policy "p" { dir? "/in" { deny read; } dir? "/out" { deny read; } }' },
    ]);
    const wrong = { ...checked, stages: { ...checked.stages, policy: other.policy as CheckedPolicy } };
    const forged = wrong.stages.gains?.map((g) => ({ ...g, layers: wrong.stages.policy.layers })) ?? [];
    expect(notes(confirmGains({ ...wrong, stages: { ...wrong.stages, gains: forged } }))).toContain(
      'a bug in llpc',
    );
  });
});

/** The entries that the reference's tree could be made of. */
function accepted(entries: readonly Entry[]): Entry[] {
  const kept: Entry[] = [];
  for (const entry of entries) if (buildReferenceTree([...kept, entry]).left === 0) kept.push(entry);
  return kept;
}

const claimed = fc.tuple(policyText, claimText).map(([text, claim]) => `${text}\n${claim}`);

describe('loadPolicy, assertions', () => {
  it('refuses the load exactly when an object breaks an assertion', () => {
    const count = { loaded: 0, refused: 0 };
    const property = fc.property(
      fc.oneof(linked, fc.record({ text: claimed, entries: tree })),
      ({ text, entries }) => {
        const { artifact, policy } = built(text) ?? {};
        const [assertion] = policy?.assertions ?? [];
        if (artifact === undefined || policy === undefined || assertion === undefined) return;
        const made = accepted(entries);
        const reference = buildReferenceTree(made);
        const layers = groundAll(policy, reference.tree);
        if (layers === undefined) return;
        const loaded = loadPolicy(artifact, buildTree(made).vfs);
        const broken = brokenOnTree(layers, reference.tree, assertion);
        expect(loaded.problems.filter((p) => p.severity === 'error').map((p) => p.code)).toEqual(
          broken ? ['LLP5014'] : [],
        );
        expect(loaded.kind).toBe(broken ? 'refused' : 'loaded');
        const plain = made.every((e) => e.kind === 'dir' || e.kind === 'file');
        if (plain) expect(loaded.kind, 'what holds on all paths holds on a plain tree').toBe('loaded');
        count[loaded.kind]++;
      },
    );
    fc.assert(property, { numRuns: RUNS * 3 });
    console.log('loads', count);
    expect(count.loaded).toBeGreaterThan(RUNS / 2);
    expect(count.refused).toBeGreaterThan(RUNS / 100);
  });
});

const PLACES = ['/a', '/b', '/c', '/d', '/a/b', '/c/a'] as const;
const ROLES = ['allow rename;', 'here { allow renameto; }', 'allow read;'] as const;
const OTHERS = ['allow link;', 'here { allow linkto; }', 'here { deny walk; }', 'allow open;'] as const;

/** Something may be moved, somewhere something may be moved to, somewhere more is allowed; links bring them together. */
const moves = fc
  .record({
    places: fc.shuffledSubarray([...PLACES], { minLength: 4, maxLength: 4 }),
    other: fc.constantFrom(...OTHERS),
    link: fc.record({ path: fc.constantFrom(2, 2, 1, 0, 3), target: fc.constantFrom(1, 1, 0, 2, 3) }),
    binds: fc.array(fc.record({ path: fc.nat(3), target: fc.nat(3) }), { maxLength: 1 }),
  })
  .map(({ places, other, link, binds }) => {
    const at = (i: number): string => places[i] ?? '/a';
    const rules = [...ROLES, other];
    const items = rules.map((rule, i) => `dir? "${at(i)}" { ${rule} }`).join(' ');
    const entries: Entry[] = [
      { kind: 'link', path: at(link.path), target: at(link.target) },
      ...places.map((path) => ({ kind: 'dir' as const, path })),
      ...binds.map((b) => ({ kind: 'bind' as const, path: at(b.path), target: at(b.target) })),
    ];
    return { text: `llp 1; policy "p" { ${items} }\nassert never gains read;`, entries };
  });

describe('loadPolicy, assertions about gains', () => {
  it('refuses the load exactly when a move gains the action', () => {
    const count = { loaded: 0, refused: 0 };
    const property = fc.property(moves, ({ text, entries }) => {
      const { artifact, policy } = built(text) ?? {};
      if (artifact === undefined || policy === undefined) return;
      const made = accepted(entries);
      const reference = buildReferenceTree(made);
      const layers = groundAll(policy, reference.tree);
      if (layers === undefined) return;
      const loaded = loadPolicy(artifact, buildTree(made).vfs);
      const gains = gainsOnTree(layers, reference.tree, 1 << (actionBit('read') ?? 0));
      expect(loaded.problems.map((p) => p.code)).toEqual(gains ? ['LLP5016'] : []);
      count[loaded.kind]++;
    });
    fc.assert(property, { numRuns: RUNS });
    console.log('gains on trees', count);
    expect(count.loaded).toBeGreaterThan(RUNS / 4);
    expect(count.refused).toBeGreaterThan(RUNS / 40);
  });
});
