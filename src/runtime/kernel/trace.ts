/** The record of a program run, which a trace listener receives. Explanations are made from such records. */
import type { ActionMask } from '../../abi/actions.js';
import type { HookName, Lookup } from '../../abi/hooks.js';

/** An access of a program to its context, a map or a tag. */
export type EngineEvent =
  | { readonly kind: 'readContext'; readonly field: string }
  | {
      readonly kind: 'mapLookup';
      readonly map: string;
      readonly inode: number;
      readonly hit: boolean;
      readonly lo: number;
      readonly hi: number;
    }
  | { readonly kind: 'getTag' | 'setTag'; readonly inode: number; readonly lo: number; readonly hi: number };

/** One program run. The halves of cookies are signed 32-bit numbers, as the engine has them. */
export interface HookRun {
  readonly task: number;
  readonly hook: HookName;
  readonly program: string;
  readonly chain: number;
  readonly inode: number;
  /** The path component that led to the inode; '/' or '.' at the start of a walk or of a link's target; '' if unknown. */
  readonly name: string;
  readonly lookup: Lookup;
  readonly triggers: ActionMask;
  readonly before: { readonly lo: number; readonly hi: number };
  readonly after: { readonly lo: number; readonly hi: number };
  /** 0 allows, other values deny. */
  readonly verdict: number;
  readonly fault: string | undefined;
  readonly events: readonly EngineEvent[];
}

export interface TraceListener {
  ran(run: HookRun): void;
}
