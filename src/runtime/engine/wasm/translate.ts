/**
 * eBPF functions to WebAssembly functions over i64 locals.
 *
 * Input: a program that the verifier has accepted. A register is a local, a pointer an address in linear memory, a
 * local call a call. Nothing is checked at run time: that every access is in bounds is the verifier's word, and that is
 * why nothing else may come here. Jumps count fuel where the verifier could not prove that a loop ends, with the same
 * result as in the interpreter: instructions are counted, and a taken jump or a local call that finds none left is a fault.
 *
 * Source: RFC 9669, sections 4 and 5. Where WebAssembly differs: division by zero and the overflow of signed division
 * trap there, shifts are masked alike, offsets of accesses are unsigned there.
 */
import type { Instruction, Placed } from '../../../bpf/types.js';
import { assertNever, defined } from '../../../base/assert.js';
import { emitAlu, emitEndian, emitJump, emitMovsx, emitNeg } from './alu.js';
import { OP, access, call, global, i32Const, i64Const, local } from './encode.js';
import type { Bytes, FunctionBody } from './encode.js';
import { functionFlows, slotIndex } from './flow.js';
import type { FunctionFlow } from './flow.js';
import { LOCAL, LOCAL_LOCALS, LOCAL_TYPE, MAIN, MAIN_LOCALS, MAIN_TYPE, getReg, setReg } from './frame.js';
import type { Frame } from './frame.js';
import { DESCRIPTOR, FRAME_SIZE } from './layout.js';
import { emitAtomic, emitLoad, emitStore } from './memory-ops.js';
import { structure } from './structure.js';

/** Indices of the functions that a program may call, in the module it is put in. */
export interface HelperFunctions {
  readonly mapLookup: number;
  readonly mapUpdate: number;
  readonly mapDelete: number;
  readonly inodeMapLookup: number;
  readonly inodeGetTag: number;
  readonly landlockSetTag: number;
  readonly other: number;
}

/** Globals of fuel: what is left, and the instruction whose jump found none. */
export interface FuelGlobals {
  readonly left: number;
  readonly stoppedAt: number;
}

export interface ProgramToTranslate {
  readonly code: readonly Placed[];
  /** The global with the descriptor's address, for each map of the program. */
  readonly mapGlobals: readonly number[];
}

interface Environment {
  readonly program: ProgramToTranslate;
  readonly helpers: HelperFunctions;
  readonly fuel: FuelGlobals | undefined;
  readonly indexOf: (slot: number) => number | undefined;
  /** The function of the module that an instruction starts. */
  functionAt(index: number): number;
}

/** The functions of a program, its main function first; `base` is the index that the first one will have. */
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

/** The lowest address of the frame, so that accesses through r10 have unsigned offsets. */
function emitBottom(out: Bytes, frame: Frame): void {
  local(out, OP.localGet, defined(frame.regs[10], 'r10'));
  out.push(OP.i32WrapI64);
  i32Const(out, FRAME_SIZE);
  out.push(OP.i32Sub);
  local(out, OP.localSet, frame.bottom);
}

function emitBlock(out: Bytes, env: Environment, frame: Frame, start: number, end: number): void {
  let counted = start;
  for (let index = start; index < end; index++) {
    // What a callee sees of the fuel are the instructions up to its call.
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
  frame: Frame,
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

function emitWide(out: Bytes, env: Environment, frame: Frame, { dst, source }: Wide): void {
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

function emitHelper(out: Bytes, env: Environment, frame: Frame, helper: number): void {
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

function emitHighHalf(out: Bytes, frame: Frame, reg: number): void {
  getReg(out, frame, reg);
  i64Const(out, 32n);
  out.push(OP.i64ShrU, OP.i32WrapI64);
}

/** Flags of map_update_elem as an i32; all ones, which is no flag, if they do not fit one. */
function emitFlags(out: Bytes, frame: Frame): void {
  getReg(out, frame, 4);
  out.push(OP.i32WrapI64);
  i32Const(out, -1);
  emitHighHalf(out, frame, 4);
  out.push(OP.i32Eqz, OP.select);
}

function emitLocalCall(out: Bytes, env: Environment, frame: Frame, target: number): void {
  for (const reg of [1, 2, 3, 4, 5, 10]) getReg(out, frame, reg);
  i64Const(out, BigInt(FRAME_SIZE));
  out.push(OP.i64Add);
  call(out, env.functionAt(defined(env.indexOf(target), 'a call target')));
  setReg(out, frame, 0);
}
