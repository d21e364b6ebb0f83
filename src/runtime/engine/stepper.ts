/**
 * Runs a program one instruction at a time, and shows registers and memory before each of them.
 *
 * It uses the interpreter's loop, so there is no second implementation of the instructions. A stepper installs the
 * program again, with a `step` opcode before each instruction; jumps and returns go to that opcode. The loop ends at
 * `step`. Registers and stack are saved between the steps, because other programs may run in the meantime.
 *
 * Known weakness: a pointer is recognised by its high half. A program that was not verified can compute a number that
 * looks like a pointer, and it is shown as one.
 */
import type { DecodeError } from '../../bpf/decode.js';
import type { Instruction, Placed } from '../../bpf/types.js';
import { execute } from './execute.js';
import { NO_TAGS } from './interpreter.js';
import type { InterpreterProgram } from './load-program.js';
import { createMachine } from './memory.js';
import type { EngineMap } from './maps.js';
import type { EngineMachine, RunnableCode } from './memory.js';
import { ARENA, REGISTER_FILE } from './prepare.js';
import { FUEL, finishHook, rawProgram, startHook, startRaw } from './start.js';
import type { RawOptions } from './start.js';
import { viewRegister } from './registers.js';
import type { Pointer, RegisterView } from './registers.js';
import { ARENA_BYTES, HI, LO, entryOf, instructionNumber, newHome } from './store.js';
import type { HookContext, LoadedProgram, Observer, TagStore } from './types.js';
import { assertNever, defined } from '../../base/assert.js';

export type { Pointer, RegisterView } from './registers.js';

/** The state of a run before an instruction. */
export interface Snapshot {
  readonly kind: 'step';
  /** The instruction that is about to run. */
  readonly slot: number;
  readonly instruction: Instruction;
  /** r0 to r10. */
  readonly registers: readonly RegisterView[];
  /** The number of local functions that are running; 0 in the main function. */
  readonly depth: number;
  /** A copy of the running function's stack: 512 bytes, the last of them at r10 − 1. */
  stack(): Uint8Array;
  /**
   * A copy of `length` bytes at a pointer of this snapshot; undefined if they are not accessible. Valid until the next
   * step.
   */
  read(pointer: Pointer, length: number): Content | undefined;
  /** The number of instructions executed so far. */
  readonly executed: number;
}

/**
 * Bytes of memory. If they are a pointer of the engine, whose bytes mean nothing to a reader, `pointer` describes it.
 */
export interface Content {
  readonly bytes: Uint8Array;
  readonly pointer: Pointer | undefined;
}

export type StepEnd =
  /** The signed halves of r0. `memory` is that of a raw program. */
  | {
      readonly kind: 'returned';
      readonly lo: number;
      readonly hi: number;
      readonly memory: Uint8Array | undefined;
      readonly executed: number;
    }
  | {
      readonly kind: 'fault';
      readonly fault: string;
      readonly memory: Uint8Array | undefined;
      readonly executed: number;
    };

export interface Stepper {
  /** The first call returns the state before the first instruction. Each later call runs one; after the end, none. */
  next(): Snapshot | StepEnd;
}

export type RawStepper =
  | { readonly kind: 'ready'; readonly stepper: Stepper }
  | { readonly kind: 'refused'; readonly errors: readonly DecodeError[] };

/** A stepper for a raw program, or its decode errors. */
export function stepRaw(bytes: Uint8Array, memory: Uint8Array, options: RawOptions = {}): RawStepper {
  const raw = rawProgram(bytes, memory, options, 2);
  if (!('program' in raw)) return { kind: 'refused', errors: raw };
  const machine = createMachine();
  startRaw(machine, raw);
  const run = { machine, program: raw.program, fuel: raw.fuel, tags: NO_TAGS, observer: undefined };
  return { kind: 'ready', stepper: createStepper({ ...run, memory: raw.memory, finish: () => undefined }) };
}

/** A stepper for a loaded program. When the program returns, its cookie is copied into the context. */
export function stepHook(
  program: LoadedProgram,
  context: HookContext,
  tags: TagStore,
  observer?: Observer,
): Stepper {
  const twin: InterpreterProgram = { ...(program as InterpreterProgram), home: newHome(2) };
  const machine = createMachine();
  startHook(machine, twin, context);
  const finish = (): void => finishHook(context);
  return createStepper({ machine, program: twin, fuel: FUEL, tags, observer, memory: undefined, finish });
}

interface SteppedRun {
  readonly machine: EngineMachine;
  readonly program: RunnableCode;
  /** The fuel at the start. */
  readonly fuel: number;
  readonly tags: TagStore;
  readonly observer: Observer | undefined;
  readonly memory: Uint8Array | undefined;
  /** Called when the program has returned. */
  finish(): void;
}

/** A copy of the registers and memory that all programs share, and where to go on. */
interface Saved {
  readonly lo: Int32Array;
  readonly hi: Int32Array;
  readonly arena: Uint8Array;
  /** Index of the `step` or instruction to go on at, from the program's entry. */
  readonly offset: number;
}

/** A stepper for a run that is at the `step` before its first instruction. */
function createStepper(run: SteppedRun): Stepper {
  const { machine, program } = run;
  const written = writtenRegisters(program.hook === undefined);
  let saved = save(run);
  let end: StepEnd | undefined;
  /** The instruction that the next call runs. */
  let current: Placed | undefined;
  const next = (): Snapshot | StepEnd => {
    if (end !== undefined) return end;
    restore(run, saved);
    machine.paused = false;
    const depth = machine.depth;
    execute(machine, program, run.tags, run.observer);
    if (!machine.paused) return (end = endOf(run));
    if (current !== undefined) written.after(current.instruction, depth);
    saved = save(run);
    current = defined(program.source[instructionNumber(program.home, machine.pc)], 'an instruction');
    return snapshot(run, current, saved, written.all());
  };
  return { next };
}

function save({ machine, program }: SteppedRun): Saved {
  const offset = machine.pc - program.home.entry;
  return {
    lo: LO.slice(0, REGISTER_FILE),
    hi: HI.slice(0, REGISTER_FILE),
    arena: ARENA_BYTES.slice(),
    offset,
  };
}

function restore({ machine, program }: SteppedRun, { lo, hi, arena, offset }: Saved): void {
  machine.pc = entryOf(program) + offset; // installs the program again if others took its place
  LO.set(lo);
  HI.set(hi);
  ARENA_BYTES.set(arena);
}

function endOf({ machine, fuel, memory, finish }: SteppedRun): StepEnd {
  const executed = fuel - machine.fuel;
  if (machine.fault !== undefined) return { kind: 'fault', fault: machine.fault, memory, executed };
  finish();
  return { kind: 'returned', lo: LO[0] as number, hi: HI[0] as number, memory, executed };
}

function snapshot(run: SteppedRun, { slot, instruction }: Placed, at: Saved, written: number): Snapshot {
  const { machine, program, fuel } = run;
  const registers = Array.from(at.lo, (lo, r): RegisterView => {
    const isSet = ((written >> r) & 1) !== 0;
    return isSet ? viewRegister(program, lo, at.hi[r] as number, at.lo[10] as number) : { kind: 'unset' };
  });
  const depth = machine.depth;
  const frame = ARENA.stack + depth * ARENA.frame;
  const stack = (): Uint8Array => at.arena.slice(frame, frame + ARENA.frame);
  const read = (pointer: Pointer, length: number): Content | undefined => {
    const bytes = bytesAt(program, at, pointer, length);
    return bytes && { bytes, pointer: pointerIn(program, bytes, at.lo[10] as number) };
  };
  return { kind: 'step', slot, instruction, registers, depth, stack, read, executed: fuel - machine.fuel };
}

function bytesAt(
  { maps }: RunnableCode,
  { arena, lo }: Saved,
  { into, offset, map }: Pointer,
  length: number,
): Uint8Array | undefined {
  const isArena = into === 'context' || into === 'stack';
  const table =
    into === 'memory' ? maps.at(-1) : maps.find(({ name }) => into === 'map value' && name === map);
  const region = isArena ? arena : bytesOf(table);
  const start = into === 'stack' ? offset + (lo[10] as number) : offset;
  return region && start >= 0 && start + length <= region.length
    ? region.slice(start, start + length)
    : undefined;
}

function bytesOf(table: EngineMap | undefined): Uint8Array | undefined {
  if (table === undefined || table.kind === 'inode') return undefined;
  const { buffer, byteOffset, byteLength } = table.view;
  return new Uint8Array(buffer, byteOffset, byteLength);
}

function pointerIn(program: RunnableCode, bytes: Uint8Array, frame: number): Pointer | undefined {
  if (bytes.length !== 8) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, 8);
  const held = viewRegister(program, view.getInt32(0, true), view.getInt32(4, true), frame);
  return held.kind === 'pointer' ? held : undefined;
}

const [R0, R1, R2, R10] = [1 << 0, 1 << 1, 1 << 2, 1 << 10];
/** Bits of r6 to r9, which a call of a local function does not change. */
const SAVED_BY_CALLS = 0b11_1100_0000;

interface WrittenRegisters {
  /** Bit set of the registers that have been written. */
  all(): number;
  /** Records an instruction that has run; `depth` is the number of running local functions before it. */
  after(op: Instruction, depth: number): void;
}

function writtenRegisters(raw: boolean): WrittenRegisters {
  let written = raw ? R1 | R2 | R10 : R1 | R10;
  /** By depth: the registers that were written when the local function was called. */
  const callers: number[] = [];
  const after = (op: Instruction, depth: number): void => {
    if (op.kind === 'call_local') callers[depth] = written;
    const caller = op.kind === 'exit' ? (callers[depth - 1] ?? 0) : written;
    written = (written & ~SAVED_BY_CALLS) | (caller & SAVED_BY_CALLS) | writes(op);
  };
  return { all: () => written, after };
}

/** The bit of the register that an instruction writes; 0 if it writes none. */
export function writes(op: Instruction): number {
  switch (op.kind) {
    case 'alu':
    case 'neg':
    case 'endian':
    case 'movsx':
    case 'load':
    case 'ld_imm64':
      return 1 << op.dst;
    case 'call_helper':
      return R0;
    case 'atomic':
      if (!op.fetch) return 0;
      return op.op === 'cmpxchg' ? R0 : 1 << op.src;
    case 'store':
    case 'store_imm':
    case 'jump':
    case 'ja':
    case 'call_local':
    case 'exit':
      return 0;
    default:
      return assertNever(op);
  }
}
