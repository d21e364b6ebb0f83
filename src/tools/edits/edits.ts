/**
 * Makes small edits of a policy's text that may reverse a verdict: they remove an action from a rule or add it to one, add a
 * rule or a scope, or change the default. This file only makes text. `flip.ts` compiles each edit and asks again, so this file
 * need not know which rule decides.
 */
import { actionNames, difference, maskOf, type ActionName } from '../../abi/actions.js';
import type { NamedSource, Span } from '../../diagnostics/types.js';
import { quotePath } from '../../ir/check/paths.js';
import type { Layer, Rule, Scope } from '../../ir/check/policy.js';
import type { PolicyDecl, PolicyFile, RuleDecl, ScopeDecl, ScopeItem, SetExpr } from '../../parser/ast.js';

export interface TextEdit {
  readonly span: Span;
  readonly text: string;
}

export interface CandidateEdit {
  readonly edit: TextEdit;
  /** A rank for the number of objects that the edit changes: fewer objects, smaller rank. */
  readonly reach: number;
}

/** A verdict to reverse. */
export interface EditTarget {
  readonly layer: Layer;
  readonly action: ActionName;
  readonly wanted: 'allow' | 'deny';
  readonly names: readonly string[];
  readonly object: 'dir' | 'file';
  /** The scopes that apply, from the root down. `depth`: number of components of the object that the scope names. */
  readonly scopes: readonly { readonly scope: Scope; readonly depth: number }[];
}

interface Texts {
  readonly sources: readonly NamedSource[];
  readonly rules: ReadonlyMap<string, RuleDecl>;
  readonly scopes: ReadonlyMap<string, ScopeDecl>;
  readonly policies: ReadonlyMap<string, PolicyDecl>;
}

/** Returns every edit that may reverse the verdict. It does not edit the standard library. */
export function editsFor(
  target: EditTarget,
  files: readonly PolicyFile[],
  sources: readonly NamedSource[],
): CandidateEdit[] {
  const texts = indexTexts(files, sources);
  const all = [
    ...target.scopes.flatMap(({ scope, depth }) => [
      ...withoutAction(texts, target, scope, depth),
      ...withAction(texts, target, scope, depth),
      ...newRule(texts, target, scope, depth),
    ]),
    ...newScope(texts, target),
    ...otherDefault(texts, target),
  ];
  return all.filter(({ edit }) => sources[edit.span.source]?.id.startsWith('std/') === false);
}

const keyOf = ({ source, start }: Span): string => `${source}:${start}`;

function indexTexts(files: readonly PolicyFile[], sources: readonly NamedSource[]): Texts {
  const rules = new Map<string, RuleDecl>();
  const scopes = new Map<string, ScopeDecl>();
  const policies = new Map<string, PolicyDecl>();
  const visit = (items: readonly ScopeItem[]): void => {
    for (const item of items) {
      if (item.kind === 'rule') rules.set(keyOf(item.span), item);
      if (item.kind === 'scope') scopes.set(keyOf(item.path.span), item);
      if (item.kind === 'scope' || item.kind === 'here') visit(item.items);
    }
  };
  for (const file of files) {
    file.fragments.forEach((f) => visit(f.items));
    for (const policy of file.policies) {
      policies.set(keyOf(policy.nameSpan), policy);
      visit(policy.items);
    }
  }
  return { sources, rules, scopes, policies };
}

/** Returns a rank that grows from the object alone over its scope and the scopes around it to the root. */
function reachOf({ names }: EditTarget, depth: number, self: boolean): number {
  return 2 * (names.length - depth) + (self ? 0 : 1);
}

function withoutAction(texts: Texts, target: EditTarget, scope: Scope, depth: number): CandidateEdit[] {
  const mask = maskOf(target.action);
  return scope.rules.flatMap((rule) => {
    const decl = texts.rules.get(keyOf(rule.span));
    if (
      decl === undefined ||
      (rule.actions & mask) === 0 ||
      (rule.effect === 'allow') === (target.wanted === 'allow')
    )
      return [];
    const reach = reachOf(target, depth, rule.self);
    const rest = rule.actions & ~mask;
    if (rest !== 0) return [{ edit: takeOut(texts, decl, rule, target.action), reach }];
    const effect = { ...decl.span, end: decl.span.start + rule.effect.length };
    return [
      { edit: { span: wholeStatement(texts, decl.span), text: '' }, reach },
      { edit: { span: effect, text: target.wanted }, reach },
    ];
  });
}

/** Removes one action from the set of a rule. A name that stands for several actions is replaced by their names. */
function takeOut({ sources }: Texts, { set }: RuleDecl, { actions }: Rule, action: ActionName): TextEdit {
  if (set.all)
    return { span: set.span, text: `all except ${[...set.names.map((n) => n.text), action].join(', ')}` };
  if (set.names.some((n) => n.text === action)) {
    const others = set.names.filter((n) => n.text !== action);
    const written = sources[set.span.source]?.text.slice(set.span.start, set.span.end) ?? '';
    // Keeps the text between the names if it has no comment.
    const plain = /^[\w, -]+$/.test(written);
    if (plain || others.length > 0) return { span: set.span, text: others.map((n) => n.text).join(', ') };
  }
  return { span: set.span, text: actionNames(difference(actions, maskOf(action))).join(', ') };
}

/** Returns the span of a statement with the blank before it, or of its whole line. */
function wholeStatement({ sources }: Texts, span: Span): Span {
  const text = sources[span.source]?.text ?? '';
  let { start, end } = span;
  while (start > 0 && /[ \t]/.test(text[start - 1] ?? '')) start--;
  const ownLine = (start === 0 || text[start - 1] === '\n') && /^[ \t]*(?:\r?\n|$)/.test(text.slice(end));
  if (ownLine) end += /^[ \t]*(?:\r?\n|$)/.exec(text.slice(end))?.[0].length ?? 0;
  return { ...span, start, end };
}

/** Adds the action to existing rules of the wanted effect. */
function withAction(texts: Texts, target: EditTarget, scope: Scope, depth: number): CandidateEdit[] {
  const atObject = depth === target.names.length;
  return scope.rules.flatMap((rule) => {
    const decl = texts.rules.get(keyOf(rule.span));
    const fits =
      rule.effect === target.wanted &&
      (rule.actions & maskOf(target.action)) === 0 &&
      (atObject || !rule.self);
    if (decl === undefined || !fits) return [];
    return [{ edit: putIn(decl.set, target.action), reach: reachOf(target, depth, rule.self) }];
  });
}

function putIn(set: SetExpr, action: ActionName): TextEdit {
  const excepted = set.names.filter((n) => n.text !== action).map((n) => n.text);
  if (!set.all) return { span: { ...set.span, start: set.span.end }, text: `, ${action}` };
  if (action === 'walk' || excepted.length === set.names.length)
    return { span: { ...set.span, start: set.span.end }, text: '' };
  return { span: set.span, text: excepted.length === 0 ? 'all' : `all except ${excepted.join(', ')}` };
}

function newRule(texts: Texts, target: EditTarget, scope: Scope, depth: number): CandidateEdit[] {
  const rule = `${target.wanted} ${target.action};`;
  const atObject = depth === target.names.length;
  return scope.spans.flatMap((span) => {
    const at = bodyOf(texts, span);
    if (at === undefined) return [];
    const plain = { edit: inserted(texts, at, rule), reach: reachOf(target, depth, scope.object === 'file') };
    if (!atObject || scope.object === 'file') return [plain];
    return [plain, { edit: inserted(texts, at, `here { ${rule} }`), reach: reachOf(target, depth, true) }];
  });
}

/** Returns the position after the opening brace of the scope or policy that is declared at a span. */
function bodyOf({ sources, scopes, policies }: Texts, span: Span): Span | undefined {
  const decl = scopes.get(keyOf(span)) ?? policies.get(keyOf(span));
  if (decl === undefined) return undefined;
  const from = decl.kind === 'scope' ? decl.path.span.end : decl.nameSpan.end;
  const brace = sources[span.source]?.text.indexOf('{', from) ?? -1;
  return brace < 0 || brace >= decl.span.end
    ? undefined
    : { source: span.source, start: brace + 1, end: brace + 1 };
}

/** Inserts a statement at the beginning of a body; on its own line if the body begins on a new line. */
function inserted({ sources }: Texts, at: Span, statement: string): TextEdit {
  const after = sources[at.source]?.text.slice(at.start) ?? '';
  const indent = /^[ \t]*\r?\n([ \t]*)/.exec(after)?.[1];
  return { span: at, text: indent === undefined ? ` ${statement}` : `\n${indent}${statement}` };
}

/** Adds a scope for the object alone, in the innermost scope around it. It is optional, so that requirements do not change. */
function newScope(texts: Texts, target: EditTarget): CandidateEdit[] {
  const { names, object, scopes, action, wanted } = target;
  const around = scopes.filter(({ scope, depth }) => scope.object === 'dir' && depth < names.length);
  const rule = `${wanted} ${action};`;
  const bodies = object === 'file' ? [rule] : [`here { ${rule} }`, rule];
  return [...new Set([around.at(-1), around[0]])].flatMap((outer) => {
    const at = outer?.scope.spans.flatMap((span) => bodyOf(texts, span) ?? [])[0];
    if (outer === undefined || at === undefined) return [];
    const path = quotePath(names.slice(outer.depth), outer.scope.path.length === 0);
    return bodies.map((body, i) => ({
      edit: inserted(texts, at, `${object}? ${path} { ${body} }`),
      reach: i - 1,
    }));
  });
}

function otherDefault({ policies, sources }: Texts, { layer, action, wanted }: EditTarget): CandidateEdit[] {
  if (action === 'walk' || layer.default === wanted) return [];
  const decl = policies.get(keyOf(layer.span));
  const span = decl?.defaults[0]?.span;
  const text = span === undefined ? undefined : sources[span.source]?.text.slice(span.start, span.end);
  if (span === undefined || text === undefined) return [];
  return [{ edit: { span, text: text.replace(layer.default, wanted) }, reach: 1_000_000 }];
}

/** Returns the number of characters that an edit removes and adds. */
export function costOf({ edit: { span, text } }: CandidateEdit): number {
  return span.end - span.start + text.length;
}
