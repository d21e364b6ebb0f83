/**
 * Prints a report of gaps for a terminal.
 *
 *     linux, Landlock ABI 7, with masks: 2 looser gaps, 2 not accepted; 0 stricter, 0 of errno, 0 of visibility
 *
 *     looser, not accepted: denied, and not stopped
 *       policy.llp:7:5  deny all;
 *         chdir    chdir("/srv/.env") succeeds: nothing on stock Linux stops it
 *         getattr  stat("/srv/.env") succeeds: nothing on stock Linux stops it
 *
 *     help: write `accept unenforced chdir, getattr on linux;` where this is meant
 */
import type { Machine } from '../../artifact/enforcement-plan.js';
import { groupBy } from '../../base/group.js';
import { counted, printable } from '../../base/text.js';
import { closerText } from '../../ir/analysis/check-gaps.js';
import { timeText, type GapsReport, type ReportedGap } from './gaps.js';

export interface GapMarks {
  readonly error: (text: string) => string;
  readonly warning: (text: string) => string;
  readonly dim: (text: string) => string;
}

const UNMARKED: GapMarks = { error: (t) => t, warning: (t) => t, dim: (t) => t };

/** The most columns of a list of actions that shares its line with the call. */
const WIDEST = 40;

/** Returns the report as text. It ends in a newline. */
export function gapsText(report: GapsReport, marks: GapMarks = UNMARKED): string {
  const sections = SECTIONS.flatMap((section) => sectionLines(section, report, marks));
  const help = report.accept === null ? [] : ['', `help: write \`${report.accept}\` where this is meant`];
  return [summaryText(report), ...sections, ...help, ''].join('\n');
}

/** Returns the machine in words. */
export function machineText({ abi, masks }: Machine): string {
  return `${abi === 0 ? 'no Landlock' : `Landlock ABI ${abi}`}, ${masks ? 'with' : 'without'} masks`;
}

function summaryText({ target, machine, gaps }: GapsReport): string {
  const head = machine === null ? target : `${target}, ${machineText(machine)}`;
  if (gaps.length === 0) return `${head}: no gaps: the policy is enforced exactly`;
  const count = (direction: ReportedGap['direction']): number =>
    gaps.filter((gap) => gap.direction === direction).length;
  const looser = gaps.filter((gap) => gap.direction === 'looser');
  const open = looser.filter((gap) => !gap.accepted).length;
  const accepted = looser.length === 0 ? '' : open === 0 ? ', all accepted' : `, ${open} not accepted`;
  const others = `${count('stricter')} stricter, ${count('errno')} of errno, ${count('visibility')} of visibility`;
  return `${head}: ${counted(looser.length, 'looser gap')}${accepted}; ${others}`;
}

interface Section {
  readonly title: (report: GapsReport) => string;
  readonly has: (gap: ReportedGap) => boolean;
  readonly mark: (report: GapsReport, marks: GapMarks) => (text: string) => string;
}

const SECTIONS: readonly Section[] = [
  {
    title: () => 'looser, not accepted: denied, and not stopped',
    has: (gap) => gap.direction === 'looser' && !gap.accepted,
    mark: (_, marks) => marks.error,
  },
  {
    title: () => 'looser, accepted',
    has: (gap) => gap.direction === 'looser' && gap.accepted,
    mark: (_, marks) => marks.dim,
  },
  {
    title: () => 'stricter: allowed, and stopped',
    has: (gap) => gap.direction === 'stricter',
    mark: ({ exact }, marks) => (exact ? marks.error : marks.warning),
  },
  {
    title: () => 'errno: stopped with another errno',
    has: (gap) => gap.direction === 'errno',
    mark: (_, marks) => marks.dim,
  },
  {
    title: () => 'visibility: the object does not look as it is',
    has: (gap) => gap.direction === 'visibility',
    mark: (_, marks) => marks.dim,
  },
];

function sectionLines({ title, has, mark }: Section, report: GapsReport, marks: GapMarks): string[] {
  const gaps = report.gaps.filter(has);
  if (gaps.length === 0) return [];
  const named = new Set(report.gaps.flatMap((gap) => gap.layers)).size > 1;
  const rules = groupBy(gaps, (gap) => ruleLine(gap, named));
  const lines = [...rules].flatMap(([rule, own]) => [`  ${rule}`, ...rows(own)]);
  return ['', mark(report, marks)(title(report)), ...lines];
}

/** Returns the rule that decides: its place in the policy, its text and, if there are several layers, their names. */
function ruleLine({ decider, layers }: ReportedGap, named: boolean): string {
  const { file, line, column } = (decider.kind === 'rule' ? decider.via[0] : undefined) ?? decider.location;
  const names = layers.map((name) => `"${printable(name)}"`).join(', ');
  return `${printable(file)}:${line}:${column}  ${printable(decider.text)}${named ? `  in ${names}` : ''}`;
}

/** Returns a line for each gap: its actions, and what a call does. Lines beneath it say when, and what closes the gap. */
function rows(gaps: readonly ReportedGap[]): string[] {
  const cells = gaps.map((gap) => gap.actions.join(', '));
  const width = Math.max(...cells.map((cell) => cell.length).filter((length) => length <= WIDEST), 0);
  return gaps.flatMap((gap, i) => {
    const [first = '', ...more] = detailLines(gap);
    const cell = cells[i] ?? '';
    const margin = ' '.repeat(width + 6);
    const own =
      cell.length > WIDEST ? [`    ${cell}`, margin + first] : [`    ${cell.padEnd(width)}  ${first}`];
    return [...own, ...more.map((line) => margin + line)];
  });
}

function detailLines({ witness, why, when, closedBy }: ReportedGap): string[] {
  const [call, path, time] = [printable(witness.call), printable(witness.path), timeText(when)];
  const object = call.includes(path) ? '' : ` on ${path}`;
  return [
    `${call}${object} ${printable(witness.outcome)}: ${why}`,
    ...(time === undefined ? [] : [time]),
    ...(closedBy === null ? [] : [`${closerText(closedBy)} closes it`]),
  ];
}
