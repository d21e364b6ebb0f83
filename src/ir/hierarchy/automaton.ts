/**
 * The hierarchy automaton: every place of one layer, and the verdict on each action there. It is deterministic and
 * minimal, and its alphabet is path components. This file has types only; `build-hierarchy.ts` makes the automaton.
 */
import type { ActionMask } from '../../abi/actions.js';

export interface HierarchyAutomaton {
  readonly layer: string;
  /** State 0 is `/`; the others are numbered in breadth-first order of their first path. */
  readonly states: readonly HierarchyState[];
}

/** The verdicts at the end of a path, as sets of allowed actions. */
export interface Verdicts {
  /** Allowed on the object itself, if it is a directory. */
  readonly dir: ActionMask;
  /** Allowed on objects beneath that no scope names. */
  readonly below: ActionMask;
  /** Allowed on the object itself, if it is not a directory. */
  readonly file: ActionMask;
}

export interface HierarchyState extends Verdicts {
  readonly id: number;
  /** Sorted by name. Has only names whose target differs from the target of their class. */
  readonly literals: readonly LiteralEdge[];
  /** The globs that `classes` refers to, sorted. */
  readonly globs: readonly string[];
  readonly classes: readonly ClassEdge[];
  /** The state that every other name leads to. */
  readonly other: number;
}

export interface LiteralEdge {
  readonly name: string;
  readonly to: number;
}

/** The edge for all names that exactly these globs match. `matching`: ascending indices into `HierarchyState.globs`. */
export interface ClassEdge {
  readonly matching: readonly number[];
  readonly witness: string;
  readonly to: number;
}
