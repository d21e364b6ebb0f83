/**
 * Records the requests of one input. A trace is followed again until no more evidence about its tree is found; the
 * steps of a scenario are made once.
 *
 * Output: the needs, a scenario that replays the input on the tree as it was at the beginning, and notes for the
 * report. Invariant: the expected outcomes of the scenario are those of the model without a policy.
 */
import { counted } from '../../base/text.js';
import type { Vfs } from '../../runtime/kernel/vfs.js';
import { ScenarioFault } from '../../runtime/scenario/labels.js';
import type { Scenario, ScenarioStep, TreeItem } from '../../runtime/scenario/types.js';
import { addAsked, newFacts, type Asked, type Facts, type TraceOrigin } from './facts.js';
import { HANDLERS } from './calls.js';
import {
  emit,
  newFollower,
  NO_CALL,
  placeAt,
  processOf,
  type Follower,
  type TraceNote,
  type Recorded,
  type Refused,
  type Violation,
} from './follow.js';
import { liveOn, makeCall, newLive, takeAsked, type Evidence, type KindLookup } from './live.js';
import { readFd, readString, shownPath } from './strace-text.js';
import type { CallTrace, TraceEvent } from './strace.js';
import { needsOfStep, trialOfCall } from './trial.js';

export interface Recording {
  readonly facts: Facts;
  /** The tree at the beginning; empty for a scenario, which has its own tree. */
  readonly tree: readonly TreeItem[];
  /** The steps to replay, with `enforce`. */
  readonly steps: readonly ScenarioStep[];
  /** The line of each step; undefined for steps that are not from the input. */
  readonly origins: readonly (TraceOrigin | undefined)[];
  readonly calls: number;
  readonly refused: readonly Refused[];
  readonly faults: readonly TraceNote[];
  readonly notes: readonly TraceNote[];
  readonly violations: readonly Violation[];
  readonly probes: ReadonlyMap<string, TraceOrigin>;
  readonly loaders: ReadonlySet<string>;
  readonly unknownDescriptors: number;
  /** Objects that are assumed to be files, because no call shows their kind. */
  readonly guessed: readonly string[];
  /** Every request in order; empty unless it is wanted. */
  readonly asked: readonly Asked[];
}

export interface RecordOptions {
  /** The number of the input. */
  readonly input: number;
  readonly cwd?: string | undefined;
  readonly lookup?: KindLookup | undefined;
  /** Returns the text of the assertion that a request would break. */
  readonly assertionOf?: ((asked: Asked) => string | undefined) | undefined;
  /** The errnos of a refused call (default: EACCES and EPERM). */
  readonly refusals?: readonly string[];
  /** True to keep every request. */
  readonly everyRequest?: boolean;
}

const REFUSALS: readonly string[] = ['EACCES', 'EPERM'];

/** The most rounds that are made to find evidence. */
const MAX_ROUNDS = 40;

/** Follows a trace. Calls whose requests would break an assertion are left out in further rounds. */
export function recordTrace(trace: CallTrace, options: RecordOptions): Recording {
  const evidence: Evidence = { kinds: new Map(), grown: false };
  const withheld = new Set<number>();
  const violations = new Map<number, Violation>();
  for (let round = 0; ; round++) {
    evidence.grown = false;
    const f = followTrace(trace, options, evidence, withheld);
    if (evidence.grown && round < MAX_ROUNDS && f.faults.length === 0) continue;
    for (const violation of f.violations) violations.set(violation.origin.line, violation);
    if (f.violations.length === 0 || f.faults.length > 0)
      return recordingOf(f, trace.events.length, [...violations.values()]);
    f.violations.forEach((v) => withheld.add(v.origin.line));
  }
}

function followTrace(
  trace: CallTrace,
  options: RecordOptions,
  evidence: Evidence,
  withheld: ReadonlySet<number>,
): Follower {
  const live = newLive(evidence, options.lookup ?? (() => undefined));
  const f = newFollower(live, options.input, withheld, options.assertionOf, options.everyRequest);
  const cwd = options.cwd ?? firstDirectory(trace.events);
  if (cwd !== undefined) placeAt(f, cwd);
  for (const event of trace.events) followEvent(f, event, options.refusals ?? REFUSALS);
  return f;
}

/** The initial working directory, if a call shows it before another changes it. */
function firstDirectory(events: readonly TraceEvent[]): string | undefined {
  for (const event of events) {
    if (event.kind !== 'call') continue;
    const { name, args, result } = event.call;
    for (const argument of args) {
      const fd = /^AT_FDCWD</.test(argument) ? readFd(argument) : undefined;
      const path = shownPath(fd?.shown);
      if (path !== undefined) return path;
    }
    if (name === 'getcwd' && result.errno === undefined) return readString(args[0] ?? '')?.text;
    if (name === 'chdir' || name === 'fchdir' || name === 'chroot') return undefined;
  }
  return undefined;
}

function followEvent(f: Follower, event: TraceEvent, refusals: readonly string[]): void {
  f.line = event.line;
  if (event.kind === 'exit') return endProcess(f, event.pid);
  const { call } = event;
  f.call = call;
  const process = processOf(f, call.pid);
  const { errno } = call.result;
  const handler = HANDLERS.get(call.name);
  if (handler === undefined) return noteUnknown(f);
  if (errno === undefined || !refusals.includes(errno)) return handler(f, process);
  f.refused.push({
    origin: { input: f.input, line: f.line },
    call: callText(f),
    errno,
    ...trialOfCall(f, process, handler),
    before: f.steps.length,
  });
}

/** A short text for a call: its name and its paths. */
function callText({ call }: Follower): string {
  const paths = call.args.filter((argument) => argument.startsWith('"')).slice(0, 2);
  const what = paths.length > 0 ? paths.join(', ') : (call.args[0] ?? '');
  return `${call.name}(${what})`;
}

function noteUnknown(f: Follower): void {
  const { name, args, result } = f.call;
  if (NAMELESS.has(name) || result.errno !== undefined || !args.some((a) => a.startsWith('"/'))) return;
  const known = f.unknownCalls.get(name);
  if (known === undefined) f.unknownCalls.set(name, { count: 1, line: f.line });
  else known.count++;
}

/** Calls whose string arguments are data, not paths. */
const NAMELESS: ReadonlySet<string> = new Set(
  'read write pread64 pwrite64 readv writev sendto recvfrom prctl uname connect bind add_key keyctl getrandom sethostname'.split(
    ' ',
  ),
);

function endProcess(f: Follower, pid: number): void {
  const process = f.processes.get(pid) ?? f.processes.get(0);
  if (process === undefined) return;
  f.processes.delete(f.processes.has(pid) ? pid : 0);
  f.executed.delete(process);
  process.shared.users--;
  f.call = NO_CALL;
  // A process that sent a descriptor stays until the descriptor is received.
  if (
    process.shared.users === 0 &&
    process.shared.task !== 'main' &&
    !f.passed.some((p) => p.task === process.shared.task)
  )
    emit(f, { call: 'exit', task: process.shared.task });
}

function recordingOf(f: Follower, calls: number, violations: readonly Violation[]): Recording {
  const unknown = [...f.unknownCalls].map(([name, { count, line }]) => ({
    origin: { input: f.input, line },
    what: `\`${name}\` is not followed (${counted(count, 'call')})`,
  }));
  return {
    facts: f.facts,
    tree: f.live.tree,
    steps: [...f.before, { call: 'enforce' }, ...f.steps.map((s) => s.step)],
    origins: [...f.before.map(() => undefined), undefined, ...f.steps.map((s) => s.origin)],
    calls,
    refused: f.refused,
    faults: f.faults,
    notes: [...f.notes, ...unknown],
    violations,
    probes: f.probes,
    loaders: new Set(f.live.tree.flatMap((item) => ('file' in item ? (item.interpreter ?? []) : []))),
    unknownDescriptors: f.unknownDescriptors,
    guessed: [...f.live.guessed].sort(),
    asked: f.asked ?? [],
  };
}

/** The scenario of a recording, which `llpc run` can replay. */
export function scenarioOf({ tree, steps }: Pick<Recording, 'tree' | 'steps'>): Scenario {
  return { format: 'llp-scenario', version: 1, tree, steps };
}

/**
 * Makes the steps of a scenario on its tree. Requests before the first `enforce` are ignored. Steps that expect EACCES
 * or EPERM are not made, because they must not be granted.
 */
export function recordScenario(scenario: Scenario, vfs: Vfs, options: RecordOptions): Recording {
  const live = liveOn(vfs, { kinds: new Map(), grown: false }, () => undefined);
  const facts = newFacts();
  const steps: Recorded[] = [];
  const refused: Refused[] = [];
  const faults: TraceNote[] = [];
  const violations: Violation[] = [];
  const before: ScenarioStep[] = [];
  const enforced = scenario.steps.findIndex((step) => step.call === 'enforce');
  scenario.steps.forEach((step, i) => {
    const origin = { input: options.input, line: i + 1 };
    if (step.call === 'enforce') return;
    if (i < enforced) before.push(step);
    if (step.expect === 'EACCES' || step.expect === 'EPERM')
      return void refused.push({
        origin,
        call: `${step.call} ${step.path ?? step.fd ?? ''}`,
        errno: step.expect,
        needs: needsOfStep(live, step),
        step,
        before: steps.length,
      });
    try {
      const made = makeCall(live, step);
      const outcome = made.result.ok ? 'allow' : made.result.errno;
      if (i < enforced) return;
      steps.push({ step: { ...step, expect: outcome }, outcome, origin });
      for (const asked of takeAsked(live, origin)) {
        const assertion = options.assertionOf?.(asked);
        if (assertion === undefined) addAsked(facts, asked);
        else violations.push({ origin, asked, assertion });
      }
    } catch (error) {
      if (!(error instanceof ScenarioFault)) throw error;
      faults.push({ origin, what: error.message });
    }
  });
  const broken = new Set(violations.map((v) => v.origin.line));
  const kept = steps.filter((s) => !broken.has(s.origin.line));
  return {
    facts,
    tree: [],
    steps: [...before, { call: 'enforce' }, ...kept.map((s) => s.step)],
    origins: [...before.map(() => undefined), undefined, ...kept.map((s) => s.origin)],
    calls: scenario.steps.length,
    refused,
    faults,
    notes: [],
    violations,
    probes: new Map(),
    loaders: new Set(),
    unknownDescriptors: 0,
    guessed: [],
    asked: [],
  };
}
