/**
 * Programs in the kernel, chains of programs, and the set of chains that a task runs under.
 *
 * Source: "Program type and hook types" and "Chains and program sets" of the ABI description.
 */
import { MAX_CHAINS, MAX_SET_PAGES, programPages } from '../../abi/hooks.js';
import { assertNever } from '../../base/assert.js';
import type { HookPrograms, HookRunner, LoadedProgram, RunList, Runnable } from '../engine/types.js';
import type { Errno } from './errno.js';

/** A program in the kernel, which a descriptor of `bpf(BPF_PROG_LOAD)` refers to. Compared by identity. */
export interface KernelProgram {
  readonly program: LoadedProgram;
  readonly previous: KernelProgram | undefined;
}

export type Loaded =
  { readonly ok: true; readonly program: KernelProgram } | { readonly ok: false; readonly errno: Errno };

/** Loads a program. The errno is EINVAL unless `triggers` and `previous` of its `subtype` fit the hook. */
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
      return before === undefined || before === 'fs_pick';
    default:
      return assertNever(program.hook);
  }
}

/** An enforced chain. After a fork, parent and child have the same object in their sets. */
export interface Chain {
  /** The value of the opaque `chain` pointer in contexts; never reused. */
  readonly id: number;
  /** First to last. Grows only while the chain is not shared. */
  programs: readonly KernelProgram[];
  /** Set by the first fork of a task that has the chain, and never cleared, even when the other task ends. */
  isShared: boolean;
}

/** The chains of a task, oldest first, and for each hook the list of all programs in the order in which they run. */
export class ProgramSet implements HookPrograms {
  readonly size: number;
  readonly walk: RunList;
  readonly get: RunList;
  readonly picks: RunList;
  /** Set when the first program runs. Only the empty set is in more than one kernel, and it runs no program. */
  runner: HookRunner | undefined = undefined;
  /** Number of tasks that have this set. */
  tasks = 1;
  private readonly picksByMask = new Map<number, RunList>();

  constructor(readonly chains: readonly Chain[]) {
    this.size = chains.length;
    this.walk = flatten(chains, (hook) => hook === 'fs_walk');
    this.get = flatten(chains, (hook) => hook === 'fs_get');
    this.picks = flatten(chains, (hook) => hook === 'fs_pick');
  }

  /** Returns the programs that a request with these triggers runs. */
  pick(triggers: number): RunList {
    const kept = this.picksByMask.get(triggers);
    if (kept !== undefined) return kept;
    const list = this.picks.filter(({ program }) => (program.triggerMask & triggers) !== 0);
    this.picksByMask.set(triggers, list);
    return list;
  }
}

export const EMPTY_SET = new ProgramSet([]);

/** Returns the programs of a hook: the newest chain comes first, and in a chain the last program comes first. */
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

const refused = (errno: Errno): Prepended => ({ ok: false, errno });

/**
 * Returns the set with the chain that ends in `last` added. The result is always a new object.
 *
 * The checks and their order are those of "Chains and program sets": first the pages (E2BIG), then the chain from its last
 * program back (EINVAL, EEXIST), then the number of chains (E2BIG).
 */
export function prependChain(set: ProgramSet, last: KernelProgram, newChainId: () => number): Prepended {
  if (pagesAfter(set, last) > MAX_SET_PAGES) return refused('E2BIG');
  const programs = programsOf(last);
  const inSet = new Set(set.chains.flatMap((chain) => chain.programs));
  const fork = programs.findLastIndex((p) => inSet.has(p));
  if (programs.slice(fork + 1).some((p) => hasRival(inSet, p))) return refused('EINVAL');
  if (fork >= 0) {
    const chain = forkedChain(set, programs, fork);
    if (chain === undefined) return refused('EINVAL');
    if (fork === programs.length - 1) return refused('EEXIST');
    chain.programs = programs;
    return { ok: true, set: new ProgramSet(set.chains) };
  }
  if (set.chains.length >= MAX_CHAINS) return refused('E2BIG');
  const chain: Chain = { id: newChainId(), programs, isShared: false };
  return { ok: true, set: new ProgramSet([...set.chains, chain]) };
}

/**
 * Returns the number of pages that the kernel counts: those of the last program of the new chain only, those of every program
 * in the set, and one more if another task has the same set, because then the set is copied.
 */
function pagesAfter(set: ProgramSet, last: KernelProgram): number {
  const counted = [last, ...set.chains.flatMap((chain) => chain.programs)];
  const pages = counted.reduce((sum, { program }) => sum + programPages(program.size), 0);
  return pages + (set.tasks > 1 && set.size > 0 ? 1 : 0);
}

/** Returns the programs of the chain that ends in `last`, first to last, by following `previous`. */
function programsOf(last: KernelProgram): KernelProgram[] {
  const programs: KernelProgram[] = [];
  for (let at: KernelProgram | undefined = last; at !== undefined; at = at.previous) programs.push(at);
  return programs.reverse();
}

/** Returns whether the set has another program of the same hook type after the same previous program. */
function hasRival(inSet: ReadonlySet<KernelProgram>, { program, previous }: KernelProgram): boolean {
  if (previous === undefined) return false;
  return [...inSet].some((q) => q.previous === previous && q.program.hook === program.hook);
}

/**
 * Returns the chain of the set that ends in `programs[fork]`, or undefined if that program cannot be forked from. It must be
 * an `fs_pick`, the last one of `programs`, and the end of a chain that is not shared. A program that an `fs_get` follows in
 * the set cannot be forked from: applying a prefix of a chain is EINVAL, and another `fs_get` has a rival.
 */
function forkedChain(set: ProgramSet, programs: readonly KernelProgram[], fork: number): Chain | undefined {
  const point = programs[fork] as KernelProgram;
  const isPick = (p: KernelProgram): boolean => p.program.hook === 'fs_pick';
  if (!isPick(point) || programs.slice(fork + 1).some(isPick)) return undefined;
  return set.chains.find((chain) => chain.programs.at(-1) === point && !chain.isShared);
}

/**
 * Returns whether a task with the set `tracer` may trace a task with the set `tracee`: every chain of the first set is in the
 * second. Chains are compared by identity, so two unrelated tasks that apply the same program have different chains.
 */
export function mayTrace(tracer: ProgramSet, tracee: ProgramSet): boolean {
  return tracer.chains.every((chain) => tracee.chains.includes(chain));
}
