/**
 * Prints a syntax tree and its tokens as a document. Each statement has its own line. A block with a single rule that
 * was written on one line stays on one line if it fits. The order of statements is that of the text.
 *
 * Invariant: the functions follow the grammar token by token; the cursor asserts it.
 */
import { assertNever } from '../base/assert.js';
import type * as ast from '../parser/ast.js';
import {
  bare,
  boundary,
  closing,
  ending,
  isFollowedOnLine,
  afterNext,
  token,
  type Cursor,
} from './cursor.js';
import { group, indent, LINE, type Doc } from './doc.js';

type Statement =
  | ast.ImportDecl
  | ast.ParamDecl
  | ast.ActionsDecl
  | ast.FragmentDecl
  | ast.PolicyDecl
  | ast.TestDecl
  | ast.DefaultDecl
  | ast.AssertDecl
  | ast.AcceptDecl
  | ast.ScopeItem
  | ast.GivenItem
  | ast.TestStep
  | Given;

/** `given { … }`: the syntax tree has no node for it. */
interface Given {
  readonly kind: 'given';
  readonly items: readonly ast.GivenItem[];
}

/** The document of a file without syntax errors. */
export function printFile(file: ast.PolicyFile, cursor: Cursor): Doc {
  const { kind, span, version, imports, params, actions, fragments, policies, ...others } = file;
  const { assertions, accepts, tests, ...rest } = others;
  rest satisfies Record<string, never>;
  const named = [...imports, ...params, ...actions, ...fragments, ...policies, ...tests];
  const statements = inOrder<Statement & { readonly span: ast.Name['span'] }>([
    ...named,
    ...assertions,
    ...accepts,
  ]);
  const first = [boundary(cursor, true), bare(cursor, 'llp'), indent([token(cursor, ' '), end(cursor)])];
  return [first, statements.map((s) => [boundary(cursor, false), printStatement(s, cursor)]), ending(cursor)];
}

function inOrder<T extends { readonly span: ast.Name['span'] }>(nodes: readonly T[]): T[] {
  return [...nodes].sort((a, b) => a.span.start - b.span.start);
}

function printStatement(node: Statement, c: Cursor): Doc {
  switch (node.kind) {
    case 'import':
      return [bare(c, 'import'), indent([token(c, ' '), end(c)])];
    case 'param':
      return [bare(c, 'param'), indent([printTyped(node, c, ' '), printValue(node, c), end(c)])];
    case 'actions':
      return printActions(node, c);
    case 'fragment':
      return [bare(c, 'fragment'), printParams(node, c), printBlock(node.items, c)];
    case 'policy':
      return printPolicy(node, c);
    case 'test':
      return printTest(node, c);
    case 'given':
      return [bare(c, 'given'), printBlock(node.items, c)];
    case 'default':
      return [bare(c, 'default'), indent([token(c, ' ', node.effect), end(c)])];
    case 'assert':
      return printAssert(node, c);
    case 'assert-gains':
      return printGains(node, [bare(c, 'assert'), indent(token(c, ' ', 'never'))], c);
    case 'accept-gains':
      return printGains(node, bare(c, 'accept'), c);
    case 'accept-unenforced':
      return printUnenforced(node, c);
    case 'scope':
      return printScope(node, c);
    case 'here':
      return [bare(c, 'here'), printBlock(node.items, c)];
    case 'rule':
      return [bare(c, node.effect), indent([printSet(node.set, c, ' '), end(c)])];
    case 'use':
      return printUse(node, c);
    case 'file':
    case 'dir':
      return [bare(c, node.kind), indent([token(c, ' '), end(c)])];
    case 'link':
    case 'bind':
    case 'hardlink':
      return [bare(c, node.kind), indent([token(c, ' '), token(c, ' ', '->'), token(c, ' '), end(c)])];
    case 'expect':
      return printExpect(node, c);
    case 'cd':
      return [bare(c, 'cd'), indent([token(c, ' '), end(c)])];
    default:
      return assertNever(node);
  }
}

function end(c: Cursor): Doc {
  return token(c, '', ';');
}

function printTyped({ name, type }: ast.ParamDecl, c: Cursor, separator: Doc): Doc {
  return [token(c, separator, name.text), token(c, '', ':'), token(c, ' ', type)];
}

function printValue(node: ast.ParamDecl, c: Cursor): Doc {
  return node.default === undefined ? '' : [token(c, ' ', '='), token(c, ' ')];
}

/** A set that does not fit on the line of its name begins on the next line. */
function printActions({ name, set }: ast.ActionsDecl, c: Cursor): Doc {
  const head = [bare(c, 'actions'), indent([token(c, ' ', name.text), token(c, ' ', '=')])];
  return [head, group(indent([printSet(set, c, LINE), end(c)]))];
}

function printSet({ all, names }: ast.SetExpr, c: Cursor, separator: Doc): Doc {
  if (!all) return printList(names, c, separator, (n, s) => token(c, s, n.text));
  const head = token(c, separator, 'all');
  if (names.length === 0) return head;
  return [head, token(c, ' ', 'except'), printList(names, c, ' ', (n, s) => token(c, s, n.text))];
}

/** Items separated by commas, as many on each line as fit. */
function printList<T>(
  items: readonly T[],
  c: Cursor,
  separator: Doc,
  print: (item: T, separator: Doc) => Doc,
): Doc {
  return items.map((item, i) =>
    i === 0 ? print(item, separator) : [token(c, '', ','), group(print(item, LINE))],
  );
}

function printParams({ name, params }: ast.FragmentDecl, c: Cursor): Doc {
  const head = token(c, ' ', name.text);
  if (params.length === 0) return indent(head);
  const open = token(c, '', '(');
  return indent([head, open, printList(params, c, '', (p, s) => printTyped(p, c, s)), token(c, '', ')')]);
}

function printPolicy(node: ast.PolicyDecl, c: Cursor): Doc {
  const { kind, span, name, nameSpan, defaults, assertions, accepts, items, ...rest } = node;
  rest satisfies Record<string, never>;
  const statements = inOrder<Statement & { readonly span: ast.Name['span'] }>([
    ...defaults,
    ...assertions,
    ...accepts,
    ...items,
  ]);
  return [bare(c, 'policy'), indent(token(c, ' ')), printBlock(statements, c)];
}

function printAssert({ claim, set, reach }: ast.PlaceAssertDecl, c: Cursor): Doc {
  const head = [bare(c, 'assert'), indent(token(c, ' ', claim))];
  return [head, indent([printSet(set, c, ' '), token(c, ' ', reach), token(c, ' '), end(c)])];
}

function printUnenforced({ set, target }: ast.AcceptUnenforcedDecl, c: Cursor): Doc {
  const head = [bare(c, 'accept'), indent(token(c, ' ', 'unenforced'))];
  return [head, indent([printSet(set, c, ' '), token(c, ' ', 'on'), token(c, ' ', target.text), end(c)])];
}

function printGains({ set }: ast.GainsAssertDecl | ast.AcceptGainsDecl, head: Doc, c: Cursor): Doc {
  return [head, indent([token(c, ' ', 'gains'), printSet(set, c, ' '), end(c)])];
}

function printTest({ given, steps }: ast.TestDecl, c: Cursor): Doc {
  const head = [bare(c, 'test'), indent(token(c, ' '))];
  const tree: readonly Given[] = afterNext(c) === 'given' ? [{ kind: 'given', items: given }] : [];
  return [head, printBlock([...tree, ...steps], c)];
}

function printScope(node: ast.ScopeDecl, c: Cursor): Doc {
  const object = bare(c, node.object);
  const mark = node.optional ? token(c, '', '?') : '';
  return [object, indent([mark, token(c, ' ')]), printBlock(node.items, c)];
}

function printUse({ name, args }: ast.UseDecl, c: Cursor): Doc {
  const head = [bare(c, 'use'), indent(token(c, ' ', name.text))];
  if (args.length === 0) return [head, indent(end(c))];
  const open = token(c, '', '(');
  const list = printList(args, c, '', (_, s) => token(c, s));
  return [head, indent([open, list, token(c, '', ')'), end(c)])];
}

function printExpect({ effect, action }: ast.ExpectStep, c: Cursor): Doc {
  const head = bare(c, 'expect');
  return [head, indent([token(c, ' ', effect), token(c, ' ', action.text), token(c, ' '), end(c)])];
}

function printBlock(items: readonly Statement[], c: Cursor): Doc {
  const soft = items.length === 1 && !hasBlock(items[0]) && isFollowedOnLine(c);
  const open = token(c, ' ', '{');
  const body = items.map((item, i) => [boundary(c, i === 0, soft), printStatement(item, c)]);
  return group([open, indent(body), closing(c, items.length === 0, soft), bare(c, '}')]);
}

function hasBlock(node: Statement | undefined): boolean {
  return node?.kind === 'scope' || node?.kind === 'here' || node?.kind === 'given';
}
