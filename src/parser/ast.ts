/**
 * The syntax tree of one `.llp` file. Every node has a span. Nothing is resolved: names, path templates and sets are as
 * they were written.
 */
import type { Span } from '../diagnostics/types.js';

export interface PolicyFile {
  readonly kind: 'file';
  readonly span: Span;
  /** The number in `llp 1;`; undefined after a syntax error in it. */
  readonly version: number | undefined;
  readonly imports: readonly ImportDecl[];
  readonly params: readonly ParamDecl[];
  readonly actions: readonly ActionsDecl[];
  readonly fragments: readonly FragmentDecl[];
  readonly policies: readonly PolicyDecl[];
  readonly assertions: readonly AssertDecl[];
  readonly accepts: readonly AcceptDecl[];
  readonly tests: readonly TestDecl[];
}

export interface Name {
  readonly kind: 'name';
  readonly span: Span;
  readonly text: string;
}

export interface ImportDecl {
  readonly kind: 'import';
  readonly span: Span;
  /** An interpolation in it is a syntax error. */
  readonly path: Template;
}

/** `path`: a literal path. `name`: one literal component. `pattern`: a path or component that may contain globs. */
export type ParamType = 'path' | 'name' | 'pattern';

export interface ParamDecl {
  readonly kind: 'param';
  readonly span: Span;
  readonly name: Name;
  readonly type: ParamType;
  readonly default: Template | undefined;
}

export interface ActionsDecl {
  readonly kind: 'actions';
  readonly span: Span;
  readonly name: Name;
  readonly set: SetExpr;
}

/** `all`, `all except a, b`, or a comma list of actions and `actions` names. */
export interface SetExpr {
  readonly kind: 'set';
  readonly span: Span;
  readonly all: boolean;
  /** With `all`, the names after `except`; else the members. */
  readonly names: readonly Name[];
}

export interface FragmentDecl {
  readonly kind: 'fragment';
  readonly span: Span;
  readonly name: Name;
  readonly params: readonly ParamDecl[];
  readonly items: readonly ScopeItem[];
}

export interface PolicyDecl {
  readonly kind: 'policy';
  readonly span: Span;
  /** The name of the layer: a string without interpolation. */
  readonly name: string;
  readonly nameSpan: Span;
  readonly defaults: readonly DefaultDecl[];
  /** Assertions about this layer alone. Those of the file are about what all layers together allow. */
  readonly assertions: readonly AssertDecl[];
  readonly accepts: readonly AcceptDecl[];
  readonly items: readonly ScopeItem[];
}

export interface DefaultDecl {
  readonly kind: 'default';
  readonly span: Span;
  readonly effect: 'allow' | 'deny';
}

export type AssertDecl = PlaceAssertDecl | GainsAssertDecl;

/** `assert never ACTIONS under "PATH";`, `assert always ACTIONS at "PATH";`. */
export interface PlaceAssertDecl {
  readonly kind: 'assert';
  readonly span: Span;
  readonly claim: Claim;
  readonly set: SetExpr;
  readonly reach: Reach;
  readonly path: Template;
}

export type Claim = 'never' | 'always';

/** `under`: the object and everything beneath it. `at`: the object alone. */
export type Reach = 'under' | 'at';

/** `assert never gains ACTIONS;`: no move brings an object to a place where more of these actions are allowed on it. */
export interface GainsAssertDecl {
  readonly kind: 'assert-gains';
  readonly span: Span;
  readonly set: SetExpr;
}

export type AcceptDecl = AcceptGainsDecl | AcceptUnenforcedDecl;

/** `accept gains ACTIONS;`: moves that gain these actions are intended, and are not reported. */
export interface AcceptGainsDecl {
  readonly kind: 'accept-gains';
  readonly span: Span;
  readonly set: SetExpr;
}

/** `accept unenforced ACTIONS on TARGET;`: the target need not stop these actions where the policy denies them. */
export interface AcceptUnenforcedDecl {
  readonly kind: 'accept-unenforced';
  readonly span: Span;
  readonly set: SetExpr;
  readonly target: Name;
}

export type ScopeItem = ScopeDecl | HereDecl | RuleDecl | UseDecl;

export interface ScopeDecl {
  readonly kind: 'scope';
  readonly span: Span;
  readonly object: 'dir' | 'file';
  readonly optional: boolean;
  readonly path: Template;
  readonly items: readonly ScopeItem[];
}

export interface HereDecl {
  readonly kind: 'here';
  readonly span: Span;
  readonly items: readonly ScopeItem[];
}

export type Effect = 'allow' | 'deny' | 'forbid';

export interface RuleDecl {
  readonly kind: 'rule';
  readonly span: Span;
  readonly effect: Effect;
  readonly set: SetExpr;
}

export interface UseDecl {
  readonly kind: 'use';
  readonly span: Span;
  readonly name: Name;
  readonly args: readonly Template[];
}

/** A string, which may contain interpolations such as `${name}`. `span` includes the quotes. */
export interface Template {
  readonly kind: 'template';
  readonly span: Span;
  readonly parts: readonly TemplatePart[];
  /** True if an error in it was reported, so that its text is not reliable. */
  readonly broken: boolean;
}

export type TemplatePart =
  /**
   * Text in pattern syntax (see `pattern/glob.ts`). The escapes `\n`, `\t`, `\"`, `\$` and `\u{41}` are replaced by
   * their characters. Escaped glob characters (`\*`, `\?`, `\[`, `\]`, `\{`, `\}`, `\\`) keep their backslash.
   */
  | { readonly kind: 'text'; readonly text: string; readonly span: Span }
  | { readonly kind: 'interpolation'; readonly name: Name; readonly span: Span };

export interface TestDecl {
  readonly kind: 'test';
  readonly span: Span;
  readonly name: string;
  readonly given: readonly GivenItem[];
  readonly steps: readonly TestStep[];
}

export type GivenItem =
  | { readonly kind: 'file' | 'dir'; readonly span: Span; readonly path: Template }
  | {
      readonly kind: 'link' | 'bind' | 'hardlink';
      readonly span: Span;
      readonly path: Template;
      readonly target: Template;
    };

export type TestStep = ExpectStep | CdStep;

export interface ExpectStep {
  readonly kind: 'expect';
  readonly span: Span;
  readonly effect: 'allow' | 'deny';
  readonly action: Name;
  readonly path: Template;
}

export interface CdStep {
  readonly kind: 'cd';
  readonly span: Span;
  readonly path: Template;
}
