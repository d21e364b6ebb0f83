/**
 * Real traces: gcc on a small project, `npm install` of a local archive without network, and a file server under load. Each
 * policy is a golden file, is denied nothing on its trace, and grants beyond it exactly what the list says.
 */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { TRIGGERS, maskOf } from '../../src/abi/actions.js';
import { checkText } from '../support/policy.js';
import { stateAt } from '../../src/ir/hierarchy/walker.js';
import { allowedAndAsked } from '../../src/tools/learn/automaton.js';
import { RULES, type RuleName } from '../../src/tools/learn/generalise.js';
import {
  assertionOf,
  guessHome,
  learn,
  type Learned,
  type Learnt,
  type LearnOptions,
} from '../../src/tools/learn/learn.js';
import { recordScenario, recordTrace, scenarioOf } from '../../src/tools/learn/record.js';
import { learnReportJson, learnReportText } from '../../src/tools/learn/report.js';
import { readTrace } from '../../src/tools/learn/strace.js';
import { validateScenario } from '../../src/runtime/scenario/validate.js';
import { validateAgainst } from '../../src/runtime/schema.js';
import { buildTree } from '../../src/runtime/kernel/build-tree.js';
import { treeEntry } from '../../src/runtime/scenario/tree.js';
import { matchGolden } from '../support/golden.js';
import { fc } from '../support/random.js';

const NAMES = ['compile', 'install', 'server'] as const;
const FILES = { compile: 'compile.strace', install: 'install.strace.gz', server: 'server.strace' } as const;

function traceText(name: (typeof NAMES)[number]): string {
  const bytes = readFileSync(fileURLToPath(new URL(`./traces/${FILES[name]}`, import.meta.url)));
  return (FILES[name].endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
}

const traces = new Map(NAMES.map((name) => [name, readTrace(traceText(name))]));

function inputOf(name: (typeof NAMES)[number], nevers: LearnOptions['nevers'] = []): Learnt {
  const trace = traces.get(name);
  if (trace === undefined) throw new Error(name);
  const recording = recordTrace(trace, { input: 0, assertionOf: assertionOf(nevers) });
  return { name: FILES[name], what: `${FILES[name]}, ${recording.calls} calls`, recording };
}

function optionsFor(inputs: readonly Learnt[], more: Partial<LearnOptions> = {}): LearnOptions {
  return {
    name: 'learned',
    off: new Set(),
    siblings: 3,
    home: guessHome(inputs),
    nevers: [],
    verify: true,
    ignoreRefused: false,
    ...more,
  };
}

const learnt = new Map(
  NAMES.map((name) => {
    const inputs = [inputOf(name)];
    return [
      name,
      { inputs, options: optionsFor(inputs), learned: learn(inputs, optionsFor(inputs)) },
    ] as const;
  }),
);
const of = (name: (typeof NAMES)[number]): NonNullable<ReturnType<typeof learnt.get>> => {
  const found = learnt.get(name);
  if (found === undefined) throw new Error(name);
  return found;
};

const automatonOf = ({ text }: Learned) => {
  const checked = checkText(text);
  expect(checked.diagnostics).toEqual([]);
  const [automaton] = checked.hierarchies;
  if (automaton === undefined) throw new Error('no automaton');
  return automaton;
};

describe.each(NAMES)('learn, trace of %s', (name) => {
  it('reads every line, and follows it without a note', () => {
    const { recording } = of(name).inputs[0] as Learnt;
    expect(traces.get(name)?.unparsed).toEqual([]);
    expect([...recording.faults, ...recording.notes, ...recording.guessed]).toEqual([]);
  });

  it('learns a policy that denies no call of the trace', () => {
    const { learned } = of(name);
    expect(learned.faults).toEqual([]);
    expect(learned.replays.map(({ denied, differing }) => ({ denied, differing }))).toEqual([
      { denied: [], differing: [] },
    ]);
    expect(learned.replays[0]?.steps).toBeGreaterThan(300);
    matchGolden(`learn/${name}.llp`, learned.text);
  });

  it('reports the grants beyond the trace, as the golden file has them', async () => {
    const { inputs, learned, options } = of(name);
    matchGolden(`learn/${name}.txt`, learnReportText({ inputs, learned, settings: options }));
    expect(
      await validateAgainst('learn-1.json', learnReportJson({ inputs, learned, settings: options })),
    ).toEqual([]);
  });

  it('learns the same policy again, and from the recorded scenario', async () => {
    const { inputs, learned, options } = of(name);
    expect(learn([inputOf(name)], options).text).toBe(learned.text);
    const [input] = inputs;
    if (input === undefined) throw new Error('no input');
    const scenario = scenarioOf(input.recording);
    expect((await validateScenario(scenario)).kind).toBe('ok');
    const trees = [0, 1, 2].map(() => buildTree(input.recording.tree.map(treeEntry)).vfs);
    const [own, ...others] = trees;
    if (own === undefined) throw new Error('no tree');
    const recording = recordScenario(scenario, own, { input: 0 });
    const again = learn([{ ...input, recording, trees: others }], options);
    expect(again.text).toBe(learned.text);
    expect(again.overGrants).toEqual(learned.overGrants);
  });

  it('grants the trace with every setting of the rules', () => {
    const { inputs } = of(name);
    const settings: readonly (readonly RuleName[])[] = [
      [...RULES],
      ['fragments'],
      ['siblings'],
      ['versions', 'temporary'],
    ];
    for (const off of settings) {
      const learned = learn(inputs, optionsFor(inputs, { off: new Set(off) }));
      expect(learned.faults).toEqual([]);
      expect(learned.replays.map((r) => r.denied)).toEqual([[]]);
      automatonOf(learned);
    }
  });

  it('over-grants: each witness is allowed and was not observed', () => {
    const { learned, inputs } = of(name);
    const automaton = automatonOf(learned);
    const observed = inputs[0]?.recording.facts.observed;
    for (const { witness, actions } of learned.overGrants) {
      const path = witness.split('/').filter((part) => part !== '');
      const state = stateAt(automaton, path);
      const allowed = allowedAndAsked(state, 'dir') | allowedAndAsked(state, 'file');
      const seen = observed?.get(`/${path.join('/')}`)?.actions ?? 0;
      for (const action of actions) {
        const bit = maskOf(action);
        expect([witness, action, (allowed & bit) !== 0, (seen & bit) !== 0]).toEqual([
          witness,
          action,
          true,
          false,
        ]);
      }
    }
  });

  it('over-grants: an entry covers everything that is allowed and was not observed', () => {
    const { learned, inputs } = of(name);
    const automaton = automatonOf(learned);
    const observed = inputs[0]?.recording.facts.observed ?? new Map<string, never>();
    const names = [...new Set([...observed.keys()].flatMap((path) => path.split('/').slice(1)))];
    const starts = [...observed.keys()].map((path) => path.split('/').filter((part) => part !== ''));
    const paths = fc.tuple(
      fc.constantFrom(...starts),
      fc.nat(8),
      fc.array(fc.constantFrom('a', 'zz', '.x', ...names), { maxLength: 2 }),
    );
    fc.assert(
      fc.property(paths, fc.constantFrom(...TRIGGERS), ([start, keep, more], action) => {
        const path = [...start.slice(0, keep), ...more];
        const bit = maskOf(action);
        const state = stateAt(automaton, path);
        const seen = observed.get(`/${path.join('/')}`);
        const isFile = seen?.kind === 'file';
        const allowed = isFile
          ? allowedAndAsked(state, 'file')
          : seen === undefined
            ? allowedAndAsked(state, 'file') | allowedAndAsked(state, 'dir')
            : allowedAndAsked(state, 'dir');
        if ((allowed & bit) === 0 || ((seen?.actions ?? 0) & bit) !== 0) return;
        expect(
          learned.overGrants.some((entry) => entry.actions.includes(action) && covers(entry.where, path)),
        ).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

/** Whether an entry is about a path; globs of learned policies are `*`, `?` and `[0-9]`. */
function covers(where: string, path: readonly string[]): boolean {
  const beneath = where.endsWith('/…');
  const parts = where
    .replace(/\/…$/, '')
    .split('/')
    .filter((part) => part !== '');
  if (beneath ? path.length < parts.length : path.length !== parts.length) return false;
  return parts.every((part, i) => globOf(part).test(path[i] ?? ''));
}

function globOf(part: string): RegExp {
  const source = part.replace(/\\(.)|\[0-9\]|[*?]|[.^$+{}()|]/g, (text, char: string | undefined) => {
    if (char !== undefined) return `\\${char}`;
    return text === '*' ? '.*' : text === '?' ? '.' : text === '[0-9]' ? text : `\\${text}`;
  });
  return new RegExp(`^${source}$`, 's');
}

describe('learn, assertions', () => {
  const never = { actions: maskOf('write'), path: ['tmp'], text: 'never write under "/tmp"' };

  it('reports the lines that would break an assertion, and learns the rest', () => {
    const inputs = [inputOf('compile', [never])];
    const learned = learn(inputs, optionsFor(inputs, { nevers: [never] }));
    expect(learned.faults).toEqual([]);
    expect(learned.replays.map((r) => r.denied)).toEqual([[]]);
    const lines = inputs[0]?.recording.violations.map((v) => [v.origin.line, v.assertion]) ?? [];
    expect(lines.length).toBeGreaterThan(3);
    expect(lines.every(([, assertion]) => assertion === never.text)).toBe(true);
    const automaton = automatonOf(learned);
    expect(stateAt(automaton, ['tmp', 'x']).file & never.actions).toBe(0);
    expect(stateAt(automaton, ['opt', 'build', 'x']).file & never.actions).not.toBe(0);
  });

  it('stops a rule at an assertion, and writes `forbid` where a needed grant above would allow it', () => {
    const read = {
      actions: maskOf('read'),
      path: ['srv', 'www', 'private'],
      text: 'no reading',
    };
    const inputs = [inputOf('server', [read])];
    const stopped = learn(inputs, optionsFor(inputs, { nevers: [read] }));
    expect(stopped.faults).toEqual([]);
    expect(stopped.applied.filter((a) => a.rule === 'siblings').map((a) => a.where)).toEqual([
      '/srv/www/docs',
      '/srv/www/assets',
    ]);
    const out = {
      actions: maskOf('write'),
      path: ['opt', 'build', 'src'],
      text: 'no writing of sources',
    };
    const compile = [inputOf('compile', [out])];
    const guarded = learn(compile, optionsFor(compile, { nevers: [out] }));
    expect(guarded.faults).toEqual([]);
    expect(guarded.replays.map((r) => r.denied)).toEqual([[]]);
    expect(guarded.text).toContain('dir? "/opt/build/src" { forbid write; }');
  });
});

describe('learn, several inputs', () => {
  it('learns one policy from all of them', () => {
    const inputs = NAMES.map((name, input) => {
      const found = of(name).inputs[0] as Learnt;
      return {
        ...found,
        recording: recordTrace(traces.get(name) ?? { events: [], unparsed: [] }, { input }),
      };
    });
    const learned = learn(inputs, optionsFor(inputs));
    expect(learned.faults).toEqual([]);
    expect(learned.replays.map((r) => r.denied)).toEqual([[], [], []]);
  });
});
