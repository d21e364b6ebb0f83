/**
 * What every instruction of a run changed, from the stepper's snapshots before and after it.
 *
 * In: a stepper. Out: one `TracedStep` per instruction, up to a limit, and how many more there were.
 * Invariant: a traced run is the run; whoever looks changes nothing.
 *
 * Known weakness: what a helper writes into a map is not shown, only what the program's own stores write.
 */
import { LANDLOCK_RET_DENY } from '../../abi/hooks.js';
import type { Instruction } from '../../bpf/types.js';
import { createInterpreterRunner } from './interpreter-runner.js';
import { runRaw } from './interpreter.js';
import type { RawOptions } from './start.js';
import { stepHook, stepRaw, writes } from './stepper.js';
import type { Content, Pointer, RegisterView, Snapshot, StepEnd, Stepper } from './stepper.js';
import type { Engine, HookContext, LoadedProgram, Observer, TagStore } from './types.js';

export interface TracedStep {
  readonly slot: number;
  readonly instruction: Instruction;
  /** Local functions that are running; 0 in the program's own code. */
  readonly depth: number;
  /** The register that was written, and those that hold something else than before. */
  readonly registers: readonly { readonly register: number; readonly value: RegisterView }[];
  /** What a store or an atomic operation has left where it wrote. */
  readonly written: Written | undefined;
  /** Slot of the next instruction; undefined for the last one, whether it returned or faulted. */
  readonly next: number | undefined;
}

/** Offsets of stack pointers are from r10 of the function that runs. */
export interface Written extends Content {
  readonly at: Pointer;
}

export interface Trace {
  readonly steps: readonly TracedStep[];
  /** Instructions behind the limit. */
  readonly omitted: number;
}

/** Runs a stepper to its end. What is behind the limit is run and not looked at. */
export function traceSteps(stepper: Stepper, limit: number): Trace & { readonly end: StepEnd } {
  const { steps, last } = firstSteps(stepper, limit);
  let end = last;
  while (end.kind === 'step') end = stepper.next();
  return { steps, omitted: end.executed - steps.length, end };
}

/** A trace of `runRaw`; undefined where it refuses the program. Every raw run is like the last: the rest is only counted. */
export function traceRaw(
  bytes: Uint8Array,
  memory: Uint8Array,
  options: Pick<RawOptions, 'fuel'>,
  limit: number,
): Trace | undefined {
  const run = runRaw(bytes, memory, options);
  const stepped = stepRaw(bytes, memory, options);
  if (run.kind === 'refused' || stepped.kind === 'refused') return undefined;
  const { steps } = firstSteps(stepped.stepper, limit);
  return { steps, omitted: run.executed - steps.length };
}

/** The first instructions of a run, and where it stands then. */
function firstSteps(
  stepper: Stepper,
  limit: number,
): { readonly steps: readonly TracedStep[]; readonly last: Snapshot | StepEnd } {
  const steps: TracedStep[] = [];
  let last = stepper.next();
  while (last.kind === 'step' && steps.length < limit) {
    const after = stepper.next();
    steps.push(tracedStep(last, after));
    last = after;
  }
  return { steps, last };
}

function tracedStep(before: Snapshot, after: Snapshot | StepEnd): TracedStep {
  const { slot, instruction, depth } = before;
  if (after.kind !== 'step') {
    return { slot, instruction, depth, registers: [], written: undefined, next: undefined };
  }
  const registers = after.registers.flatMap((value, register) => {
    const old = before.registers[register] ?? value;
    if (register === FRAME_POINTER) return [];
    const isWritten = ((writes(instruction) >> register) & 1) !== 0;
    return !isWritten && isSame(old, before.depth, value, after.depth) ? [] : [{ register, value }];
  });
  return { slot, instruction, depth, registers, written: writtenBy(before, after), next: after.slot };
}

/** r10, which is `stack+0` in every function. */
const FRAME_POINTER = 10;
/** Frames lie one after the other: a pointer to the stack is the same in another function at another offset. */
const FRAME = 512;

function isSame(a: RegisterView, depthOfA: number, b: RegisterView, depthOfB: number): boolean {
  if (a.kind === 'scalar' && b.kind === 'scalar') return a.lo === b.lo && a.hi === b.hi;
  if (a.kind !== 'pointer' || b.kind !== 'pointer') return a.kind === b.kind;
  const moved = a.into === 'stack' ? (depthOfA - depthOfB) * FRAME : 0;
  return a.into === b.into && a.map === b.map && a.offset + moved === b.offset;
}

function writtenBy({ instruction: op, registers }: Snapshot, after: Snapshot): Written | undefined {
  if (op.kind !== 'store' && op.kind !== 'store_imm' && op.kind !== 'atomic') return undefined;
  const base = registers[op.dst];
  if (base?.kind !== 'pointer') return undefined;
  const at = { ...base, offset: base.offset + op.offset };
  const content = after.read(at, op.kind === 'atomic' ? op.width / 8 : op.size);
  return content && { at, ...content };
}

/** An interpreter that keeps a trace of each program that it runs. */
export interface TracingEngine extends Engine {
  /** The traces since the last time, in the order of the runs; the limit is on all of them together. */
  take(): readonly Trace[];
}

export function createTracingEngine(limit: number): TracingEngine {
  let traces: Trace[] = [];
  let left = limit;
  const run = (p: LoadedProgram, context: HookContext, tags: TagStore, observer?: Observer): number => {
    const { steps, omitted, end } = traceSteps(stepHook(p, context, tags, observer), left);
    traces.push({ steps, omitted });
    left -= steps.length;
    engine.runs++;
    engine.executed += end.executed;
    if (end.kind === 'returned') return end.lo >>> 0;
    engine.fault = end.fault;
    return LANDLOCK_RET_DENY;
  };
  const take = (): readonly Trace[] => {
    const taken = traces;
    traces = [];
    left = limit;
    return taken;
  };
  const engine: TracingEngine = {
    name: 'interpreter',
    executed: 0,
    runs: 0,
    fault: undefined,
    run,
    take,
    runnerOf: (programs, tags) => createInterpreterRunner(engine, programs, tags),
  };
  return engine;
}
