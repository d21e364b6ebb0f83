/**
 * What a listener is told of every program run. Explanations are made from it.
 */
import type { ActionMask } from '../../abi/actions.js';
import type { HookName, Lookup } from '../../abi/hooks.js';

/** What a program did besides its verdict. */
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

/** One program run. Cookie halves are as the engine has them. */
export interface HookRun {
  readonly task: number;
  readonly hook: HookName;
  readonly program: string;
  readonly chain: number;
  readonly inode: number;
  /** The path component that led to the inode; '/' or '.' for the start of a walk or of a link's target; '' unknown. */
  readonly name: string;
  readonly lookup: Lookup;
  readonly triggers: ActionMask;
  readonly before: { readonly lo: number; readonly hi: number };
  readonly after: { readonly lo: number; readonly hi: number };
  /** 0 allows. */
  readonly verdict: number;
  readonly fault: string | undefined;
  readonly events: readonly EngineEvent[];
}

export interface TraceListener {
  ran(run: HookRun): void;
}
