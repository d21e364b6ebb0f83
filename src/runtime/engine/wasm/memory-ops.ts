/** Emits loads, stores and atomic operations. With one thread, every operation is atomic. */
import type { Atomic, Load, Size, Store, StoreImm } from '../../../bpf/types.js';
import { OP, access, i64Const, local } from './encode.js';
import type { Bytes } from './encode.js';
import { emitAddress, getReg, setReg } from './frame.js';
import type { FrameLocals } from './frame.js';

const LOADS: Readonly<Record<Size, number>> = {
  1: OP.i64Load8U,
  2: OP.i64Load16U,
  4: OP.i64Load32U,
  8: OP.i64Load,
};
const SIGNED_LOADS: Readonly<Record<Size, number>> = {
  1: OP.i64Load8S,
  2: OP.i64Load16S,
  4: OP.i64Load32S,
  8: OP.i64Load,
};
const STORES: Readonly<Record<Size, number>> = {
  1: OP.i64Store8,
  2: OP.i64Store16,
  4: OP.i64Store32,
  8: OP.i64Store,
};

export function emitLoad(out: Bytes, frame: FrameLocals, { size, signed, dst, src, offset }: Load): void {
  const rest = emitAddress(out, frame, src, offset);
  access(out, (signed ? SIGNED_LOADS : LOADS)[size], rest);
  setReg(out, frame, dst);
}

export function emitStore(out: Bytes, frame: FrameLocals, op: Store | StoreImm): void {
  const rest = emitAddress(out, frame, op.dst, op.offset);
  if (op.kind === 'store') getReg(out, frame, op.src);
  else i64Const(out, BigInt(op.imm));
  access(out, STORES[op.size], rest);
}

/** Emits an atomic operation. The old value is kept in a scratch local; a fetch zero-extends it. */
export function emitAtomic(out: Bytes, frame: FrameLocals, op: Atomic): void {
  const size: Size = op.width === 64 ? 8 : 4;
  const rest = emitAddress(out, frame, op.dst, op.offset);
  local(out, OP.localTee, frame.scratch32);
  access(out, LOADS[size], rest);
  local(out, OP.localSet, frame.scratch64);
  if (op.op === 'cmpxchg') emitSame(out, frame, op);
  local(out, OP.localGet, frame.scratch32);
  emitNewValue(out, frame, op);
  access(out, STORES[size], rest);
  if (op.op === 'cmpxchg') out.push(OP.end);
  if (!op.fetch) return;
  local(out, OP.localGet, frame.scratch64);
  setReg(out, frame, op.op === 'cmpxchg' ? 0 : op.src);
}

/** Opens an `if` that runs if the old value equals r0, in the width of the operation. */
function emitSame(out: Bytes, frame: FrameLocals, { width }: Atomic): void {
  local(out, OP.localGet, frame.scratch64);
  if (width === 32) out.push(OP.i32WrapI64);
  getReg(out, frame, 0);
  if (width === 32) out.push(OP.i32WrapI64);
  out.push(width === 64 ? OP.i64Eq : OP.i32Eq, OP.if, 0x40);
}

function emitNewValue(out: Bytes, frame: FrameLocals, { op, src }: Atomic): void {
  if (op === 'xchg' || op === 'cmpxchg') return getReg(out, frame, src);
  local(out, OP.localGet, frame.scratch64);
  getReg(out, frame, src);
  out.push({ add: OP.i64Add, or: OP.i64Or, and: OP.i64And, xor: OP.i64Xor }[op]);
}
