/** Prints a difference as text for a terminal, and as Markdown for a comment in a pull request. */
import { counted, printable } from '../../base/text.js';
import type { DiffChange, DiffReport, DiffRequirement, DiffRule, DiffUnasked, DiffWitness } from './diff.js';

export interface Marks {
  readonly widened: (text: string) => string;
  readonly narrowed: (text: string) => string;
}

const PLAIN: Marks = { widened: (t) => t, narrowed: (t) => t };

/** Returns the changes by region; `+` marks access that is added, `-` access that is removed. */
export function diffText(report: DiffReport, marks: Marks = PLAIN): string {
  if (report.equal) return `${equalText(report)}\n`;
  const lines: string[] = [];
  let region = '';
  for (const change of report.changes) {
    const here = regionText(change);
    if (here !== region) lines.push(...(region === '' ? [] : ['']), here);
    region = here;
    lines.push(...changeLines(change, marks));
  }
  if (report.requirements.length > 0) {
    if (lines.length > 0) lines.push('');
    lines.push('what must be there when it is loaded', ...report.requirements.map(requirementLine));
  }
  return [...lines, '', totalText(report), ''].join('\n');
}

function equalText({ states, sameScopes, unasked }: DiffReport): string {
  const compared = `${counted(states, 'state')} of both automata together`;
  const proof =
    unasked === null
      ? `no difference on any path: ${compared}`
      : `no difference in what calls ask: ${compared}; only ${unaskedText(unasked)} and similar requests differ, which no call makes`;
  return sameScopes
    ? proof
    : `${proof}\nthe scopes differ: on a tree where links lead two scopes to one object, loading may give the two different results`;
}

function unaskedText({ actions: [action], object, path }: DiffUnasked): string {
  return object === 'dir'
    ? `${action} of the directory ${printable(directoryText(path))}`
    : `${action} of the file ${printable(path)}`;
}

const directoryText = (path: string): string => (path === '/' ? path : `${path}/`);

function totalText({ changes, requirements, complete, states, unasked }: DiffReport): string {
  const count = (kind: DiffChange['change']): number => changes.filter((c) => c.change === kind).length;
  const needs = requirements.length === 0 ? '' : `, ${requirements.length} at load`;
  const more = complete ? '' : '; there are more, globs lead to too many paths to list all';
  const rest =
    unasked === null ? '' : `; ${unaskedText(unasked)} and similar requests differ too, which no call makes`;
  return `${count('widened')} widened, ${count('narrowed')} narrowed${needs}; ${counted(states, 'state')} compared${more}${rest}`;
}

/** Returns the region of a change in words. */
function regionText({ region }: DiffChange): string {
  const [path, aspects] = [printable(region.path), region.aspects];
  const has = (aspect: DiffChange['region']['aspects'][number]): boolean => aspects.includes(aspect);
  const beneath = path === '/' ? 'everything beneath /' : `beneath ${path}`;
  if (!has('below'))
    return has('dir') && has('file') ? path : `${path} (${has('dir') ? 'the directory itself' : 'a file'})`;
  if (!has('dir')) return has('file') ? `${path} as a file, and ${beneath}` : beneath;
  return `${path} and beneath`;
}

function changeLines(change: DiffChange, marks: Marks): string[] {
  const { widened, narrowed } = marks;
  const sign = change.change === 'widened' ? widened('+') : narrowed('-');
  const verdicts = `${change.old.verdict} -> ${change.new.verdict}`;
  return [
    `  ${sign} ${change.actions.join(', ')}: ${verdicts}, as on ${witnessesText(change)}`,
    `      old: ${ruleTexts(change, 'old')}`,
    `      new: ${ruleTexts(change, 'new')}`,
  ];
}

/** Returns a change in one line. */
export function changeLine(change: DiffChange): string {
  const { old, new: next, actions } = change;
  const at = `as on ${witnessesText(change)}`;
  return `${regionText(change)}: ${actions.join(', ')} ${old.verdict} -> ${next.verdict}, ${at}`;
}

function witnessesText({ witnesses }: DiffChange): string {
  return witnesses.map(witnessText).join(' and ');
}

/** Returns the witness, with the obstacles to a request on it. */
function witnessText({ path, object, appearsLater, blocked, refused }: DiffWitness): string {
  const notes = [
    appearsLater ? 'made after the policy is loaded' : undefined,
    sidesText(blocked.old !== null, blocked.new !== null, 'denies the walk there'),
    sidesText(refused.old, refused.new, 'does not load with it there'),
  ].filter((n) => n !== undefined);
  const kind = printable(object === 'dir' ? directoryText(path) : path);
  return notes.length === 0 ? kind : `${kind} (${notes.join('; ')})`;
}

function sidesText(old: boolean, next: boolean, what: string): string | undefined {
  if (!old && !next) return undefined;
  return `${old && next ? 'each' : old ? 'old' : 'new'} ${what}`;
}

function ruleTexts(change: DiffChange, side: 'old' | 'new'): string {
  const { rules } = change[side];
  // `walk` does not follow `default`: it is allowed unless a rule denies it.
  const walk = change.actions.join() === 'walk';
  const text = (rule: DiffRule): string =>
    walk && rule.scope === null ? 'no rule denies it' : ruleText(rule);
  return printable(
    rules.map((r) => (rules.length > 1 ? `${text(r)} (layer "${r.layer}")` : text(r))).join('; '),
  );
}

function ruleText({ effect, location, text, scope }: DiffRule): string {
  if (scope === null) return `default ${effect}`;
  const what = `${text ?? effect} in ${scope}`;
  return location === null ? what : `${location.file}:${location.line}: ${what}`;
}

function requirementLine({ path, object, old, new: next }: DiffRequirement): string {
  return `  ${object} ${printable(path)}: ${old} -> ${next}`;
}

/** Returns the report as Markdown, with a table of the changes. */
export function diffMarkdown(report: DiffReport): string {
  if (report.equal) return `${equalText(report).replace('\n', '  \n')}\n`;
  const lines = [`**${totalText(report)}**`, ''];
  if (report.changes.length > 0) {
    lines.push('| | where | actions | old | new | for example |', '|---|---|---|---|---|---|');
    lines.push(...report.changes.map(changeRow), '');
  }
  if (report.requirements.length > 0) {
    lines.push('| at load | old | new |', '|---|---|---|', ...report.requirements.map(requirementRow), '');
  }
  return lines.join('\n');
}

function changeRow(change: DiffChange): string {
  const sign = change.change === 'widened' ? '⚠ widened' : 'narrowed';
  const side = (which: 'old' | 'new'): string =>
    `${change[which].verdict}: ${code(ruleTexts(change, which))}`;
  const cells = [sign, code(regionText(change)), change.actions.join(', '), side('old'), side('new')];
  return row([...cells, code(witnessesText(change))]);
}

function requirementRow({ path, object, old, new: next }: DiffRequirement): string {
  return row([code(`${object} ${printable(path)}`), old, next]);
}

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** Returns a code span for a table cell. It escapes `|`, and its fence is longer than every run of backticks in the text. */
function code(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map((m) => m[0].length));
  const fence = '`'.repeat(longest + 1);
  const pad = /^`|`$/.test(text) ? ' ' : '';
  return `${fence}${pad}${text.replaceAll('|', '\\|')}${pad}${fence}`;
}
