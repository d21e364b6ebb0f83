/**
 * Diagnostics as a SARIF 2.1.0 log, with the same content as the text.
 *
 * Source: OASIS, Static Analysis Results Interchange Format 2.1.0, sections 3.13 to 3.55.
 */
import { locate, titleOf, type JsonLocation } from './json.js';
import type { Diagnostic, SourceText } from './types.js';

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';

/** The log; plain data that is ready for `JSON.stringify`. */
export function diagnosticsSarif(
  diagnostics: readonly Diagnostic[],
  sources: readonly SourceText[],
  version: string,
): object {
  const codes = [...new Set(diagnostics.map((d) => d.code))].sort();
  const rules = codes.map((code) => ({
    id: code,
    shortDescription: { text: titleOf(code) },
    helpUri: `docs/errors/${code}.md`,
    defaultConfiguration: { level: diagnostics.find((d) => d.code === code)?.severity ?? 'error' },
  }));
  const results = diagnostics.map((d) => result(d, codes.indexOf(d.code), sources));
  const run = { tool: { driver: { name: 'llpc', version, rules } }, columnKind: 'utf16CodeUnits', results };
  return { version: '2.1.0', $schema: SCHEMA, runs: [run] };
}

function result(d: Diagnostic, ruleIndex: number, sources: readonly SourceText[]): object {
  const own = locate(d.span, sources);
  const related = d.notes.map((note, id) => {
    const at = locate(note.span, sources);
    return {
      id,
      message: { text: note.message },
      ...(at === null ? {} : { physicalLocation: physical(at) }),
    };
  });
  return {
    ruleId: d.code,
    ruleIndex,
    level: d.severity,
    message: { text: d.help === undefined ? d.message : `${d.message}\nhelp: ${d.help}` },
    locations: own === null ? [] : [{ physicalLocation: physical(own) }],
    ...(related.length === 0 ? {} : { relatedLocations: related }),
    ...fixes(d, sources),
  };
}

function physical({ file, line, column, endLine, endColumn }: JsonLocation): object {
  const region = { startLine: line, startColumn: column, endLine, endColumn };
  return { artifactLocation: { uri: uriOf(file) }, region };
}

/** A path as a URI reference: relative stays relative. */
function uriOf(path: string): string {
  const uri = path.split('/').map(encodeURIComponent).join('/');
  return path.startsWith('/') ? `file://${uri}` : uri;
}

function fixes(d: Diagnostic, sources: readonly SourceText[]): object {
  const at = d.fix === undefined ? null : locate(d.fix.span, sources);
  if (d.fix === undefined || at === null) return {};
  const { line, column, endLine, endColumn } = at;
  const deletedRegion = { startLine: line, startColumn: column, endLine, endColumn };
  const replacements = [{ deletedRegion, insertedContent: { text: d.fix.replacement } }];
  return {
    fixes: [
      {
        description: { text: d.help ?? 'mend it' },
        artifactChanges: [{ artifactLocation: { uri: uriOf(at.file) }, replacements }],
      },
    ],
  };
}
