/**
 * What the engine and the kernel model say to each other. A u64 crosses as two 32-bit halves, never as a
 * BigInt: this is the innermost loop.
 */
import type { HookName } from '../../abi/hooks.js';

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
  /** Triggers of the request; only the hypothetical `fs_any` reads it. */
  triggers: number;
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

export interface Engine {
  /** The low 32 bits of r0, unsigned: 0 allows. Throws nothing: a fault (out of fuel, bad access) denies and is in `fault`. */
  run(program: LoadedProgram, context: HookContext, tags: TagStore, observer?: Observer): number;
  /** Instructions executed by all runs since it was last set to 0. */
  executed: number;
  /** Program runs since it was last set to 0. */
  runs: number;
  /** The last fault, or undefined. */
  fault: string | undefined;
}
