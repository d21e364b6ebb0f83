/**
 * Linked files → the checked policy.
 *
 * Input: syntax trees whose imports are found, and values for parameters. Output: layers with merged scopes, sets
 * expanded, paths absolute; every independent mistake as a diagnostic. The result is there even with errors, without
 * what they are about, so that later checks can say what they find; it must not be compiled then.
 */
import { report } from '../diagnostics/catalogue.js';
import { didYouMean, respell } from '../diagnostics/suggest.js';
import type { Diagnostic, Outcome, Span } from '../diagnostics/types.js';
import type {
  FragmentDecl,
  PolicyDecl,
  RuleDecl,
  ScopeDecl,
  ScopeItem,
  Template,
  UseDecl,
} from '../parser/ast.js';
import { assertNever, defined } from '../assert.js';
import { collectClaims, type Claims } from './claims.js';
import { checkTest } from './check-tests.js';
import type { Linked } from './linked.js';
import { ActionSets, checkUnique, collectNames, type FileNames } from './names.js';
import { readComponents } from './paths.js';
import type { CheckedPolicy, Layer, NamedSet, PathPattern } from './policy.js';
import { closeScopes, openScope, type OpenScope, type ScopeTable } from './scopes.js';
import { Values, type Defines, type Env } from './values.js';

/** Rules, scopes and uses that fragments may expand to, all together. */
const MAX_EXPANDED = 1_000_000;
/** Chains that a task can have. */
const MAX_LAYERS = 256;

export function check(linked: Linked, defines: Defines): Outcome<CheckedPolicy> {
  const out: Diagnostic[] = [];
  const names = collectNames(linked, out);
  const context: Context = {
    linked,
    names,
    sets: new ActionSets(names, out),
    values: new Values(names, defines, out),
    out,
    budget: { items: MAX_EXPANDED },
  };
  checkDefines(linked, defines, out);
  checkDeclarations(context);
  const claims: Claims = { assertions: [], gainAssertions: [], acceptedGains: [] };
  const layers = linked.entries.flatMap((index) => checkFile(context, index, claims));
  const tests = linked.entries.flatMap((index) =>
    fileOf(context, index).tests.map((test) =>
      checkTest(test, { file: index, args: NO_ARGS }, context.values, out),
    ),
  );
  checkLayers(linked, layers, out);
  return { value: { layers, tests, sets: namedSets(linked, names), ...claims }, diagnostics: out };
}

/** The layers of a file, and what is claimed of them and of all together. */
function checkFile(context: Context, index: number, claims: Claims): Layer[] {
  const { policies, assertions, accepts } = fileOf(context, index);
  const { sets, values, out } = context;
  const env = { file: index, args: NO_ARGS };
  const layers = policies.map((policy) => {
    const layer = checkPolicy(context, policy, index);
    collectClaims(policy.assertions, policy.accepts, { env, layer, sets, values, out }, claims);
    return layer;
  });
  collectClaims(assertions, accepts, { env, layer: undefined, sets, values, out }, claims);
  return layers;
}

interface Context {
  readonly linked: Linked;
  readonly names: readonly FileNames[];
  readonly sets: ActionSets;
  readonly values: Values;
  readonly out: Diagnostic[];
  readonly budget: { items: number };
}

const NO_ARGS: ReadonlyMap<string, string> = new Map();

function fileOf(context: Context, index: number): Linked['files'][number]['file'] {
  return defined(context.linked.files[index], 'a file').file;
}

/** Own names before imported ones. What is wrong with a set is reported where it is declared. */
function namedSets(linked: Linked, names: readonly FileNames[]): NamedSet[] {
  const sets = new ActionSets(names, []);
  const found = linked.entries.flatMap((index) =>
    [...(names[index]?.actions ?? [])].map(([name, { decl, file }]) => ({
      name,
      actions: sets.expand(decl.set, file),
    })),
  );
  return found.filter((s, i) => s.actions !== 0 && found.findIndex((t) => t.name === s.name) === i);
}

/** A value for a parameter that no file declares is a misspelling. */
function checkDefines(linked: Linked, defines: Defines, out: Diagnostic[]): void {
  const known = linked.files.flatMap((f) => f.file.params.map((p) => p.name.text));
  for (const name of Object.keys(defines).sort()) {
    if (known.includes(name)) continue;
    out.push(
      report(
        'LLP2010',
        { name },
        { help: didYouMean(name, known) ?? 'declare it with `param`, or leave `-D` out' },
      ),
    );
  }
}

/** Sets and parameters that nothing uses are checked too. */
function checkDeclarations({ linked, sets, values, out }: Context): void {
  linked.files.forEach(({ file }, index) => {
    file.actions.forEach((decl) => sets.expand(decl.set, index));
    for (const fragment of file.fragments) {
      const seen = new Map<string, Span>();
      for (const { name } of fragment.params) {
        const first = seen.get(name.text);
        if (first === undefined) seen.set(name.text, name.span);
        else
          out.push(
            report(
              'LLP2004',
              { kind: 'parameter', name: name.text },
              { span: name.span, notes: [{ message: 'declared here first', span: first }] },
            ),
          );
      }
    }
    for (const param of file.params) {
      if (param.default !== undefined) values.read(param.default, { file: index, args: NO_ARGS });
    }
  });
}

function checkLayers(linked: Linked, layers: readonly Layer[], out: Diagnostic[]): void {
  if (layers.length === 0 && linked.entries.every((i) => linked.files[i]?.complete)) {
    const file = linked.files[linked.entries[0] ?? 0]?.file;
    const span = file === undefined ? {} : { span: { ...file.span, end: file.span.start } };
    out.push(report('LLP2013', {}, { ...span, help: 'write `policy "name" { … }`' }));
  }
  const extra = layers[MAX_LAYERS];
  if (extra === undefined) return;
  const help = 'merge policies that need not be layers of their own';
  out.push(
    report(
      'LLP4004',
      { layers: String(layers.length), limit: String(MAX_LAYERS) },
      { span: extra.span, help },
    ),
  );
}

/** Where an item stands. */
interface Position {
  readonly env: Env;
  readonly scope: OpenScope;
  /** Whether no `dir` is around: paths are absolute. */
  readonly top: boolean;
  /** Whether rules here are about the object itself: in `here`, or in a `file`. */
  readonly self: boolean;
  readonly within: number;
  readonly via: readonly Span[];
  /** Fragments that are being expanded. */
  readonly open: readonly FragmentDecl[];
}

function checkPolicy(context: Context, policy: PolicyDecl, file: number): Layer {
  const table: ScopeTable = new Map();
  const root = openScope(table, '', [], [], 'dir', { optional: false, within: 0, span: policy.nameSpan });
  const position: Position = {
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

function checkItems(context: Context, table: ScopeTable, items: readonly ScopeItem[], at: Position): void {
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

/** Counts an item that a fragment brings; false when there are too many. */
function spend({ budget, out }: Context, via: readonly Span[]): boolean {
  budget.items--;
  if (budget.items === 0) {
    const [span] = via;
    const help = 'fragments that use each other many times multiply';
    out.push(report('LLP4005', { limit: String(MAX_EXPANDED) }, { ...(span && { span }), help }));
  }
  return budget.items > 0;
}

function addRule({ sets }: Context, rule: RuleDecl, { env, scope, self, via }: Position): void {
  const actions = sets.expand(rule.set, env.file);
  if (actions === 0) return;
  scope.rules.push({ effect: rule.effect, actions, self, span: rule.span, via });
}

function checkScope(context: Context, table: ScopeTable, decl: ScopeDecl, at: Position): void {
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

/** The components that a scope adds to the one around it; top level is absolute, the rest is relative. */
function scopePath(context: Context, decl: ScopeDecl, at: Position): PathPattern | undefined {
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

/** Takes the first `/` out where it is written in the string itself. */
function withoutSlash({ span, parts }: Template, text: string): Pick<Diagnostic, 'fix'> {
  const [first] = parts;
  if (text.length < 2 || first?.kind !== 'text' || !first.text.startsWith('/')) return {};
  if (first.span.end - first.span.start !== first.text.length) return {};
  return { fix: { span: { ...span, start: span.start + 1, end: span.start + 2 }, replacement: '' } };
}

function checkUse(context: Context, table: ScopeTable, use: UseDecl, at: Position): void {
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

function unknownFragment(context: Context, use: UseDecl, at: Position): void {
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
  at: Position,
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
