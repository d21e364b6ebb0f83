/**
 * Finds the occurrences of names with their declarations: parameters, sets of actions, fragments, and parameters of
 * fragments. Names without a declaration are left out; the check reports them.
 */
import { actionBit } from '../../abi/actions.js';
import { assertNever } from '../../base/assert.js';
import type { LinkedFile } from '../../parser/linked.js';
import type { FileNames } from '../../ir/check/names.js';
import type * as ast from '../../parser/ast.js';
import { covers } from './tree.js';
import type { View } from './workspace.js';

export type Declaration = ast.ParamDecl | ast.ActionsDecl | ast.FragmentDecl;

export interface Occurrence {
  readonly name: ast.Name;
  readonly declaration: Declaration;
  /** True for a parameter of a fragment. */
  readonly local: boolean;
}

const KNOWN = new WeakMap<View, readonly Occurrence[]>();

/** The occurrences in all files of a view. */
export function occurrences(view: View): readonly Occurrence[] {
  const known = KNOWN.get(view);
  if (known !== undefined) return known;
  const found = view.linked.files.flatMap((file, i) => inFile(file, view.names[i]));
  KNOWN.set(view, found);
  return found;
}

export function occurrenceAt(view: View, offset: number): Occurrence | undefined {
  return occurrences(view).find(({ name }) => name.span.source === 0 && covers(name.span, offset));
}

/** An identifier of the declaration, which is the same in every view. */
export function identity(view: View, { declaration }: Occurrence): string {
  return declaredAs(view, declaration);
}

export function declaredAs(view: View, { name }: Declaration): string {
  const { source, start } = name.span;
  return `${view.documents[source]?.uri}#${start}`;
}

/** The names that are visible at a place, and the list of occurrences. */
interface NameScope {
  readonly names: FileNames;
  readonly locals: ReadonlyMap<string, ast.ParamDecl>;
  readonly out: Occurrence[];
}

function inFile({ file }: LinkedFile, names: FileNames | undefined): Occurrence[] {
  if (names === undefined) return [];
  const scope: NameScope = { names, locals: new Map(), out: [] };
  for (const param of file.params) {
    declare(scope, param, false);
    if (param.default !== undefined) inTemplate(param.default, scope);
  }
  for (const set of file.actions) {
    declare(scope, set, false);
    inSet(set.set, scope);
  }
  for (const fragment of file.fragments) inFragment(fragment, scope);
  for (const policy of file.policies) {
    policy.items.forEach((item) => inItem(item, scope));
    inClaims(policy, scope);
  }
  inClaims(file, scope);
  for (const test of file.tests) inTest(test, scope);
  return scope.out.filter(({ name }) => name.text !== '');
}

function declare(scope: NameScope, declaration: Declaration, local: boolean): void {
  scope.out.push({ name: declaration.name, declaration, local });
}

function inFragment(fragment: ast.FragmentDecl, scope: NameScope): void {
  declare(scope, fragment, false);
  const inner = { ...scope, locals: new Map(fragment.params.map((p) => [p.name.text, p])) };
  for (const param of fragment.params) declare(scope, param, true);
  for (const item of fragment.items) inItem(item, inner);
}

function inItem(item: ast.ScopeItem, scope: NameScope): void {
  switch (item.kind) {
    case 'rule':
      return inSet(item.set, scope);
    case 'use':
      refer(scope, item.name, scope.names.fragments.get(item.name.text)?.decl);
      return item.args.forEach((arg) => inTemplate(arg, scope));
    case 'scope':
      inTemplate(item.path, scope);
      return item.items.forEach((inner) => inItem(inner, scope));
    case 'here':
      return item.items.forEach((inner) => inItem(inner, scope));
    default:
      assertNever(item);
  }
}

/** Adds the occurrences in the assertions and `accept`s of a file or a policy. */
function inClaims(
  { assertions, accepts }: Pick<ast.PolicyFile, 'assertions' | 'accepts'>,
  scope: NameScope,
): void {
  for (const claim of [...assertions, ...accepts]) {
    inSet(claim.set, scope);
    if (claim.kind === 'assert') inTemplate(claim.path, scope);
  }
}

function inTest(test: ast.TestDecl, scope: NameScope): void {
  for (const item of test.given) {
    inTemplate(item.path, scope);
    if ('target' in item && item.target !== item.path) inTemplate(item.target, scope);
  }
  for (const step of test.steps) inTemplate(step.path, scope);
}

function inSet(set: ast.SetExpr, scope: NameScope): void {
  for (const name of set.names) {
    if (actionBit(name.text) === undefined) refer(scope, name, scope.names.actions.get(name.text)?.decl);
  }
}

function inTemplate(template: ast.Template, scope: NameScope): void {
  for (const part of template.parts) {
    if (part.kind === 'text') continue;
    const local = scope.locals.get(part.name.text);
    refer(scope, part.name, local ?? scope.names.params.get(part.name.text)?.decl, local !== undefined);
  }
}

function refer(scope: NameScope, name: ast.Name, declaration: Declaration | undefined, local = false): void {
  if (declaration !== undefined) scope.out.push({ name, declaration, local });
}
