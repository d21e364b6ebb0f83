/** `llpc gaps`: prints what a target does not enforce as the policy has it. */
import type { Machine } from '../../artifact/enforcement-plan.js';
import { hasError } from '../../compile.js';
import { EnforceFault } from '../../tools/enforce/fault.js';
import { reportGaps } from '../../tools/gaps/gaps.js';
import { gapsText, type GapMarks } from '../../tools/gaps/gaps-text.js';
import { UsageError } from './arguments.js';
import { compileFiles } from './compile-files.js';
import type { Options } from './options.js';
import { hasColour, print, printDiagnostics, printJson } from './output.js';

/** Returns exit code 0 if the policy may be enforced on the target, else 1. */
export async function gapsCommand(options: Options): Promise<number> {
  const { positionals, format, exact } = options;
  if (positionals.length === 0) throw new UsageError('which policy? Name at least one file');
  const { diagnostics, sources, stages } = await compileFiles(positionals, options, 'check');
  const { policy, hierarchies } = stages;
  if (policy === undefined || hierarchies === undefined || hasError(diagnostics)) {
    await printDiagnostics(diagnostics, sources, format);
    return 1;
  }
  const { targetOf } = await import('../../codegen/targets.js');
  const target = targetOf(options);
  const machine =
    options.machineGiven || !target.dependsOnMachine ? options.machine : await ownMachine(options);
  const found = target.gaps({ policy, hierarchies }, machine);
  const subject = { policy, sources, target, machine, exact };
  const { report, diagnostics: gaps } = reportGaps(found, subject);
  if (format === 'json') printJson(report);
  else if (format === 'sarif') await printDiagnostics([...diagnostics, ...gaps], sources, 'sarif');
  else {
    print(gapsText(report, marks()));
    await printDiagnostics([...diagnostics, ...gaps.filter((d) => d.code === 'LLP4011')], sources, 'text');
  }
  return report.enforceable ? 0 : 1;
}

/** Returns this machine, or the newest one if this machine cannot be asked. */
async function ownMachine({ machine }: Options): Promise<Machine> {
  const { thisMachine } = await import('../../tools/enforce/machine.js');
  try {
    return (await thisMachine()).machine;
  } catch (error) {
    if (!(error instanceof EnforceFault)) throw error;
    process.stderr.write(`llpc: gaps of another machine, as this one cannot be asked: ${error.message}\n`);
    return machine;
  }
}

function marks(): GapMarks {
  const colour = (code: number) => (text: string) =>
    hasColour(process.stdout) ? `\x1b[${code}m${text}\x1b[39m` : text;
  return { error: colour(31), warning: colour(33), dim: colour(90) };
}
