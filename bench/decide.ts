/** Measures decisions of the model in both engines, and the same calls without a policy. */
import { compile } from '../src/index.js';
import { createEngine } from '../src/runtime/engine/engine.js';
import type { EngineName } from '../src/runtime/engine/names.js';
import { buildTree } from '../src/runtime/kernel/build-tree.js';
import { O } from '../src/runtime/kernel/errno.js';
import { close, open } from '../src/runtime/kernel/syscalls/index.js';
import { Kernel, newTask, type Task } from '../src/runtime/kernel/task.js';
import { loadPolicy, type LoadedPolicy } from '../src/runtime/load.js';
import { defined } from '../src/base/assert.js';
import { median, type Row } from './rows.js';
import { SMALL_POLICY } from './policies.js';

const FILE = '/srv/www/a/b/c/d/e/index.html';
const FOLDER = '/srv/www/a/b/c/d/e';
const NEIGHBOURS = 64;
const ROUNDS = 15;
const CALLS = 50_000;

const tree = (): ReturnType<typeof buildTree>['vfs'] =>
  buildTree([
    { kind: 'file', path: FILE },
    ...Array.from({ length: NEIGHBOURS }, (_, i) => ({ kind: 'file', path: `${FOLDER}/${i}.html` }) as const),
    { kind: 'dir', path: '/srv/www/uploads' },
    { kind: 'file', path: '/srv/www/.htpasswd' },
  ]).vfs;

function load(engine: EngineName): LoadedPolicy {
  const artifact = defined(compile(SMALL_POLICY).artifact, 'the policy compiles');
  const loaded = loadPolicy(artifact, tree(), createEngine(engine));
  if (loaded.kind !== 'loaded') throw new Error('it does not load');
  return loaded.value;
}

export function whatDecides(): Row[] {
  const interpreted = load('interpreter');
  const compiled = load('wasm');
  const free = newTask(new Kernel(tree(), createEngine('interpreter')));
  const [slow = NaN, fast = NaN, bare = NaN, asked = NaN] = inTurn([
    () => opens(interpreted.task),
    () => opens(compiled.task),
    () => opens(free),
    () => decisions(compiled),
  ]);
  const { engine } = interpreted.kernel;
  Object.assign(engine, { runs: 0, executed: 0 });
  openAndClose(interpreted.task);
  const counts = `${engine.runs} program runs, ${engine.executed} instructions each`;
  const row = (what: string, value: number, target: string, beside: string): Row => {
    return { what, value, unit: '/s', target, beside };
  };
  return [
    row('open and close at depth 8, all hooks, interpreter', slow, 'at least 500000', counts),
    row(
      'the same, compiled',
      fast,
      'at least 3 million',
      `no policy: ${bare.toPrecision(4)}/s; interpreter: ${(fast / slow).toFixed(1)} times slower`,
    ),
    row(
      `decide, ${NEIGHBOURS} paths that were asked before, compiled`,
      asked,
      'at least 10 million',
      `${(asked / fast).toFixed(1)} times the calls above`,
    ),
  ];
}

/** The calls per second of each measure. The measures take turns in every round, so that noise affects all of them. */
function inTurn(measures: readonly (() => number)[]): readonly number[] {
  const rates = measures.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round++)
    for (const [i, measure] of measures.entries()) rates[i]?.push(measure());
  return rates.map(median);
}

const perSecond = (calls: number, start: number): number => (calls * 1000) / (performance.now() - start);

function opens(task: Task): number {
  const start = performance.now();
  for (let i = 0; i < CALLS; i++) openAndClose(task);
  return perSecond(CALLS, start);
}

function openAndClose(task: Task): void {
  const result = open(task, FILE, O.RDONLY);
  if (!result.ok) throw new Error(result.errno);
  close(task, result.fd);
}

function decisions({ decide }: LoadedPolicy): number {
  const paths = Array.from({ length: NEIGHBOURS }, (_, i) => `${FOLDER}/${i}.html`);
  const start = performance.now();
  for (let i = 0; i < CALLS * 4; i++) {
    const { verdict } = decide('read', paths[i % NEIGHBOURS] as string);
    if (verdict !== 'allow') throw new Error(verdict);
  }
  return perSecond(CALLS * 4, start);
}
