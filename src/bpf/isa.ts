/**
 * The opcode table. Encoder, decoder, assembler, disassembler and engine derive from it. A row gives the opcode of
 * an instruction, its syntax, and the fields that must have a fixed value.
 *
 *     byte 0    byte 1        bytes 2–3   bytes 4–7
 *     ├ opcode ┼ src4 │ dst4 ┼ offset16 ┼ imm32 ┤        little endian; LD_IMM64 has a second slot whose
 *                                                        opcode, registers and offset are 0
 *
 *     opcode of ALU, ALU64, JMP, JMP32        opcode of LD, LDX, ST, STX
 *     ├ code4 │ source1 │ class3 ┤            ├ mode3 │ size2 │ class3 ┤
 *
 * Syntax: the mnemonics of the bpf_conformance assembly, with registers written without `%`. The bare name is the
 * 64-bit form, the suffix `32` the 32-bit form: `add r1, r2`, `add32 r1, 7`, `ldxdw r0, [r1+8]`, `ldxsb`,
 * `stw [r10-4], 1`, `jeq r0, 0, +3`, `ja +3`, `ja32 +70000`, `lddw r1, 0x10`, `lddw_map r1, 0`, `call 60`, `call_local
 * +4`, `movsx8 r1, r2`, `mov32sx8`, `be16 r1`, `bswap32 r1`, `lock_fetch_add32 [r1+0], r2`.
 *
 * Source: RFC 9669, sections 3 (encoding), 4 (arithmetic, jumps), 5 (loads and stores) and 2.4 (groups).
 * Known weakness: there are no rows for LD_IMM64 with sources 3 to 6 (variables, code, maps by index) and for calls
 * by BTF id; the decoder refuses them as reserved. `callx` and the legacy packet group are left out by intent.
 */
import type { AluOp, AtomicOp, Instruction, JumpOp, Operand, Size, Width } from './types.js';
import { assertNever, defined } from '../base/assert.js';

/** Instruction classes: the low 3 bits of the opcode. */
export const CLASS = { LD: 0, LDX: 1, ST: 2, STX: 3, ALU: 4, JMP: 5, JMP32: 6, ALU64: 7 } as const;
/** Source bit of the ALU and JMP classes: K for an immediate, X for a register. */
const K = 0x00;
const X = 0x08;
const MODE = { IMM: 0x00, MEM: 0x60, MEMSX: 0x80, ATOMIC: 0xc0 } as const;
const SIZE_BITS: Readonly<Record<Size, number>> = { 4: 0x00, 2: 0x08, 1: 0x10, 8: 0x18 };
const SIZE_SUFFIX: Readonly<Record<Size, string>> = { 1: 'b', 2: 'h', 4: 'w', 8: 'dw' };
const SIZES: readonly Size[] = [1, 2, 4, 8];
const WIDTHS: readonly Width[] = [32, 64];

export type ConformanceGroup = 'base32' | 'base64' | 'divmul32' | 'divmul64' | 'atomic32' | 'atomic64';

/** The syntax of the operands. */
export type Form =
  | 'dst' // neg r1
  | 'dst_src' // add r1, r2
  | 'dst_imm' // add r1, 2
  | 'load' // ldxw r1, [r2+4]
  | 'store' // stxw [r1+4], r2
  | 'store_imm' // stw [r1+4], 2
  | 'jump_src' // jeq r1, r2, +3
  | 'jump_imm' // jeq r1, 2, +3
  | 'ja' // ja +3
  | 'ja_wide' // ja32 +3, call_local +3: the distance is in the immediate
  | 'call' // call 60
  | 'exit' // exit
  | 'wide_imm' // lddw r1, 0x10
  | 'wide_map' // lddw_map r1, 0
  | 'wide_value'; // lddw_map_value r1, 0, 8

/** The fields that must have a fixed value. An absent field is an operand and takes any value in range. */
export interface FixedFields {
  readonly dst?: number;
  readonly src?: number;
  readonly off?: number;
  readonly imm?: number;
}

export interface OpRow {
  readonly opcode: number;
  readonly mnemonic: string;
  readonly form: Form;
  readonly group: ConformanceGroup;
  readonly fixed: FixedFields;
  /** An instruction of this row whose operands are 0. The decoder copies it and sets the operands. */
  readonly shape: Instruction;
}

/** The fields of a slot: registers are unsigned 4-bit numbers, the offset and the immediate are signed. */
export interface RawFields {
  readonly opcode: number;
  readonly dst: number;
  readonly src: number;
  readonly off: number;
  readonly imm: number;
}

const ALU_CODES: readonly (readonly [AluOp, number, number])[] = [
  // operation, code, offset (it distinguishes the signed from the unsigned forms, which have the same code)
  ['add', 0x00, 0],
  ['sub', 0x10, 0],
  ['mul', 0x20, 0],
  ['div', 0x30, 0],
  ['sdiv', 0x30, 1],
  ['or', 0x40, 0],
  ['and', 0x50, 0],
  ['lsh', 0x60, 0],
  ['rsh', 0x70, 0],
  ['mod', 0x90, 0],
  ['smod', 0x90, 1],
  ['xor', 0xa0, 0],
  ['mov', 0xb0, 0],
  ['arsh', 0xc0, 0],
];

const JUMP_CODES: readonly (readonly [JumpOp, number])[] = [
  ['jeq', 0x10],
  ['jgt', 0x20],
  ['jge', 0x30],
  ['jset', 0x40],
  ['jne', 0x50],
  ['jsgt', 0x60],
  ['jsge', 0x70],
  ['jlt', 0xa0],
  ['jle', 0xb0],
  ['jslt', 0xc0],
  ['jsle', 0xd0],
];

const ATOMIC_CODES: readonly (readonly [AtomicOp, number, boolean])[] = [
  ['add', 0x00, false],
  ['add', 0x01, true],
  ['or', 0x40, false],
  ['or', 0x41, true],
  ['and', 0x50, false],
  ['and', 0x51, true],
  ['xor', 0xa0, false],
  ['xor', 0xa1, true],
  ['xchg', 0xe1, true],
  ['cmpxchg', 0xf1, true],
];

// The operands of a shape. Zero is in the range of every brand, so a cast replaces the checking constructors here.
const Z = 0 as never;
const REG_OPERAND: Operand = { kind: 'reg', reg: Z };
const IMM_OPERAND: Operand = { kind: 'imm', imm: Z };
const DIVMUL: ReadonlySet<AluOp> = new Set<AluOp>(['mul', 'div', 'sdiv', 'mod', 'smod']);

function row(
  opcode: number,
  form: Form,
  group: ConformanceGroup,
  fixed: FixedFields,
  shape: Instruction,
): OpRow {
  return { opcode, mnemonic: mnemonicOf(shape), form, group, fixed, shape };
}

function aluRows(): OpRow[] {
  return WIDTHS.flatMap((width) =>
    ALU_CODES.flatMap(([op, code, off]) => {
      const group: ConformanceGroup = DIVMUL.has(op) ? `divmul${width}` : `base${width}`;
      const cls = width === 64 ? CLASS.ALU64 : CLASS.ALU;
      const alu = (src: Operand): Instruction => ({ kind: 'alu', width, op, dst: Z, src });
      return [
        row(cls | K | code, 'dst_imm', group, { src: 0, off }, alu(IMM_OPERAND)),
        row(cls | X | code, 'dst_src', group, { imm: 0, off }, alu(REG_OPERAND)),
      ];
    }),
  );
}

function unaryRows(): OpRow[] {
  const neg = WIDTHS.map((width) => {
    const cls = width === 64 ? CLASS.ALU64 : CLASS.ALU;
    return row(cls | 0x80, 'dst', `base${width}`, { src: 0, off: 0, imm: 0 }, { kind: 'neg', width, dst: Z });
  });
  const orders = [
    ['le', CLASS.ALU | K],
    ['be', CLASS.ALU | X],
    ['swap', CLASS.ALU64 | K],
  ] as const;
  const endian = orders.flatMap(([order, low]) =>
    ([16, 32, 64] as const).map((bits) => {
      const group: ConformanceGroup = bits === 64 || order === 'swap' ? 'base64' : 'base32';
      const fixed = { src: 0, off: 0, imm: bits };
      return row(low | 0xd0, 'dst', group, fixed, { kind: 'endian', order, bits, dst: Z });
    }),
  );
  return [...neg, ...endian];
}

function movsxRows(): OpRow[] {
  const forms = [
    [32, 8],
    [32, 16],
    [64, 8],
    [64, 16],
    [64, 32],
  ] as const;
  return forms.map(([width, bits]) => {
    const opcode = (width === 64 ? CLASS.ALU64 : CLASS.ALU) | X | 0xb0;
    const fixed = { off: bits, imm: 0 };
    return row(opcode, 'dst_src', `base${width}`, fixed, { kind: 'movsx', width, bits, dst: Z, src: Z });
  });
}

function memoryRows(): OpRow[] {
  const rows = SIZES.flatMap((size) => {
    const group: ConformanceGroup = size === 8 ? 'base64' : 'base32';
    const low = MODE.MEM | SIZE_BITS[size];
    const at = { size, dst: Z, offset: Z };
    return [
      row(CLASS.LDX | low, 'load', group, { imm: 0 }, { kind: 'load', signed: false, src: Z, ...at }),
      row(CLASS.ST | low, 'store_imm', group, { src: 0 }, { kind: 'store_imm', imm: Z, ...at }),
      row(CLASS.STX | low, 'store', group, { imm: 0 }, { kind: 'store', src: Z, ...at }),
    ];
  });
  const signed = ([1, 2, 4] as const).map((size) => {
    const opcode = CLASS.LDX | MODE.MEMSX | SIZE_BITS[size];
    const shape: Instruction = { kind: 'load', signed: true, size, dst: Z, src: Z, offset: Z };
    return row(opcode, 'load', 'base32', { imm: 0 }, shape);
  });
  return [...rows, ...signed];
}

function atomicRows(): OpRow[] {
  return WIDTHS.flatMap((width) =>
    ATOMIC_CODES.map(([op, imm, fetch]) => {
      const opcode = CLASS.STX | MODE.ATOMIC | SIZE_BITS[width === 64 ? 8 : 4];
      const shape: Instruction = { kind: 'atomic', width, op, fetch, dst: Z, offset: Z, src: Z };
      return row(opcode, 'store', `atomic${width}`, { imm }, shape);
    }),
  );
}

function jumpRows(): OpRow[] {
  const conditional = WIDTHS.flatMap((width) =>
    JUMP_CODES.flatMap(([op, code]) => {
      const cls = width === 64 ? CLASS.JMP : CLASS.JMP32;
      const jump = (src: Operand): Instruction => ({ kind: 'jump', width, op, dst: Z, src, offset: Z });
      return [
        row(cls | K | code, 'jump_imm', `base${width}`, { src: 0 }, jump(IMM_OPERAND)),
        row(cls | X | code, 'jump_src', `base${width}`, { imm: 0 }, jump(REG_OPERAND)),
      ];
    }),
  );
  const ja = { dst: 0, src: 0 };
  const wide = { ...ja, off: 0 };
  return [
    ...conditional,
    row(CLASS.JMP, 'ja', 'base32', { ...ja, imm: 0 }, { kind: 'ja', wide: false, offset: Z }),
    row(CLASS.JMP32, 'ja_wide', 'base32', wide, { kind: 'ja', wide: true, offset: Z }),
    row(0x85, 'call', 'base32', wide, { kind: 'call_helper', helper: Z }),
    row(0x85, 'ja_wide', 'base32', { dst: 0, src: 1, off: 0 }, { kind: 'call_local', offset: Z }),
    row(0x95, 'exit', 'base32', { ...wide, imm: 0 }, { kind: 'exit' }),
  ];
}

function wideRows(): OpRow[] {
  const opcode = CLASS.LD | MODE.IMM | SIZE_BITS[8];
  const source = (src: number): FixedFields => ({ src, off: 0 });
  const ld = { kind: 'ld_imm64', dst: Z } as const;
  return [
    row(opcode, 'wide_imm', 'base64', source(0), { ...ld, source: { kind: 'imm', lo: Z, hi: Z } }),
    row(opcode, 'wide_map', 'base64', source(1), { ...ld, source: { kind: 'map', map: Z } }),
    row(opcode, 'wide_value', 'base64', source(2), {
      ...ld,
      source: { kind: 'map_value', map: Z, offset: Z },
    }),
  ];
}

/** The mnemonic of an instruction. Mnemonic and form together identify the row. */
export function mnemonicOf(op: Instruction): string {
  switch (op.kind) {
    case 'alu':
    case 'jump':
      return sized(op.op, op.width);
    case 'neg':
      return sized('neg', op.width);
    case 'endian':
      return `${op.order === 'swap' ? 'bswap' : op.order}${op.bits}`;
    case 'movsx':
      return `${sized('mov', op.width)}sx${op.bits}`;
    case 'load':
      return `ldx${op.signed ? 's' : ''}${SIZE_SUFFIX[op.size]}`;
    case 'store':
      return `stx${SIZE_SUFFIX[op.size]}`;
    case 'store_imm':
      return `st${SIZE_SUFFIX[op.size]}`;
    case 'atomic':
      return sized(`lock_${op.fetch && !op.op.includes('xchg') ? 'fetch_' : ''}${op.op}`, op.width);
    case 'ja':
      return op.wide ? 'ja32' : 'ja';
    case 'call_helper':
      return 'call';
    case 'call_local':
    case 'exit':
      return op.kind;
    case 'ld_imm64':
      return op.source.kind === 'imm' ? 'lddw' : `lddw_${op.source.kind}`;
    default:
      return assertNever(op);
  }
}

function sized(name: string, width: Width): string {
  return width === 64 ? name : `${name}32`;
}

/** All instructions of the groups base, divmul and atomic, one row for each. */
export const OPCODES: readonly OpRow[] = [
  ...aluRows(),
  ...unaryRows(),
  ...movsxRows(),
  ...memoryRows(),
  ...atomicRows(),
  ...jumpRows(),
  ...wideRows(),
];

const BY_OPCODE = groupRows((r) => r.opcode);
const BY_MNEMONIC = groupRows((r) => r.mnemonic);

function groupRows<Key>(keyOf: (r: OpRow) => Key): ReadonlyMap<Key, readonly OpRow[]> {
  const groups = new Map<Key, OpRow[]>();
  for (const r of OPCODES) {
    const group = groups.get(keyOf(r));
    if (group === undefined) groups.set(keyOf(r), [r]);
    else group.push(r);
  }
  return groups;
}

/** The rows of an opcode byte; they differ in a fixed field. Empty for a byte that is not an opcode. */
export function rowsOfOpcode(opcode: number): readonly OpRow[] {
  return BY_OPCODE.get(opcode) ?? [];
}

/** The rows of a mnemonic; they differ in the form (register or immediate). */
export function rowsOfMnemonic(mnemonic: string): readonly OpRow[] {
  return BY_MNEMONIC.get(mnemonic) ?? [];
}

/**
 * The row of an instruction. A few values of the type have no row (a sign-extending load of 8 bytes, `xchg` without
 * fetch); no constructor makes them, and an assertion fails for them here.
 */
export function rowOf(op: Instruction): OpRow {
  const rows = rowsOfMnemonic(mnemonicOf(op));
  const immediate = (op.kind === 'alu' || op.kind === 'jump') && op.src.kind === 'imm';
  const found = rows.length === 1 ? rows[0] : rows.find((r) => r.form.endsWith('_imm') === immediate);
  return defined(found, `no opcode row for ${mnemonicOf(op)}`);
}
