/**
 * Programs as listings and as data: instructions, what they are for, and the place in the policy that they come from.
 *
 * Input: bytes, with the row of the manifest where there is one. What does not decode has errors and no listing.
 */
import type { Artifact, ManifestProgram, ManifestSpan } from '../artifact/manifest.js';
import { hexOf } from '../base/hex.js';
import { counted, printable } from '../base/text.js';
import { decode, type Decoded } from './decode.js';
import { disassemble, listing } from './disasm.js';
import { slotsOf, type Origin, type Placed } from './types.js';

export interface BytecodeProgram {
  readonly name: string;
  readonly bytes: Uint8Array;
  /** What the manifest says of it; undefined for bytes alone. */
  readonly row: ManifestProgram | undefined;
}

export interface DecodedProgram extends BytecodeProgram {
  readonly decoded: Decoded;
}

export function programsOf({ manifest, bytecode }: Artifact): BytecodeProgram[] {
  return manifest.programs.map((row) => ({
    name: row.name,
    bytes: bytecode.get(row.bytecode.file) ?? new Uint8Array(),
    row,
  }));
}

export function decodeProgram(program: BytecodeProgram): DecodedProgram {
  return { ...program, decoded: decode(program.bytes) };
}

/** Every program of an artifact as a listing. */
export function artifactListing(artifact: Artifact): string {
  return programsOf(artifact)
    .map((program) => programListing(decodeProgram(program), () => ''))
    .join('\n');
}

/** A program with its head. `placeTextOf` is what stands above the instructions of a place, `''` for nothing. */
export function programListing(program: DecodedProgram, placeTextOf: (span: ManifestSpan) => string): string {
  return `${programHead(program)}\n${listingOf(program, placeTextOf)}`;
}

/** `fs_pick_0: fs_pick on read, 12 instructions`. */
export function programHead({ name, row, decoded }: DecodedProgram): string {
  const triggers = row === undefined || row.triggers.length === 0 ? '' : ` on ${row.triggers.join(', ')}`;
  const hook = row === undefined ? '' : `${row.hook}${triggers}, `;
  return `${name}: ${hook}${counted(decoded.instructions.length, 'instruction')}`;
}

/** A listing shows the notes of origins, not their spans. */
const NO_SPAN = { source: 0, start: 0, end: 0 };

function listingOf({ row, decoded }: DecodedProgram, placeTextOf: (span: ManifestSpan) => string): string {
  if (row === undefined) return listing(decoded.instructions);
  const origins: (Origin | undefined)[] = [];
  const heads = new Map<number, string>();
  let above = '';
  for (const { from, to, note: text, span } of row.spans) {
    const note = printable(text);
    const head = placeTextOf(span);
    if (head !== above) heads.set(from, head);
    above = head;
    for (let slot = from; slot < Math.min(to, decoded.slots); slot++) origins[slot] = { span: NO_SPAN, note };
  }
  return listing(decoded.instructions, { maps: row.maps.map(printable), origins, heads });
}

/** What `schema/bytecode-1.json` says of a listing. `placeOf` is a place in the policy as data. */
export function programsJson(
  programs: readonly DecodedProgram[],
  placeOf: (span: ManifestSpan) => object | null,
): object {
  const rows = programs.map((program) => ({
    name: program.name,
    hook: program.row?.hook ?? null,
    triggers: program.row?.triggers ?? [],
    maps: program.row?.maps ?? [],
    instructions: program.decoded.instructions.map((placed) => instructionJson(placed, program, placeOf)),
    errors: program.decoded.errors,
  }));
  return { format: 'llp-disasm', version: 1, programs: rows };
}

function instructionJson(
  { slot, instruction }: Placed,
  { bytes, row }: DecodedProgram,
  placeOf: (span: ManifestSpan) => object | null,
): object {
  const range = row?.spans.find(({ from, to }) => from <= slot && slot < to);
  return {
    slot,
    bytes: hexOf(bytes.subarray(slot * 8, (slot + slotsOf(instruction)) * 8)),
    text: disassemble(instruction),
    source: range === undefined ? null : placeOf(range.span),
    note: range?.note ?? null,
  };
}
