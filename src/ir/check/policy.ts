/**
 * The checked policy: names are resolved, sets expanded, paths absolute and normalised, scopes with the same path merged.
 * This file has types only. `check.ts` makes the policy; the later passes and the reference evaluator read it.
 */
import type { ActionMask, ActionBit } from '../../abi/actions.js';
import type { TargetName } from '../../artifact/manifest.js';
import type { Span } from '../../diagnostics/types.js';
import type { Deciding } from '../../semantics/deciding.js';
import type { PathPattern } from '../../semantics/pattern.js';
import type { Effects, ScopeEffects } from '../../semantics/scope.js';

export interface CheckedPolicy {
  readonly layers: readonly Layer[];
  readonly tests: readonly CheckedTest[];
  /** The `actions` that the entry files declare or import. Tools use their names in output. */
  readonly sets: readonly NamedSet[];
  readonly assertions: readonly Assertion[];
  readonly gainAssertions: readonly GainAssertion[];
  /** Gains that moves may bring without a warning. */
  readonly acceptedGains: readonly AcceptedGain[];
  /** Actions that a target need not enforce. */
  readonly unenforced: readonly AcceptedUnenforced[];
}

export interface NamedSet {
  readonly name: string;
  readonly actions: ActionMask;
}

/** A claim about every object at a path, and for `under` about every object beneath it too. */
export interface Assertion {
  readonly claim: 'never' | 'always';
  readonly actions: ActionMask;
  readonly reach: 'under' | 'at';
  readonly path: PathPattern;
  readonly span: Span;
  /** The layer that the claim is about; undefined for all layers together. */
  readonly layer: Layer | undefined;
}

export interface AcceptedGain {
  readonly actions: ActionMask;
  readonly span: Span;
}

/** `accept unenforced ACTIONS on TARGET;`: the target may leave requests for these actions unstopped that the policy denies. */
export interface AcceptedUnenforced {
  readonly actions: ActionMask;
  readonly target: TargetName;
  /** The layer whose verdicts are meant; undefined for all layers. */
  readonly layer: Layer | undefined;
  readonly span: Span;
}

/** A claim that no move gains these actions. */
export interface GainAssertion {
  readonly actions: ActionMask;
  readonly span: Span;
  readonly layer: Layer | undefined;
}

/** One `policy` block. Each layer has its own chain and its own cookie; an action is allowed if every layer allows it. */
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
  /** True if the object may be absent at load. A scope that is declared twice is optional only if both declarations are. */
  readonly optional: boolean;
  /**
   * Number of components of the enclosing optional scope: when that object is absent, the object of this scope may be
   * absent too. 0 when no enclosing scope is optional.
   */
  readonly within: number;
  /** The declarations, in source order. The implicit `dir "/"` has the span of the policy's name. */
  readonly spans: readonly Span[];
  /** The effects on the object and on the region beneath. All zero for a `file` scope. */
  readonly region: Effects;
  readonly rules: readonly Rule[];
}

/** One rule statement of a scope. */
export interface Rule extends Deciding {
  readonly actions: ActionMask;
  readonly span: Span;
  /** The `use` statements that brought the rule here, outermost first; empty for a rule that is written in the policy. */
  readonly via: readonly Span[];
}

export interface CheckedTest {
  readonly name: string;
  readonly span: Span;
  readonly given: readonly CheckedGiven[];
  readonly steps: readonly CheckedStep[];
}

/** An object that a test creates. `path` is literal and absolute, and not normalised: tests exercise `..`, `.` and links. */
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
