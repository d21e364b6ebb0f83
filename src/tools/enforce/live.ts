/** `enforce --trace` and `enforce --dry-run`: a run under strace, judged by the policy and compared with the model. */
import type { EnforcementPlan } from '../../artifact/enforcement-plan.js';
import { seenEntries } from '../../runtime/host/seen-tree.js';
import { groundForLinux } from '../../runtime/linux/load.js';
import type { GroundedPolicy } from '../../runtime/loader/grounded.js';
import type { Vfs } from '../../runtime/kernel/vfs.js';
import type { KindLookup } from '../learn/live.js';
import { recordTrace, type Recording } from '../learn/record.js';
import { readTrace, type CallTrace } from '../learn/strace.js';
import { compareCalls, type CallComparison } from './compare.js';
import { EnforceFault } from './fault.js';
import type { OnThisHost } from './ground-host.js';
import { GIVEN_PROGRAM, withLauncher } from './start.js';
import { traced, tracingFault, type Traced, type Tracing } from './strace.js';
import { treeBefore } from './tree-before.js';

/** A recorded run, with the policy on the tree before it. */
export interface LiveRun {
  readonly traced: Traced;
  readonly recording: Recording;
  readonly policy: GroundedPolicy;
  readonly before: Vfs;
}

/** How masks and Landlock refuse a call. */
const REFUSALS = ['EACCES', 'EPERM', 'EROFS', 'EBUSY', 'EXDEV'];

/** Runs a command under a plan and under strace, and compares each call with the model. */
export async function traceUnder(
  onHost: OnThisHost,
  command: readonly string[],
  folders: readonly string[],
  lookup: KindLookup,
): Promise<LiveRun & { readonly comparison: CallComparison }> {
  let tracing: Tracing | undefined;
  await withLauncher(onHost.plan, folders, async (program) => {
    tracing = await traced([GIVEN_PROGRAM, ...command], [program]);
    return tracing.kind === 'traced' ? tracing.ended : { kind: 'exited', code: 0 };
  });
  const run = runOf(tracing, onHost, lookup, withoutLauncher);
  const tree = treeBefore(seenEntries(onHost.tree.vfs), run.recording.tree);
  const { recording, policy, traced: text } = run;
  return {
    ...run,
    comparison: compareCalls(recording, policy, onHost.plan, tree, { cwd: text.cwd, lookup }),
  };
}

/** Runs a command under strace alone. */
export async function traceFree(
  onHost: OnThisHost,
  command: readonly string[],
  lookup: KindLookup,
): Promise<LiveRun> {
  return runOf(await traced(command), onHost, lookup, (trace) => trace);
}

function runOf(
  tracing: Tracing | undefined,
  { grounded, tree, plan }: OnThisHost,
  lookup: KindLookup,
  cut: (trace: CallTrace) => CallTrace,
): LiveRun {
  if (tracing?.kind !== 'traced')
    throw new EnforceFault(tracing ? tracingFault(tracing) : 'it was not started');
  const trace = cut(readTrace(tracing.text));
  const recording = recordTrace(trace, {
    input: 0,
    cwd: tracing.cwd,
    lookup,
    refusals: REFUSALS,
    everyRequest: true,
  });
  const before = treeBefore(seenEntries(tree.vfs), recording.tree);
  return { traced: tracing, recording, before, policy: groundAgain(grounded, plan, before) };
}

/** Grounds the policy on the tree before the run, on which the requests are judged. */
function groundAgain(
  { artifact }: GroundedPolicy,
  { machine }: EnforcementPlan,
  before: Vfs,
): GroundedPolicy {
  const loaded = groundForLinux(artifact, before, { machine });
  if (loaded.kind === 'loaded') return loaded.value;
  const [problem] = loaded.problems;
  throw new EnforceFault(`the recorded run cannot be judged: ${problem?.message ?? ''}`);
}

/** Returns the trace from the first attempt of the launcher to execute the command. */
export function withoutLauncher(trace: CallTrace): CallTrace {
  const calls = trace.events.flatMap((event, i) =>
    event.kind === 'call' && event.call.name === 'execve' ? [i] : [],
  );
  const start = calls[1] ?? trace.events.length;
  return { events: trace.events.slice(start), unparsed: trace.unparsed };
}
