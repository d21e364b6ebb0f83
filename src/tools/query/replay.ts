/** Prints a replayed scenario: its steps and its errors. */
import { counted } from '../../base/text.js';
import { report } from '../../diagnostics/catalogue.js';
import type { Diagnostic, NamedSource } from '../../diagnostics/types.js';
import type { Replay } from '../../runtime/scenario/run.js';
import type { StepResult } from '../../runtime/scenario/types.js';
import { toDiagnostics } from './locate.js';

/** Returns the errors that kept a scenario from being loaded or finished. `file`: the name of the scenario. */
export function replayDiagnostics(
  { problems, fault }: Pick<Replay, 'problems' | 'fault'>,
  file: string,
  sources: readonly NamedSource[],
): Diagnostic[] {
  const diagnostics = toDiagnostics(problems, sources);
  if (fault === undefined) return diagnostics;
  return [...diagnostics, report('LLP5011', { file, why: `step ${fault.step}: ${fault.why}` }, {})];
}

/** Returns an error for a step whose result was not as expected. */
export function failureOf(step: StepResult): Diagnostic {
  const wanted = `\`${step.expected}\` from step ${step.step}, ${step.call} ${step.path}`;
  return report('LLP5009', { wanted, found: `\`${step.result}\`` }, {});
}

/** Returns a step in one line: whether it was as expected, its number, its result and its call. */
export function stepText(step: StepResult): string {
  const mark = step.ok ? (step.expected === null ? '  ' : 'ok') : 'NO';
  const wrong = step.ok ? '' : `   expected ${step.expected}`;
  const by = step.deniedBy === null ? '' : `   (${step.deniedBy})`;
  const task = step.task === 'main' ? '' : `[${step.task}] `;
  const what = [step.call, step.path, step.flags.join('|')].filter((part) => part !== '').join(' ');
  return `${mark} ${String(step.step).padStart(3)}  ${step.result.padEnd(8)} ${task}${what}${by}${wrong}\n`;
}

/** Returns the numbers of steps, program runs and instructions. */
export function totalText(steps: readonly StepResult[]): string {
  const failed = steps.filter((s) => !s.ok).length;
  const result = `${counted(steps.length, 'step')}, ${failed} not as expected`;
  if (steps.some((s) => s.programRuns === null))
    return `${result}; compiled, so program runs are not counted\n`;
  const sum = (of: (s: StepResult) => number | null): number =>
    steps.reduce((total, s) => total + (of(s) ?? 0), 0);
  const runs = sum((s) => s.programRuns);
  return `${result}; ${counted(runs, 'program run')}, ${counted(
    sum((s) => s.instructions),
    'instruction',
  )}\n`;
}
