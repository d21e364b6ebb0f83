/**
 * Finds the source lines for the places in a manifest.
 *
 * A text comes from the compilation, from the standard library, or from the caller, who finds it under the recorded name. The
 * digests of the last two must be those in the manifest. If no text is found, the result has only the position.
 */
import { createHash } from 'node:crypto';
import type { Manifest, ManifestSource, ManifestSpan } from '../../artifact/manifest.js';
import { lineText } from '../../diagnostics/lines.js';
import type { NamedSource, SourceText } from '../../diagnostics/types.js';
import { stdImporter } from '../../parser/std.js';
import { printable } from '../../base/text.js';

export interface SourcePlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  /** The line, trimmed; undefined where the text is not found. */
  readonly text: string | undefined;
}

/** Returns a place as text, for comments in listings. */
export function placeText(place: SourcePlace | undefined): string {
  if (place === undefined) return '';
  const { file, line, column, text } = place;
  return `${file}:${line}:${column}${text === undefined ? '' : `  ${text}`}`;
}

/** Returns the texts that may be the source of this name, the most likely first. */
export type TextsOf = (name: string) => readonly SourceText[];

/** Finds the texts once, and returns a function from a span to its place and line. */
export function placeFinder(
  manifest: Manifest,
  known: readonly NamedSource[],
  textsOf: TextsOf,
): (span: ManifestSpan) => SourcePlace | undefined {
  const texts = manifest.sources.map((source) => textOf(source, known, textsOf));
  return (span) => {
    const recorded = manifest.sources[span.source];
    if (recorded === undefined) return undefined;
    const found = texts[span.source];
    const { line, column, endLine, endColumn } = span;
    const text = found === undefined ? undefined : printable(lineText(found, line).trim());
    return { file: printable(found?.name ?? recorded.name), line, column, endLine, endColumn, text };
  };
}

function textOf(
  source: ManifestSource,
  known: readonly NamedSource[],
  textsOf: TextsOf,
): SourceText | undefined {
  const { name } = source;
  const compiled = known.find((s) => s.id === name);
  if (compiled !== undefined) return compiled;
  const candidates = name.startsWith('std/') ? [stdText(name)] : textsOf(name);
  return candidates.find((c) => c !== undefined && sha256(c.text) === source.sha256);
}

function stdText(name: string): SourceText | undefined {
  const read = stdImporter(name);
  return read.kind === 'ok' ? { name, text: read.text } : undefined;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
