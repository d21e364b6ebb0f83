/** `llpc enforce`: starts a program under a policy, on the kernel of this machine. */
import { printable } from '../../base/text.js';
import { UnreadableError } from '../../runtime/kernel/vfs.js';
import type { Machine } from '../../artifact/enforcement-plan.js';
import type { Ended } from '../../tools/enforce/child.js';
import { EnforceFault, faultOf, NOT_ENFORCED } from '../../tools/enforce/fault.js';
import type { OnThisHost } from '../../tools/enforce/ground-host.js';
import type { FoundMachine } from '../../tools/enforce/machine.js';
import type { ExplainTexts } from '../../tools/query/explain-text.js';
import { UsageError } from './arguments.js';
import type { Options } from './options.js';
import { printDiagnostics } from './output.js';

/** Returns the exit code of the command, or 125 if it was not started. */
export async function enforceCommand(options: Options): Promise<number> {
  checkUsage(options);
  try {
    return await enforce(options);
  } catch (error) {
    const fault = error instanceof UnreadableError ? faultOf(error) : error;
    if (!(fault instanceof EnforceFault)) throw error;
    const help = fault.help === undefined ? '' : `help: ${fault.help}\n`;
    process.stderr.write(`llpc: ${printable(fault.message)}\n${help}`);
    return NOT_ENFORCED;
  }
}

function checkUsage({ positionals, command, target, trace, dryRun, saveTrace }: Options): void {
  if (positionals.length === 0) throw new UsageError('which policy? Write `llpc enforce POLICY -- COMMAND`');
  if (command.length === 0) throw new UsageError('which command? Write `llpc enforce POLICY -- COMMAND`');
  if (target !== 'linux') throw new UsageError('`--target`: it takes `linux`');
  if (trace && dryRun) throw new UsageError('`--trace` and `--dry-run` do not go together');
  if (saveTrace !== undefined && !trace && !dryRun)
    throw new UsageError('`--save-trace` goes with `--trace` or `--dry-run`');
}

async function enforce(options: Options): Promise<number> {
  const [found, { compileFiles }, { groundOnHost }] = await Promise.all([
    import('../../tools/enforce/machine.js').then(({ thisMachine }) => thisMachine()),
    import('./compile-files.js'),
    import('../../tools/enforce/ground-host.js'),
  ]);
  const machine = withLess(found.machine, options.machine);
  const compiled = await compileFiles(options.positionals, { ...options, machine }, 'load');
  const { artifact, diagnostics, sources, stages } = compiled;
  await printDiagnostics(diagnostics, sources, 'text');
  if (artifact === undefined || diagnostics.some((d) => d.severity === 'error')) return NOT_ENFORCED;
  const onHost = groundOnHost(artifact, machine);
  if (onHost.problems.length > 0) {
    const { toDiagnostics } = await import('../../tools/query/locate.js');
    await printDiagnostics(toDiagnostics(onHost.problems, sources), sources, 'text');
  }
  if (onHost.kind === 'refused' || stages.policy === undefined) return NOT_ENFORCED;
  // A dry run finds out what a policy lacks, so its gaps do not matter yet.
  if (!options.dryRun) {
    const { gapsHere } = await import('../../tools/enforce/gaps-here.js');
    const gaps = gapsHere(stages.policy, onHost, options.exact);
    await printDiagnostics(gaps, sources, 'text');
    if (gaps.some((d) => d.severity === 'error')) return NOT_ENFORCED;
  }
  if (options.trace || options.dryRun)
    return watch(onHost, { manifest: artifact.manifest, sources }, options, found);
  const { startUnder } = await import('../../tools/enforce/start.js');
  return endAs(await startUnder(onHost.plan, options.command, found.folders));
}

/** Runs the command under strace, and prints afterwards what was refused or would be. */
async function watch(
  onHost: OnThisHost,
  texts: ExplainTexts,
  { command, dryRun, saveTrace }: Options,
  { folders }: FoundMachine,
): Promise<number> {
  const { traceFree, traceUnder } = await import('../../tools/enforce/live.js');
  const { dryRunText, traceText } = await import('../../tools/enforce/live-text.js');
  const { lookupIn, saveText } = await import('./learn-files.js');
  const lookup = lookupIn('/');
  const run = dryRun
    ? { ...(await traceFree(onHost, command, lookup)), comparison: undefined }
    : await traceUnder(onHost, command, folders, lookup);
  const { comparison } = run;
  const text = comparison === undefined ? dryRunText(run, texts) : traceText({ ...run, comparison }, texts);
  process.stderr.write(text);
  const failed = saveTrace === undefined ? undefined : saveText(saveTrace, run.traced.text);
  if (failed !== undefined) await printDiagnostics([failed], [], 'text');
  if (failed !== undefined || (comparison?.disagreements.length ?? 0) > 0) return 1;
  return endAs(run.traced.ended);
}

/** Returns what both machines can hold. */
function withLess(a: Machine, b: Machine): Machine {
  return { abi: Math.min(a.abi, b.abi), masks: a.masks && b.masks };
}

/** Returns the exit code, or ends this process by the signal that ended the command. */
async function endAs(ended: Ended): Promise<number> {
  const { dieOf } = await import('../../tools/enforce/child.js');
  switch (ended.kind) {
    case 'exited':
      return ended.code;
    case 'killed':
      return dieOf(ended.signal);
    case 'not-started':
      return NOT_ENFORCED;
  }
}
