/**
 * Parses assembly text to instructions: the inverse of `disassemble` and `listing`.
 *
 *     line    ::= [slot] [label ':'] [mnemonic operand (',' operand)*] [';' comment]
 *     operand ::= register | number | '[' register ('+' | '-') number ']' | ('+' | '-') number | label
 *
 * Each form of the opcode table has one pattern of operands. The target of a jump is a label or a distance in slots.
 */
import { instructionOf } from './fields.js';
import { rowsOfMnemonic } from './isa.js';
import type { Form, OpRow } from './isa.js';
import { isI16, isI32, slotsOf } from './types.js';
import type { Instruction } from './types.js';

export interface AsmError {
  /** 1-based. */
  readonly line: number;
  /** Lower case, no period. */
  readonly message: string;
}

export type ParseOutcome =
  | { readonly kind: 'parsed'; readonly instructions: readonly Instruction[] }
  | { readonly kind: 'failed'; readonly errors: readonly AsmError[] };

interface AsmLine {
  readonly number: number;
  readonly slot: number;
  readonly mnemonic: string;
  readonly operands: string;
}

const LINE = /^\s*(?:\d+\s+)?(?:([A-Za-z_][\w.]*):)?\s*(?:([a-z]\w*)(?:\s+(.*?))?)?\s*(?:;.*)?$/;

/** The instructions of a program, or the errors of all lines: at most one for each line besides a repeated label. */
export function parseAsm(text: string): ParseOutcome {
  const errors: AsmError[] = [];
  const labels = new Map<string, number>();
  const lines = splitLines(text, labels, errors);
  const instructions: Instruction[] = [];
  for (const line of lines) {
    const parsed = parseLine(line, labels);
    if (typeof parsed === 'string') errors.push({ line: line.number, message: parsed });
    else instructions.push(parsed);
  }
  return errors.length > 0 ? { kind: 'failed', errors } : { kind: 'parsed', instructions };
}

function splitLines(text: string, labels: Map<string, number>, errors: AsmError[]): readonly AsmLine[] {
  const lines: AsmLine[] = [];
  let slot = 0;
  for (const [index, source] of text.split('\n').entries()) {
    const number = index + 1;
    const match = LINE.exec(source);
    if (match === null) {
      errors.push({ line: number, message: `\`${source.trim()}\` is not a line of assembly` });
      continue;
    }
    const [, label, mnemonic, operands = ''] = match;
    if (label !== undefined) {
      if (labels.has(label)) errors.push({ line: number, message: `label \`${label}\` is already defined` });
      labels.set(label, slot);
    }
    if (mnemonic === undefined) continue;
    lines.push({ number, slot, mnemonic, operands: operands.trim() });
    const shape = rowsOfMnemonic(mnemonic)[0]?.shape;
    slot += shape === undefined ? 1 : slotsOf(shape);
  }
  return lines;
}

const REG = String.raw`r(\d+)`;
const NUM = String.raw`(-?(?:0x[0-9a-f]+|\d+))`;
const MEM = String.raw`\[r(\d+)([+-]\d+)\]`;
const TARGET = String.raw`([+-]\d+|[A-Za-z_][\w.]*)`;
const pattern = (...operands: readonly string[]): RegExp =>
  new RegExp(`^${operands.join(String.raw`\s*,\s*`)}$`);

type Field = 'dst' | 'src' | 'off' | 'imm' | 'next' | 'offTarget' | 'immTarget' | 'wide';

/** For each form, the pattern of its operands and the field that each group of the pattern sets. */
const FORMS: Readonly<Record<Form, readonly [RegExp, readonly Field[]]>> = {
  exit: [pattern(''), []],
  dst: [pattern(REG), ['dst']],
  dst_src: [pattern(REG, REG), ['dst', 'src']],
  dst_imm: [pattern(REG, NUM), ['dst', 'imm']],
  load: [pattern(REG, MEM), ['dst', 'src', 'off']],
  store: [pattern(MEM, REG), ['dst', 'off', 'src']],
  store_imm: [pattern(MEM, NUM), ['dst', 'off', 'imm']],
  jump_src: [pattern(REG, REG, TARGET), ['dst', 'src', 'offTarget']],
  jump_imm: [pattern(REG, NUM, TARGET), ['dst', 'imm', 'offTarget']],
  ja: [pattern(TARGET), ['offTarget']],
  ja_wide: [pattern(TARGET), ['immTarget']],
  call: [pattern(NUM), ['imm']],
  wide_imm: [pattern(REG, NUM), ['dst', 'wide']],
  wide_map: [pattern(REG, NUM), ['dst', 'imm']],
  wide_value: [pattern(REG, NUM, NUM), ['dst', 'imm', 'next']],
};

type Fields = { dst: number; src: number; off: number; imm: number; next: number };

function parseLine(line: AsmLine, labels: ReadonlyMap<string, number>): Instruction | string {
  const rows = rowsOfMnemonic(line.mnemonic);
  if (rows.length === 0) return `\`${line.mnemonic}\` is not an instruction`;
  for (const row of rows) {
    const [operands, names] = FORMS[row.form];
    const match = operands.exec(line.operands);
    if (match !== null) return build(row, names, match.slice(1), line, labels);
  }
  return `\`${line.mnemonic}\` does not take the operands \`${line.operands}\``;
}

function build(
  row: OpRow,
  names: readonly Field[],
  texts: readonly string[],
  line: AsmLine,
  labels: ReadonlyMap<string, number>,
): Instruction | string {
  const fields: Fields = { dst: 0, src: 0, off: 0, imm: 0, next: 0 };
  for (const [i, name] of names.entries()) {
    const problem = setField(fields, name, texts[i] ?? '', line, labels);
    if (problem !== undefined) return problem;
  }
  const { dst, src, off, imm, next } = fields;
  if (dst > 10 || src > 10) return `there is no register r${Math.max(dst, src)}`;
  if (!isI16(off)) return `${off} does not fit 16 bits`;
  const wrong = [imm, next].find((n) => !isI32(n));
  if (wrong !== undefined) return `${wrong} does not fit 32 bits`;
  return instructionOf(row, { opcode: row.opcode, dst, src, off, imm, next });
}

/** Sets a field from its text. Returns a message if the text names an unknown label. */
function setField(
  fields: Fields,
  name: Field,
  text: string,
  line: AsmLine,
  labels: ReadonlyMap<string, number>,
): string | undefined {
  if (name === 'wide') {
    const bits = BigInt.asIntN(64, BigInt(text.replace('-', ''))) * (text.startsWith('-') ? -1n : 1n);
    fields.imm = Number(BigInt.asIntN(32, bits));
    fields.next = Number(BigInt.asIntN(32, bits >> 32n));
  } else if (name === 'offTarget' || name === 'immTarget') {
    const place = labels.get(text);
    const distance = place === undefined ? Number(text) : place - line.slot - 1;
    if (Number.isNaN(distance)) return `there is no label \`${text}\``;
    fields[name === 'offTarget' ? 'off' : 'imm'] = distance;
  } else {
    fields[name] = text.startsWith('-') ? -Number(text.slice(1)) : Number(text);
  }
  return undefined;
}
