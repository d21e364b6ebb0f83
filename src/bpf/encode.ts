/**
 * Resolves labels and map names and writes the bytes of a program.
 *
 * Input: instructions with labels, targets and origins. Output: bytes, the origin of each slot, the number of
 * instructions. Invariant: a distance that does not fit its field is an error and is never truncated; every error
 * of the program is reported. An error here is a limit of the ISA or a fault of the caller, so it has no code.
 */
import { fieldsOf } from './fields.js';
import type { SlotFields } from './fields.js';
import type { AsmInstruction, I32, Instruction, LdImm64, Origin } from './types.js';
import { isI16, isI32, slotsOf } from './types.js';

/** Size of a slot in bytes. */
export const SLOT_SIZE = 8;

export type EncodeError =
  | { readonly kind: 'duplicate_label'; readonly index: number; readonly label: string }
  | { readonly kind: 'unknown_label'; readonly index: number; readonly label: string }
  | { readonly kind: 'missing_target'; readonly index: number }
  | { readonly kind: 'unexpected_target'; readonly index: number; readonly label: string }
  | { readonly kind: 'unknown_map'; readonly index: number; readonly map: string }
  /** `distance` is in slots and does not fit the field of the jump. */
  | { readonly kind: 'too_far'; readonly index: number; readonly label: string; readonly distance: number };

export interface Encoded {
  readonly kind: 'encoded';
  readonly bytes: Uint8Array;
  /** One for each slot; both slots of LD_IMM64 have the origin of the instruction. */
  readonly origins: readonly (Origin | undefined)[];
  /** Number of instructions; LD_IMM64 counts once. */
  readonly instructions: number;
  /** The instructions with labels and maps resolved. */
  readonly resolved: readonly Instruction[];
}

export type EncodeOutcome = Encoded | { readonly kind: 'failed'; readonly errors: readonly EncodeError[] };

/**
 * Encodes a program, or returns all of its errors.
 * @param maps the names of the program's maps; a reference to a map becomes an index into this list
 */
export function encode(program: readonly AsmInstruction[], maps: readonly string[] = []): EncodeOutcome {
  const errors: EncodeError[] = [];
  const slots = placeSlots(program);
  const labels = collectLabels(program, slots, errors);
  const resolved: Instruction[] = [];
  for (const [index, instruction] of program.entries()) {
    const done = resolve(instruction, index, slots[index] ?? 0, labels, maps);
    if ('error' in done) errors.push(done.error);
    else resolved.push(done.op);
  }
  if (errors.length > 0) return { kind: 'failed', errors };
  return {
    kind: 'encoded',
    bytes: encodeInstructions(resolved),
    origins: program.flatMap((i) => Array<Origin | undefined>(slotsOf(i.op)).fill(i.origin)),
    instructions: program.length,
    resolved,
  };
}

function placeSlots(program: readonly AsmInstruction[]): readonly number[] {
  let next = 0;
  return program.map((instruction) => {
    const slot = next;
    next += slotsOf(instruction.op);
    return slot;
  });
}

function collectLabels(
  program: readonly AsmInstruction[],
  slots: readonly number[],
  errors: EncodeError[],
): ReadonlyMap<string, number> {
  const labels = new Map<string, number>();
  for (const [index, { label }] of program.entries()) {
    if (label === undefined) continue;
    if (labels.has(label)) errors.push({ kind: 'duplicate_label', index, label });
    else labels.set(label, slots[index] ?? 0);
  }
  return labels;
}

type ResolvedInstruction = { readonly op: Instruction } | { readonly error: EncodeError };

function resolve(
  instruction: AsmInstruction,
  index: number,
  slot: number,
  labels: ReadonlyMap<string, number>,
  maps: readonly string[],
): ResolvedInstruction {
  const { op, target } = instruction;
  if (op.kind !== 'jump' && op.kind !== 'ja' && op.kind !== 'call_local') {
    if (target !== undefined) return { error: { kind: 'unexpected_target', index, label: target } };
    return op.kind === 'ld_imm64' ? resolveMap(op, index, maps) : { op };
  }
  if (target === undefined) return { error: { kind: 'missing_target', index } };
  const to = labels.get(target);
  if (to === undefined) return { error: { kind: 'unknown_label', index, label: target } };
  const distance = to - slot - 1;
  const tooFar: ResolvedInstruction = { error: { kind: 'too_far', index, label: target, distance } };
  if (op.kind === 'jump') return isI16(distance) ? { op: { ...op, offset: distance } } : tooFar;
  const fits = op.kind === 'ja' && !op.wide ? isI16(distance) : isI32(distance);
  return fits ? { op: { ...op, offset: distance as I32 } } : tooFar;
}

function resolveMap(op: LdImm64<string>, index: number, maps: readonly string[]): ResolvedInstruction {
  const source = op.source;
  if (source.kind === 'imm') return { op: { ...op, source } };
  const map = maps.indexOf(source.map);
  if (map < 0) return { error: { kind: 'unknown_map', index, map: source.map } };
  return { op: { ...op, source: { ...source, map: map as I32 } } };
}

/** The bytes of resolved instructions. */
export function encodeInstructions(program: readonly Instruction[]): Uint8Array {
  const slots = program.reduce((n, op) => n + slotsOf(op), 0);
  const bytes = new Uint8Array(slots * SLOT_SIZE);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const op of program) {
    writeSlot(view, at, fieldsOf(op));
    at += slotsOf(op) * SLOT_SIZE;
  }
  return bytes;
}

function writeSlot(view: DataView, at: number, fields: SlotFields): void {
  view.setUint8(at, fields.opcode);
  view.setUint8(at + 1, (fields.src << 4) | fields.dst);
  view.setInt16(at + 2, fields.off, true);
  view.setInt32(at + 4, fields.imm, true);
  if (fields.next !== undefined) view.setInt32(at + SLOT_SIZE + 4, fields.next, true);
}

/** An error as text for an internal message: lower case, no period. */
export function encodeErrorText(error: EncodeError): string {
  const where = `instruction ${error.index}`;
  switch (error.kind) {
    case 'duplicate_label':
      return `${where}: label \`${error.label}\` is already defined`;
    case 'unknown_label':
      return `${where}: label \`${error.label}\` is not defined`;
    case 'missing_target':
      return `${where}: the jump has no target`;
    case 'unexpected_target':
      return `${where}: target \`${error.label}\` on an instruction that does not jump`;
    case 'unknown_map':
      return `${where}: map \`${error.map}\` is not in the program's list of maps`;
    case 'too_far':
      return `${where}: label \`${error.label}\` is ${error.distance} slots away, which does not fit the jump`;
  }
}
