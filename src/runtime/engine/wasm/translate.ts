/**
 * Translates eBPF functions to WebAssembly functions over i64 locals.
 *
 * Input: a program that the verifier has accepted. A register becomes a local, a pointer an address in linear memory, a
 * local call a call. Nothing is checked at run time, because the verifier guarantees that every access is in bounds; so
 * other programs must never be translated. If a loop is not proved to end, the code counts fuel with the same result as
 * the interpreter: instructions are counted, and a taken jump or a local call faults if no fuel is left.
 *
 * Source: RFC 9669, sections 4 and 5. WebAssembly differs in two points: it traps on a division by zero and on the
 * overflow of a signed division, and the offsets of its accesses are unsigned.
 */
import type { Instruction, Placed } from '../../../bpf/types.js';
import { assertNever, defined } from '../../../base/assert.js';
import { emitAlu, emitEndian, emitJump, emitMovsx, emitNeg } from './alu.js';
import { OP, access, call, global, i32Const, i64Const, local } from './encode.js';
import type { Bytes, FunctionBody } from './encode.js';
import { functionFlows, slotIndex } from './flow.js';
import type { FunctionFlow } from './flow.js';
import { LOCAL, LOCAL_LOCALS, LOCAL_TYPE, MAIN, MAIN_LOCALS, MAIN_TYPE, getReg, setReg } from './frame.js';
import type { FrameLocals } from './frame.js';
import { DESCRIPTOR, FRAME_SIZE } from './layout.js';
import { emitAtomic, emitLoad, emitStore } from './memory-ops.js';
import { structure } from './structure.js';

/** Indices, in the module, of the helper functions that a program may call. */
export interface HelperFunctions {
  readonly mapLookup: number;
  readonly mapUpdate: number;
  readonly mapDelete: number;
  readonly inodeMapLookup: number;
  readonly inodeGetTag: number;
  readonly landlockSetTag: number;
  readonly other: number;
}

/** Indices of the globals for fuel: the fuel left, and the instruction that found none. */
export interface FuelGlobals {
  readonly left: number;
  readonly stoppedAt: number;
}

export interface ProgramToTranslate {
  readonly code: readonly Placed[];
  /** For each map of the program, the global with the address of its descriptor. */
  readonly mapGlobals: readonly number[];
}

interface Environment {
  readonly program: ProgramToTranslate;
  readonly helpers: HelperFunctions;
  readonly fuel: FuelGlobals | undefined;
  readonly indexOf: (slot: number) => number | undefined;
  /** The index, in the module, of the function that starts at an instruction. */
  functionAt(index: number): number;
}

/** The functions of a program, main function first. `base` is the index of the main function in the module. */
export function translateProgram(
  program: ProgramToTranslate,
  base: number,
  helpers: HelperFunctions,
  fuel: FuelGlobals | undefined,
): readonly FunctionBody[] {
  const flows = [...functionFlows(program.code)];
  const indices = new Map(flows.map(([entry], i) => [entry, base + i]));
  const functionAt = (index: number): number => defined(indices.get(index), 'a function of the program');
  const env: Environment = { program, helpers, fuel, indexOf: slotIndex(program.code), functionAt };
  return flows.map(([entry, flow]) => translateFunction(env, entry, flow));
}

function translateFunction(env: Environment, entry: number, flow: FunctionFlow): FunctionBody {
  const frame = entry === 0 ? MAIN : LOCAL;
  const code: Bytes = [];
  if (frame.kind === 'local') emitBottom(code, frame);
  structure(code, flow, {
    countsJumps: env.fuel !== undefined,
    label: frame.label,
    body: (out, block) => {
      const { start, end } = defined(flow.blocks[block], 'a block of the flow');
      emitBlock(out, env, frame, start, end);
    },
    taken: (out, block) => {
      if (env.fuel !== undefined)
        emitCheck(out, env.fuel, defined(flow.blocks[block], 'a block of the flow').end - 1);
    },
  });
  return frame.kind === 'main'
    ? { type: MAIN_TYPE, locals: MAIN_LOCALS, code }
    : { type: LOCAL_TYPE, locals: LOCAL_LOCALS, code };
}

/** Stores the lowest address of the frame in a local, so that accesses through r10 have unsigned offsets. */
function emitBottom(out: Bytes, frame: FrameLocals): void {
  local(out, OP.localGet, defined(frame.regs[10], 'r10'));
  out.push(OP.i32WrapI64);
  i32Const(out, FRAME_SIZE);
  out.push(OP.i32Sub);
  local(out, OP.localSet, frame.bottom);
}

function emitBlock(out: Bytes, env: Environment, frame: FrameLocals, start: number, end: number): void {
  let counted = start;
  for (let index = start; index < end; index++) {
    // A callee must see the fuel as it is after the call instruction, so count separately up to each call.
    if (env.fuel !== undefined && index === counted) {
      const stretch = stretchEnd(env.program.code, index, end);
      emitCount(out, env.fuel, stretch - counted);
      counted = stretch;
    }
    const placed = defined(env.program.code[index], 'an instruction of the block');
    if (env.fuel !== undefined && placed.instruction.kind === 'call_local') emitCheck(out, env.fuel, index);
    emitInstruction(out, env, frame, placed);
  }
}

function stretchEnd(code: readonly Placed[], from: number, end: number): number {
  for (let index = from; index < end; index++)
    if (code[index]?.instruction.kind === 'call_local') return index + 1;
  return end;
}

function emitCount(out: Bytes, fuel: FuelGlobals, instructions: number): void {
  global(out, OP.globalGet, fuel.left);
  i32Const(out, instructions);
  out.push(OP.i32Sub);
  global(out, OP.globalSet, fuel.left);
}

function emitCheck(out: Bytes, fuel: FuelGlobals, index: number): void {
  global(out, OP.globalGet, fuel.left);
  i32Const(out, 0);
  out.push(OP.i32LeS, OP.if, 0x40);
  i32Const(out, index);
  global(out, OP.globalSet, fuel.stoppedAt);
  out.push(OP.unreachable, OP.end);
}

function emitInstruction(
  out: Bytes,
  env: Environment,
  frame: FrameLocals,
  { slot, instruction: op }: Placed,
): void {
  switch (op.kind) {
    case 'alu':
      return emitAlu(out, frame, op);
    case 'neg':
      return emitNeg(out, frame, op);
    case 'endian':
      return emitEndian(out, frame, op);
    case 'movsx':
      return emitMovsx(out, frame, op);
    case 'load':
      return emitLoad(out, frame, op);
    case 'store':
    case 'store_imm':
      return emitStore(out, frame, op);
    case 'atomic':
      return emitAtomic(out, frame, op);
    case 'ld_imm64':
      return emitWide(out, env, frame, op);
    case 'call_helper':
      return emitHelper(out, env, frame, op.helper);
    case 'call_local':
      return emitLocalCall(out, env, frame, slot + 1 + op.offset);
    case 'jump':
      return emitJump(out, frame, op);
    case 'ja':
      return;
    case 'exit':
      getReg(out, frame, 0);
      out.push(OP.return);
      return;
    default:
      return assertNever(op);
  }
}

type Wide = Extract<Instruction, { kind: 'ld_imm64' }>;

function emitWide(out: Bytes, env: Environment, frame: FrameLocals, { dst, source }: Wide): void {
  if (source.kind === 'imm') {
    i64Const(out, (BigInt(source.hi) << 32n) | BigInt(source.lo >>> 0));
  } else {
    global(out, OP.globalGet, defined(env.program.mapGlobals[source.map], 'a map of the program'));
    if (source.kind === 'map_value') {
      access(out, OP.i32Load, DESCRIPTOR.base);
      i32Const(out, source.offset);
      out.push(OP.i32Add);
    }
    out.push(OP.i64ExtendI32U);
  }
  setReg(out, frame, dst);
}

function emitHelper(out: Bytes, env: Environment, frame: FrameLocals, helper: number): void {
  const { helpers } = env;
  const low = (...regs: readonly number[]): void => {
    for (const reg of regs) {
      getReg(out, frame, reg);
      out.push(OP.i32WrapI64);
    }
  };
  switch (helper) {
    case 60:
    case 61:
      low(1, 2);
      call(out, helper === 60 ? helpers.inodeMapLookup : helpers.inodeGetTag);
      return setReg(out, frame, 0);
    case 62:
      low(1, 2, 3);
      emitHighHalf(out, frame, 3);
      call(out, helpers.landlockSetTag);
      break;
    case 1:
      low(1, 2);
      call(out, helpers.mapLookup);
      out.push(OP.i64ExtendI32U);
      return setReg(out, frame, 0);
    case 2:
      low(1, 2, 3);
      emitFlags(out, frame);
      call(out, helpers.mapUpdate);
      break;
    case 3:
      low(1, 2);
      call(out, helpers.mapDelete);
      break;
    default:
      i32Const(out, helper);
      call(out, helpers.other);
  }
  out.push(OP.i64ExtendI32S);
  setReg(out, frame, 0);
}

function emitHighHalf(out: Bytes, frame: FrameLocals, reg: number): void {
  getReg(out, frame, reg);
  i64Const(out, 32n);
  out.push(OP.i64ShrU, OP.i32WrapI64);
}

/** Pushes the flags of map_update_elem as an i32; −1, which is not a valid flag, if they do not fit 32 bits. */
function emitFlags(out: Bytes, frame: FrameLocals): void {
  getReg(out, frame, 4);
  out.push(OP.i32WrapI64);
  i32Const(out, -1);
  emitHighHalf(out, frame, 4);
  out.push(OP.i32Eqz, OP.select);
}

function emitLocalCall(out: Bytes, env: Environment, frame: FrameLocals, target: number): void {
  for (const reg of [1, 2, 3, 4, 5, 10]) getReg(out, frame, reg);
  i64Const(out, BigInt(FRAME_SIZE));
  out.push(OP.i64Add);
  call(out, env.functionAt(defined(env.indexOf(target), 'a call target')));
  setReg(out, frame, 0);
}
