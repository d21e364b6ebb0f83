/**
 * Translates instructions to the interpreter's own code.
 *
 * Each instruction becomes four 32-bit numbers, which `store.ts` packs into the arrays that the loop reads. `dst` and
 * `src` are indices in the register file: r0 to r10, then the program's constants. An immediate becomes a constant that
 * is already sign-extended, so one opcode serves both the register and the immediate form.
 *
 *     ├ opcode ┼ dst ┼ src ┼ displacement, or index of the jump's target in the code ┤
 *
 * A pointer is a pair too: the high half is a tag for the region or the kind of handle, the low half an offset or a
 * number. Such pointers never leave the engine.
 */
import { mnemonicOf } from '../../bpf/isa.js';
import type { Instruction, Operand, Placed } from '../../bpf/types.js';
import { assertNever, defined } from '../../base/assert.js';

/** The high halves of pointers. For a map value it is `VALUE` plus the index of the map. */
export const TAG = {
  ARENA: 0x7fe0_0001, // context and stack
  MAP: 0x7fe0_0002,
  CHAIN: 0x7fe0_0003,
  INODE: 0x7fe0_0004,
  TAG_OBJECT: 0x7fe0_0005,
  VALUE: 0x7ff0_0000,
} as const;

/*
 *   0         32   64                                       4160
 *   ├ context ┤    ├ 8 frames of 512 bytes, the first at 64 ┤
 */
export const ARENA = { context: 32, stack: 64, frame: 512, frames: 8, size: 64 + 8 * 512 } as const;

/** How many numbers a prepared instruction has. */
export const STRIDE = 4;
/** The number of registers, r0 to r10. Indices from here on are constants. */
export const REGISTER_FILE = 11;

export interface Prepared {
  readonly code: Int32Array;
  /** Pairs of low and high half. The first pair has the index `REGISTER_FILE`. */
  readonly constants: Int32Array;
  readonly source: readonly Placed[];
}

/** The interpreter's opcodes. The index is the label in its switch. `call n` is a call of helper n. */
// prettier-ignore
export const ENGINE_OPS = [
  'exit', // 0
  'mov', 'add', 'sub', 'mul', 'div', 'sdiv', 'or', 'and', 'lsh', 'rsh', 'mod', 'smod', 'xor', 'arsh', // 1
  'mov32', 'add32', 'sub32', 'mul32', 'div32', 'sdiv32', 'or32', 'and32', 'lsh32', 'rsh32', 'mod32', // 15
  'smod32', 'xor32', 'arsh32', // 26
  'neg', 'neg32', // 29
  'le16', 'le32', 'le64', 'be16', 'be32', 'be64', 'bswap16', 'bswap32', 'bswap64', // 31
  'movsx8', 'movsx16', 'movsx32', 'mov32sx8', 'mov32sx16', // 40
  'ldxb', 'ldxh', 'ldxw', 'ldxdw', 'ldxsb', 'ldxsh', 'ldxsw', // 45
  'stxb', 'stxh', 'stxw', 'stxdw', // 52
  'ja', // 56
  'jeq', 'jgt', 'jge', 'jset', 'jne', 'jsgt', 'jsge', 'jlt', 'jle', 'jslt', 'jsle', // 57
  'jeq32', 'jgt32', 'jge32', 'jset32', 'jne32', 'jsgt32', 'jsge32', 'jlt32', 'jle32', 'jslt32', 'jsle32', // 68
  'call_local', // 79
  'call 1', 'call 2', 'call 3', 'call 60', 'call 61', 'call 62', // 80
  'atomic', // 86
  'call other', // 87
  'step', // 88: before each instruction of a stepper's code
] as const;

const NUMBER_OF: ReadonlyMap<string, number> = new Map(ENGINE_OPS.map((name, n) => [name, n]));

/** Prepares decoded instructions. The caller has checked that every jump goes to an instruction. */
export function prepare(source: readonly Placed[]): Prepared {
  const indexOfSlot = new Map(source.map(({ slot }, index) => [slot, index]));
  const constants = constantPool();
  const code = new Int32Array(source.length * STRIDE);
  for (const [index, { slot, instruction }] of source.entries()) {
    const operands = operandsOf(instruction, constants);
    const distance = 'offset' in instruction && isJump(instruction) ? instruction.offset : undefined;
    const target = distance === undefined ? undefined : indexOfSlot.get(slot + 1 + distance);
    const last = target === undefined ? operands.offset : target * STRIDE;
    code.set([opcodeOf(instruction), operands.dst, operands.src, last], index * STRIDE);
  }
  return { code, constants: Int32Array.from(constants.values), source };
}

function isJump(op: Instruction): boolean {
  return op.kind === 'jump' || op.kind === 'ja' || op.kind === 'call_local';
}

function opcodeOf(op: Instruction): number {
  return defined(NUMBER_OF.get(engineName(op)), `the engine has no ${mnemonicOf(op)}`);
}

function engineName(op: Instruction): string {
  switch (op.kind) {
    case 'ld_imm64':
      return 'mov';
    case 'store_imm':
      return mnemonicOf({ ...op, kind: 'store', src: op.dst });
    case 'ja':
    case 'atomic':
      return op.kind;
    case 'call_helper': {
      const name = `call ${op.helper}`;
      return NUMBER_OF.has(name) ? name : 'call other';
    }
    default:
      return mnemonicOf(op);
  }
}

interface PreparedOperands {
  readonly dst: number;
  readonly src: number;
  readonly offset: number;
}

interface ConstantPool {
  readonly values: number[];
  /** The index of a constant in the register file. */
  place(lo: number, hi: number): number;
}

function constantPool(): ConstantPool {
  const values: number[] = [];
  const places = new Map<string, number>();
  const place = (lo: number, hi: number): number => {
    const key = `${lo} ${hi}`;
    const found = places.get(key) ?? REGISTER_FILE + values.length / 2;
    if (!places.has(key)) values.push(lo, hi);
    places.set(key, found);
    return found;
  };
  return { values, place };
}

function operandsOf(op: Instruction, constants: ConstantPool): PreparedOperands {
  const second = (o: Operand): number => (o.kind === 'reg' ? o.reg : constants.place(o.imm, o.imm >> 31));
  switch (op.kind) {
    case 'alu':
    case 'jump':
      return { dst: op.dst, src: second(op.src), offset: 0 };
    case 'neg':
    case 'endian':
      return { dst: op.dst, src: 0, offset: 0 };
    case 'movsx':
      return { dst: op.dst, src: op.src, offset: 0 };
    case 'load':
    case 'store':
    case 'atomic':
      return { dst: op.dst, src: op.src, offset: op.offset };
    case 'store_imm':
      return { dst: op.dst, src: constants.place(op.imm, op.imm >> 31), offset: op.offset };
    case 'ld_imm64':
      return { dst: op.dst, src: wideConstant(op.source, constants), offset: 0 };
    case 'call_helper':
      return { dst: 0, src: 0, offset: op.helper };
    case 'ja':
    case 'call_local':
    case 'exit':
      return { dst: 0, src: 0, offset: 0 };
    default:
      return assertNever(op);
  }
}

function wideConstant(
  source: Extract<Instruction, { kind: 'ld_imm64' }>['source'],
  constants: ConstantPool,
): number {
  switch (source.kind) {
    case 'imm':
      return constants.place(source.lo, source.hi);
    case 'map':
      return constants.place(source.map, TAG.MAP);
    case 'map_value':
      return constants.place(source.offset, TAG.VALUE + source.map);
    default:
      return assertNever(source);
  }
}
