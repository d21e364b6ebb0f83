/** Prints what `enforce --trace` and `enforce --dry-run` found, in the form of `llpc explain`. */
import type { ActionName } from '../../abi/actions.js';
import { counted, printable } from '../../base/text.js';
import type { ScenarioStep } from '../../runtime/scenario/types.js';
import type { Asked } from '../learn/facts.js';
import type { Refused } from '../learn/follow.js';
import { decidedText, type ExplainTexts } from '../query/explain-text.js';
import type { CallComparison, Disagreement } from './compare.js';
import { denialsOf, type JudgedDenial } from './judge.js';
import type { LiveRun } from './live.js';

/** Returns the report of a run under a policy. */
export function traceText(
  run: LiveRun & { readonly comparison: CallComparison },
  texts: ExplainTexts,
): string {
  const { refused, disagreements, byModes, unknown, compared } = run.comparison;
  const calls = grouped(refused, (r) => `${r.call}: ${r.errno}`);
  const lines = [
    `${counted(compared, 'call')} compared with the model of the kernel: ${counted(disagreements.length, 'disagreement')}`,
    ...section(
      'refused by the policy',
      refused.length,
      [...calls].flatMap(([call, all]) => refusedText(call, all, run, texts)),
    ),
    ...section('refused by permission bits, whatever the policy says', byModes.length, callLines(byModes)),
    ...section('refused, and not compared', unknown.length, callLines(unknown)),
    ...section(
      'the kernel and its model differ',
      disagreements.length,
      disagreements.flatMap(disagreementText),
    ),
  ];
  return `${lines.join('\n')}\n`;
}

/** Returns the report of a run without the policy: what the policy would refuse. */
export function dryRunText(run: LiveRun, texts: ExplainTexts): string {
  const found = new Map<string, { readonly denial: JudgedDenial; readonly lines: number[] }>();
  for (const asked of run.recording.asked) {
    for (const denial of denialsOf([asked], run.policy, run.before)) {
      const key = `${denial.action} ${objectText(denial, asked)} ${denial.layer}`;
      const known = found.get(key) ?? { denial: { ...denial, path: objectText(denial, asked) }, lines: [] };
      known.lines.push(asked.origin.line);
      found.set(key, known);
    }
  }
  const denials = [...found.values()].map(({ denial }) => denial);
  const head = `the policy would refuse ${counted(denials.length, 'request')}`;
  return `${[head, ...denialLines(denials, texts)].join('\n')}\n`;
}

/** Returns the path of a denied request: that of the object itself, also where no scope can name it. */
function objectText(denial: JudgedDenial, { object }: Asked): string {
  return denial.isNew ? `/${object.join('/')}` : denial.path;
}

function section(title: string, count: number, lines: readonly string[]): string[] {
  return count === 0 ? [] : ['', `${title} (${count})`, ...lines];
}

function grouped<T>(all: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of all) groups.set(keyOf(item), [...(groups.get(keyOf(item)) ?? []), item]);
  return groups;
}

function refusedText(call: string, all: readonly Refused[], run: LiveRun, texts: ExplainTexts): string[] {
  const denials = denialsOf(all[0]?.needs ?? [], run.policy, run.before);
  const times = all.length === 1 ? '' : ` (${all.length} times)`;
  const none = ['  no rule denies it: Linux is stricter than the policy here, as `llpc gaps` shows'];
  return [
    '',
    `${printable(call)}${times}`,
    ...(denials.length === 0 ? none : indented(denialLines(denials, texts))),
  ];
}

/** Returns the denials with the rules behind them; actions on one object with one reason stand together. */
function denialLines(denials: readonly JudgedDenial[], texts: ExplainTexts): string[] {
  const same = grouped(denials, (d) => `${d.path} ${d.layer} ${JSON.stringify(reasonKey(d))}`);
  return [...same.values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const actions: ActionName[] = [...new Set(group.map((d) => d.action))];
    const beneath = first.isNew ? ' (made by the program)' : '';
    return [
      '',
      printable(`${actions.join(', ')} ${first.path}: deny${beneath}`),
      ...indented(decidedText(first.reason, first.layer, texts)),
    ];
  });
}

function reasonKey({ reason }: JudgedDenial): unknown {
  return reason.kind === 'rule' ? reason.rule.span : reason.kind;
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => (line === '' ? line : `  ${line}`));
}

function callLines(calls: readonly Refused[]): string[] {
  return [...grouped(calls, (r) => `${r.call}: ${r.errno}`)].map(
    ([call, all]) => `  ${printable(call)}${all.length === 1 ? '' : ` (${all.length} times)`}`,
  );
}

function disagreementText({ step, kernel, model, origin }: Disagreement): string[] {
  const line = origin === undefined ? '' : `, line ${origin.line} of the trace`;
  return [`  ${printable(stepText(step))}: the kernel gave ${kernel}, the model ${model}${line}`];
}

function stepText({ call, path, to, fd, flags = [] }: ScenarioStep): string {
  return [call, [path ?? fd, to].filter((p) => p !== undefined).join(' -> '), flags.join('|')]
    .filter((part) => part !== '')
    .join(' ');
}
