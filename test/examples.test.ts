/** Every example from the outside: it compiles without a word, its tests pass, its scenario replays, its stages are as they were. */
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import {
  cacheTable,
  chainingTable,
  exampleFigures,
  examplePseudocode,
  traceExample,
} from '../bench/why-chaining.js';
import { evaluate } from '../examples/why-chaining/pseudocode.js';
import type { HookRun } from '../src/runtime/kernel/trace.js';
import { defined } from '../src/base/assert.js';
import { fileImporter } from '../src/front/cli/io.js';
import { makeTree } from '../src/front/cli/scenario-files.js';
import { compile } from './support/compile.js';
import { type CompileResult } from '../src/compile.js';
import { createEngine } from '../src/runtime/engine/engine.js';
import { ENGINE_NAMES } from '../src/runtime/engine/names.js';
import { runScenario } from '../src/runtime/scenario/run.js';
import type { Scenario } from '../src/runtime/scenario/types.js';
import { validateAgainst } from '../src/runtime/schema.js';
import { runTests } from '../src/tools/testing/testing.js';
import { matchGolden } from './support/golden.js';

const FOLDER = fileURLToPath(new URL('../examples/', import.meta.url));
const EXAMPLES = readdirSync(FOLDER, { withFileTypes: true })
  .filter((e) => e.isDirectory() && e.name !== 'integrations')
  .map((e) => e.name);

const read = (example: string, file: string): string => readFileSync(`${FOLDER}${example}/${file}`, 'utf8');

function compileExample(example: string): CompileResult {
  return compile([{ name: 'policy.llp', text: read(example, 'policy.llp') }], { importer: fileImporter });
}

describe.each(EXAMPLES)('example %s', (example) => {
  const result = compileExample(example);

  it('compiles without a diagnostic', () => {
    expect(result.diagnostics).toEqual([]);
    expect(result.artifact).toBeDefined();
  });

  it('passes its own tests', () => {
    const reports = defined(runTests(result), 'it compiles');
    expect(reports.length).toBeGreaterThan(0);
    expect(reports.flatMap((r) => r.diagnostics)).toEqual([]);
    expect(reports.every((r) => r.passed && r.expectations > 0)).toBe(true);
  });

  it.each(ENGINE_NAMES)('replays its scenario with the expected verdicts, engine %s', async (engine) => {
    const scenario = JSON.parse(read(example, 'scenario.json')) as Scenario;
    expect(await validateAgainst('scenario-1.json', scenario)).toEqual([]);
    const tree = await makeTree(scenario, FOLDER + example);
    if (tree.kind !== 'ok') throw new Error(JSON.stringify(tree.diagnostics));
    const artifact = defined(result.artifact, 'it compiles');
    const replay = runScenario(scenario, new Map([['main', artifact]]), tree.vfs, {
      engine: createEngine(engine),
    });
    expect(replay.fault).toBeUndefined();
    expect(replay.steps).toHaveLength(scenario.steps.length);
    expect(replay.steps.filter((s) => !s.ok || s.expected === null)).toEqual([]);
    expect(new Set(replay.steps.map((s) => s.result))).toContain('EACCES');
  });

  it('has a manifest that fits the schema', async () => {
    expect(
      await validateAgainst(
        'manifest-1.json',
        JSON.parse(defined(result.stages.show('manifest'), 'a manifest')),
      ),
    ).toEqual([]);
  });

  it.each(['policy', 'hierarchy', 'plan', 'blocks', 'optimised', 'asm', 'manifest'] as const)(
    'has the same %s as before',
    (stage) => {
      const extension = stage === 'manifest' ? 'json' : 'txt';
      matchGolden(
        `${example}/${stage}.${extension}`,
        defined(result.stages.show(stage), 'the stage is reached'),
      );
    },
  );

  it('has a README that names its commands', () => {
    const text = read(example, 'README.md');
    expect(text).toContain(`npx llpc test examples/${example}/policy.llp`);
    expect(text).toContain(
      `npx llpc run examples/${example}/policy.llp --scenario examples/${example}/scenario.json`,
    );
  });
});

describe.each(EXAMPLES.filter((e) => e !== 'why-chaining'))('the README of %s', (example) => {
  it('says of every refused step why, and of no other', () => {
    const { steps } = JSON.parse(read(example, 'scenario.json')) as Scenario;
    const refused = steps.flatMap((s, i) => (s.expect === 'allow' ? [] : [i + 1]));
    const rows = read(example, 'README.md').matchAll(/^\| ([0-9, ]+) \|/gm);
    const told = [...rows].flatMap(([, numbers]) => (numbers ?? '').split(', ').map(Number));
    expect(told.sort((a, b) => a - b)).toEqual(refused);
  });
});

describe('why-chaining', () => {
  const folder = new URL('../examples/why-chaining/', import.meta.url);
  const figures = exampleFigures(folder);

  it('gives the same verdicts under all three plans, with a cache of verdicts and without', () => {
    const [first, ...others] = figures.flatMap(({ plain, cached }) => [plain.results, cached.results]);
    for (const other of others) expect(other).toEqual(first);
  });

  it('has no cached result that differs from a run', () => {
    expect(figures.map(({ plain, cached }) => [plain.cache, cached.cache?.wrong])).toEqual(
      figures.map(() => [undefined, 0]),
    );
    // Programs of fs_get always run.
    for (const { plain, cached } of figures)
      expect(cached.programRuns + (cached.cache?.hits ?? 0)).toBe(plain.programRuns);
  });

  it('has pseudocode that does what the programs do, on every run', () => {
    const text = examplePseudocode(folder);
    const ran: HookRun[] = [];
    traceExample(folder, { ran: (run) => ran.push(run) });
    expect(new Set(ran.map((run) => run.program)).size).toBeGreaterThan(6);
    for (const run of ran) expect(evaluated(text, run)).toEqual(observed(run));
  });

  it('shows the figures of this compiler', () => {
    const readme = read('why-chaining', 'README.md');
    expect(readme).toContain(chainingTable(figures).trim());
    expect(readme).toContain(cacheTable(figures).trim());
    expect(readme).toContain(examplePseudocode(folder).trim());
  });
});

/** A u64 of two signed halves. */
const u64 = ({ lo, hi }: { readonly lo: number; readonly hi: number }): bigint =>
  (BigInt(hi >>> 0) << 32n) | BigInt(lo >>> 0);

/** What a run of a program did. A denied run leaves no cookie. */
function observed({ verdict, after, events }: HookRun): unknown {
  const set = events.find((e) => e.kind === 'setTag');
  return {
    allows: verdict === 0,
    cookie: verdict === 0 && u64(after),
    tag: set?.kind === 'setTag' ? u64(set) : undefined,
  };
}

/** What the pseudocode does where the program ran. */
function evaluated(text: string, { program, lookup, before, events }: HookRun): unknown {
  const seen = (kind: 'mapLookup' | 'getTag'): bigint => {
    const event = events.find((e) => e.kind === kind);
    return event === undefined || event.kind === 'readContext' ? 0n : u64(event);
  };
  let tag: bigint | undefined;
  const { allows, cookie } = evaluate(text, program, lookup, {
    cookie: u64(before),
    map_lookup: () => seen('mapLookup'),
    get_tag: () => seen('getTag'),
    set_tag: (_, value) => ((tag = value), 0n),
  });
  return { allows, cookie: allows && cookie, tag };
}
