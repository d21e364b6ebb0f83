/** Finds the nodes of the syntax tree that enclose a place. */
import { assertNever } from '../../base/assert.js';
import type * as ast from '../../parser/ast.js';
import type { Span } from '../../diagnostics/types.js';

export type BlockDecl = ast.PolicyDecl | ast.FragmentDecl | ast.ScopeDecl | ast.HereDecl;

export function covers({ start, end }: Span, offset: number): boolean {
  return start <= offset && offset <= end;
}

/** The blocks that enclose a place, outermost first, and the rule or `use` at the place. */
export interface Enclosing {
  readonly blocks: readonly BlockDecl[];
  readonly leaf: ast.RuleDecl | ast.UseDecl | undefined;
}

export function enclosing(file: ast.PolicyFile, offset: number): Enclosing {
  const blocks: BlockDecl[] = [];
  let items: readonly (ast.ScopeItem | BlockDecl)[] = [...file.policies, ...file.fragments];
  for (;;) {
    const next = items.find((item) => covers(item.span, offset));
    if (next === undefined) return { blocks, leaf: undefined };
    switch (next.kind) {
      case 'rule':
      case 'use':
        return { blocks, leaf: next };
      case 'policy':
      case 'fragment':
      case 'scope':
      case 'here':
        blocks.push(next);
        items = next.items;
        break;
      default:
        return assertNever(next);
    }
  }
}
