/** Input and output types of the verifier. */
import type { HookAbi } from '../../abi/hooks.js';
import type { DecodeRule } from '../decode.js';
import type { Placed } from '../types.js';

/** A map that a program refers to. The entries of `maps` in a manifest have this shape. */
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
  | 'loop' // a loop that is not proved to end
  | 'budget' // too many steps to explore
  | 'unreachable'
  | 'call' // local functions: nesting, recursion
  | 'uninitialised' // registers and stack bytes
  | 'read_only' // r10
  | 'pointer' // an operation that a pointer does not allow
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
  /** The instruction as text; in hex if the bytes are not an instruction; empty for the program as a whole. */
  readonly disassembly: string;
  readonly rule: VerifierRule;
  /** Lower case, no period. */
  readonly message: string;
  /** The conditional jumps on the path to the instruction, in order; empty if the error does not depend on a path. */
  readonly path: readonly PathStep[];
}

/** What an engine has to know of an accepted program. */
export interface ProgramFacts {
  /**
   * Indices into `code` of jumps, ascending. A run that does not end takes one of them infinitely often, so it is
   * enough for an engine to count fuel there. Empty for hooks.
   */
  readonly unprovenLoops: readonly number[];
  /** Indices of the first instructions of functions: 0, then the targets of local calls, ascending. */
  readonly functions: readonly number[];
  /** Deepest nesting of functions: 1 without local calls. */
  readonly frames: number;
  /** The number of instructions explored. No run of a program without unproven loops executes more. */
  readonly steps: number;
}

export type Verification =
  | { readonly kind: 'accepted'; readonly code: readonly Placed[]; readonly facts: ProgramFacts }
  | { readonly kind: 'refused'; readonly errors: readonly VerifierError[] };

/** What a program is verified for: a hook, or raw, with the memory and helpers that the caller gives it. */
export type VerifierTarget =
  | { readonly kind: 'hook'; readonly hook: HookAbi }
  | { readonly kind: 'raw'; readonly memorySize: number; readonly helpers: ReadonlySet<number> };

/** What the checks of an instruction use besides the state. */
export interface StepEnv {
  readonly target: VerifierTarget;
  readonly maps: readonly VerifierMap[];
  report(rule: VerifierRule, message: string): void;
  /** A new id for the result of a lookup. */
  freshId(): number;
}
