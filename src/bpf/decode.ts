/**
 * Decodes bytes to instructions. Errors are returned as data: no input makes it throw.
 *
 * Accepts whole instructions of the opcode table with registers in range and reserved fields zero, jumps that
 * stay inside the program and do not land in the second half of LD_IMM64, and a last instruction that does
 * not fall through. The further rules of a hook are checked by `verify/verify.ts`.
 *
 * Source: RFC 9669, section 3 (unused fields are zero), 5.5 (legacy packet access, refused).
 */
import { counted } from '../base/text.js';
import { SLOT_SIZE } from './encode.js';
import { distanceOf, instructionOf } from './fields.js';
import type { SlotFields } from './fields.js';
import { CLASS, rowsOfOpcode } from './isa.js';
import type { FixedFields, OpRow } from './isa.js';
import type { Placed } from './types.js';
import { slotsOf } from './types.js';

export type DecodeRule =
  | 'whole_instructions'
  | 'known_opcode'
  | 'reserved_field'
  | 'register_range'
  | 'jump_target'
  | 'fall_through';

export interface DecodeError {
  readonly slot: number;
  /** The bytes of the slot in hex: a broken slot may have no disassembly. 16 digits, fewer if the slot is cut off. */
  readonly hex: string;
  readonly rule: DecodeRule;
  /** Lower case, no period. */
  readonly message: string;
}

/** Instructions in the order of their slots. If there are errors, only the instructions that could be decoded. */
export interface Decoded {
  readonly instructions: readonly Placed[];
  /** Number of 8-byte slots. */
  readonly slots: number;
  readonly errors: readonly DecodeError[];
}

/** Decodes a program and checks its form. */
export function decode(bytes: Uint8Array): Decoded {
  const slots = Math.floor(bytes.length / SLOT_SIZE);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const instructions: Placed[] = [];
  const errors: DecodeError[] = [];
  const report = (slot: number, problem: Problem): void => {
    errors.push({ slot, hex: slotHex(bytes, slot), ...problem });
  };
  if (bytes.length % SLOT_SIZE !== 0 || bytes.length === 0) report(slots, notWhole(bytes.length));
  for (let slot = 0; slot < slots;) {
    const one = decodeAt(view, slot, slots);
    if ('rule' in one) {
      report(slot, one);
      slot += view.getUint8(slot * SLOT_SIZE) === LD_IMM64 ? 2 : 1;
    } else {
      instructions.push(one);
      slot += slotsOf(one.instruction);
    }
  }
  if (errors.length === 0) checkFlow(instructions, slots, report);
  return { instructions, slots, errors };
}

interface Problem {
  readonly rule: DecodeRule;
  readonly message: string;
}

const LD_IMM64 = 0x18;
const CALL = 0x85;
const CALLX = 0x8d;
const MAX_REG = 10;

function notWhole(length: number): Problem {
  const message =
    length === 0
      ? 'the program is empty'
      : `a length of ${counted(length, 'byte')} is not a multiple of ${SLOT_SIZE}`;
  return { rule: 'whole_instructions', message };
}

function decodeAt(view: DataView, slot: number, slots: number): Placed | Problem {
  const fields = readSlot(view, slot, slots);
  const rows = rowsOfOpcode(fields.opcode);
  if (rows.length === 0) return unknownOpcode(fields.opcode);
  const row = rows.find((r) => mismatches(r.fixed, fields).length === 0);
  if (row === undefined) return reservedField(rows, fields);
  if (fields.dst > MAX_REG) return outOfRange(fields.dst);
  if (row.fixed.src === undefined && fields.src > MAX_REG) return outOfRange(fields.src);
  if (fields.opcode !== LD_IMM64) return { slot, instruction: instructionOf(row, fields) };
  return secondHalfProblem(view, slot, slots, row) ?? { slot, instruction: instructionOf(row, fields) };
}

function readSlot(view: DataView, slot: number, slots: number): SlotFields {
  const at = slot * SLOT_SIZE;
  const registers = view.getUint8(at + 1);
  const opcode = view.getUint8(at);
  const wide = opcode === LD_IMM64 && slot + 1 < slots;
  return {
    opcode,
    dst: registers & 15,
    src: registers >> 4,
    off: view.getInt16(at + 2, true),
    imm: view.getInt32(at + 4, true),
    next: wide ? view.getInt32(at + SLOT_SIZE + 4, true) : undefined,
  };
}

const FIELD_NAMES = { dst: 'destination register', src: 'source register', off: 'offset', imm: 'immediate' };
const FIELDS = ['dst', 'src', 'off', 'imm'] as const;

function mismatches(fixed: FixedFields, fields: SlotFields): (keyof FixedFields)[] {
  return FIELDS.filter((name) => fixed[name] !== undefined && fixed[name] !== fields[name]);
}

/** By source register: the forms of LD_IMM64 that other platforms support (RFC 9669, section 5.4). */
const FOREIGN_SOURCES: ReadonlyMap<number, string> = new Map([
  [3, 'the address of a variable of the platform'],
  [4, 'the address of an instruction'],
  [5, 'a map by its index in a list of the platform'],
  [6, 'a value of a map by its index in a list of the platform'],
]);

/** The message for a form that RFC 9669 defines and this engine does not support; undefined for other forms. */
function foreignForm({ opcode, src }: SlotFields): string | undefined {
  const source = opcode === LD_IMM64 ? FOREIGN_SOURCES.get(src) : undefined;
  if (source !== undefined) return `\`lddw\` with source ${src} (${source}) is not supported`;
  if (opcode === CALL && src === 2)
    return '`call` with source 2 (a helper by its BTF number) is not supported';
  return undefined;
}

/** Reports the fields with a wrong value, compared with the row of the opcode that differs in the fewest fields. */
function reservedField(rows: readonly OpRow[], fields: SlotFields): Problem {
  const form = foreignForm(fields);
  if (form !== undefined) return { rule: 'reserved_field', message: form };
  const all = rows.map((row) => ({ row, wrong: mismatches(row.fixed, fields) }));
  const nearest = all.reduce((best, one) => (one.wrong.length < best.wrong.length ? one : best));
  const wrong = nearest.wrong.map((name) => `${FIELD_NAMES[name]} ${fields[name]}`).join(' and ');
  const message = `reserved value in \`${nearest.row.mnemonic}\`: ${wrong}`;
  return { rule: 'reserved_field', message };
}

function secondHalfProblem(view: DataView, slot: number, slots: number, row: OpRow): Problem | undefined {
  if (slot + 1 >= slots) {
    return { rule: 'whole_instructions', message: `\`${row.mnemonic}\` lacks its second slot` };
  }
  const rest = view.getUint32((slot + 1) * SLOT_SIZE, true);
  const imm = view.getInt32((slot + 1) * SLOT_SIZE + 4, true);
  const reserved = rest !== 0 || (row.form === 'wide_map' && imm !== 0);
  const message = `reserved value in the second slot of \`${row.mnemonic}\``;
  return reserved ? { rule: 'reserved_field', message } : undefined;
}

function outOfRange(register: number): Problem {
  return { rule: 'register_range', message: `there is no register r${register}` };
}

function unknownOpcode(opcode: number): Problem {
  const hex = `0x${opcode.toString(16).padStart(2, '0')}`;
  const mode = opcode & 0xe0;
  const legacy = (opcode & 7) === CLASS.LD && (mode === 0x20 || mode === 0x40);
  if (legacy) return { rule: 'known_opcode', message: `opcode ${hex} is legacy packet access` };
  if (opcode === CALLX) return { rule: 'known_opcode', message: `opcode ${hex} (callx) is not supported` };
  return { rule: 'known_opcode', message: `opcode ${hex} is not an instruction` };
}

/** Checks the targets of jumps and the end of the program. Every instruction has to be whole. */
function checkFlow(
  instructions: readonly Placed[],
  slots: number,
  report: (slot: number, problem: Problem) => void,
): void {
  const starts = new Set(instructions.map((i) => i.slot));
  for (const { slot, instruction } of instructions) {
    const distance = distanceOf(instruction);
    if (distance === undefined) continue;
    const target = slot + 1 + distance;
    const rule = 'jump_target';
    if (target < 0 || target >= slots) {
      report(slot, { rule, message: `jump to slot ${target}, outside of the program` });
    } else if (!starts.has(target)) {
      report(slot, { rule, message: `jump to slot ${target}, the second half of \`lddw\`` });
    }
  }
  const last = instructions.at(-1);
  if (last !== undefined && last.instruction.kind !== 'exit' && last.instruction.kind !== 'ja') {
    report(last.slot, { rule: 'fall_through', message: 'the program runs past its last instruction' });
  }
}

/** The bytes of a slot in hex, in memory order. */
function slotHex(bytes: Uint8Array, slot: number): string {
  return Buffer.from(bytes.subarray(slot * SLOT_SIZE, (slot + 1) * SLOT_SIZE)).toString('hex');
}
