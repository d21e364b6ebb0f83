/**
 * The places that a manifest names, with the text that stands there.
 *
 * A text is one that a policy was just compiled from, one that comes with the compiler, or a file of the recorded name beside
 * the manifest, in the folder above it or in the working directory; and only one whose digest the manifest has. Without a
 * text there is the position alone.
 */
import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Manifest, ManifestSource, ManifestSpan } from '../../artifact/manifest.js';
import { lineText } from '../../diagnostics/lines.js';
import type { NamedSource, SourceText } from '../../diagnostics/types.js';
import { stdImporter } from '../../parser/std.js';
import { readText } from './io.js';
import { printable } from '../../base/printable.js';

export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  /** The line, trimmed; undefined where the text is not found. */
  readonly text: string | undefined;
}

/** A place as a comment says it. */
export function placeText(place: Place | undefined): string {
  if (place === undefined) return '';
  const { file, line, column, text } = place;
  return `${file}:${line}:${column}${text === undefined ? '' : `  ${text}`}`;
}

/** Finds the texts once, and gives what stands at a span. */
export function placeFinder(
  manifest: Manifest,
  file: string,
  known: readonly NamedSource[],
): (span: ManifestSpan) => Place | undefined {
  const texts = manifest.sources.map((source) => textOf(source, dirname(file), known));
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
  folder: string,
  known: readonly NamedSource[],
): SourceText | undefined {
  const { name } = source;
  const compiled = known.find((s) => s.id === name);
  if (compiled !== undefined) return compiled;
  const paths = [join(folder, name), join(folder, '..', name), name];
  const candidates = name.startsWith('std/') ? [stdText(name)] : paths.map(fileText);
  return candidates.find((c) => c !== undefined && sha256(c.text) === source.sha256);
}

function stdText(name: string): SourceText | undefined {
  const read = stdImporter(name);
  return read.kind === 'ok' ? { name, text: read.text } : undefined;
}

/** A manifest may name anything: what is no plain file is not read. */
function fileText(path: string): SourceText | undefined {
  const read = isPlainFile(path) ? readText(path) : undefined;
  return read?.kind === 'ok' ? { name: path, text: read.text } : undefined;
}

function isPlainFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
