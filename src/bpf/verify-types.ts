/** What the verifier is given and what it says. */
import type { HookAbi } from '../abi/hooks.js';
import type { DecodeRule } from './decode.js';

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
  | 'loop'
  | 'unreachable'
  | 'uninitialised' // registers and stack bytes
  | 'read_only' // r10
  | 'pointer' // what may be done with a pointer
  | 'alignment'
  | 'context'
  | 'stack'
  | 'map'
  | 'map_value'
  | 'helper'
  | 'unsupported';

export interface VerifierError {
  /** 0 for an error of the program as a whole. */
  readonly slot: number;
  /** The instruction as text, its bytes in hex if it is none, empty for the program as a whole. */
  readonly disassembly: string;
  readonly rule: VerifierRule;
  /** Lower case, no period. */
  readonly message: string;
}

export interface StepEnv {
  readonly hook: HookAbi;
  readonly maps: readonly VerifierMap[];
  /** Slot of the instruction: the identity of what a lookup gives. */
  readonly slot: number;
  report(rule: VerifierRule, message: string): void;
}
