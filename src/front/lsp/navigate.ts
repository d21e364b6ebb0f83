/** Navigation: declarations, references, renaming, and the rules that a rule overrides. */
import { actionBit } from '../../abi/actions.js';
import type { Span } from '../../diagnostics/types.js';
import { KEYWORDS, Identifier } from '../../parser/tokens.js';
import type { RuleDecl } from '../../parser/ast.js';
import { overridesOf } from '../../tools/query/rights.js';
import { declaredAs, identity, occurrenceAt, occurrences, type Occurrence } from './symbols.js';
import { covers, enclosing } from './tree.js';
import {
  allViews,
  isStd,
  locationOf,
  ownFile,
  rangeIn,
  type TextLocation,
  type Range,
  type View,
  type Workspace,
} from './workspace.js';

/** The definition: the declaration of a name, the file of an import, or the rules that a rule overrides. */
export function definition(view: View, offset: number): TextLocation[] {
  const found = occurrenceAt(view, offset);
  if (found !== undefined) return [locationOf(view, found.declaration.name.span)];
  const imported = importAt(view, offset);
  if (imported !== undefined) return [locationOf(view, { source: imported, start: 0, end: 0 })];
  const rule = ruleAt(view, offset);
  return rule === undefined
    ? []
    : overridesOf(view.layers, rule.span).overridden.map((r) => locationOf(view, r.span));
}

function importAt(view: View, offset: number): number | undefined {
  return ownFile(view).imports.find(({ span }) => covers(span, offset))?.index;
}

function ruleAt(view: View, offset: number): RuleDecl | undefined {
  const { leaf } = enclosing(ownFile(view).file, offset);
  return leaf?.kind === 'rule' ? leaf : undefined;
}

/**
 * The references: the occurrences of a name in the workspace, the imports of a file, or the rules that override a rule.
 */
export function references(
  workspace: Workspace,
  view: View,
  offset: number,
  declaration: boolean,
): TextLocation[] {
  const found = occurrenceAt(view, offset);
  if (found !== undefined) {
    return occurrencesOf(workspace, view, found)
      .filter((o) => declaration || !o.isDeclaration)
      .map((o) => o.location);
  }
  const imported = importAt(view, offset);
  if (imported !== undefined) return importsOf(workspace, view.documents[imported]?.uri);
  const rule = ruleAt(view, offset);
  return rule === undefined
    ? []
    : overridesOf(view.layers, rule.span).overriding.map((r) => locationOf(view, r.span));
}

interface PlacedOccurrence extends Occurrence {
  readonly location: TextLocation;
  readonly isDeclaration: boolean;
}

function occurrencesOf(workspace: Workspace, view: View, wanted: Occurrence): PlacedOccurrence[] {
  const id = identity(view, wanted);
  const views = wanted.local ? [view] : [...new Set([view, ...allViews(workspace)])];
  const out = new Map<string, PlacedOccurrence>();
  for (const other of views) {
    for (const found of occurrences(other)) {
      if (found.name.text !== wanted.name.text || identity(other, found) !== id) continue;
      const location = locationOf(other, found.name.span);
      const isDeclaration = same(found.name.span, found.declaration.name.span);
      out.set(`${location.uri}#${found.name.span.start}`, { ...found, location, isDeclaration });
    }
  }
  return [...out.values()];
}

function same(a: Span, b: Span): boolean {
  return a.source === b.source && a.start === b.start;
}

function importsOf(workspace: Workspace, uri: string | undefined): TextLocation[] {
  const out = new Map<string, TextLocation>();
  for (const view of allViews(workspace)) {
    for (const { imports } of view.linked.files) {
      for (const { index, span } of imports) {
        if (view.documents[index]?.uri !== uri) continue;
        const location = locationOf(view, span);
        out.set(`${location.uri}#${span.start}`, location);
      }
    }
  }
  return [...out.values()];
}

/** The range of the name to rename; undefined if there is none. */
export function renameRange(view: View, offset: number): Range | undefined {
  const found = occurrenceAt(view, offset);
  const document = view.documents[0];
  return found === undefined || document === undefined ? undefined : rangeIn(document, found.name.span);
}

export type Renamed =
  | {
      readonly kind: 'ok';
      readonly changes: Readonly<Record<string, readonly { range: Range; newText: string }[]>>;
    }
  | { readonly kind: 'refused'; readonly why: string };

/** The edits that rename all occurrences of a name. Refused if the new name would change the meaning. */
export function rename(workspace: Workspace, view: View, offset: number, name: string): Renamed {
  const found = occurrenceAt(view, offset);
  if (found === undefined) return { kind: 'refused', why: 'there is no name here that can be changed' };
  const fault = nameFault(name, found) ?? takenFault(workspace, view, found, name);
  if (fault !== undefined) return { kind: 'refused', why: fault };
  const changes: Record<string, { range: Range; newText: string }[]> = {};
  for (const { location } of occurrencesOf(workspace, view, found)) {
    if (isStd(location.uri)) return { kind: 'refused', why: 'it comes with the compiler' };
    (changes[location.uri] ??= []).push({ range: location.range, newText: name });
  }
  return { kind: 'ok', changes };
}

const WORDS = new Set(
  KEYWORDS.filter((k) => k.CATEGORIES?.includes(Identifier) !== true).map((k) => k.PATTERN),
);

function nameFault(name: string, { declaration }: Occurrence): string | undefined {
  if (!/^[A-Za-z_][A-Za-z0-9_-]*$/.test(name)) return `\`${name}\` is not a name`;
  if (WORDS.has(name)) return `\`${name}\` is a word of the language`;
  return declaration.kind === 'actions' && actionBit(name) !== undefined
    ? `\`${name}\` is an action already`
    : undefined;
}

/** The reason why a new name is taken: it is visible in a file with the old name, or another import brings it there. */
function takenFault(workspace: Workspace, view: View, wanted: Occurrence, name: string): string | undefined {
  const { kind, name: old } = wanted.declaration;
  const id = identity(view, wanted);
  const places = occurrencesOf(workspace, view, wanted).map((o) => o.location.uri);
  for (const other of [view, ...allViews(workspace)]) {
    for (const [i, names] of other.names.entries()) {
      const table = kind === 'actions' ? names.actions : kind === 'fragment' ? names.fragments : names.params;
      const taken = table.get(name);
      const stands = places.includes(other.documents[i]?.uri ?? '');
      const seen = table.get(old.text)?.decl;
      const meets = seen !== undefined && taken?.file !== i && declaredAs(other, seen) === id;
      if (taken !== undefined && (stands || meets)) return `\`${name}\` is declared already`;
      if (stands && kind === 'param' && hasLocal(other, i, name)) return `\`${name}\` is declared already`;
    }
  }
  return undefined;
}

function hasLocal(view: View, file: number, name: string): boolean {
  const fragments = view.linked.files[file]?.file.fragments ?? [];
  return fragments.some((f) => f.params.some((p) => p.name.text === name));
}
