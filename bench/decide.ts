/** Decisions through the model: open at depth 8 with all hooks, beside the same calls with no policy. */
import { compile } from '../src/compile.js';
import { createEngine } from '../src/runtime/engine/engine.js';
import { buildTree } from '../src/runtime/kernel/build-tree.js';
import { O } from '../src/runtime/kernel/errno.js';
import { close, open } from '../src/runtime/kernel/syscalls/index.js';
import { Kernel, newTask, type Task } from '../src/runtime/kernel/task.js';
import { loadPolicy } from '../src/runtime/load.js';
import { defined } from '../src/assert.js';
import { median, type Row } from './rows.js';
import { SMALL_POLICY } from './policies.js';

const FILE = '/srv/www/a/b/c/d/e/index.html';
const ROUNDS = 15;
const CALLS = 50_000;

export function whatDecides(): Row[] {
  const tree = (): ReturnType<typeof buildTree>['vfs'] =>
    buildTree([
      { kind: 'file', path: FILE },
      { kind: 'dir', path: '/srv/www/uploads' },
      { kind: 'file', path: '/srv/www/.htpasswd' },
    ]).vfs;
  const artifact = defined(compile(SMALL_POLICY).artifact, 'the policy compiles');
  const loaded = loadPolicy(artifact, tree());
  if (loaded.kind !== 'loaded') throw new Error('it does not load');
  const free = newTask(new Kernel(tree(), createEngine()));
  const { engine } = loaded.value.kernel;
  const [policed, bare] = alternate(loaded.value.task, free);
  engine.runs = 0;
  engine.executed = 0;
  oneRound(loaded.value.task, 1);
  const beside = `no policy: ${Math.round(bare)}/s; ${engine.runs} program runs, ${engine.executed} instructions each`;
  return [
    {
      what: 'open and close at depth 8, all hooks, interpreter',
      value: policed,
      unit: '/s',
      target: 'at least 500000',
      beside,
    },
  ];
}

/** Calls a second of both, round by round in turn, so that noise meets both. */
function alternate(a: Task, b: Task): [number, number] {
  const rates: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    rates[0].push(oneRound(a, CALLS));
    rates[1].push(oneRound(b, CALLS));
  }
  return [median(rates[0]), median(rates[1])];
}

function oneRound(task: Task, calls: number): number {
  const start = performance.now();
  for (let i = 0; i < calls; i++) {
    const result = open(task, FILE, O.RDONLY);
    if (!result.ok) throw new Error(result.errno);
    close(task, result.fd);
  }
  return (calls * 1000) / (performance.now() - start);
}
