/**
 * eBPF instructions as data, used by the code generator, the verifier, the disassembler and the engine. `isa.ts`
 * defines how each instruction is encoded.
 *
 * Source: RFC 9669, sections 3 to 5.
 */
import type { Span } from '../diagnostics/types.js';
import { assert } from '../base/assert.js';

/** A register number, 0 to 10. r10 is the frame pointer, which a program cannot write. */
export type Reg = number & { readonly __brand: 'Reg' };
/** A signed 16-bit integer: a jump distance or a displacement of an address. */
export type I16 = number & { readonly __brand: 'I16' };
/** A signed 32-bit integer: an immediate. */
export type I32 = number & { readonly __brand: 'I32' };

/** The register with this number. Asserts that it is 0 to 10. */
export function reg(n: number): Reg {
  assert(Number.isInteger(n) && n >= 0 && n <= 10, `register number ${n} is not within 0 to 10`);
  return n as Reg;
}

/** A 16-bit offset. Asserts that the number fits. */
export function i16(n: number): I16 {
  assert(isI16(n), `offset ${n} does not fit 16 bits`);
  return n as I16;
}

/** A 32-bit immediate, given as a signed or unsigned number (0xffffffff is −1). Asserts that the number fits. */
export function i32(n: number): I32 {
  assert(isI32(n) || isU32(n), `immediate ${n} does not fit 32 bits`);
  return (n | 0) as I32;
}

export function isI16(n: number): n is I16 {
  return Number.isInteger(n) && n >= -0x8000 && n <= 0x7fff;
}

export function isI32(n: number): n is I32 {
  return Number.isInteger(n) && n >= -0x80000000 && n <= 0x7fffffff;
}

function isU32(n: number): boolean {
  return Number.isInteger(n) && n >= 0 && n <= 0xffffffff;
}

/** Width of an operation in bits. */
export type Width = 32 | 64;
/** Width of a memory access in bytes. */
export type Size = 1 | 2 | 4 | 8;

export type AluOp =
  | 'add'
  | 'sub'
  | 'mul'
  | 'div'
  | 'sdiv'
  | 'or'
  | 'and'
  | 'lsh'
  | 'rsh'
  | 'mod'
  | 'smod'
  | 'xor'
  | 'mov'
  | 'arsh';

/** Comparisons of conditional jumps. `js…` compare signed numbers, except `jset`, which is `(dst & src) != 0`. */
export type JumpOp =
  'jeq' | 'jgt' | 'jge' | 'jset' | 'jne' | 'jsgt' | 'jsge' | 'jlt' | 'jle' | 'jslt' | 'jsle';

export type AtomicOp = 'add' | 'or' | 'and' | 'xor' | 'xchg' | 'cmpxchg';

/** The second operand: a register, or an immediate that is sign-extended to the width of the operation. */
export type Operand =
  { readonly kind: 'reg'; readonly reg: Reg } | { readonly kind: 'imm'; readonly imm: I32 };

/** `dst = dst op src`; 32-bit operations zero the upper half of dst. */
export interface Alu {
  readonly kind: 'alu';
  readonly width: Width;
  readonly op: AluOp;
  readonly dst: Reg;
  readonly src: Operand;
}
export interface Neg {
  readonly kind: 'neg';
  readonly width: Width;
  readonly dst: Reg;
}
/** `le` and `be` convert to that byte order and truncate to `bits`; `swap` always reverses the bytes. */
export interface Endian {
  readonly kind: 'endian';
  readonly order: 'le' | 'be' | 'swap';
  readonly bits: 16 | 32 | 64;
  readonly dst: Reg;
}
/** `dst = (width)(signed bits)src`. */
export interface Movsx {
  readonly kind: 'movsx';
  readonly width: Width;
  readonly bits: 8 | 16 | 32;
  readonly dst: Reg;
  readonly src: Reg;
}
/** `dst = *(size *)(src + offset)`, zero- or sign-extended. */
export interface Load {
  readonly kind: 'load';
  readonly size: Size;
  readonly signed: boolean;
  readonly dst: Reg;
  readonly src: Reg;
  readonly offset: I16;
}
/** `*(size *)(dst + offset) = src`. */
export interface Store {
  readonly kind: 'store';
  readonly size: Size;
  readonly dst: Reg;
  readonly offset: I16;
  readonly src: Reg;
}
/** `*(size *)(dst + offset) = imm`. */
export interface StoreImm {
  readonly kind: 'store_imm';
  readonly size: Size;
  readonly dst: Reg;
  readonly offset: I16;
  readonly imm: I32;
}
/**
 * `*(dst + offset) op= src`. With `fetch`, src receives the old value. `cmpxchg` stores src if the old value equals
 * r0; r0 receives the old value.
 */
export interface Atomic {
  readonly kind: 'atomic';
  readonly width: Width;
  readonly op: AtomicOp;
  readonly fetch: boolean;
  readonly dst: Reg;
  readonly offset: I16;
  readonly src: Reg;
}
export interface CallHelper {
  readonly kind: 'call_helper';
  readonly helper: I32;
}
export interface Exit {
  readonly kind: 'exit';
}
export interface Jump {
  readonly kind: 'jump';
  readonly width: Width;
  readonly op: JumpOp;
  readonly dst: Reg;
  readonly src: Operand;
}
/** An unconditional jump. With `wide`, its distance is in the 32-bit immediate. */
export interface JumpAlways {
  readonly kind: 'ja';
  readonly wide: boolean;
}
/** A call to a function of the same program. */
export interface CallLocal {
  readonly kind: 'call_local';
}

/** What LD_IMM64 loads. `M` identifies a map: an index into the program's list of maps, or the map's name. */
export type WideSource<M> =
  | { readonly kind: 'imm'; readonly lo: I32; readonly hi: I32 }
  | { readonly kind: 'map'; readonly map: M }
  /** The address of byte `offset` of the value of an array map with one entry. */
  | { readonly kind: 'map_value'; readonly map: M; readonly offset: I32 };

/** LD_IMM64: the one instruction that takes two slots. */
export interface LdImm64<M> {
  readonly kind: 'ld_imm64';
  readonly dst: Reg;
  readonly source: WideSource<M>;
}

/** Instructions that look the same before and after labels and maps are resolved. */
export type PlainOp = Alu | Neg | Endian | Movsx | Load | Store | StoreImm | Atomic | CallHelper | Exit;

/** A resolved instruction, as the bytes encode it. `offset` counts slots from the slot after the instruction. */
export type Instruction =
  | PlainOp
  | (Jump & { readonly offset: I16 })
  | (JumpAlways & { readonly offset: I32 })
  | (CallLocal & { readonly offset: I32 })
  | LdImm64<I32>;

/** An instruction whose target is a label and whose map is a name. */
export type AsmOp = PlainOp | Jump | JumpAlways | CallLocal | LdImm64<string>;

/** Where an instruction comes from: a place in a policy, and a note on the purpose of the instruction. */
export interface Origin {
  readonly span: Span;
  readonly note: string;
}

/** An instruction before encoding, with its label, target and origin. */
export interface AsmInstruction {
  readonly op: AsmOp;
  /** The name under which jumps refer to this instruction. */
  readonly label?: string;
  /** The label that a jump or a local call goes to: required for them, absent on other instructions. */
  readonly target?: string;
  readonly origin?: Origin | undefined;
}

/** An instruction and its first slot. */
export interface Placed {
  readonly slot: number;
  readonly instruction: Instruction;
}

/** The number of 8-byte slots that an instruction takes. */
export function slotsOf(op: Instruction | AsmOp): 1 | 2 {
  return op.kind === 'ld_imm64' ? 2 : 1;
}
