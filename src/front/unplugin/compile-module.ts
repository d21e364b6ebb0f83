/**
 * Compiles a policy file to a module. All bundlers use it.
 *
 * Input: the path of a file on disk and options. Output: the text of the module, absent if there is an error; every
 * file that was read or searched for; and diagnostics in a form that every bundler can show.
 */
import { relative, resolve, sep } from 'node:path';
import type { CompileOptions } from '../../compile.js';
import { identify, readText, recording, type ReadText } from '../cli/io.js';
import { targetOf } from '../../codegen/targets.js';
import { compileFor } from '../../compile.js';
import { report } from '../../diagnostics/catalogue.js';
import { locate, type JsonLocation } from '../../diagnostics/json.js';
import { lineText } from '../../diagnostics/lines.js';
import { renderText } from '../../diagnostics/render.js';
import type { Diagnostic, SourceText, Severity, Span } from '../../diagnostics/types.js';
import { moduleText } from './module.js';

export type LlpcOptions = Pick<CompileOptions, 'defines' | 'target'>;

/** A place in a text. */
export interface MessagePlace extends JsonLocation {
  /** The text of the line. */
  readonly lineText: string;
}

export interface Message {
  readonly severity: Severity;
  readonly code: string;
  /** The message on one line, without the place. */
  readonly text: string;
  /** The full text as on a terminal: place, message, line with carets, notes, help. */
  readonly rendered: string;
  readonly place: MessagePlace | undefined;
  readonly notes: readonly { readonly text: string; readonly place: MessagePlace | undefined }[];
}

export interface CompiledModule {
  readonly code: string | undefined;
  /** The absolute paths of the files that were read or are missing. */
  readonly files: readonly string[];
  readonly messages: readonly Message[];
}

export function compileModule(path: string, options: LlpcOptions): CompiledModule {
  const name = relative(process.cwd(), path).split(sep).join('/');
  const seen = new Map<string, ReadText>();
  const readFile = recording(readText, seen);
  const read = readFile(name);
  const files = (): string[] => [...seen.keys()].map((file) => resolve(file));
  if (read.kind === 'missing') {
    const missing = report('LLP2017', { path: name, why: read.why }, {});
    return { code: undefined, files: files(), messages: [message(missing, [])] };
  }
  const { artifact, diagnostics, sources } = compileFor(targetOf(options), identify([name], [read.text]), {
    ...options,
    importer: readFile,
  });
  const code = artifact === undefined ? undefined : moduleText(artifact);
  return { code, files: files(), messages: diagnostics.map((d) => message(d, sources)) };
}

function message(d: Diagnostic, sources: readonly SourceText[]): Message {
  return {
    severity: d.severity,
    code: d.code,
    text: `${d.message} [${d.code}]`,
    rendered: renderText([d], sources, { colour: false }).trimEnd(),
    place: placeOf(d.span, sources),
    notes: [
      ...d.notes.map((n) => ({ text: n.message, place: placeOf(n.span, sources) })),
      ...(d.help === undefined ? [] : [{ text: `help: ${d.help}`, place: undefined }]),
    ],
  };
}

function placeOf(span: Span | undefined, sources: readonly SourceText[]): MessagePlace | undefined {
  const at = locate(span, sources);
  const source = span === undefined ? undefined : sources[span.source];
  if (at === null || source === undefined) return undefined;
  return { ...at, lineText: lineText(source, at.line) };
}
