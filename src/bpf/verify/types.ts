/** What the verifier is given and what it says. */
import type { HookAbi } from '../../abi/hooks.js';
import type { DecodeRule } from '../decode.js';
import type { Placed } from '../types.js';

/** A map that a program refers to; the entries of a manifest's `maps` are such. */
export type VerifierMap =
  | { readonly name: string; readonly type: 'inode' }
  | {
      readonly name: string;
      readonly type: 'array' | 'hash';
      readonly keySize: number;
      readonly valueSize: number;
      readonly maxEntries: number;
    };

export type VerifierRule =
  | DecodeRule
  | 'size' // 1 to 4096 instructions
  | 'subtype' // hook and triggers
  | 'loop' // a loop that is not seen to end
  | 'budget' // too many steps to follow
  | 'unreachable'
  | 'call' // local functions: nesting, recursion
  | 'uninitialised' // registers and stack bytes
  | 'read_only' // r10
  | 'pointer' // what may be done with a pointer
  | 'alignment'
  | 'shift'
  | 'division'
  | 'context'
  | 'stack'
  | 'memory' // of a raw program
  | 'map'
  | 'map_value'
  | 'helper'
  | 'unsupported';

/** A conditional jump on a path. */
export interface PathStep {
  readonly slot: number;
  readonly disassembly: string;
  readonly taken: boolean;
}

export interface VerifierError {
  /** 0 for an error of the program as a whole. */
  readonly slot: number;
  /** The instruction as text, its bytes in hex if it is none, empty for the program as a whole. */
  readonly disassembly: string;
  readonly rule: VerifierRule;
  /** Lower case, no period. */
  readonly message: string;
  /** The conditional jumps on the way to the instruction, in order; empty for what holds on every path. */
  readonly path: readonly PathStep[];
}

export interface ProgramFacts {
  /**
   * Indices into `code` of jumps, ascending: every run that does not end takes one of them without end, so it is enough
   * for an engine to count fuel there. Empty for hooks.
   */
  readonly unprovenLoops: readonly number[];
  /** Indices of the first instructions of functions: 0, then the targets of local calls, ascending. */
  readonly functions: readonly number[];
  /** Deepest nesting of functions: 1 without local calls. */
  readonly frames: number;
  /** Instructions explored. A program without unproven loops executes no more than that in any run. */
  readonly steps: number;
}

export type Verification =
  | { readonly kind: 'accepted'; readonly code: readonly Placed[]; readonly facts: ProgramFacts }
  | { readonly kind: 'refused'; readonly errors: readonly VerifierError[] };

/** What a program runs as. */
export type Target =
  | { readonly kind: 'hook'; readonly hook: HookAbi }
  | { readonly kind: 'raw'; readonly memorySize: number; readonly helpers: ReadonlySet<number> };

/** What the checks of an instruction know besides the state. */
export interface StepEnv {
  readonly target: Target;
  readonly maps: readonly VerifierMap[];
  report(rule: VerifierRule, message: string): void;
  /** A number that no other lookup's result has. */
  freshId(): number;
}
