/**
 * What the engine and the kernel model say to each other. A u64 crosses as two 32-bit halves, never as a
 * BigInt: this is the innermost loop.
 */
import type { HookName } from '../../abi/hooks.js';
import type { EngineName } from './names.js';

/** The context of one run. One object is reused for all runs of a task; the program changes the cookie in it. */
export interface HookContext {
  cookieLo: number;
  cookieHi: number;
  /** Number of the chain: the value behind the opaque `chain` pointer. */
  chain: number;
  /** Inode number for `fs_walk` and `fs_pick`, tag object (an inode number too) for `fs_get`. */
  object: number;
  /** `inode_lookup`: 0 normal, 1 ROOT, 2 DOT, 3 DOTDOT. */
  lookup: number;
}

/** Where tags live: per (inode, chain), as long as something holds the inode. */
export interface TagStore {
  /** High half of the last `getTag`. */
  tagHi: number;
  /** Low half of the tag of the inode for the chain; both halves 0 for none. */
  getTag(inode: number, chain: number): number;
  /** 0, or a negative errno. Value 0 deletes the tag. */
  setTag(inode: number, chain: number, lo: number, hi: number): number;
}

/** Told of tags as they change. Halves are signed. */
export interface TagMirror {
  put(inode: number, chain: number, lo: number, hi: number): void;
  remove(inode: number, chain: number): void;
}

/** Tags that an engine may keep a copy of. */
export interface MirroredTags extends TagStore {
  /** Another number whenever a tag has changed. */
  readonly version: number;
  /** Tells the mirror of the tags that there are, and from now on of every change. */
  mirrorTo(mirror: TagMirror): void;
}

/** A verified program, decoded for the interpreter. Made by `loadProgram` only. */
export interface LoadedProgram {
  readonly name: string;
  readonly hook: HookName;
  readonly triggerMask: number;
  /** Instructions; LD_IMM64 counts once. */
  readonly instructions: number;
  /** Size of the bytecode in bytes. */
  readonly size: number;
}

/** What a run does besides its verdict, for explanations and for the proof. Called only when given. */
export interface Observer {
  readContext?(field: string): void;
  mapLookup?(map: string, inode: number, hit: boolean, lo: number, hi: number): void;
  getTag?(inode: number, lo: number, hi: number): void;
  setTag?(inode: number, lo: number, hi: number): void;
}

/** One program of one chain, ready to run. */
export interface Runnable {
  readonly program: LoadedProgram;
  readonly chain: number;
  /** The place of the chain's cookie in a session. */
  readonly slot: number;
}
export type RunList = readonly Runnable[];

/** The programs of a task by hook, each list in the order it runs in. */
export interface HookPrograms {
  /** Number of chains: of cookies in a session. */
  readonly size: number;
  readonly walk: RunList;
  /** All `fs_pick` programs. */
  readonly picks: RunList;
  readonly get: RunList;
  /** Those of `picks` that a request with these triggers runs. */
  pick(triggers: number): RunList;
  /** What runs it, once it has been run; an engine may put another in its place when a session is opened. */
  runner: HookRunner | undefined;
}

/** The cookies that a walk led to, kept by a runner as long as nothing has changed that they depend on. */
export interface KeptSession {
  readonly runner: object;
  /** Of what the cookies depend on. */
  version: number;
  /** Undefined until the walk has been made twice: what is walked once is not worth keeping. */
  cookies: Int32Array | undefined;
}

/** A walk over directories, which is never changed: another tree gives another walk. */
export interface Steps {
  /** Inode number × 4 + lookup. */
  readonly steps: readonly number[];
  kept: KeptSession | undefined;
}

/** A request of a batch: the steps of its walk, and its object unless `triggers` is 0. */
export interface BatchRequest extends Steps {
  readonly triggers: number;
  readonly object: number;
  readonly lookup: number;
}

/** The session number: calls with two paths have two. */
export type SessionIndex = 0 | 1;

/**
 * Runs the hooks of one set of programs: all that match, in order, until one denies. Has the cookies of the two sessions that
 * a call can have. Every function gives the program that denied, or undefined.
 */
export interface HookRunner {
  /** Whether the engine's counters count its runs. */
  readonly counts: boolean;
  /** All cookies of a session are 0 from here on. */
  open(session: SessionIndex): void;
  /** Opens a session and runs `fs_walk` over the steps. */
  walk(session: SessionIndex, walk: Steps): Runnable | undefined;
  /** `fs_walk` on one more directory of a session. */
  step(session: SessionIndex, step: number): Runnable | undefined;
  /** The index of the step that the last `walk` was denied at. */
  readonly stoppedAt: number;
  pick(session: SessionIndex, triggers: number, object: number, lookup: number): Runnable | undefined;
  /** Leaves the cookies as they are. */
  get(session: SessionIndex, object: number): Runnable | undefined;
  /** Many requests, each a session of its own (the first of the two): whether each is allowed. */
  batch(requests: readonly BatchRequest[]): readonly boolean[];
  /** Copies the cookies of a session out, low and high half per chain. */
  save(session: SessionIndex, cookies: Int32Array): void;
  restore(session: SessionIndex, cookies: Int32Array): void;
}

/** Runs single programs, one instruction after the other. */
export interface Interpreter {
  /**
   * Runs a program. The low 32 bits of r0, unsigned: 0 allows. Throws nothing: a fault (out of fuel, bad
   * access) denies and is in `fault`.
   */
  run(program: LoadedProgram, context: HookContext, tags: TagStore, observer?: Observer): number;
  /** Instructions executed by all runs since it was last set to 0. */
  executed: number;
  /** Program runs since it was last set to 0. */
  runs: number;
  /** The last fault, or undefined. */
  fault: string | undefined;
}

/** An interpreter, whose counters count what it runs, and what runs the hooks of sets of programs. */
export interface Engine extends Interpreter {
  readonly name: EngineName;
  runnerOf(programs: HookPrograms, tags: MirroredTags): HookRunner;
}
