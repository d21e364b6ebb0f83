/**
 * What was meant: names resolved, sets expanded, paths absolute and normalised, scopes with the same path
 * merged. Types only; `check.ts` makes it, the reference evaluator and the later passes read it.
 */
import type { ActionMask, ActionBit } from '../../abi/actions.js';
import type { Span } from '../../diagnostics/types.js';
import type { Deciding } from '../../semantics/deciding.js';
import type { PathPattern } from '../../semantics/pattern.js';
import type { Effects, ScopeEffects } from '../../semantics/scope.js';

export interface CheckedPolicy {
  readonly layers: readonly Layer[];
  readonly tests: readonly CheckedTest[];
  /** The `actions` that the given files declare or import: what people call their sets. */
  readonly sets: readonly NamedSet[];
  readonly assertions: readonly Assertion[];
  readonly gainAssertions: readonly GainAssertion[];
  /** Gains that moves may bring without a word. */
  readonly acceptedGains: readonly AcceptedGain[];
}

export interface NamedSet {
  readonly name: string;
  readonly actions: ActionMask;
}

/** A claim about every object at a path, and for `under` about all beneath. */
export interface Assertion {
  readonly claim: 'never' | 'always';
  readonly actions: ActionMask;
  readonly reach: 'under' | 'at';
  readonly path: PathPattern;
  readonly span: Span;
  /** The layer that it is about; undefined for what all layers allow together. */
  readonly layer: Layer | undefined;
}

export interface AcceptedGain {
  readonly actions: ActionMask;
  readonly span: Span;
}

/** No move gains these. */
export interface GainAssertion {
  readonly actions: ActionMask;
  readonly span: Span;
  readonly layer: Layer | undefined;
}

/** One `policy` block: its own chain, its own cookie. Every layer must allow. */
export interface Layer {
  readonly name: string;
  readonly span: Span;
  readonly default: 'allow' | 'deny';
  /** One per path and kind, sorted by `patternText`, `dir` before `file`; the first is always `dir "/"`. */
  readonly scopes: readonly Scope[];
}

export interface Scope extends ScopeEffects {
  /** Position in `Layer.scopes`. */
  readonly id: number;
  readonly path: PathPattern;
  readonly object: 'dir' | 'file';
  /** Absent at load is no error. A scope declared twice is optional only if both are. */
  readonly optional: boolean;
  /**
   * Of an enclosing optional scope, the number of components: when that is absent, so may this be. 0 when
   * nothing around it is optional.
   */
  readonly within: number;
  /** Where it is declared, in source order; the implicit `dir "/"` has the span of the policy's name. */
  readonly spans: readonly Span[];
  /** What changes the region beneath, and the object itself. All zero for a `file` scope. Masks are of actions. */
  readonly region: Effects;
  readonly rules: readonly Rule[];
}

/** One rule statement of a scope. */
export interface Rule extends Deciding {
  readonly actions: ActionMask;
  readonly span: Span;
  /** The `use` statements that brought it here, outermost first; empty for a rule written in the policy. */
  readonly via: readonly Span[];
}

export interface CheckedTest {
  readonly name: string;
  readonly span: Span;
  readonly given: readonly CheckedGiven[];
  readonly steps: readonly CheckedStep[];
}

/** Paths in tests are literal, absolute, and not yet normalised: `..`, `.` and links are what they test. */
export type CheckedGiven =
  | { readonly kind: 'file' | 'dir'; readonly path: string; readonly span: Span }
  | {
      readonly kind: 'link' | 'bind' | 'hardlink';
      readonly path: string;
      readonly target: string;
      readonly span: Span;
    };

export type CheckedStep =
  | {
      readonly kind: 'expect';
      readonly effect: 'allow' | 'deny';
      readonly action: ActionBit;
      readonly path: string;
      readonly span: Span;
    }
  | { readonly kind: 'cd'; readonly path: string; readonly span: Span };
