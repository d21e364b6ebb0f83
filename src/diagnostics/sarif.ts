/**
 * Renders diagnostics as a SARIF 2.1.0 log, with the content of the text and what code hosts need in addition.
 *
 * Code hosts need a full description and help for rules, and a location and a fingerprint for results; they refuse a
 * log with a result that has no location. So a diagnostic without a place is put at the beginning of the first source.
 * If there is no source, it becomes a notification about the run.
 *
 * Sources: OASIS, Static Analysis Results Interchange Format 2.1.0, sections 3.13 to 3.55; GitHub, "SARIF support for
 * code scanning".
 */
import { descriptionOf, locate, severityOf, titleOf, type JsonLocation } from './json.js';
import { lineFingerprint } from './fingerprint.js';
import type { Diagnostic, SourceText } from './types.js';

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';
const ROOT = '%SRCROOT%';

export interface SarifOptions {
  /** The page of a code, in Markdown. */
  readonly page?: (code: string) => string | undefined;
  /** The absolute URL of the project, for links to the pages of codes. */
  readonly home?: string;
  /** Distinguishes several logs of one commit on a code host. */
  readonly category?: string;
}

/** The log, as plain data for `JSON.stringify`. */
export function diagnosticsSarif(
  diagnostics: readonly Diagnostic[],
  sources: readonly SourceText[],
  version: string,
  options: SarifOptions = {},
): object {
  const codes = [...new Set(diagnostics.map((d) => d.code))].sort();
  const rules = codes.map((code) => rule(code, options));
  const driver = { name: 'llpc', version, semanticVersion: version, rules };
  const placed = diagnostics.filter((d) => placeOf(d, sources) !== undefined);
  const others = diagnostics.filter((d) => placeOf(d, sources) === undefined);
  const run = {
    tool: { driver },
    automationDetails: { id: `${options.category ?? 'llpc'}/` },
    columnKind: 'utf16CodeUnits',
    originalUriBaseIds: { [ROOT]: { description: { text: 'the folder that llpc was run in' } } },
    invocations: [invocation(others, codes)],
    results: placed.map((d) => result(d, codes.indexOf(d.code), sources)),
  };
  return { version: '2.1.0', $schema: SCHEMA, runs: [run] };
}

function rule(code: string, { page, home }: SarifOptions): object {
  const severity = severityOf(code);
  const help = page?.(code);
  const text = `${titleOf(code)}: see docs/errors/${code}.md of llpc`;
  return {
    id: code,
    name: nameOf(code),
    shortDescription: { text: titleOf(code) },
    fullDescription: { text: descriptionOf(code) },
    help: help === undefined ? { text } : { text: help, markdown: help },
    ...(home === undefined ? {} : { helpUri: `${home.replace(/\/$/, '')}/docs/errors/${code}.md` }),
    defaultConfiguration: { level: severity },
    properties: { tags: ['file-access-policy'], precision: 'very-high', 'problem.severity': severity },
  };
}

/** The title of a code in the form of a rule name: `UnknownAction`. */
function nameOf(code: string): string {
  const words = titleOf(code).match(/[A-Za-z0-9]+/g) ?? [code];
  return words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
}

function invocation(others: readonly Diagnostic[], codes: readonly string[]): object {
  const notifications = others.map((d) => ({
    descriptor: { id: d.code, index: codes.indexOf(d.code) },
    level: d.severity,
    message: { text: textOf(d) },
  }));
  const executionSuccessful = !others.some((d) => d.severity === 'error');
  if (notifications.length === 0) return { executionSuccessful };
  return { executionSuccessful, toolExecutionNotifications: notifications };
}

/** The place of a diagnostic, or the beginning of the first source; undefined if there is no source. */
function placeOf(d: Diagnostic, sources: readonly SourceText[]): JsonLocation | undefined {
  return locate(d.span, sources) ?? locate({ source: 0, start: 0, end: 0 }, sources) ?? undefined;
}

const textOf = (d: Diagnostic): string =>
  d.help === undefined ? d.message : `${d.message}\nhelp: ${d.help}`;

function result(d: Diagnostic, ruleIndex: number, sources: readonly SourceText[]): object {
  const own = placeOf(d, sources);
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
    message: { text: textOf(d) },
    locations: own === undefined ? [] : [{ physicalLocation: physical(own) }],
    ...fingerprints(d, own, sources),
    ...(related.length === 0 ? {} : { relatedLocations: related }),
    ...fixes(d, sources),
  };
}

function fingerprints(d: Diagnostic, own: JsonLocation | undefined, sources: readonly SourceText[]): object {
  const source = sources[d.span?.source ?? 0];
  if (own === undefined || source === undefined) return {};
  return { partialFingerprints: { primaryLocationLineHash: lineFingerprint(source, own.line) } };
}

function physical({ file, line, column, endLine, endColumn }: JsonLocation): object {
  const region = { startLine: line, startColumn: column, endLine, endColumn };
  return { artifactLocation: artifactLocation(file), region };
}

/** A path as a URI reference. A relative path stays relative, to the folder in which llpc runs. */
function artifactLocation(path: string): object {
  const uri = path.split('/').map(encodeURIComponent).join('/');
  return path.startsWith('/') ? { uri: `file://${uri}` } : { uri, uriBaseId: ROOT };
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
        artifactChanges: [{ artifactLocation: artifactLocation(at.file), replacements }],
      },
    ],
  };
}
