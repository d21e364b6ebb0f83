/** Prints a system-call plan: one line for each step, `-- WHAT` where a failure ends the launcher with a message. */
import { assertNever } from '../../../base/assert.js';
import { counted, printable } from '../../../base/text.js';
import type { CallStep, PlanStep, StepRow, StepValue } from './steps.js';

const GOES = { next: 'go to the next', end: 'go behind the last', on: 'go on' } as const;
const SIGNS = { eq: '=', ne: '≠', below: '<', atLeast: '≥' } as const;

export function printSteps(steps: readonly PlanStep[]): string {
  return linesOf(steps)
    .map((line) => `${line}\n`)
    .join('');
}

function linesOf(steps: readonly PlanStep[]): string[] {
  return steps.flatMap(stepLines);
}

const indented = (lines: readonly string[]): string[] => lines.map((line) => `  ${line}`);

function stepLines(step: PlanStep): string[] {
  switch (step.kind) {
    case 'call':
      return callLines(step);
    case 'keep':
      return [`${step.name} = ${shown(step.value)}`];
    case 'set':
      return [`${step.memory.name}[${step.offset}] = ${shown(step.value)}`];
    case 'id-map':
      return [`${step.memory.name} = "${step.id} ${step.id} 1", ${step.length} = its length`];
    case 'if':
      return [
        `if ${shown(step.left)} ${SIGNS[step.is]} ${shown(step.right)}`,
        ...indented(linesOf(step.then)),
        ...(step.otherwise.length > 0 ? ['else', ...indented(linesOf(step.otherwise))] : []),
      ];
    case 'refuse':
      return [`refuse -- ${step.why}`];
    case 'each':
      return [
        `for each of ${counted(step.rows.length, 'row')}`,
        ...indented(step.rows.map(rowLine)),
        'do',
        ...indented(linesOf(step.steps)),
      ];
    case 'count':
      return [`for ${step.name} from 0 to ${step.below - 1}`, ...indented(linesOf(step.steps))];
    case 'execute':
      return ['execve the command, looked for in PATH -- cannot run the command'];
    default:
      return assertNever(step);
  }
}

function callLines({ call, args, keep, fails, tolerated }: CallStep): string[] {
  const result = keep === undefined ? '' : `${keep} = `;
  const line = `${result}${call}(${args.map(shown).join(', ')}) -- ${fails}`;
  if (tolerated === undefined) return [line];
  const { errors, where, then } = tolerated;
  const when = where === undefined ? '' : ` where ${shown(where)}`;
  return [line, `  ${errors?.join(', ') ?? 'any error'}${when}: ${GOES[then]}`];
}

function rowLine({ path, shown: what, device, inode, birth, compared, optional }: StepRow): string {
  const born = birth === null ? '' : ` birth ${birth}`;
  const identity = compared ? `device ${device} inode ${inode}${born}` : 'resolved at the start';
  return `${printable(path)}: ${what === '' ? 'nothing' : what}; ${identity}${optional ? '; optional' : ''}`;
}

function shown(value: StepValue): string {
  switch (value.kind) {
    case 'number':
    case 'structure':
      return value.shown;
    case 'text':
      return `"${printable(value.text)}"`;
    case 'kept':
      return value.name;
    case 'memory':
      return `&${value.memory.name}`;
    case 'field':
      return `${value.memory.name}.${value.field.shown}`;
    case 'column':
      return `row.${value.column}`;
    case 'and':
      return `${shown(value.left)} & ${shown(value.right)}`;
    default:
      return assertNever(value);
  }
}
