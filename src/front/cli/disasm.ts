/** `llpc disasm`: bytecode as a listing, as a graph or as data. */
import { counted } from '../../base/counted.js';
import { decode, type Decoded } from '../../bpf/decode.js';
import { disassemble, listing } from '../../bpf/disasm.js';
import { printDot } from '../../bpf/dot.js';
import type { Origin, Placed } from '../../bpf/types.js';
import { slotsOf } from '../../bpf/types.js';
import type { ManifestProgram } from '../../artifact/manifest.js';
import { nearestName } from '../../diagnostics/suggest.js';
import { oneFile, readBytecode, textOrJson, type BytecodeProgram } from './bytecode-files.js';
import { errorLines, ofDecode } from './bytecode-report.js';
import { hexOf } from './hex.js';
import { UsageError, type Options } from './options.js';
import { print, printDiagnostics } from './output.js';
import { printable } from '../../base/printable.js';
import { placeFinder, placeText, type Place } from './source-lines.js';

/** A program with what its bytes say. */
interface Disassembled extends BytecodeProgram {
  readonly decoded: Decoded;
}
type PlaceOf = (span: ManifestProgram['spans'][number]['span']) => Place | undefined;

export async function disasmCommand(options: Options): Promise<number> {
  const file = oneFile(options, 'llpc disasm FILE');
  const format = textOrJson(options);
  if (options.dot && format === 'json') throw new UsageError('`--dot` and `--format json`: choose one');
  const read = await readBytecode(file, options);
  if (read.kind === 'refused') {
    await printDiagnostics(read.diagnostics, read.sources, format);
    return 1;
  }
  const programs = chosen(read.programs, options.program).map((p) => ({ ...p, decoded: decode(p.bytes) }));
  const places = read.artifact && placeFinder(read.artifact.manifest, file, read.sources);
  const placeOf: PlaceOf = places ?? (() => undefined);
  if (format === 'json') print(jsonText(programs, placeOf));
  else printText(programs, placeOf, options.dot);
  return programs.some(({ decoded }) => decoded.errors.length > 0) ? 1 : 0;
}

function chosen(programs: readonly BytecodeProgram[], name: string | undefined): readonly BytecodeProgram[] {
  if (name === undefined) return programs;
  const found = programs.filter((p) => p.name === name);
  if (found.length > 0) return found;
  const names = programs.map((p) => p.name);
  const near = nearestName(name, names);
  throw new UsageError(
    `there is no program \`${name}\`: ${near === undefined ? `the programs are ${names.join(', ')}` : `did you mean \`${near}\`?`}`,
  );
}

/** Errors go to standard error: what does not decode has no listing, and its neighbours have one all the same. */
function printText(programs: readonly Disassembled[], placeOf: PlaceOf, dot: boolean): void {
  for (const { name, decoded } of programs) {
    for (const error of decoded.errors) process.stderr.write(errorLines(name, ofDecode(error)));
  }
  const whole = programs.filter(({ decoded }) => decoded.errors.length === 0);
  if (dot) {
    if (whole.length > 0)
      print(printDot(whole.map((p) => ({ name: headOf(p), instructions: p.decoded.instructions }))));
    return;
  }
  print(whole.map((p) => `${headOf(p)}\n${listingOf(p, placeOf)}`).join('\n'));
}

function headOf({ name, row, decoded }: Disassembled): string {
  const triggers = row === undefined || row.triggers.length === 0 ? '' : ` on ${row.triggers.join(', ')}`;
  const hook = row === undefined ? '' : `${row.hook}${triggers}, `;
  return `${name}: ${hook}${counted(decoded.instructions.length, 'instruction')}`;
}

/** A listing shows the notes of origins, not their spans. */
const NO_SPAN = { source: 0, start: 0, end: 0 };

function listingOf({ row, decoded }: Disassembled, placeOf: PlaceOf): string {
  if (row === undefined) return listing(decoded.instructions);
  const origins: (Origin | undefined)[] = [];
  const heads = new Map<number, string>();
  let above = '';
  for (const { from, to, note: text, span } of row.spans) {
    const note = printable(text);
    const head = placeText(placeOf(span));
    if (head !== above) heads.set(from, head);
    above = head;
    for (let slot = from; slot < Math.min(to, decoded.slots); slot++) origins[slot] = { span: NO_SPAN, note };
  }
  return listing(decoded.instructions, { maps: row.maps.map(printable), origins, heads });
}

function jsonText(programs: readonly Disassembled[], placeOf: PlaceOf): string {
  const rows = programs.map((program) => ({
    name: program.name,
    hook: program.row?.hook ?? null,
    triggers: program.row?.triggers ?? [],
    maps: program.row?.maps ?? [],
    instructions: program.decoded.instructions.map((placed) => instructionJson(placed, program, placeOf)),
    errors: program.decoded.errors,
  }));
  return JSON.stringify({ format: 'llp-disasm', version: 1, programs: rows }, null, 1) + '\n';
}

function instructionJson(
  { slot, instruction }: Placed,
  { bytes, row }: Disassembled,
  placeOf: PlaceOf,
): object {
  const range = row?.spans.find(({ from, to }) => from <= slot && slot < to);
  const place = range && placeOf(range.span);
  return {
    slot,
    bytes: hexOf(bytes.subarray(slot * 8, (slot + slotsOf(instruction)) * 8)),
    text: disassemble(instruction),
    source: place === undefined ? null : { ...place, text: place.text ?? null },
    note: range?.note ?? null,
  };
}
