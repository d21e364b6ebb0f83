/** `llpc disasm`: prints bytecode as a listing, as a graph or as data. */
import { printDot } from '../../bpf/dot.js';
import { errorLines, ofDecode } from '../../bpf/program-error.js';
import {
  decodeProgram,
  programHead,
  programListing,
  programsJson,
  type BytecodeProgram,
  type DecodedProgram,
} from '../../bpf/program-text.js';
import { placeFinder, placeText, type SourcePlace } from '../../tools/query/source-lines.js';
import type { ManifestSpan } from '../../artifact/manifest.js';
import { unknownName, UsageError } from './arguments.js';
import { oneFile, readBytecode, textOrJson } from './bytecode-files.js';
import { textsBeside } from './load-files.js';
import type { Options } from './options.js';
import { fail, print, printJson } from './output.js';

type PlaceOf = (span: ManifestSpan) => SourcePlace | undefined;

export async function disasmCommand(options: Options): Promise<number> {
  const file = oneFile(options, 'llpc disasm FILE');
  const format = textOrJson(options);
  if (options.dot && format === 'json') throw new UsageError('`--dot` and `--format json`: choose one');
  const read = await readBytecode(file, options);
  if (read.kind === 'refused') return fail(read.diagnostics, read.sources, format);
  const programs = chosen(read.programs, options.program).map(decodeProgram);
  const places = read.artifact && placeFinder(read.artifact.manifest, read.sources, textsBeside(file));
  const placeOf: PlaceOf = places ?? (() => undefined);
  if (format === 'json') printJson(programsJson(programs, (span) => placeJson(placeOf(span))));
  else printText(programs, placeOf, options.dot);
  return programs.some(({ decoded }) => decoded.errors.length > 0) ? 1 : 0;
}

function chosen(programs: readonly BytecodeProgram[], name: string | undefined): readonly BytecodeProgram[] {
  if (name === undefined) return programs;
  const found = programs.filter((p) => p.name === name);
  if (found.length > 0) return found;
  const names = programs.map((p) => p.name);
  throw unknownName(`there is no program \`${name}\``, 'the programs are', name, names);
}

function placeJson(place: SourcePlace | undefined): object | null {
  return place === undefined ? null : { ...place, text: place.text ?? null };
}

/** Prints the listing of each program that decodes, and the errors of the others on standard error. */
function printText(programs: readonly DecodedProgram[], placeOf: PlaceOf, dot: boolean): void {
  for (const { name, decoded } of programs) {
    for (const error of decoded.errors) process.stderr.write(errorLines(name, ofDecode(error)));
  }
  const whole = programs.filter(({ decoded }) => decoded.errors.length === 0);
  if (!dot) print(whole.map((p) => programListing(p, (span) => placeText(placeOf(span)))).join('\n'));
  else if (whole.length > 0)
    print(printDot(whole.map((p) => ({ name: programHead(p), instructions: p.decoded.instructions }))));
}
