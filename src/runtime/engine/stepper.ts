/**
 * Runs a program instruction by instruction, with everything to look at in between.
 *
 * It is the interpreter's own loop: a stepper installs the program a second time, with `step` before each instruction,
 * where jumps and returns go too. At `step` the loop ends, so it runs one instruction at a time, and no other code says
 * what an instruction does. Registers and stack are kept here between the steps, since others may run meanwhile.
 *
 * Known weakness: pointers are told from numbers by their high halves. A program that was not verified can make a number
 * that looks like a pointer, and it is shown as one.
 */
import type { DecodeError } from '../../bpf/decode.js';
import type { Instruction, Placed } from '../../bpf/types.js';
import { execute } from './execute.js';
import { NO_TAGS } from './interpreter.js';
import type { InterpreterProgram } from './load-program.js';
import { createMachine } from './memory.js';
import type { EngineMap } from './maps.js';
import type { Machine, Runnable } from './memory.js';
import { ARENA, REGISTER_FILE } from './prepare.js';
import { FUEL, finishHook, rawProgram, startHook, startRaw } from './start.js';
import type { RawOptions } from './start.js';
import { viewRegister } from './registers.js';
import type { Pointer, RegisterView } from './registers.js';
import { ARENA_BYTES, HI, LO, entryOf, instructionNumber, newHome } from './store.js';
import type { HookContext, LoadedProgram, Observer, TagStore } from './types.js';
import { assertNever, defined } from '../../base/assert.js';

export type { Pointer, RegisterView } from './registers.js';

/** A run before one of its instructions. */
export interface Snapshot {
  readonly kind: 'step';
  /** The instruction that is about to run. */
  readonly slot: number;
  readonly instruction: Instruction;
  /** r0 to r10. */
  readonly registers: readonly RegisterView[];
  /** Local functions that are running; 0 in the program's own code. */
  readonly depth: number;
  /** A copy of the stack of the function that runs: 512 bytes, the last one at r10 − 1. */
  stack(): Uint8Array;
  /**
   * What lies at a pointer of this snapshot, until the next step: a copy; undefined where the pointer has no such memory
   * behind it.
   */
  read(pointer: Pointer, length: number): Content | undefined;
  /** Instructions so far. */
  readonly executed: number;
}

/** Bytes of memory. Bytes that are a pointer of the engine mean nothing to a reader: `pointer` says what they are. */
export interface Content {
  readonly bytes: Uint8Array;
  readonly pointer: Pointer | undefined;
}

export type StepEnd =
  /** r0 as its halves, signed. `memory` is that of a raw program. */
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
  /** First what is before the first instruction; then it runs one. After the end, the end again. */
  next(): Snapshot | StepEnd;
}

export type RawStepper =
  | { readonly kind: 'ready'; readonly stepper: Stepper }
  | { readonly kind: 'refused'; readonly errors: readonly DecodeError[] };

/** `runRaw`, step by step. */
export function stepRaw(bytes: Uint8Array, memory: Uint8Array, options: RawOptions = {}): RawStepper {
  const raw = rawProgram(bytes, memory, options, 2);
  if (!('program' in raw)) return { kind: 'refused', errors: raw };
  const machine = createMachine();
  startRaw(machine, raw);
  const run = { machine, program: raw.program, fuel: raw.fuel, tags: NO_TAGS, observer: undefined };
  return { kind: 'ready', stepper: createStepper({ ...run, memory: raw.memory, finish: () => undefined }) };
}

/** A run of a loaded program, step by step. The context gets the cookie when the program has returned. */
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
  readonly machine: Machine;
  readonly program: Runnable;
  /** At the start. */
  readonly fuel: number;
  readonly tags: TagStore;
  readonly observer: Observer | undefined;
  readonly memory: Uint8Array | undefined;
  /** Called when the program has returned. */
  finish(): void;
}

/** What all programs share, as one of them left it. */
interface Saved {
  readonly lo: Int32Array;
  readonly hi: Int32Array;
  readonly arena: Uint8Array;
  /** Index of the `step` or instruction to go on at, from the program's entry. */
  readonly offset: number;
}

/** The run stands at the `step` before its first instruction. */
function createStepper(run: SteppedRun): Stepper {
  const { machine, program } = run;
  const written = writtenRegisters(program.hook === undefined);
  let saved = save(run);
  let end: StepEnd | undefined;
  /** The instruction that a step runs. */
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
  machine.pc = entryOf(program) + offset; // installed again where others needed the room
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
  { maps }: Runnable,
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

function pointerIn(program: Runnable, bytes: Uint8Array, frame: number): Pointer | undefined {
  if (bytes.length !== 8) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, 8);
  const held = viewRegister(program, view.getInt32(0, true), view.getInt32(4, true), frame);
  return held.kind === 'pointer' ? held : undefined;
}

const [R0, R1, R2, R10] = [1 << 0, 1 << 1, 1 << 2, 1 << 10];
/** r6 to r9, which a local function gives back as they were. */
const SAVED_BY_CALLS = 0b11_1100_0000;

interface WrittenRegisters {
  /** A bit for each register. */
  all(): number;
  /** An instruction has run, begun at a depth of local calls. */
  after(op: Instruction, depth: number): void;
}

function writtenRegisters(raw: boolean): WrittenRegisters {
  let written = raw ? R1 | R2 | R10 : R1 | R10;
  /** What was written when each local function was called. */
  const callers: number[] = [];
  const after = (op: Instruction, depth: number): void => {
    if (op.kind === 'call_local') callers[depth] = written;
    const caller = op.kind === 'exit' ? (callers[depth - 1] ?? 0) : written;
    written = (written & ~SAVED_BY_CALLS) | (caller & SAVED_BY_CALLS) | writes(op);
  };
  return { all: () => written, after };
}

/** The bit of the register that an instruction writes; 0 for none. */
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
