/**
 * What was written: the abstract syntax of one `.llp` file. Every node has a span. Nothing is resolved here:
 * names are names, paths are templates, sets are lists.
 */
import type { Span } from '../diagnostics/types.js';

export interface PolicyFile {
  readonly kind: 'file';
  readonly span: Span;
  /** `llp 1;`; undefined after a syntax error there. */
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
  /** Span of the string itself in `path.span`. An interpolation in it is a syntax error. */
  readonly path: Template;
}

/** `path`: a literal path. `name`: one literal component. `pattern`: a path or component that may hold globs. */
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
  /** With `all`, what `except` takes away; without, the members. */
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
  /** The name of the layer: the text of the string, no interpolation. */
  readonly name: string;
  readonly nameSpan: Span;
  readonly defaults: readonly DefaultDecl[];
  /** About this layer alone; those of the file are about what all layers allow together. */
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

/** `under`: the object and all beneath it. `at`: the object alone. */
export type Reach = 'under' | 'at';

/** `assert never gains ACTIONS;`: no move brings an object to where more of these are allowed on it. */
export interface GainsAssertDecl {
  readonly kind: 'assert-gains';
  readonly span: Span;
  readonly set: SetExpr;
}

/** `accept gains ACTIONS;`: moves that gain these are meant. */
export interface AcceptDecl {
  readonly kind: 'accept';
  readonly span: Span;
  readonly set: SetExpr;
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

/** A string with `${name}` in it. `span` covers the quotes. */
export interface Template {
  readonly kind: 'template';
  readonly span: Span;
  readonly parts: readonly TemplatePart[];
  /** Whether something in it was reported: what it says is not known. */
  readonly broken: boolean;
}

export type TemplatePart =
  /**
   * Text with escapes resolved: `\n`, `\t`, `\"`, `\$`, `\u{41}` are their character. A glob character that was
   * written with a backslash (`\*`, `\?`, `\[`, `\]`, `\{`, `\}`, `\\`) keeps its backslash here: `text` is
   * pattern syntax (see `pattern/glob.ts`).
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
