/** `llpc`: the compiler. Loading and running an artifact is `llpc/runtime`, running a policy's tests `llpc/testing`. */
import { targetOf } from './codegen/targets.js';
import { compileFor, type CompileOptions, type CompileResult } from './compile.js';
import type { SourceInput } from './parser/link.js';

/** Compiles one text, or several files as layers, for the target that `options` name. Never throws for bad input. */
export function compile(input: string | readonly SourceInput[], options: CompileOptions = {}): CompileResult {
  return compileFor(targetOf(options), input, options);
}

export { checkSources } from './compile.js';
export type { Checked, CompileOptions, CompileResult, Stages } from './compile.js';
export { confirmGains } from './tools/testing/confirm-gains.js';
export { formatText, type Formatted } from './format/format.js';
export type { Imported, Importer, SourceInput } from './parser/link.js';
export type { Artifact, Manifest, TargetName } from './artifact/manifest.js';
export type { Machine } from './artifact/enforcement-plan.js';
export type {
  Gap,
  GapCause,
  GapCloser,
  GapDecider,
  GapDirection,
  GapTime,
  GapWitness,
} from './artifact/gap.js';
export { manifestText } from './artifact/text.js';
export type { Diagnostic, Note, Severity, SourceText, Span } from './diagnostics/types.js';
export { renderText } from './diagnostics/render.js';
export { diagnosticsJson } from './diagnostics/json.js';
export { diagnosticsSarif } from './diagnostics/sarif.js';
export { diffPolicies } from './tools/diff/diff.js';
export type { DiffChange, DiffReport, DiffResult, DiffSide } from './tools/diff/diff.js';
export { diffMarkdown, diffText } from './tools/diff/diff-text.js';
export { ACTIONS, TRIGGERS, type ActionName, type TriggerName } from './abi/actions.js';
export { loadPolicy } from './runtime/load.js';
export type { Decision, LoadedPolicy, LoadResult } from './runtime/load.js';
