/**
 * The names that are visible in each file, and the expansion of action sets. A declaration is visible in its own file and
 * in the files that import that file directly.
 */
import {
  ACTIONS,
  ALL_TRIGGERS,
  NO_ACTIONS,
  actionBit,
  difference,
  maskOfBit,
  unionOf,
  type ActionMask,
} from '../../abi/actions.js';
import { report } from '../../diagnostics/catalogue.js';
import { respell } from '../../diagnostics/suggest.js';
import type { Diagnostic, Span } from '../../diagnostics/types.js';
import type { ActionsDecl, FragmentDecl, Name, ParamDecl, SetExpr } from '../../parser/ast.js';
import { defined } from '../../base/assert.js';
import type { Linked } from '../../parser/linked.js';

type Declared = ActionsDecl | FragmentDecl | ParamDecl;

/** A declaration and the index of its file. The names that the declaration uses are resolved in that file. */
export interface Symbol<D extends Declared> {
  readonly decl: D;
  readonly file: number;
}

/**
 * The names that are visible in one file. Its own names hide imported names. The use of a name that two imports declare is
 * an error; `twice` has the second declaration of such a name.
 */
export interface FileNames {
  readonly actions: ReadonlyMap<string, Symbol<ActionsDecl>>;
  readonly fragments: ReadonlyMap<string, Symbol<FragmentDecl>>;
  readonly params: ReadonlyMap<string, Symbol<ParamDecl>>;
  /** First declaration → second declaration. */
  readonly twice: ReadonlyMap<Declared, Declared>;
}

/** Returns the names that are visible in each file, by file index. */
export function collectNames(linked: Linked, out: Diagnostic[]): FileNames[] {
  return linked.files.map((own, index) => {
    const names = {
      actions: new Map(),
      fragments: new Map(),
      params: new Map(),
      twice: new Map<Declared, Declared>(),
    };
    const imported = new Set(own.imports.map((i) => i.index).filter((i) => i !== index));
    for (const file of [index, ...imported]) {
      const { actions, fragments, params } = defined(linked.files[file], 'an imported file').file;
      const into = { twice: names.twice, own: index, out };
      actions.forEach((decl) => declare(names.actions, 'actions', { decl, file }, into));
      fragments.forEach((decl) => declare(names.fragments, 'fragment', { decl, file }, into));
      params.forEach((decl) => declare(names.params, 'param', { decl, file }, into));
    }
    for (const decl of own.file.actions) {
      if (actionBit(decl.name.text) === undefined) continue;
      out.push(
        report('LLP2012', { name: decl.name.text }, { span: decl.name.span, help: 'choose another name' }),
      );
    }
    return names;
  });
}

interface Into {
  readonly twice: Map<Declared, Declared>;
  /** Index of the file that the names are collected for. */
  readonly own: number;
  readonly out: Diagnostic[];
}

function declare<D extends Declared>(
  table: Map<string, Symbol<D>>,
  kind: string,
  symbol: Symbol<D>,
  into: Into,
): void {
  const { text, span } = symbol.decl.name;
  const first = table.get(text);
  if (first === undefined) {
    table.set(text, symbol);
  } else if (symbol.file === into.own) {
    const notes = [{ message: `\`${text}\` is declared here first`, span: first.decl.name.span }];
    into.out.push(
      report('LLP2004', { kind, name: text }, { span, notes, help: 'give one of the two another name' }),
    );
  } else if (first.file !== into.own && first.file !== symbol.file) {
    into.twice.set(first.decl, symbol.decl);
  }
}

/** Reports the use of a name that two imports declare. */
export function checkUnique(
  names: FileNames | undefined,
  decl: Declared,
  use: Span,
  out: Diagnostic[],
): void {
  const other = names?.twice.get(decl);
  if (other === undefined) return;
  const notes = [decl, other].map((d) => ({ message: 'declared here', span: d.name.span }));
  const help = 'import one of the two only, or declare the name in this file';
  out.push(report('LLP2019', { name: decl.name.text }, { span: use, notes, help }));
}

/** Expands set expressions. One instance serves the whole compilation, so that each `actions` is expanded once. */
export class ActionSets {
  readonly #names: readonly FileNames[];
  readonly #out: Diagnostic[];
  readonly #masks = new Map<ActionsDecl, ActionMask | 'open'>();

  constructor(names: readonly FileNames[], out: Diagnostic[]) {
    this.#names = names;
    this.#out = out;
  }

  /** Returns the actions of an expression in a file; 0 if all its names are errors. */
  expand(set: SetExpr, file: number): ActionMask {
    const mask = unionOf(set.names.map((name) => this.#resolve(name, file)));
    if (!set.all) return mask;
    const rest = difference(ALL_TRIGGERS, mask);
    if (rest === 0)
      this.#out.push(report('LLP2011', {}, { span: set.span, help: 'take away fewer actions' }));
    return rest;
  }

  #resolve(name: Name, file: number): ActionMask {
    const bit = actionBit(name.text);
    if (bit !== undefined) return maskOfBit(bit);
    const symbol = this.#names[file]?.actions.get(name.text);
    if (symbol !== undefined) {
      checkUnique(this.#names[file], symbol.decl, name.span, this.#out);
      return this.#expandDecl(symbol, name.span);
    }
    const known = [...ACTIONS, ...(this.#names[file]?.actions.keys() ?? [])];
    const details = respell(name.text, known, name.span) ?? {
      help: 'the actions are listed in docs/language.md; a set of your own is declared with `actions`',
    };
    this.#out.push(report('LLP2001', { name: name.text }, { span: name.span, ...details }));
    return NO_ACTIONS;
  }

  #expandDecl({ decl, file }: Symbol<ActionsDecl>, use: Span): ActionMask {
    const known = this.#masks.get(decl);
    if (known === 'open') {
      const notes = [{ message: 'the definition begins here', span: decl.name.span }];
      const help = 'name the actions instead';
      this.#out.push(report('LLP2005', { name: decl.name.text }, { span: use, notes, help }));
      return NO_ACTIONS;
    }
    if (known !== undefined) return known;
    this.#masks.set(decl, 'open');
    const mask = this.expand(decl.set, file);
    this.#masks.set(decl, mask);
    return mask;
  }
}
