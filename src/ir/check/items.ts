/**
 * The items of a `policy` block → a layer: fragments expanded where they are used, paths absolute, scopes merged.
 *
 * Items with errors are reported and left out. Invariant: the expansion ends. A fragment is not expanded inside its own
 * expansion, and all fragments together expand to at most `MAX_EXPANDED` items.
 */
import { report } from '../../diagnostics/catalogue.js';
import { respell } from '../../diagnostics/suggest.js';
import type { Diagnostic, Span } from '../../diagnostics/types.js';
import type {
  FragmentDecl,
  PolicyDecl,
  RuleDecl,
  ScopeDecl,
  ScopeItem,
  Template,
  UseDecl,
} from '../../parser/ast.js';
import { assertNever, defined } from '../../base/assert.js';
import { checkUnique, type ActionSets, type FileNames } from './names.js';
import { readComponents } from './paths.js';
import type { Layer } from './policy.js';
import type { PathPattern } from '../../semantics/pattern.js';
import { closeScopes, openScope, type OpenScope, type ScopeTable } from './scopes.js';
import type { Env, Values } from './values.js';

/** Maximum number of rules, scopes and uses that all fragments together expand to. */
export const MAX_EXPANDED = 1_000_000;

export interface Context {
  readonly names: readonly FileNames[];
  readonly sets: ActionSets;
  readonly values: Values;
  readonly out: Diagnostic[];
  /** Number of items that fragments may still expand to. */
  readonly budget: { items: number };
}

/** The arguments outside of fragments. */
export const NO_ARGS: ReadonlyMap<string, string> = new Map();

/** The position of an item: its file, scope and enclosing fragments. */
interface ItemPosition {
  readonly env: Env;
  readonly scope: OpenScope;
  /** True outside of every `dir`, where paths are absolute. */
  readonly top: boolean;
  /** True if rules here are about the object itself: in `here`, or in a `file`. */
  readonly self: boolean;
  readonly within: number;
  readonly via: readonly Span[];
  /** Fragments that are being expanded. */
  readonly open: readonly FragmentDecl[];
}

/** Returns the layer of a `policy` block. `file` is the index of its file. */
export function checkPolicy(context: Context, policy: PolicyDecl, file: number): Layer {
  const table: ScopeTable = new Map();
  const root = openScope(table, '', [], [], 'dir', { optional: false, within: 0, span: policy.nameSpan });
  const position: ItemPosition = {
    env: { file, args: NO_ARGS },
    scope: root,
    top: true,
    self: false,
    within: 0,
    via: [],
    open: [],
  };
  checkItems(context, table, policy.items, position);
  const [first, second] = policy.defaults;
  if (first !== undefined && second !== undefined) {
    const notes = [{ message: 'the first is here', span: first.span }];
    const fix = { span: second.span, replacement: '' };
    context.out.push(report('LLP2014', {}, { span: second.span, notes, help: 'keep one of the two', fix }));
  }
  return {
    name: policy.name,
    span: policy.nameSpan,
    default: first?.effect ?? 'deny',
    scopes: context.budget.items > 0 ? closeScopes(table, context.out) : [],
  };
}

function checkItems(
  context: Context,
  table: ScopeTable,
  items: readonly ScopeItem[],
  at: ItemPosition,
): void {
  for (const item of items) {
    if (at.via.length > 0 && !spend(context, at.via)) return;
    switch (item.kind) {
      case 'rule':
        addRule(context, item, at);
        break;
      case 'here':
        checkItems(context, table, item.items, { ...at, self: true });
        break;
      case 'scope':
        checkScope(context, table, item, at);
        break;
      case 'use':
        checkUse(context, table, item, at);
        break;
      default:
        assertNever(item);
    }
  }
}

/** Counts an item that a fragment brings. Returns false when there are too many. */
function spend({ budget, out }: Context, via: readonly Span[]): boolean {
  budget.items--;
  if (budget.items === 0) {
    const [span] = via;
    const help = 'let fragments use each other less often';
    out.push(report('LLP4005', { limit: String(MAX_EXPANDED) }, { ...(span && { span }), help }));
  }
  return budget.items > 0;
}

function addRule({ sets }: Context, rule: RuleDecl, { env, scope, self, via }: ItemPosition): void {
  const actions = sets.expand(rule.set, env.file);
  if (actions === 0) return;
  scope.rules.push({ effect: rule.effect, actions, self, span: rule.span, via });
}

function checkScope(context: Context, table: ScopeTable, decl: ScopeDecl, at: ItemPosition): void {
  if (at.self) {
    const help = 'use the fragment in a `dir`, where paths have something beneath';
    context.out.push(
      report(
        'LLP3008',
        {},
        {
          span: at.via.at(-1) ?? decl.path.span,
          notes: [{ message: 'the scope is here', span: decl.path.span }],
          help,
        },
      ),
    );
    return;
  }
  const added = scopePath(context, decl, at);
  if (added === undefined) return;
  const path = [...at.scope.path, ...added];
  if (decl.object === 'file' && path.length === 0) {
    context.out.push(report('LLP3007', {}, { span: decl.path.span, help: 'write `dir "/"`' }));
    return;
  }
  const declared = { optional: decl.optional, within: at.within, span: decl.path.span };
  const scope = openScope(table, at.scope.key, path, added, decl.object, declared);
  const within = decl.optional ? path.length : at.within;
  checkItems(context, table, decl.items, { ...at, scope, top: false, self: decl.object === 'file', within });
}

/** Returns the components that a scope adds to its enclosing scope. The path must be absolute at the top, else relative. */
function scopePath(context: Context, decl: ScopeDecl, at: ItemPosition): PathPattern | undefined {
  const text = context.values.read(decl.path, at.env);
  if (text === undefined) return undefined;
  const { span } = decl.path;
  const { top } = at;
  const absolute = text.startsWith('/');
  if (top && !absolute) {
    const fix = { span: { ...span, start: span.start + 1, end: span.start + 1 }, replacement: '/' };
    context.out.push(report('LLP3001', { path: text }, { span, help: `write \`"/${text}"\``, fix }));
    return undefined;
  }
  if (!top && (absolute || text === '')) {
    const help =
      text === '/' || text === ''
        ? 'write its rules in the scope around it'
        : `write \`"${text.slice(1)}"\`, or move the scope to the top level`;
    context.out.push(report('LLP3002', { path: text }, { span, help, ...withoutSlash(decl.path, text) }));
    return undefined;
  }
  const plain = span.end - span.start === text.length + 2 && decl.path.parts.every((p) => p.kind === 'text');
  return readComponents(absolute ? text.slice(1) : text, text, { span, plain }, context.out);
}

/** Returns a fix that deletes the first `/`, if the string itself has it and not a parameter. */
function withoutSlash({ span, parts }: Template, text: string): Pick<Diagnostic, 'fix'> {
  const [first] = parts;
  if (text.length < 2 || first?.kind !== 'text' || !first.text.startsWith('/')) return {};
  if (first.span.end - first.span.start !== first.text.length) return {};
  return { fix: { span: { ...span, start: span.start + 1, end: span.start + 2 }, replacement: '' } };
}

function checkUse(context: Context, table: ScopeTable, use: UseDecl, at: ItemPosition): void {
  const symbol = context.names[at.env.file]?.fragments.get(use.name.text);
  if (symbol === undefined) {
    unknownFragment(context, use, at);
    return;
  }
  const { decl, file } = symbol;
  checkUnique(context.names[at.env.file], decl, use.name.span, context.out);
  if (at.open.includes(decl)) {
    const notes = [{ message: 'the fragment begins here', span: decl.name.span }];
    context.out.push(
      report(
        'LLP2006',
        { name: use.name.text },
        { span: use.span, notes, help: 'take one of the two uses out' },
      ),
    );
    return;
  }
  const args = bindArguments(context, decl, use, at);
  if (args === undefined) return;
  checkItems(context, table, decl.items, {
    ...at,
    env: { file, args },
    via: [...at.via, use.span],
    open: [...at.open, decl],
  });
}

function unknownFragment(context: Context, use: UseDecl, at: ItemPosition): void {
  const known = [...(context.names[at.env.file]?.fragments.keys() ?? [])];
  const details = respell(use.name.text, known, use.name.span) ?? {
    help: 'declare it with `fragment`, or import the file that does',
  };
  context.out.push(report('LLP2002', { name: use.name.text }, { span: use.name.span, ...details }));
}

function bindArguments(
  context: Context,
  decl: FragmentDecl,
  use: UseDecl,
  at: ItemPosition,
): Map<string, string> | undefined {
  if (use.args.length !== decl.params.length) {
    const params = {
      name: decl.name.text,
      wanted: String(decl.params.length),
      given: String(use.args.length),
    };
    const notes = [{ message: 'the fragment is declared here', span: decl.name.span }];
    const shape =
      decl.params.length === 0 ? '' : `(${decl.params.map((p) => `"${p.name.text}"`).join(', ')})`;
    context.out.push(
      report('LLP2007', params, { span: use.span, notes, help: `write \`use ${decl.name.text}${shape};\`` }),
    );
    return undefined;
  }
  const bound = new Map<string, string>();
  for (const [i, param] of decl.params.entries()) {
    const template = defined(use.args[i], 'as many arguments as parameters');
    const text = context.values.read(template, at.env);
    const value =
      text === undefined
        ? undefined
        : context.values.argument(param.type, text, template.span, param.name.text);
    if (value === undefined) return undefined;
    bound.set(param.name.text, value);
  }
  return bound;
}
