/**
 * Traces what each instruction of a run changes, by comparing the stepper's snapshots before and after it.
 *
 * Input: a stepper. Output: one `TracedStep` for each instruction up to a limit, and the number of further
 * instructions. Invariant: tracing does not change the run.
 *
 * Known weakness: it shows what the program's own stores write, but not what a helper writes into a map.
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
  /** The number of local functions that are running; 0 in the main function. */
  readonly depth: number;
  /** The register that the instruction writes, and the other registers that changed. */
  readonly registers: readonly { readonly register: number; readonly value: RegisterView }[];
  /** The memory that a store or an atomic operation wrote, after it. */
  readonly written: WrittenMemory | undefined;
  /** Slot of the next instruction; undefined if the program returned or faulted. */
  readonly next: number | undefined;
}

/** Written memory. The offset of a stack pointer is from r10 of the running function. */
export interface WrittenMemory extends Content {
  readonly at: Pointer;
}

export interface StepTrace {
  readonly steps: readonly TracedStep[];
  /** The number of instructions beyond the limit. */
  readonly omitted: number;
}

/** Runs a stepper to its end. Instructions beyond the limit are run, but only counted. */
export function traceSteps(stepper: Stepper, limit: number): StepTrace & { readonly end: StepEnd } {
  const { steps, last } = firstSteps(stepper, limit);
  let end = last;
  while (end.kind === 'step') end = stepper.next();
  return { steps, omitted: end.executed - steps.length, end };
}

/**
 * The trace of a raw program; undefined if it does not decode. Raw runs are repeatable, so the instructions beyond the
 * limit are counted by a run of `runRaw`.
 */
export function traceRaw(
  bytes: Uint8Array,
  memory: Uint8Array,
  options: Pick<RawOptions, 'fuel'>,
  limit: number,
): StepTrace | undefined {
  const run = runRaw(bytes, memory, options);
  const stepped = stepRaw(bytes, memory, options);
  if (run.kind === 'refused' || stepped.kind === 'refused') return undefined;
  const { steps } = firstSteps(stepped.stepper, limit);
  return { steps, omitted: run.executed - steps.length };
}

/** The first instructions of a run, and the state after them. */
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

/** r10 is `stack+0` in every function, so it is not shown. */
const FRAME_POINTER = 10;
/**
 * Size of a frame. Frames are adjacent, so the offset of a stack pointer changes by it from one function to the next.
 */
const FRAME = 512;

function isSame(a: RegisterView, depthOfA: number, b: RegisterView, depthOfB: number): boolean {
  if (a.kind === 'scalar' && b.kind === 'scalar') return a.lo === b.lo && a.hi === b.hi;
  if (a.kind !== 'pointer' || b.kind !== 'pointer') return a.kind === b.kind;
  const moved = a.into === 'stack' ? (depthOfA - depthOfB) * FRAME : 0;
  return a.into === b.into && a.map === b.map && a.offset + moved === b.offset;
}

function writtenBy({ instruction: op, registers }: Snapshot, after: Snapshot): WrittenMemory | undefined {
  if (op.kind !== 'store' && op.kind !== 'store_imm' && op.kind !== 'atomic') return undefined;
  const base = registers[op.dst];
  if (base?.kind !== 'pointer') return undefined;
  const at = { ...base, offset: base.offset + op.offset };
  const content = after.read(at, op.kind === 'atomic' ? op.width / 8 : op.size);
  return content && { at, ...content };
}

/** An interpreter that records a trace of each program that it runs. */
export interface TracingEngine extends Engine {
  /** The traces since the last call, in the order of the runs. The limit applies to their total length. */
  take(): readonly StepTrace[];
}

/** A tracing interpreter. It traces at most `limit` instructions between two calls of `take`. */
export function createTracingEngine(limit: number): TracingEngine {
  let traces: StepTrace[] = [];
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
  const take = (): readonly StepTrace[] => {
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
