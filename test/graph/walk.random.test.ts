/**
 * Random policies: a place of a drawing has the rights that the reference evaluator gives to its paths, and the highlighted walk is the
 * one that the explanation tells.
 */
import { posix } from 'node:path';
import { expect, it } from 'vitest';
import { ACTIONS, actionBit, type ActionName } from '../../src/abi/actions.js';
import { walkPath } from '../../src/tools/query/walk-path.js';
import { treeFor } from '../../src/tools/query/tree.js';
import { compile } from '../support/compile.js';
import { type CompileResult } from '../../src/compile.js';
import { nodesOf, type GraphNode, type LayerGraph } from '../../src/tools/graph/model.js';
import { edgesTaken, placesOf } from '../../src/tools/graph/places.js';
import type { PatternComponent } from '../../src/semantics/pattern.js';
import { explainRuns, traced, type ExplainedRun } from '../../src/runtime/explain.js';
import { request } from '../../src/runtime/kernel/syscalls/index.js';
import { loadPolicy, toDecision, type Decision } from '../../src/runtime/load.js';
import { EVERY_NAME, globbyText, policyText } from '../support/arbitrary.js';
import { everyPath } from '../support/paths.js';
import { componentMatches, masksOnPath } from '../support/reference.js';
import { modelOf } from '../support/draw.js';
import { cases, fc } from '../support/random.js';

const RUNS = cases(400);
const policies = fc.oneof(policyText, globbyText);

it('placesOf: a place has the rights of its paths', () => {
  let [compared, atPlaces] = [0, 0];
  const property = fc.property(policies, (text) => {
    const { stages, artifact } = compile(text);
    if (artifact === undefined) return;
    stages.policy?.layers.forEach((layer, i) => {
      const automaton = stages.hierarchies?.[i];
      if (automaton === undefined) return;
      const root = placesOf(layer, automaton);
      for (const names of everyPath(layer)) {
        for (const directory of names.length === 0 ? [true] : [true, false]) {
          const taken = edgesTaken(root, names, directory);
          let place = root;
          for (const edge of taken) place = place.children[edge]?.to ?? place;
          const { dir, below, file } = place.state;
          const wanted = masksOnPath(layer, names, directory ? 'dir' : 'file');
          const self = taken.length < names.length ? below : directory ? dir : file;
          if (self !== wanted.self || (directory && below !== wanted.below))
            throw new Error(
              `/${names.join('/')}: ${String([self, below])}, not ${String([wanted.self, wanted.below])}`,
            );
          compared++;
          if (taken.length === names.length) atPlaces++;
        }
      }
    });
  });
  fc.assert(property, { numRuns: Math.ceil(RUNS / 4) });
  expect(atPlaces / compared).toBeGreaterThan(0.05);
  expect(atPlaces / compared).toBeLessThan(0.9);
});

const paths = fc
  .array(
    fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom(...EVERY_NAME) },
      { weight: 1, arbitrary: fc.constantFrom('..', '.') },
    ),
    { minLength: 1, maxLength: 4 },
  )
  .map((names) => `/${names.join('/')}`);
const actions = fc.constantFrom<ActionName[]>(
  'open',
  'read',
  'walk',
  'readdir',
  'chdir',
  'create',
  ...ACTIONS,
);

it('walkPath: highlights the walk of the explanation', async () => {
  const seen: Record<string, number> = {};
  const property = fc.asyncProperty(policies, paths, actions, async (text, path, action) => {
    const result = compile(text);
    if (result.artifact === undefined) return;
    const walked = walkPath(result.artifact, result.sources, action, path);
    if (walked.kind === 'refused') return;
    const model = await modelOf(result, { path, action, full: true });
    const told = await explained(result, action, path);
    model.layers.forEach((layer, i) => {
      const chain = result.artifact?.manifest.chains[i];
      const runs = told.runs.filter((r) => chain?.programs.includes(r.program));
      const last = runs.at(-1);
      const there = last?.phase === 'object' ? last.map !== 'miss' : told.decision.verdict === 'allow';
      compareWalk(layer, runs, there ? path : undefined);
      const row = nodesOf(layer.root).flatMap((n) => n.rows.filter((r) => r.kind === 'walked'));
      expect(row).toHaveLength(1);
      const [end] = row;
      if (end?.kind !== 'walked') throw new Error('a verdict at the end');
      seen[end.effect] = (seen[end.effect] ?? 0) + 1;
      expect(end.effect).toBe(verdictOf(runs, told.decision));
    });
  });
  await fc.assert(property, { numRuns: RUNS });
  console.log('walks', seen);
  for (const effect of ['allow', 'deny', 'silent']) expect(seen[effect]).toBeGreaterThan(5);
});

async function explained(
  { artifact }: CompileResult,
  action: ActionName,
  path: string,
): Promise<{ readonly runs: readonly ExplainedRun[]; readonly decision: Decision }> {
  if (artifact === undefined) throw new Error('compiled');
  for (const spelled of [path, `${path}/`]) {
    const loaded = loadPolicy(artifact, treeFor(artifact.manifest, action, spelled).vfs);
    if (loaded.kind !== 'loaded') continue;
    const { kernel, task, grounded } = loaded.value;
    const { result, runs } = traced(kernel, () => request(task, actionBit(action) ?? 0, path));
    return { runs: explainRuns([grounded], runs), decision: toDecision(result) };
  }
  throw new Error('the drawing could be made');
}

function verdictOf(runs: readonly ExplainedRun[], decision: Decision): string {
  if (runs.length === 0) return 'silent';
  if (runs.some((r) => r.verdict === 'deny')) return 'deny';
  return decision.verdict === 'deny' ? 'silent' : decision.verdict;
}

/**
 * By the places that the cookies name. `object`: where the path leads, if it was reached and is a place: a program
 * that judges an object keeps no cookie of it.
 */
function compareWalk(graph: LayerGraph, runs: readonly ExplainedRun[], object: string | undefined): void {
  const highlighted = nodesOf(graph.root).filter((n) => n.onPath);
  const reached = new Set<GraphNode>();
  for (const { after } of runs) {
    if (after.place === undefined || after.state?.kind !== 'place') continue;
    const node = nodeAt(graph.root, namesOf(after.place));
    if (node === undefined) throw new Error(`no box for ${after.place}`);
    expect(node.onPath, after.place).toBe(true);
    reached.add(node);
  }
  if (runs.every((r) => r.after.state?.kind !== 'place')) return;
  const last = object === undefined ? undefined : nodeAt(graph.root, namesOf(posix.normalize(object)));
  if (last !== undefined && last.onPath) reached.add(last);
  // A box on the way is of a directory: what it says of a file of that name is not about the walk.
  const aboutWalk = (n: GraphNode): boolean =>
    !n.tags.includes('file') && n.rows.some((r) => r.kind === 'effect' && r.label !== 'file');
  const told = highlighted.filter((n) => n.edge !== 'rest' && aboutWalk(n));
  expect(told.filter((n) => !reached.has(n)).map((n) => n.tooltip)).toEqual([]);
}

const namesOf = (path: string): string[] => path.split('/').filter((n) => n !== '');

/** The box of a physical path: found by the names on the boxes, with the reference's own matcher. */
function nodeAt(node: GraphNode, names: readonly string[]): GraphNode | undefined {
  if (names.length === 0) return node;
  const boxes = node.children.filter((c) => c.edge === 'literal' || c.edge === 'glob');
  const literal = boxes.find((c) => c.edge === 'literal' && c.name.split('/')[0] === names[0]);
  if (literal !== undefined) {
    const own = literal.name.split('/');
    if (names.length < own.length) return names.every((n, i) => n === own[i]) ? literal : undefined;
    return own.every((n, i) => n === names[i]) ? nodeAt(literal, names.slice(own.length)) : undefined;
  }
  const globs = boxes.filter((c) => c.edge === 'glob').map((c) => ({ box: c, sources: c.name.split(' & ') }));
  const known = [...new Set(globs.flatMap((g) => g.sources))];
  const matches = (source: string): boolean => {
    const component: PatternComponent = { glob: source };
    return componentMatches(component, names[0] ?? '');
  };
  const matching = known.filter(matches);
  const found = globs.find(
    (g) => g.sources.length === matching.length && g.sources.every((s) => matching.includes(s)),
  );
  return found && nodeAt(found.box, names.slice(1));
}
