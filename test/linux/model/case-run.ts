/** Runs one case twice: on the model, and by a real program under the real launcher. */
import * as fs from 'node:fs';
import { basename } from 'node:path';
import { O } from '../../../src/runtime/kernel/errno.js';
import { addToTree, buildTree, type TreeEntry } from '../../../src/runtime/kernel/build-tree.js';
import { attachMount } from '../../../src/runtime/kernel/mounts.js';
import { resolve } from '../../../src/runtime/kernel/resolve.js';
import {
  changeCwd,
  installFile,
  newFile,
  type CallResult,
  type Task,
} from '../../../src/runtime/kernel/task.js';
import { entries, newInode, type Inode, type Vfs } from '../../../src/runtime/kernel/vfs.js';
import { confine } from '../../../src/runtime/linux/model/confine.js';
import { newKernelTask } from '../../support/fake-engine.js';
import type { RealJob, RealKernel } from './real-kernel.js';
import { makeOnModel, showCall, type RawCall } from './raw-calls.js';
import { planOf, TOP, type CaseEntry, type LinuxCase } from './case-plan.js';
import type { EnforcementPlan } from '../../../src/artifact/enforcement-plan.js';

/** A case that is ready to run: its tree is on the model and on the disk. */
export interface PreparedCase extends RealJob {
  readonly vfs: Vfs;
  readonly base: string;
}

/** The index of a case, and what differs. */
export interface Disagreement {
  readonly index: number;
  readonly differs: string;
}

/**
 * Runs cases on the model and on the kernel. Returns what differs in the first one that does not agree, or undefined.
 * @param folder a directory of the test's own
 */
export function disagreement(
  drawn: readonly LinuxCase[],
  real: RealKernel,
  folder: string,
): Disagreement | undefined {
  try {
    const ready = drawn.map((c, i) => prepare(c, real, `${folder}/${i}`));
    const results = real.run(ready);
    for (const [i, one] of ready.entries()) {
      const differs = compareCalls(one, results[i] ?? []) ?? compareTrees(one.vfs, one.base);
      if (differs !== undefined) return { index: i, differs };
    }
    return undefined;
  } finally {
    for (const i of drawn.keys()) fs.rmSync(`${folder}/${i}`, { recursive: true, force: true });
  }
}

/** Makes the tree of a case on the model and beneath `base` on the disk, and the plan for it. */
export function prepare(drawn: LinuxCase, real: RealKernel, base: string): PreparedCase {
  const top = `${base}/1/2/3/4/top`;
  const {
    entries: tree,
    plan: drawnPlan,
    calls,
  } = JSON.parse(JSON.stringify(drawn).replaceAll(TOP, top)) as LinuxCase;
  const vfs = modelTree(tree, top, real.program);
  const kindOf = (path: string): 'dir' | 'file' | undefined => {
    const found = resolve(vfs, path, false);
    if (!found.ok || found.location.inode.kind === 'symlink') return undefined;
    return found.location.inode.kind === 'dir' ? 'dir' : 'file';
  };
  fs.mkdirSync(base, { recursive: true });
  const before = makeReal(vfs, base, real.program);
  return { vfs, base, before, cwd: top, calls, plan: planOf(drawnPlan, kindOf, real.program, real.abi) };
}

/** Marks a program among the files of the modelled tree; it names no interpreter that exists. */
const PROGRAMS = new WeakSet<Inode>();

/** Mounts a file system of its own on each mount point above a path, because Landlock's check of renames looks at mounts. */
function mountAbove(vfs: Vfs, top: string): void {
  const points = fs
    .readFileSync('/proc/self/mountinfo', 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '/');
  const above = [...new Set(points)].filter((point) => point !== '/' && top.startsWith(`${point}/`));
  for (const point of above.sort((a, b) => a.length - b.length)) {
    addToTree(vfs, { kind: 'dir', path: point });
    const at = resolve(vfs, point, false);
    const root = newInode(vfs, 'dir');
    root.nlink = 1;
    root.parent = root;
    if (at.ok) attachMount(vfs, root, at.location, at.location.inode.parent, basename(point));
  }
}

function modelTree(drawn: readonly CaseEntry[], top: string, program: string): Vfs {
  const { vfs } = buildTree([]);
  mountAbove(vfs, top);
  const more: TreeEntry[] = [
    { kind: 'file', path: program },
    { kind: 'dir', path: top },
    { kind: 'device', path: '/dev/null' },
  ];
  for (const entry of more) addToTree(vfs, entry);
  for (const entry of drawn) {
    if (entry.kind !== 'program') addToTree(vfs, entry as TreeEntry);
    else {
      addToTree(vfs, { kind: 'file', path: entry.path });
      const made = resolve(vfs, entry.path, false);
      if (made.ok && made.location.inode.kind === 'file') PROGRAMS.add(made.location.inode);
    }
  }
  return vfs;
}

/** Makes the modelled tree beneath `base` for real, except fifos and hard links of these, whose commands it returns. */
function makeReal(vfs: Vfs, base: string, program: string): string[] {
  const found = resolve(vfs, base, false);
  if (!found.ok) throw new Error(`the model has ${base}`);
  const made = new Map<Inode, string>();
  const commands: string[] = [];
  const make = (dir: Inode, at: string): void => {
    for (const [name, inode] of entries(dir)) {
      const path = `${at}/${name}`;
      const other = made.get(inode);
      made.set(inode, path);
      if (other !== undefined && inode.kind === 'fifo') commands.push(`ln '${other}' '${path}'`);
      else if (other !== undefined) fs.linkSync(other, path);
      else if (inode.kind === 'dir') fs.mkdirSync(path);
      else if (inode.kind === 'symlink') fs.symlinkSync(inode.target, path);
      else if (inode.kind === 'fifo') commands.push(`mkfifo -m 777 '${path}'`);
      else if (PROGRAMS.has(inode)) fs.copyFileSync(program, path);
      else fs.writeFileSync(path, '', { mode: 0o777 });
      make(inode, path);
    }
  };
  make(found.location.inode, base);
  return commands;
}

/** The results of the calls of a case, in the same words. */
export interface CaseResults {
  readonly kernel: readonly string[];
  readonly model: readonly string[];
}

/** Makes the calls on the model, next to the real results. A call that starts another program is the last. */
export function resultsOnModel(
  { vfs, plan, cwd, calls }: PreparedCase,
  real: readonly string[],
): CaseResults {
  const task = startTask(vfs, plan, cwd);
  const [kernel, model]: [string[], string[]] = [[], []];
  for (const [i, call] of calls.entries()) {
    const said = makeOnModel(task, call);
    kernel.push(normal(call, real[i] ?? 'no answer', task, said));
    model.push(said.ok ? okOf(call, said) : said.errno);
    if (call.name === 'execve' && real[i] === '0') break;
  }
  return { kernel, model };
}

function compareCalls(ready: PreparedCase, real: readonly string[]): string | undefined {
  const { kernel, model } = resultsOnModel(ready, real);
  for (const [i, result] of kernel.entries()) {
    const call = ready.calls[i] as RawCall;
    const key = `${call.name} ${result.startsWith('fd') ? 'ok' : result}`;
    OUTCOMES.set(key, (OUTCOMES.get(key) ?? 0) + 1);
    if (model[i] !== result)
      return `call ${i}: ${showCall(call)}: the model says ${model[i]}, the kernel ${result}`;
  }
  return undefined;
}

const GIVES_DESCRIPTOR: readonly string[] = ['openat', 'dup'];
const numberOf = (said: CallResult): number => ('fd' in said ? Number(said.fd) : NaN);
const okOf = (call: RawCall, said: CallResult): string =>
  GIVES_DESCRIPTOR.includes(call.name) ? `fd ${numberOf(said)}` : 'ok';

/** Returns a real result in the words of the model. */
function normal(call: RawCall, result: string, task: Task, said: CallResult): string {
  const { name } = call;
  if (name === 'execve' && (result === 'ENOEXEC' || result === 'ETXTBSY')) return 'ok';
  if (name === 'ioctl' && result === 'ENOTTY') return 'ok';
  if (name === 'getxattr' && result === 'ENODATA') return 'ok';
  if (name === 'openat' && result === 'ENXIO' && said.ok) {
    // A fifo without a reader: the model has no such state. The open passed every check.
    const kind = task.fds[numberOf(said)]?.location.inode.kind;
    task.fds[numberOf(said)] = undefined;
    return kind === 'fifo' ? okOf(call, said) : result;
  }
  if (!/^\d+$/.test(result)) return result;
  return GIVES_DESCRIPTOR.includes(name) ? `fd ${result}` : 'ok';
}

/** Returns a task as the launcher starts it: in `top`, with three open descriptors. */
function startTask(vfs: Vfs, plan: EnforcementPlan, top: string): Task {
  const task = newKernelTask(vfs);
  const at = resolve(vfs, top, true);
  if (!at.ok) throw new Error(`the model has ${top}`);
  changeCwd(task, at.location);
  for (let i = 0; i < 3; i++) installFile(task, newFile(task.root, O.PATH));
  const confined = confine(plan, vfs);
  if (!confined.ok) throw new Error(`${confined.path}: ${confined.problem}`);
  confined.enter(task);
  return task;
}

/** Compares the names and kinds beneath `base` after the calls. */
function compareTrees(vfs: Vfs, base: string): string | undefined {
  const found = resolve(vfs, base, false);
  const model = found.ok ? namesInModel(found.location.inode, '').sort() : [];
  const kernel = namesOnDisk(base, '').sort();
  const only = (a: readonly string[], b: readonly string[]): string =>
    a.filter((x) => !b.includes(x)).join(', ');
  const [more, less] = [only(model, kernel), only(kernel, model)];
  return more === '' && less === ''
    ? undefined
    : `afterwards only the model has [${more}], only the kernel [${less}]`;
}

function namesInModel(dir: Inode, at: string): string[] {
  return [...entries(dir)].flatMap(([name, inode]) => [
    `${at}/${name} ${inode.kind} ${inode.kind === 'dir' ? '' : inode.nlink}`,
    ...namesInModel(inode, `${at}/${name}`),
  ]);
}

function namesOnDisk(root: string, at: string): string[] {
  return fs.readdirSync(root + at, { withFileTypes: true }).flatMap((entry) => {
    const path = `${at}/${entry.name}`;
    if (entry.isDirectory()) return [`${path} dir `, ...namesOnDisk(root, path)];
    const kind = entry.isSymbolicLink() ? 'symlink' : entry.isFIFO() ? 'fifo' : 'file';
    return [`${path} ${kind} ${fs.lstatSync(root + path).nlink}`];
  });
}

/** How often each result occurred. */
export const OUTCOMES = new Map<string, number>();
