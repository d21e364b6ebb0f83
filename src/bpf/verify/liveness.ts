/**
 * Computes which registers matter before each instruction. A register is live if it is read later. It is relevant if
 * its number later decides an address, a branch or an argument.
 *
 * Output: bit sets of registers for each instruction. Before the verifier compares states, it forgets dead registers
 * and the numbers in irrelevant ones, so that paths which differ only in them are explored once. Forgetting is always
 * sound; forgetting too little costs time.
 *
 * Known weakness: the stack is analysed for the whole program, not for each place. A slot is relevant if any load of it
 * is relevant, and every slot is relevant if the frame pointer is copied.
 */
import { helperAbi } from '../../abi/helpers.js';
import { STACK_SIZE } from '../../abi/hooks.js';
import type { Instruction, Operand, Placed } from '../types.js';
import type { Shape } from './shape.js';
import { SLOT_COUNT } from './state.js';

export interface Liveness {
  /** By index of an instruction: the registers that are live before it (bit n for rn). */
  readonly live: Uint16Array;
  /** By index of an instruction: the registers that are relevant before it. */
  readonly relevant: Uint16Array;
  /** By stack slot, for all frames: 1 if the number in it may be relevant. */
  readonly slots: Uint8Array;
  /** By stack slot, for all frames: 1 if it may be read. */
  readonly readSlots: Uint8Array;
}

const ARGUMENTS = 0x3e;
const CLOBBERED = 0x3f;
const FRAME_POINTER = 10;

/** The live and relevant registers and stack slots of a program. */
export function livenessOf(code: readonly Placed[], shape: Shape): Liveness {
  const live = backward(code, shape, liveBefore);
  const escapes = code.some(({ instruction }) => copiesFramePointer(instruction));
  const slots = new Uint8Array(SLOT_COUNT).fill(escapes ? 1 : 0);
  for (;;) {
    const relevant = backward(code, shape, (op, after, index) =>
      op.kind === 'exit' ? resultBit(shape, index) : relevantBefore(op, after, slots),
    );
    if (escapes) return { live, relevant, slots, readSlots: slots };
    if (!addSlots(code, shape, relevant, slots)) return { live, relevant, slots, readSlots: readSlots(code) };
  }
}

/** Rounds after which all registers count as live and relevant. The nested loops of real programs need fewer rounds. */
const MOST_ROUNDS = 32;

/** Computes a set for each instruction from the sets of its successors, repeated until the sets no longer change. */
function backward(
  code: readonly Placed[],
  shape: Shape,
  before: (op: Instruction, after: number, index: number) => number,
): Uint16Array {
  const sets = new Uint16Array(code.length + 1);
  let changed = true;
  for (let round = 0; changed; round++) {
    if (round === MOST_ROUNDS) return sets.fill(0x7ff);
    changed = false;
    for (let i = code.length - 1; i >= 0; i--) {
      const op = code[i]?.instruction;
      if (op === undefined) continue;
      const set = before(op, behind(sets, shape, op, i), i);
      if (set === sets[i]) continue;
      sets[i] = set;
      changed ||= shape.goesBack && shape.meets[i] === 1;
    }
  }
  return sets;
}

/** The union of the sets of an instruction's successors. */
function behind(sets: Uint16Array, { targets, fallsThrough }: Shape, op: Instruction, i: number): number {
  const next = fallsThrough[i] === 1 ? (sets[i + 1] ?? 0) : 0;
  const target = op.kind === 'jump' || op.kind === 'ja' ? (sets[targets[i] ?? 0] ?? 0) : 0;
  return next | target;
}

const bit = (r: number): number => 1 << r;
const operandBit = (o: Operand): number => (o.kind === 'reg' ? bit(o.reg) : 0);

function argumentsOf(helper: number): number {
  const count = helperAbi(helper)?.args.length;
  return count === undefined ? ARGUMENTS : ((1 << count) - 1) << 1;
}

function liveBefore(op: Instruction, after: number): number {
  switch (op.kind) {
    case 'alu':
      if (op.op === 'mov') return (after & ~bit(op.dst)) | operandBit(op.src);
      return after | bit(op.dst) | operandBit(op.src);
    case 'neg':
    case 'endian':
    case 'store_imm':
      return after | bit(op.dst);
    case 'movsx':
    case 'load':
      return (after & ~bit(op.dst)) | bit(op.src);
    case 'store':
      return after | bit(op.dst) | bit(op.src);
    case 'atomic':
      return after | bit(op.dst) | bit(op.src) | (op.op === 'cmpxchg' ? 1 : 0);
    case 'jump':
      return after | bit(op.dst) | operandBit(op.src);
    case 'ja':
      return after;
    case 'call_helper':
      return (after & ~CLOBBERED) | argumentsOf(op.helper);
    case 'call_local':
      return (after & ~CLOBBERED) | ARGUMENTS;
    case 'exit':
      return 1;
    case 'ld_imm64':
      return after & ~bit(op.dst);
  }
}

function relevantBefore(op: Instruction, after: number, slots: Uint8Array): number {
  switch (op.kind) {
    case 'alu': {
      if (op.op === 'mov') return flows(after, op.dst, operandBit(op.src));
      return (after & bit(op.dst)) === 0 ? after : after | operandBit(op.src);
    }
    case 'movsx':
      return flows(after, op.dst, bit(op.src));
    case 'load':
      return (after & ~bit(op.dst)) | bit(op.src);
    case 'store':
      return after | bit(op.dst) | (storesRelevant(op.dst, op.offset, op.size, slots) ? bit(op.src) : 0);
    case 'store_imm':
      return after | bit(op.dst);
    case 'atomic':
      return (op.fetch ? after & ~bit(op.op === 'cmpxchg' ? 0 : op.src) : after) | bit(op.dst);
    case 'neg':
    case 'endian':
      return after;
    default:
      return liveBefore(op, after);
  }
}

/** r0 if the exit returns from a local function, whose result may be relevant; the result of the program is not. */
const resultBit = ({ functions }: Shape, index: number): number =>
  index >= (functions[1] ?? Infinity) ? 1 : 0;

/** The set before `dst = src`. */
const flows = (after: number, dst: number, src: number): number =>
  (after & bit(dst)) === 0 ? after : (after & ~bit(dst)) | src;

/** True if a store may write a relevant slot. A store through a copy of r10 may, as then every slot is relevant. */
function storesRelevant(base: number, offset: number, size: number, slots: Uint8Array): boolean {
  if (base !== FRAME_POINTER) return slots[0] === 1;
  return slotsAt(offset, size).some((slot) => slots[slot] === 1);
}

function slotsAt(offset: number, size: number): number[] {
  const first = (offset + STACK_SIZE) >> 3;
  const last = (offset + size - 1 + STACK_SIZE) >> 3;
  return first === last ? [first] : [first, last];
}

/** The slots that the program reads, if the frame pointer is not copied. */
function readSlots(code: readonly Placed[]): Uint8Array {
  const slots = new Uint8Array(SLOT_COUNT);
  for (const { instruction: op } of code) {
    const base = op.kind === 'load' ? op.src : op.kind === 'atomic' ? op.dst : undefined;
    if (base !== FRAME_POINTER || !('offset' in op)) continue;
    const size = op.kind === 'load' ? op.size : 8;
    for (const slot of slotsAt(op.offset, size)) slots[slot] = 1;
  }
  return slots;
}

/** Adds the slots that are loaded into a relevant register. Returns false if there was none to add. */
function addSlots(code: readonly Placed[], shape: Shape, relevant: Uint16Array, slots: Uint8Array): boolean {
  let added = false;
  code.forEach(({ instruction: op }, i) => {
    if (op.kind !== 'load' || op.src !== FRAME_POINTER) return;
    if ((behind(relevant, shape, op, i) & bit(op.dst)) === 0) return;
    for (const slot of slotsAt(op.offset, op.size)) {
      added ||= slots[slot] === 0;
      slots[slot] = 1;
    }
  });
  return added;
}

/** Like `relevant`, but only for numbers that may become part of an address, not for those that decide a branch. */
export function addressesOf(code: readonly Placed[], shape: Shape): Uint16Array {
  const slots = new Uint8Array(SLOT_COUNT).fill(1);
  return backward(code, shape, (op, after, index) => {
    if (op.kind === 'jump') return after;
    return op.kind === 'exit' ? resultBit(shape, index) : relevantBefore(op, after, slots);
  });
}

function copiesFramePointer(op: Instruction): boolean {
  if (op.kind === 'store') return op.src === FRAME_POINTER;
  return op.kind === 'alu' && op.src.kind === 'reg' && op.src.reg === FRAME_POINTER;
}
