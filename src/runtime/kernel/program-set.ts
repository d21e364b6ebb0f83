/**
 * Programs as the kernel has them, chains of them, and the set of chains that a task runs under.
 *
 * Source: "Program type and hook types" and "Chains and program sets" of the ABI description.
 */
import { MAX_CHAINS, MAX_SET_PAGES, PAGE_SIZE } from '../../abi/hooks.js';
import { assertNever } from '../../base/assert.js';
import type { HookPrograms, HookRunner, LoadedProgram, RunList, Runnable } from '../engine/types.js';
import type { Errno } from './errno.js';

/** A program in the kernel: what a descriptor of `bpf(BPF_PROG_LOAD)` refers to. Compared by identity. */
export interface KernelProgram {
  readonly program: LoadedProgram;
  readonly previous: KernelProgram | undefined;
}

export type Loaded =
  { readonly ok: true; readonly program: KernelProgram } | { readonly ok: false; readonly errno: Errno };

/** Checks `subtype` as the load does: `triggers` and `previous` must suit the hook, else EINVAL. */
export function loadKernelProgram(program: LoadedProgram, previous: KernelProgram | undefined): Loaded {
  const triggersFit = (program.hook === 'fs_pick') === (program.triggerMask !== 0);
  if (!triggersFit || !mayFollow(program, previous)) return { ok: false, errno: 'EINVAL' };
  return { ok: true, program: { program, previous } };
}

function mayFollow(program: LoadedProgram, previous: KernelProgram | undefined): boolean {
  const before = previous?.program.hook;
  switch (program.hook) {
    case 'fs_walk':
      return before === undefined;
    case 'fs_pick':
      return before === undefined || before === 'fs_walk' || before === 'fs_pick';
    case 'fs_get':
      return before === 'fs_pick';
    default:
      return assertNever(program.hook);
  }
}

/** A chain in force. Shared by the sets of a task and its children; `users` counts the tasks. */
export interface Chain {
  /** The value behind the opaque `chain` pointer; never used twice. */
  readonly id: number;
  /** First to last. Grows only at a forkable point. */
  programs: readonly KernelProgram[];
  users: number;
}

/** The chains of a task, oldest first, and for each hook the flat list of programs in the order they run in. */
export class ProgramSet implements HookPrograms {
  readonly size: number;
  readonly walk: RunList;
  readonly get: RunList;
  readonly picks: RunList;
  /** A set belongs to one kernel, but for the empty one, which nothing runs. */
  runner: HookRunner | undefined = undefined;
  private readonly picksByMask = new Map<number, RunList>();

  constructor(readonly chains: readonly Chain[]) {
    this.size = chains.length;
    this.walk = flatten(chains, (hook) => hook === 'fs_walk');
    this.get = flatten(chains, (hook) => hook === 'fs_get');
    this.picks = flatten(chains, (hook) => hook === 'fs_pick');
  }

  /** The programs that a request with these triggers runs. */
  pick(triggers: number): RunList {
    const kept = this.picksByMask.get(triggers);
    if (kept !== undefined) return kept;
    const list = this.picks.filter(({ program }) => (program.triggerMask & triggers) !== 0);
    this.picksByMask.set(triggers, list);
    return list;
  }
}

export const EMPTY_SET = new ProgramSet([]);

/** Newest chain first, and within a chain from its last program to its first. */
function flatten(chains: readonly Chain[], wants: (hook: LoadedProgram['hook']) => boolean): RunList {
  const list: Runnable[] = [];
  for (let slot = chains.length - 1; slot >= 0; slot--) {
    const chain = chains[slot] as Chain;
    for (const { program } of chain.programs.toReversed())
      if (wants(program.hook)) list.push({ program, chain: chain.id, slot });
  }
  return list;
}

export type Prepended =
  { readonly ok: true; readonly set: ProgramSet } | { readonly ok: false; readonly errno: Errno };

/**
 * The set with the chain that ends in `last` added. A new object in any case: the old one may be another task's.
 * EEXIST, E2BIG and EINVAL as "Chains and program sets" says; EINVAL too for a chain without a `fs_pick`.
 */
export function prependChain(set: ProgramSet, last: KernelProgram, newChainId: () => number): Prepended {
  const programs = programsOf(last);
  const inSet = new Set(set.chains.flatMap((chain) => chain.programs));
  if (programs.every((p) => inSet.has(p))) return { ok: false, errno: 'EEXIST' };
  if (!programs.some((p) => p.program.hook === 'fs_pick')) return { ok: false, errno: 'EINVAL' };
  const shared = programs.findLastIndex((p) => inSet.has(p));
  const extended = shared < 0 ? undefined : extendable(set, programs, shared);
  if (shared >= 0 && extended === undefined) return { ok: false, errno: 'EINVAL' };
  if (pagesOf([...inSet, ...programs.slice(shared + 1)]) > MAX_SET_PAGES)
    return { ok: false, errno: 'E2BIG' };
  if (extended !== undefined) {
    extended.programs = programs;
    return { ok: true, set: new ProgramSet(set.chains) };
  }
  if (set.chains.length >= MAX_CHAINS) return { ok: false, errno: 'E2BIG' };
  return { ok: true, set: new ProgramSet([...set.chains, { id: newChainId(), programs, users: 1 }]) };
}

/** A chain's programs, first to last, found by following `previous`. */
function programsOf(last: KernelProgram): KernelProgram[] {
  const programs: KernelProgram[] = [];
  for (let at: KernelProgram | undefined = last; at !== undefined; at = at.previous) programs.push(at);
  return programs.reverse();
}

/**
 * The chain in force that `programs` may extend after index `shared`, or undefined: the shared program must be the
 * last `fs_pick` of both, no other task may use the chain, and where they part they must not both have a program
 * of the same type.
 */
function extendable(set: ProgramSet, programs: readonly KernelProgram[], shared: number): Chain | undefined {
  const point = programs[shared] as KernelProgram;
  const chain = set.chains.find((c) => c.programs.includes(point)) as Chain;
  const isPick = (p: KernelProgram): boolean => p.program.hook === 'fs_pick';
  const forkable =
    isPick(point) && chain.programs.findLast(isPick) === point && programs.findLast(isPick) === point;
  const oldRest = chain.programs.slice(chain.programs.indexOf(point) + 1);
  return forkable && chain.users === 1 && oldRest.length === 0 ? chain : undefined;
}

/** Every program takes whole pages, as in the kernel. */
function pagesOf(programs: readonly KernelProgram[]): number {
  return programs.reduce((sum, { program }) => sum + Math.ceil(program.size / PAGE_SIZE), 0);
}

/** Whether a task with set `tracer` may trace one with set `tracee`: it has every program of the tracer's. */
export function mayTrace(tracer: ProgramSet, tracee: ProgramSet): boolean {
  const has = new Set(tracee.chains.flatMap((chain) => chain.programs));
  return tracer.chains.every((chain) => chain.programs.every((p) => has.has(p)));
}
