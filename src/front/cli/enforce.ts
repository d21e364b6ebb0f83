/** `llpc enforce`: starts a program under a policy, on the kernel of this machine. */
import type { Machine } from '../../artifact/enforcement-plan.js';
import type { Ended } from '../../tools/enforce/child.js';
import { EnforceFault, NOT_ENFORCED } from '../../tools/enforce/fault.js';
import { UsageError } from './arguments.js';
import type { Options } from './options.js';
import { printDiagnostics } from './output.js';

/** Returns the exit code of the command, or 125 if it was not started. */
export async function enforceCommand(options: Options): Promise<number> {
  checkUsage(options);
  try {
    return await enforce(options);
  } catch (error) {
    if (!(error instanceof EnforceFault)) throw error;
    const help = error.help === undefined ? '' : `help: ${error.help}\n`;
    process.stderr.write(`llpc: ${error.message}\n${help}`);
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
  const [machine, { compileFiles }, { groundOnHost }, { startUnder }] = await Promise.all([
    import('../../tools/enforce/machine.js').then(({ thisMachine }) => thisMachine()),
    import('./compile-files.js'),
    import('../../tools/enforce/ground-host.js'),
    import('../../tools/enforce/start.js'),
  ]);
  const asked = withLess(machine, options.machine);
  const compiled = await compileFiles(options.positionals, { ...options, machine: asked }, 'load');
  const { artifact, diagnostics, sources, stages } = compiled;
  await printDiagnostics(diagnostics, sources, 'text');
  if (artifact === undefined || diagnostics.some((d) => d.severity === 'error')) return NOT_ENFORCED;
  const onHost = groundOnHost(artifact, asked);
  if (onHost.problems.length > 0) {
    const { toDiagnostics } = await import('../../tools/query/locate.js');
    await printDiagnostics(toDiagnostics(onHost.problems, sources), sources, 'text');
  }
  if (onHost.kind === 'refused' || stages.policy === undefined) return NOT_ENFORCED;
  const { gapsHere } = await import('../../tools/enforce/gaps-here.js');
  const gaps = gapsHere(stages.policy, onHost, options.exact);
  await printDiagnostics(gaps, sources, 'text');
  if (gaps.some((d) => d.severity === 'error')) return NOT_ENFORCED;
  return endAs(await startUnder(onHost.plan, options.command));
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
