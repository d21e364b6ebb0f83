/** `llpc`: the compiler. Loading and running an artifact is `llpc/runtime`, running a policy's tests `llpc/testing`. */
export { compile } from './compile.js';
export type { CompileResult } from './compile.js';
export { checkSources } from './analyse.js';
export type { Checked, CompileOptions, Stages } from './analyse.js';
export { formatText, type Formatted } from './format/format.js';
export type { Imported, Importer, SourceInput } from './link.js';
export type { Artifact, Manifest, PlanKind } from './artifact/manifest.js';
export { manifestText } from './artifact/text.js';
export type { Diagnostic, Note, Severity, SourceText, Span } from './diagnostics/types.js';
export { renderText } from './diagnostics/render.js';
export { diagnosticsJson } from './diagnostics/json.js';
export { diagnosticsSarif } from './diagnostics/sarif.js';
export { ACTIONS, TRIGGERS, type ActionName, type TriggerName } from './abi/actions.js';
export { loadPolicy } from './runtime/load.js';
export type { Decision, LoadedPolicy, LoadResult } from './runtime/load.js';
