/** The plugin for esbuild, by esbuild's own interface, in which a message has a line, a length and notes. */
import type { Message as EsbuildMessage, OnLoadResult, PartialMessage, PluginBuild } from 'esbuild';
import { compileModule, type LlpcOptions, type Message, type MessagePlace } from './compile-module.js';

export function setUpEsbuild(build: PluginBuild, options: LlpcOptions): void {
  build.onLoad({ filter: /\.llp$/ }, ({ path, suffix }): OnLoadResult | undefined => {
    // A query such as `?raw` asks for something else than the module.
    if (suffix !== '') return undefined;
    const { code, files, messages } = compileModule(path, options);
    const of = (severity: Message['severity']): PartialMessage[] =>
      messages.filter((m) => m.severity === severity).map(toEsbuild);
    return {
      contents: code ?? '',
      loader: 'js',
      errors: of('error'),
      warnings: of('warning'),
      watchFiles: [...files],
    };
  });
}

function toEsbuild({ text, place, notes }: Message): PartialMessage {
  return {
    text,
    location: locationOf(place),
    notes: notes.map((note) => ({ text: note.text, location: locationOf(note.place) })),
  };
}

/**
 * The location for esbuild: columns count from 0, in bytes of UTF-8. A place of several lines ends with the first line.
 */
function locationOf(
  place: MessagePlace | undefined,
): Partial<NonNullable<EsbuildMessage['location']>> | null {
  if (place === undefined) return null;
  const { file, line, column, endLine, endColumn, lineText } = place;
  const end = endLine === line ? endColumn - 1 : lineText.length;
  const bytes = (from: number, to: number): number => Buffer.byteLength(lineText.slice(from, to));
  return { file, line, column: bytes(0, column - 1), length: bytes(column - 1, end), lineText };
}
