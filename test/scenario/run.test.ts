/** The replay: labels, arguments, faults as data, and what each step's result says. */
import { expect, it, describe } from 'vitest';
import { defined } from '../../src/base/assert.js';
import type { Artifact } from '../../src/artifact/manifest.js';
import { compile } from '../support/compile.js';
import { buildTree } from '../../src/runtime/kernel/build-tree.js';
import type { HookRun } from '../../src/runtime/kernel/trace.js';
import { runScenario, type Replay, type ScenarioOptions } from '../../src/runtime/scenario/run.js';
import type { Scenario, ScenarioStep } from '../../src/runtime/scenario/types.js';

const POLICY = `llp 1;
policy "p" {
  default deny;
  dir "/a" { allow all; file? "secret" { deny all; } dir "ro" { deny write, create, receive; } }
}`;

const ARTIFACTS: ReadonlyMap<string, Artifact> = new Map([
  ['main', defined(compile(POLICY).artifact, 'it compiles')],
  ['open', defined(compile('llp 1; policy "q" { default allow; }').artifact, 'it compiles')],
]);

function replay(steps: readonly ScenarioStep[], options: ScenarioOptions = {}): Replay {
  const { vfs } = buildTree([
    { kind: 'file', path: '/a/f' },
    { kind: 'file', path: '/a/secret' },
    { kind: 'file', path: '/a/ro/g' },
    { kind: 'file', path: '/b/h' },
  ]);
  return runScenario({ format: 'llp-scenario', version: 1, tree: [], steps }, ARTIFACTS, vfs, options);
}

const results = (steps: readonly ScenarioStep[]): readonly string[] =>
  replay(steps).steps.map((s) => s.result);

describe('runScenario, a step', () => {
  it('reports its call, its result and its cost', () => {
    const [, opened, denied] = replay([
      { call: 'enforce' },
      { call: 'open', path: '/a/f', flags: ['O_RDWR', 'O_CLOEXEC'], expect: 'allow' },
      { call: 'open', path: '/a/secret', expect: 'allow' },
    ]).steps;
    expect(opened).toMatchObject({ step: 2, task: 'main', call: 'open', path: '/a/f', result: 'allow' });
    expect(opened).toMatchObject({ flags: ['O_RDWR', 'O_CLOEXEC'], expected: 'allow', ok: true });
    expect(opened?.deniedBy).toBeNull();
    expect(opened?.programRuns).toBeGreaterThan(2);
    expect(opened?.instructions).toBeGreaterThan(opened?.programRuns ?? 0);
    expect(denied).toMatchObject({ result: 'EACCES', expected: 'allow', ok: false });
    expect(denied?.deniedBy).toMatch(/^fs_pick/);
  });

  it.each<[string, Scenario['privilege'], string]>([
    ['with the capability', undefined, 'allow'],
    ['without it', { capability: false }, 'EPERM'],
    ['without it, where `no_new_privs` suffices', { capability: false, noNewPrivs: true }, 'allow'],
    ['with both', { capability: true, noNewPrivs: true }, 'allow'],
  ])('enforces a policy %s: %j: %s', (_, privilege, expected) => {
    const { vfs } = buildTree([{ kind: 'dir', path: '/a/ro' }]);
    const steps: ScenarioStep[] = [
      { call: 'fork', as: 'child' },
      { call: 'enforce', task: 'child', policy: 'main' },
    ];
    const scenario: Scenario = { format: 'llp-scenario', version: 1, tree: [], steps };
    const told = privilege === undefined ? scenario : { ...scenario, privilege };
    expect(runScenario(told, ARTIFACTS, vfs).steps.map((s) => s.result)).toEqual(['allow', expected]);
  });

  it('is as expected without an expectation', () => {
    expect(replay([{ call: 'stat', path: '/nowhere' }]).steps).toMatchObject([
      { result: 'ENOENT', expected: null, ok: true },
    ]);
  });

  it('runs nothing before a policy is enforced', () => {
    expect(replay([{ call: 'open', path: '/b/h' }]).steps).toMatchObject([
      { result: 'allow', programRuns: 0 },
    ]);
  });

  it('shows two paths, and the descriptor that one starts at', () => {
    const { steps } = replay([
      { call: 'open', path: '/a', flags: ['O_DIRECTORY'], as: 'd' },
      { call: 'renameat', path: 'f', at: 'd', to: '/a/g' },
      { call: 'symlink', target: 'g', path: '/a/l' },
      { call: 'fstat', fd: 'd' },
    ]);
    expect(steps.map((s) => s.path)).toEqual(['/a', '{d}/f -> /a/g', 'g -> /a/l', 'd']);
  });

  it('calls the trace', () => {
    const runs: HookRun[] = [];
    const { steps } = replay([{ call: 'enforce' }, { call: 'open', path: '/a/f' }], {
      trace: { ran: (run) => runs.push(run) },
    });
    expect(runs).toHaveLength(steps.reduce((sum, s) => sum + (s.programRuns ?? NaN), 0));
  });
});

describe('runScenario, labels', () => {
  it('a path starts at the descriptor of a label', () => {
    expect(
      results([
        { call: 'enforce' },
        { call: 'open', path: '/a/ro', flags: ['O_DIRECTORY'], as: 'ro' },
        { call: 'openat', path: 'g', at: 'ro' },
        { call: 'openat', path: 'g', at: 'ro', flags: ['WRONLY'] },
        { call: 'openat', path: '../f', at: 'ro', flags: ['WRONLY'] },
        { call: 'openat', path: '../../b/h', at: 'ro' },
      ]),
    ).toEqual(['allow', 'allow', 'allow', 'EACCES', 'allow', 'EACCES']);
  });

  it('a child has the labels of its parent, and not the reverse', () => {
    const steps: ScenarioStep[] = [
      { call: 'open', path: '/a/f', as: 'f' },
      { call: 'fork', as: 'child' },
      { call: 'fstat', fd: 'f', task: 'child' },
      { call: 'open', path: '/a/f', as: 'own', task: 'child' },
    ];
    expect(results(steps)).toEqual(['allow', 'allow', 'allow', 'allow']);
    expect(replay([...steps, { call: 'fstat', fd: 'own' }]).fault).toEqual({
      step: 5,
      why: '`own` belongs to task `child`',
    });
  });

  it('a received descriptor gets a label, and the receiver is judged', () => {
    expect(
      results([
        { call: 'fork', as: 'child' },
        { call: 'enforce', task: 'child' },
        { call: 'open', path: '/a/f', as: 'f' },
        { call: 'open', path: '/a/ro/g', as: 'g' },
        { call: 'open', path: '/b/h', as: 'h' },
        { call: 'receive', other: 'main', fd: 'h', task: 'child' },
        { call: 'enforce', policy: 'open', task: 'main' },
        { call: 'transfer', other: 'child', fd: 'f', as: 'got' },
        { call: 'close', fd: 'got', task: 'child' },
      ]),
    ).toEqual(['allow', 'allow', 'allow', 'allow', 'allow', 'EACCES', 'allow', 'allow', 'allow']);
  });

  it('a label is of a mapping or of a descriptor', () => {
    const steps: ScenarioStep[] = [
      { call: 'open', path: '/a/f', as: 'f' },
      { call: 'mmap', fd: 'f', mode: ['PROT_READ'], as: 'm' },
      { call: 'mprotect', fd: 'm', mode: ['PROT_READ', 'PROT_EXEC'] },
    ];
    expect(results([...steps, { call: 'munmap', fd: 'm' }])).toEqual(['allow', 'allow', 'allow', 'allow']);
    expect(replay([...steps, { call: 'close', fd: 'm' }]).fault?.why).toBe(
      '`m` is a mapping, not a descriptor',
    );
  });
});

/** A step that is wrong, and what is said of it. */
const FAULTS: readonly (readonly [ScenarioStep, string])[] = [
  [{ call: 'opne', path: '/a' }, 'there is no call `opne`: did you mean `open`?'],
  [{ call: 'toString' }, 'there is no call `toString`'],
  [{ call: 'open' }, '`open` needs `path`'],
  [{ call: 'rename', path: '/a/f' }, '`rename` needs `to`'],
  [
    { call: 'open', path: '/a', flags: ['O_RDNOLY'] },
    'there is no flag `O_RDNOLY`: did you mean `O_RDONLY`?',
  ],
  [{ call: 'access', path: '/a', mode: ['constructor'] }, 'there is no flag `constructor`'],
  [{ call: 'close', fd: 'f' }, 'there is no descriptor `f`'],
  [{ call: 'stat', path: 'f', at: 'dri' }, 'there is no descriptor `dri`: did you mean `dir`?'],
  [{ call: 'stat', path: '/a', task: 'mian' }, 'there is no task `mian`: did you mean `main`?'],
  [{ call: 'chdir', path: 'f', at: 'dir' }, '`chdir` does not take `at`'],
  [{ call: 'stat', path: '/a', as: 'x' }, '`stat` does not take `as`'],
  [{ call: 'request', action: 'raed', path: '/a' }, 'there is no action `raed`: did you mean `read`?'],
  [{ call: 'enforce', policy: 'mani' }, 'there is no policy `mani`: did you mean `main`?'],
  [{ call: 'stat', path: '/a', task: 'gone' }, 'task `gone` has ended'],
];

describe('runScenario, a fault of the scenario', () => {
  const before: ScenarioStep[] = [
    { call: 'open', path: '/a', as: 'dir' },
    { call: 'fork', as: 'gone' },
    { call: 'exit', task: 'gone' },
  ];

  it.each(FAULTS)('%j: %s', (step, why) => {
    const { steps, fault } = replay([...before, step, { call: 'stat', path: '/a' }]);
    expect(fault).toEqual({ step: 4, why });
    expect(steps).toHaveLength(3);
  });

  it('reports a policy that does not fit the tree', () => {
    const { vfs } = buildTree([]);
    const { fault, problems } = runScenario(
      { format: 'llp-scenario', version: 1, tree: [], steps: [{ call: 'enforce' }] },
      ARTIFACTS,
      vfs,
    );
    expect(fault).toEqual({ step: 1, why: 'policy `main` cannot be loaded on the tree' });
    expect(problems.map((p) => p.code)).toContain('LLP5001');
  });
});
