/** Prints instructions as text. `isa.ts` describes the syntax, and `parseAsm` of `parse.ts` reads it back. */
import { distanceOf, fieldsOf } from './fields.js';
import { rowOf } from './isa.js';
import type { Instruction, Origin, Placed } from './types.js';
import { assertNever } from '../base/assert.js';

/** One instruction as text. The target of a jump is a distance in slots (`+3`), a map is an index. */
export function disassemble(op: Instruction): string {
  return withTarget(op, signed(distanceOf(op) ?? 0));
}

function signed(n: number): string {
  return n < 0 ? `${n}` : `+${n}`;
}

/** One instruction as text, with `target` as the text of its jump target. */
export function withTarget(op: Instruction, target: string): string {
  const { mnemonic, form } = rowOf(op);
  const f = fieldsOf(op);
  const at = (register: number): string => `[r${register}${signed(f.off)}]`;
  switch (form) {
    case 'exit':
      return mnemonic;
    case 'dst':
      return `${mnemonic} r${f.dst}`;
    case 'dst_src':
      return `${mnemonic} r${f.dst}, r${f.src}`;
    case 'dst_imm':
      return `${mnemonic} r${f.dst}, ${f.imm}`;
    case 'load':
      return `${mnemonic} r${f.dst}, ${at(f.src)}`;
    case 'store':
      return `${mnemonic} ${at(f.dst)}, r${f.src}`;
    case 'store_imm':
      return `${mnemonic} ${at(f.dst)}, ${f.imm}`;
    case 'jump_src':
      return `${mnemonic} r${f.dst}, r${f.src}, ${target}`;
    case 'jump_imm':
      return `${mnemonic} r${f.dst}, ${f.imm}, ${target}`;
    case 'ja':
    case 'ja_wide':
      return `${mnemonic} ${target}`;
    case 'call':
      return `${mnemonic} ${f.imm}`;
    case 'wide_imm':
      return `${mnemonic} r${f.dst}, ${hex64(f.imm, f.next ?? 0)}`;
    case 'wide_map':
      return `${mnemonic} r${f.dst}, ${f.imm}`;
    case 'wide_value':
      return `${mnemonic} r${f.dst}, ${f.imm}, ${f.next ?? 0}`;
    default:
      return assertNever(form);
  }
}

function hex64(lo: number, hi: number): string {
  const half = (n: number): string => (n >>> 0).toString(16);
  return hi === 0 ? `0x${half(lo)}` : `0x${half(hi)}${half(lo).padStart(8, '0')}`;
}

export interface ListingOptions {
  /** Names of the program's maps, by index: printed in a comment at each use of a map. */
  readonly maps?: readonly string[];
  /** One for each slot, as `encode` returns them: a note is printed as a comment where it changes. */
  readonly origins?: readonly (Origin | undefined)[];
  /** By slot: a comment that is printed on a separate line above the instruction. */
  readonly heads?: ReadonlyMap<number, string>;
}

/**
 * A program as text, one line for each instruction: slot number, label or blanks, instruction, comment. A label is
 * named after its slot, `L12:`. `parseAsm` reads the result.
 */
export function listing(program: readonly Placed[], options: ListingOptions = {}): string {
  const targets = new Set(program.map(targetSlot).filter((slot) => slot !== undefined));
  let note: string | undefined;
  const lines = program.map((placed) => {
    const { slot, instruction } = placed;
    const label = targets.has(slot) ? `L${slot}:` : '';
    const target = targetSlot(placed);
    const text = target === undefined ? disassemble(instruction) : withTarget(instruction, `L${target}`);
    const newNote = options.origins?.[slot]?.note;
    const comments = [mapName(instruction, options.maps), newNote === note ? undefined : newNote];
    note = newNote;
    const comment = comments.filter((c) => c !== undefined).join(', ');
    const line = `${String(slot).padStart(4)}  ${label.padEnd(6)} ${text}`;
    const head = options.heads?.get(slot);
    const above = head === undefined ? '' : `      ; ${head}\n`;
    return above + (comment === '' ? line.trimEnd() : `${line.padEnd(44)} ; ${comment}`);
  });
  return lines.map((line) => `${line}\n`).join('');
}

/** The slot that a jump or a local call goes to; undefined for other instructions. */
export function targetSlot({ slot, instruction }: Placed): number | undefined {
  const distance = distanceOf(instruction);
  return distance === undefined ? undefined : slot + 1 + distance;
}

function mapName(op: Instruction, maps: readonly string[] | undefined): string | undefined {
  return op.kind === 'ld_imm64' && op.source.kind !== 'imm' ? maps?.[op.source.map] : undefined;
}
