/** A kernel whose programs are functions, and a listener that writes runs down as `hook(name, lookup)`. */
import { actionNames } from '../../src/abi/actions.js';
import { LOOKUP_NAMES, type HookName } from '../../src/abi/hooks.js';
import { createInterpreterRunner } from '../../src/runtime/engine/interpreter-runner.js';
import type {
  Engine,
  HookContext,
  Interpreter,
  LoadedProgram,
  TagStore,
} from '../../src/runtime/engine/types.js';
import { loadKernelProgram, type KernelProgram } from '../../src/runtime/kernel/program-set.js';
import { Kernel, newTask, prepend, setNoNewPrivs, type Task } from '../../src/runtime/kernel/task.js';
import type { HookRun } from '../../src/runtime/kernel/trace.js';
import { entries, Vfs, type Inode } from '../../src/runtime/kernel/vfs.js';
import { buildTree, type TreeEntry } from '../../src/runtime/kernel/build-tree.js';

export type Body = (context: HookContext, tags: TagStore) => number;

interface FakeProgram extends LoadedProgram {
  readonly body: Body;
}

function fakeEngine(): Engine {
  const interpreter: Interpreter = {
    executed: 0,
    runs: 0,
    fault: undefined,
    run(program, context, tags) {
      interpreter.runs++;
      return (program as FakeProgram).body(context, tags);
    },
  };
  const runnerOf: Engine['runnerOf'] = (programs, tags) =>
    createInterpreterRunner(interpreter, programs, tags);
  return Object.assign(interpreter, { name: 'interpreter' as const, runnerOf });
}

export function fakeProgram(
  hook: HookName,
  triggerMask = 0,
  body: Body = () => 0,
  name: string = hook,
  size = 8,
): FakeProgram {
  return { name, hook, triggerMask, instructions: 1, size, body };
}

/** Loads a chain of programs and gives its last. Throws when the kernel refuses one. */
export function loadChain(...programs: readonly LoadedProgram[]): KernelProgram {
  let last: KernelProgram | undefined;
  for (const program of programs) {
    const loaded = loadKernelProgram(program, last);
    if (!loaded.ok) throw new Error(`${program.name}: ${loaded.errno}`);
    last = loaded.program;
  }
  if (last === undefined) throw new Error('an empty chain');
  return last;
}

export function newKernelTask(vfs = new Vfs()): Task {
  return newTask(new Kernel(vfs, fakeEngine()));
}

export function enforce(task: Task, ...programs: readonly LoadedProgram[]): void {
  setNoNewPrivs(task);
  const done = prepend(task, loadChain(...programs));
  if (!done.ok) throw new Error(done.errno);
}

/** All three hooks, every trigger, allowing everything. */
export function enforceAllowing(task: Task, body: Body = () => 0): void {
  enforce(
    task,
    fakeProgram('fs_walk', 0, body),
    fakeProgram('fs_pick', 0xffffff, body),
    fakeProgram('fs_get', 0, body),
  );
}

/** Records the runs that follow. */
export function record(task: Task): HookRun[] {
  const runs: HookRun[] = [];
  task.kernel.trace = { ran: (run) => runs.push(run) };
  return runs;
}

/** A tree from short lines: `/a/` a directory, `/a/f` a file, `/l -> t` a link, `/h = t` a hard link, `/m @ t` a bind. */
export function tree(...lines: readonly string[]): Vfs {
  const built = buildTree(lines.map(treeEntry));
  if (built.problems.length > 0) throw new Error(JSON.stringify(built.problems));
  return built.vfs;
}

export function treeEntry(line: string): TreeEntry {
  const [path = '', sign, target = ''] = line.split(' ');
  if (sign === '->') return { kind: 'link', path, target };
  if (sign === '=') return { kind: 'hardlink', path, target };
  if (sign === '@') return { kind: 'bind', path, target };
  if (sign === '!') return { kind: 'file', path, interpreter: target };
  return path.endsWith('/') ? { kind: 'dir', path } : { kind: 'file', path };
}

/** The names under which inodes are first found, depth first: labels for traces. */
export function labels(vfs: Vfs): Map<number, string> {
  const found = new Map([[vfs.root.ino, '/']]);
  const visit = (dir: Inode): void => {
    for (const [name, inode] of entries(dir)) {
      if (!found.has(inode.ino)) found.set(inode.ino, name);
      visit(inode);
    }
  };
  visit(vfs.root);
  return found;
}

/** A run as the ABI description writes it: `walk(a)`, `pick{open+read}(f, DOT)`, `get(f)`; `normal` is left out. */
function shortRun(run: HookRun, label: ReadonlyMap<number, string>): string {
  const lookup = run.lookup === 0 ? '' : `, ${LOOKUP_NAMES[run.lookup]}`;
  const object = `${label.get(run.inode) ?? '?'}${lookup}`;
  switch (run.hook) {
    case 'fs_get':
      return `get(${object})`;
    case 'fs_walk':
      return `walk(${object})`;
    case 'fs_pick':
      return `pick{${actionNames(run.triggers).join('+')}}(${object})`;
  }
}

/** The runs of one call under a chain that allows everything. Inodes that the call makes are called `new`. */
export function runsOf(task: Task, call: (task: Task) => unknown): string[] {
  const label = labels(task.kernel.vfs);
  const runs = record(task);
  call(task);
  task.kernel.trace = undefined;
  return runs.map((run) => shortRun(run, label).replace('?', 'new'));
}
