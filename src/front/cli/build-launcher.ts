/** `llpc build` for a target that depends on the machine: a plan for its tree, and a launcher that carries it out. */
import { hasError } from '../../compile.js';
import type { EnforcementPlan, Machine } from '../../artifact/enforcement-plan.js';
import { planText } from '../../artifact/text.js';
import { withLeastAbi } from '../../codegen/linux/gaps/gaps.js';
import { launcherOf } from '../../codegen/linux/launcher/index.js';
import type { CompileResult } from '../../compile.js';
import type { LoadProblem } from '../../runtime/loader/problems.js';
import { EnforceFault, faultOf } from '../../tools/enforce/fault.js';
import { gapsHere } from '../../tools/enforce/gaps-here.js';
import { groundOnHost } from '../../tools/enforce/ground-host.js';
import { thisArchitecture, thisMachine } from '../../tools/enforce/machine.js';
import { portablePlan } from '../../tools/enforce/portable.js';
import { toDiagnostics } from '../../tools/query/locate.js';
import { printable } from '../../base/text.js';
import { UnreadableError } from '../../runtime/kernel/vfs.js';
import { UsageError } from './arguments.js';
import type { FileToWrite } from './io.js';
import type { Options } from './options.js';
import { printDiagnostics } from './output.js';

/** Returns the machine that a policy is built for: with `--portable` the one of the options, else what this one has of it. */
export async function buildMachine({ portable, machine }: Options): Promise<Machine> {
  if (portable) return machine;
  const own = await reported(async () => (await thisMachine()).machine);
  if (own === undefined) throw new UsageError('a policy for another machine is built with `--portable`');
  return { abi: Math.min(own.abi, machine.abi), masks: own.masks && machine.masks };
}

/** Returns `plan.json` and `sandbox`; undefined if there is an error, which is printed. */
export async function launcherFiles(
  compiled: CompileResult,
  machine: Machine,
  options: Options,
): Promise<readonly FileToWrite[] | undefined> {
  const plan = await reported(() => planFor(compiled, machine, options));
  if (plan === undefined) return undefined;
  const launcher = await reported(() =>
    Promise.resolve(launcherOf(plan, options.arch ?? thisArchitecture())),
  );
  if (launcher === undefined) return undefined;
  return [
    ['plan.json', planText(plan)],
    ['sandbox', launcher, 0o755],
  ];
}

async function planFor(
  { artifact, sources, stages }: CompileResult,
  machine: Machine,
  { portable, exact, format }: Options,
): Promise<EnforcementPlan | undefined> {
  if (artifact === undefined || stages.policy === undefined) return undefined;
  const told = async (problems: readonly LoadProblem[]): Promise<void> => {
    if (problems.length > 0) await printDiagnostics(toDiagnostics(problems, sources), sources, format);
  };
  if (portable) {
    const made = portablePlan(artifact, stages.policy, machine);
    if (made.kind === 'planned') return made.plan;
    await told(made.problems);
    return undefined;
  }
  const made = groundOnHost(artifact, machine);
  await told(made.problems);
  if (made.kind === 'refused') return undefined;
  const gaps = gapsHere(stages.policy, made, exact);
  if (gaps.length > 0) await printDiagnostics(gaps, sources, format);
  if (hasError(gaps)) return undefined;
  return withLeastAbi(stages.policy, made.grounded, made.tree.vfs, { otherPathsOf: made.tree.otherPathsOf });
}

/** Returns what `make` returns; undefined with a message if this machine stands in the way. */
async function reported<T>(make: () => Promise<T>): Promise<T | undefined> {
  try {
    return await make();
  } catch (error) {
    const fault = error instanceof UnreadableError ? faultOf(error) : error;
    if (!(fault instanceof EnforceFault)) throw error;
    process.stderr.write(`llpc: ${printable(fault.message)}\n`);
    return undefined;
  }
}
