/** Maps the registers of eBPF to locals of WebAssembly, and emits addresses. */
import { defined } from '../../../base/assert.js';
import { I32, I64, OP, i32Const, i64Const, local } from './encode.js';
import type { Bytes, FunctionType } from './encode.js';
import { FRAME_SIZE, STACK_TOP } from './layout.js';

/** The locals of a function. */
export interface FrameLocals {
  readonly kind: 'main' | 'local';
  /** By register: its local; −1 for r10 of a main function, which is a constant. */
  readonly regs: readonly number[];
  readonly scratch64: number;
  readonly scratch32: number;
  readonly label: number;
  /** In a local function: the local with the lowest address of the frame. */
  readonly bottom: number;
}

/** The main function: r1 and r2 are parameters, r10 is `STACK_TOP`. */
export const MAIN: FrameLocals = {
  kind: 'main',
  regs: [2, 0, 1, 3, 4, 5, 6, 7, 8, 9, -1],
  scratch64: 10,
  scratch32: 11,
  label: 12,
  bottom: -1,
};
export const MAIN_TYPE: FunctionType = { params: [I64, I64], results: [I64] };
export const MAIN_LOCALS = [...Array<number>(9).fill(I64), I32, I32];

/** A local function: r1 to r5 and r10 are parameters. */
export const LOCAL: FrameLocals = {
  kind: 'local',
  regs: [6, 0, 1, 2, 3, 4, 7, 8, 9, 10, 5],
  scratch64: 11,
  scratch32: 12,
  label: 13,
  bottom: 14,
};
export const LOCAL_TYPE: FunctionType = { params: Array<number>(6).fill(I64), results: [I64] };
export const LOCAL_LOCALS = [...Array<number>(6).fill(I64), I32, I32, I32];

/** Pushes a register as an i64. */
export function getReg(out: Bytes, frame: FrameLocals, reg: number): void {
  if (reg === 10 && frame.kind === 'main') i64Const(out, BigInt(STACK_TOP));
  else local(out, OP.localGet, defined(frame.regs[reg], 'a register'));
}

/** Pops an i64 into a register, which is never r10. */
export function setReg(out: Bytes, frame: FrameLocals, reg: number): void {
  local(out, OP.localSet, defined(frame.regs[reg], 'a register'));
}

/** Pushes an address as an i32. Returns an unsigned offset that the access still has to add. */
export function emitAddress(out: Bytes, frame: FrameLocals, base: number, displacement: number): number {
  if (base === 10 && frame.kind === 'main') {
    i32Const(out, STACK_TOP + displacement);
    return 0;
  }
  if (base === 10) {
    local(out, OP.localGet, frame.bottom);
    return FRAME_SIZE + displacement;
  }
  getReg(out, frame, base);
  out.push(OP.i32WrapI64);
  if (displacement >= 0) return displacement;
  i32Const(out, displacement);
  out.push(OP.i32Add);
  return 0;
}
