/** What `learn` learns from, made of texts and trees: a trace, or a scenario with a tree for each time that it is made. */
import { basename } from 'node:path';
import { counted } from '../../base/text.js';
import { report } from '../../diagnostics/catalogue.js';
import type { Diagnostic } from '../../diagnostics/types.js';
import type { Vfs } from '../../runtime/kernel/vfs.js';
import type { Scenario } from '../../runtime/scenario/types.js';
import type { Learnt } from './learn.js';
import { recordScenario, recordTrace, type Recording, type RecordOptions } from './record.js';
import { readTrace, type CallTrace } from './strace.js';

export interface ReadInput {
  readonly learnt: Learnt | undefined;
  readonly diagnostics: readonly Diagnostic[];
}

/** A trace that strace wrote. With `lenient`, lines that are not understood are left out. */
export function traceInput(
  file: string,
  text: string,
  options: RecordOptions & { readonly lenient: boolean },
): ReadInput {
  const trace = readTrace(text);
  const found = problemsOf(file, trace, options.lenient);
  if (found.length > 0) return { learnt: undefined, diagnostics: found };
  const recording = recordTrace(trace, options);
  const skipped =
    trace.unparsed.length === 0 ? '' : `, ${counted(trace.unparsed.length, 'line')} not understood`;
  const what = `${basename(file)}, ${counted(recording.calls, 'call')}${skipped}`;
  return { learnt: { name: file, what, recording }, diagnostics: faultsOf(file, recording) };
}

/** A scenario. It is recorded on the first tree; the others are for replays, as calls change their tree. */
export function scenarioInput(
  file: string,
  scenario: Scenario,
  [tree, ...trees]: readonly [Vfs, ...Vfs[]],
  options: RecordOptions,
): ReadInput {
  const recording = recordScenario(scenario, tree, options);
  const diagnostics = recording.faults.map(({ origin, what }) =>
    report('LLP5011', { file, why: `step ${origin.line}: ${what}` }, {}),
  );
  const what = `${basename(file)}, ${counted(recording.calls, 'step')}`;
  return { learnt: { name: file, what, recording, trees }, diagnostics };
}

function problemsOf(file: string, trace: CallTrace, lenient: boolean): Diagnostic[] {
  if (trace.events.length === 0) {
    const why = trace.unparsed.length === 0 ? 'there is no call in it' : 'it is not the output of strace';
    return [report('LLP5020', { file, why }, { help: 'write `strace -f -y -s 4096 -o FILE PROGRAM`' })];
  }
  if (lenient) return [];
  return trace.unparsed.map(({ line, why }) =>
    report('LLP5021', { file, line: String(line), why }, { help: '`--lenient` learns from the other lines' }),
  );
}

function faultsOf(file: string, { faults }: Recording): Diagnostic[] {
  return faults.map(({ origin, what }) => {
    const help = what.includes('relative')
      ? 'trace with `-y`, or say where it started: `--cwd DIR`'
      : undefined;
    return report(
      'LLP5021',
      { file, line: String(origin.line), why: what },
      help === undefined ? {} : { help },
    );
  });
}
