/**
 * The interface between the engine and the kernel model. A u64 is passed as two 32-bit halves, never as a bigint,
 * because this is the innermost loop.
 */
import type { HookName } from '../../abi/hooks.js';
import type { EngineName } from './names.js';

/** The context of a run. One object is reused for many runs; the program changes its cookie. */
export interface HookContext {
  cookieLo: number;
  cookieHi: number;
  /** Number of the chain that the opaque `chain` pointer refers to. */
  chain: number;
  /** Inode number for `fs_walk` and `fs_pick`, tag object (an inode number too) for `fs_get`. */
  object: number;
  /** `inode_lookup`: 0 normal, 1 ROOT, 2 DOT, 3 DOTDOT. */
  lookup: number;
}

/** The tags of inodes, one for each inode and chain. A tag exists as long as something holds the inode. */
export interface TagStore {
  /** High half of the last `getTag`. */
  tagHi: number;
  /** The low half of the tag of an inode for a chain. Without a tag, both halves are 0. */
  getTag(inode: number, chain: number): number;
  /** Sets a tag; value 0 deletes it. Returns 0 or a negative errno. */
  setTag(inode: number, chain: number, lo: number, hi: number): number;
}

/** A copy of the tags, which receives every change. Halves are signed. */
export interface TagMirror {
  put(inode: number, chain: number, lo: number, hi: number): void;
  remove(inode: number, chain: number): void;
}

/** Tags of which an engine may keep a copy. */
export interface MirroredTags extends TagStore {
  /** Differs whenever a tag has changed. */
  readonly version: number;
  /** Puts the present tags into the mirror, and from now on passes every change to it. */
  mirrorTo(mirror: TagMirror): void;
}

/** A verified program, decoded for the interpreter. Made by `loadProgram` only. */
export interface LoadedProgram {
  readonly name: string;
  readonly hook: HookName;
  readonly triggerMask: number;
  /** The number of instructions; LD_IMM64 counts once. */
  readonly instructions: number;
  /** Size of the bytecode in bytes. */
  readonly size: number;
}

/** Receives what a run reads and writes, for explanations and for the proof. */
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
  /** The index of the chain's cookie in a session. */
  readonly slot: number;
}
export type RunList = readonly Runnable[];

/** The programs of a task by hook. Each list is in the order in which the programs run. */
export interface HookPrograms {
  /** The number of chains, and so of cookies in a session. */
  readonly size: number;
  readonly walk: RunList;
  /** All `fs_pick` programs. */
  readonly picks: RunList;
  readonly get: RunList;
  /** The programs of `picks` that run for a request with these triggers. */
  pick(triggers: number): RunList;
  /** Created at the first run. An engine may replace it when a session is opened. */
  runner: HookRunner | undefined;
}

/** The cookies at the end of a walk, which a runner may reuse until the tags or maps that they depend on change. */
export interface KeptSession {
  readonly runner: object;
  /** The version of the tags and maps that the cookies depend on. */
  version: number;
  /** Undefined until the walk has been made twice: the cookies of a walk that is made once are not worth keeping. */
  cookies: Int32Array | undefined;
}

/** A walk over directories. It never changes: a change of the tree makes a new walk. */
export interface Steps {
  /** Inode number × 4 + lookup. */
  readonly steps: readonly number[];
  kept: KeptSession | undefined;
}

/** A request of a batch: a walk and, unless `triggers` is 0, an object to pick. */
export interface BatchRequest extends Steps {
  readonly triggers: number;
  readonly object: number;
  readonly lookup: number;
}

/** The number of a session. A call with two paths has two sessions. */
export type SessionIndex = 0 | 1;

/**
 * Runs the hooks of one set of programs: all programs that match, in order, until one denies. It holds the cookies of
 * the two sessions that a call can have. Unless noted, a function returns the program that denied, or undefined.
 */
export interface HookRunner {
  /** True if the counters of the engine count its runs. */
  readonly counts: boolean;
  /** Opens a session: sets its cookies to 0. */
  open(session: SessionIndex): void;
  /** Opens a session and runs `fs_walk` over the steps. */
  walk(session: SessionIndex, walk: Steps): Runnable | undefined;
  /** Runs `fs_walk` on one more directory of a session. */
  step(session: SessionIndex, step: number): Runnable | undefined;
  /** The index of the step at which the last `walk` was denied. */
  readonly stoppedAt: number;
  /** Runs the `fs_pick` programs that match the triggers. */
  pick(session: SessionIndex, triggers: number, object: number, lookup: number): Runnable | undefined;
  /** Runs `fs_get`. The cookies do not change. */
  get(session: SessionIndex, object: number): Runnable | undefined;
  /** Runs many requests, each in a new session (number 0). Returns whether each is allowed. */
  batch(requests: readonly BatchRequest[]): readonly boolean[];
  /** Copies the cookies of a session into an array: low and high half for each chain. */
  save(session: SessionIndex, cookies: Int32Array): void;
  restore(session: SessionIndex, cookies: Int32Array): void;
}

/** Runs single programs. */
export interface Interpreter {
  /**
   * Runs a program. Returns the low 32 bits of r0, unsigned: 0 allows. Never throws: a fault (out of fuel, bad access)
   * denies and is recorded in `fault`.
   */
  run(program: LoadedProgram, context: HookContext, tags: TagStore, observer?: Observer): number;
  /** The number of instructions executed since it was last set to 0. */
  executed: number;
  /** The number of program runs since it was last set to 0. */
  runs: number;
  /** The last fault, or undefined. */
  fault: string | undefined;
}

/** An interpreter that also creates runners for sets of programs. */
export interface Engine extends Interpreter {
  readonly name: EngineName;
  runnerOf(programs: HookPrograms, tags: MirroredTags): HookRunner;
}
