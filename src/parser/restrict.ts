/** Checks what the grammar cannot express: there is no scope within a block for a single object. */
import { report } from '../diagnostics/catalogue.js';
import type { Diagnostic } from '../diagnostics/types.js';
import type { ScopeItem } from './ast.js';

/** The rules and the uses of fragments among the items. Reports the other items. */
export function onlyRules(items: readonly ScopeItem[], where: string, out: Diagnostic[]): ScopeItem[] {
  return items.filter((item) => {
    if (item.kind === 'rule' || item.kind === 'use') return true;
    const what = item.kind === 'here' ? '`here`' : 'a scope';
    const span =
      item.kind === 'scope' ? item.path.span : { ...item.span, end: item.span.start + 'here'.length };
    const help =
      item.kind === 'here' && where === '`file`'
        ? 'write its rules in the `file` itself: it is one object'
        : 'move it out, beside this block';
    out.push(report('LLP1010', { what, where }, { span, help }));
    return false;
  });
}
