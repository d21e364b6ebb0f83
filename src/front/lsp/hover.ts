/** The hover texts: the rights at a scope and their reasons, the rules that a rule overrides, the meaning of a name. */
import { WALK, actionBit, actionName } from '../../abi/actions.js';
import type { Span } from '../../diagnostics/types.js';
import { placePath, type Place } from '../../ir/hierarchy/places.js';
import { ActionSets } from '../../ir/check/names.js';
import type { Aspect } from '../../ir/hierarchy/on-path.js';
import { patternText } from '../../ir/check/paths.js';
import { Values } from '../../ir/check/values.js';
import type { PolicyDecl, RuleDecl, ScopeDecl } from '../../parser/ast.js';
import { claimHover } from './claim-hover.js';
import {
  actionsText,
  allowedAt,
  isSameBeneath,
  overridesOf,
  reasonsAt,
  scopesAt,
  type RightsReason,
  type ScopeAt,
} from '../../tools/query/rights.js';
import { occurrenceAt, type Occurrence } from './symbols.js';
import { covers, enclosing } from './tree.js';
import { locationOf, ownFile, rangeIn, type Range, type View, type Workspace } from './workspace.js';

export interface Hover {
  readonly contents: { readonly kind: 'markdown'; readonly value: string };
  readonly range: Range;
}

export function hover(workspace: Workspace, view: View, offset: number): Hover | undefined {
  const found = nameHover(workspace, view, offset) ?? claimHover(view, offset) ?? treeHover(view, offset);
  const document = view.documents[0];
  if (found === undefined || document === undefined) return undefined;
  return { contents: { kind: 'markdown', value: found.text }, range: rangeIn(document, found.span) };
}

interface HoverText {
  readonly text: string;
  readonly span: Span;
}

function nameHover(workspace: Workspace, view: View, offset: number): HoverText | undefined {
  const found = occurrenceAt(view, offset);
  return found === undefined ? undefined : { text: describe(workspace, view, found), span: found.name.span };
}

function describe(workspace: Workspace, view: View, { declaration, local }: Occurrence): string {
  const { text, span } = declaration.name;
  switch (declaration.kind) {
    case 'actions': {
      const mask = new ActionSets(view.names, []).expand(declaration.set, span.source);
      return `${code(`actions ${text}`)}\n\n${actionsText(mask)}`;
    }
    case 'fragment': {
      const params = declaration.params.map((p) => `${p.name.text}: ${p.type}`).join(', ');
      return code(`fragment ${text}${params === '' ? '' : `(${params})`}`);
    }
    case 'param': {
      const head = `${local ? '' : 'param '}${text}: ${declaration.type}`;
      const value = local ? undefined : valueOf(workspace, view, text, span.source);
      return code(value === undefined ? head : `${head} = "${value}"`);
    }
  }
}

/** The value of a parameter in pattern syntax. */
export function valueOf(workspace: Workspace, view: View, name: string, file: number): string | undefined {
  const span = { source: file, start: 0, end: 0 };
  const part = { kind: 'interpolation', name: { kind: 'name', text: name, span }, span } as const;
  const template = { kind: 'template', span, parts: [part], broken: false } as const;
  return new Values(view.names, workspace.defines, []).read(template, { file, args: new Map() });
}

function treeHover(view: View, offset: number): HoverText | undefined {
  const { blocks, leaf } = enclosing(ownFile(view).file, offset);
  if (leaf?.kind === 'rule') return ruleHover(view, leaf, offset);
  const block = blocks.at(-1);
  if (leaf !== undefined || block === undefined) return undefined;
  const scope = blocks.findLast((b) => b.kind === 'scope' || b.kind === 'policy');
  const head = { ...block.span, end: headEnd(block, scope) };
  if (scope === undefined || !covers(head, offset)) return undefined;
  const text = scopeText(view, scope);
  return text === undefined ? undefined : { text, span: head };
}

/** The end of a block's head, the part before its brace, for which the hover text is shown. */
function headEnd(block: { kind: string; span: Span }, scope: ScopeDecl | PolicyDecl | undefined): number {
  if (block.kind === 'here') return block.span.start + 'here'.length;
  return scope === undefined ? -1 : declaredAt(scope).end;
}

function declaredAt(scope: ScopeDecl | PolicyDecl): Span {
  return scope.kind === 'policy' ? scope.nameSpan : scope.path.span;
}

function scopeText(view: View, scope: ScopeDecl | PolicyDecl): string | undefined {
  const found = scopesAt(view.layers, declaredAt(scope));
  const first = found.find((at) => at.places.length > 0);
  if (first === undefined) return undefined;
  const others = new Set(found.map((at) => patternText(at.scope.path))).size - 1;
  const more = others > 0 ? `\n\nThe same scope stands at ${others} more path${others > 1 ? 's' : ''}.` : '';
  return rightsText(view, first) + more;
}

function rightsText(view: View, at: ScopeAt): string {
  const { scope, places, layer } = at;
  const [place] = places;
  if (place === undefined) return '';
  const levels: readonly Aspect[] =
    scope.object === 'file' ? ['file'] : isSameBeneath(layer, place) ? ['dir'] : ['dir', 'below'];
  const what = `${scope.object}${scope.optional ? '?' : ''}`;
  const parts = [`**${what}** \`${patternText(scope.path)}\` in policy \`${layer.layer.name}\``];
  for (const level of levels) {
    const title = scope.object === 'file' ? '' : levels.length === 1 ? 'Itself and beneath' : TITLES[level];
    parts.push(
      [...(title === '' ? [] : [`**${title}**`, '']), ...reasonsText(view, at, place, level)].join('\n'),
    );
  }
  return [...parts, ...elsewhere(places, levels)].join('\n\n');
}

const TITLES: Readonly<Record<Aspect, string>> = { dir: 'Itself', below: 'Beneath', file: '' };

const VERDICTS: Readonly<Record<RightsReason['verdict'], string>> = {
  allow: 'allowed',
  deny: 'denied',
  forbid: 'forbidden',
};

/** The lines about actions that rules decide, by verdict, then the line about the other actions. */
function reasonsText(view: View, { layer }: ScopeAt, place: Place, level: Aspect): string[] {
  const reasons = reasonsAt(layer, place, level);
  const ruled = (verdict: RightsReason['verdict']): string[] =>
    reasons.flatMap(({ actions: mask, by, verdict: own }) =>
      own !== verdict || by === undefined
        ? []
        : `- ${VERDICTS[verdict]}: ${actionsText(mask)} (by ${ruleLink(view, by.rule.span)} in \`${patternText(by.scope.path)}\`)`,
    );
  const unruled = reasons
    .filter((r) => r.by === undefined)
    .map(
      (r) =>
        `- ${VERDICTS[r.verdict]}: ${r.actions === WALK ? '`walk`' : 'everything else'} (no rule mentions it)`,
    );
  return [...ruled('allow'), ...ruled('deny'), ...ruled('forbid'), ...unruled];
}

/** A Markdown link to a rule, with its text. */
function ruleLink(view: View, span: Span): string {
  const { uri, range } = locationOf(view, span);
  const text = view.documents[span.source]?.getText().slice(span.start, span.end).replace(/\s+/g, ' ') ?? '';
  const shown = text.length > 60 ? `${text.slice(0, 59)}…` : text;
  return `[\`${shown.replaceAll('`', "'")}\`](${uri}#L${range.start.line + 1})`;
}

/** A line about a place that a glob also names and where other scopes change the verdicts. */
function elsewhere(places: readonly Place[], levels: readonly Aspect[]): string[] {
  const [first] = places;
  const other = places.find(
    (p) => first !== undefined && levels.some((l) => allowedAt(p, l) !== allowedAt(first, l)),
  );
  return other === undefined ? [] : [`Other scopes change this at \`${placePath(other)}\`.`];
}

function ruleHover(view: View, rule: RuleDecl, offset: number): HoverText {
  const name = rule.set.names.find((n) => covers(n.span, offset));
  const span = name?.span ?? rule.span;
  const mask = new ActionSets(view.names, []).expand(rule.set, rule.span.source);
  const single = name === undefined ? undefined : actionBit(name.text);
  const { overridden, overriding } = overridesOf(view.layers, rule.span);
  const list = (title: string, rules: typeof overridden): string[] =>
    rules.length === 0
      ? []
      : [
          `${title} ${rules
            .slice(0, 10)
            .map((r) => ruleLink(view, r.span))
            .join(', ')}`,
        ];
  const head = `**${rule.effect}** ${single === undefined ? actionsText(mask) : `\`${actionName(single)}\``}`;
  const text = [head, ...list('Overrides', overridden), ...list('Overridden by', overriding)].join('\n\n');
  return { text, span };
}

function code(text: string): string {
  return `\`\`\`llp\n${text}\n\`\`\``;
}
