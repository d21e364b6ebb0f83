/**
 * Every place of one layer, and the verdict on each action there: a deterministic, minimal automaton whose alphabet
 * is path components. Types and look-ups; `build-hierarchy.ts` makes it.
 */
import type { ActionMask } from '../../abi/actions.js';

export interface HierarchyAutomaton {
  readonly layer: string;
  /** State 0 is `/`; the others are numbered in breadth-first order of their first path. */
  readonly states: readonly HierarchyState[];
}

/** The verdicts on the object that a path leads to. Masks are of *allowed* actions. */
export interface Verdicts {
  /** On the object itself, if it is a directory. */
  readonly dir: ActionMask;
  /** On what lies beneath and no scope names. */
  readonly below: ActionMask;
  /** On the object itself, if it is not a directory. */
  readonly file: ActionMask;
}

export interface HierarchyState extends Verdicts {
  readonly id: number;
  /** Sorted by name. Only names that go elsewhere than their class below would. */
  readonly literals: readonly LiteralEdge[];
  /** The globs that the edges below are about, sorted. */
  readonly globs: readonly string[];
  readonly classes: readonly ClassEdge[];
  /** Every other name. */
  readonly other: number;
}

export interface LiteralEdge {
  readonly name: string;
  readonly to: number;
}

/** All names that exactly these of `HierarchyState.globs` match. */
export interface ClassEdge {
  readonly matching: readonly number[];
  readonly witness: string;
  readonly to: number;
}
