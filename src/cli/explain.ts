/** `llpc explain`: one request, and every program that it ran. */
import { actionBit, ACTIONS, type ActionName } from '../abi/actions.js';
import { nearestName } from '../diagnostics/suggest.js';
import { hasError } from '../analyse.js';
import { reasonNote, toDiagnostics } from '../locate.js';
import type { NamedSource } from '../diagnostics/types.js';
import type { Manifest, ManifestProgram } from '../artifact/manifest.js';
import { explainRuns, traced, type CookieView, type ExplainedRun } from '../runtime/explain.js';
import { loadPolicy, toDecision, type Decision } from '../runtime/load.js';
import { createTracingEngine, type Trace } from '../runtime/engine/step-trace.js';
import { request } from '../runtime/kernel/syscalls/index.js';
import { positionAt } from '../diagnostics/lines.js';
import { lineText } from '../diagnostics/lines.js';
import { loadFile } from './load-files.js';
import { placeFinder } from './source-lines.js';
import { hookTraceLines, traceJson } from './trace-text.js';
import { treeForExplain } from './trees.js';
import { print, printDiagnostics } from './output.js';
import { UsageError, type Options } from './options.js';

export async function explainCommand(options: Options): Promise<number> {
  const [file, actionName, path, ...rest] = options.positionals;
  // The empty path names nothing on Linux.
  if (file === undefined || actionName === undefined || !path || rest.length > 0) {
    throw new UsageError('write `llpc explain FILE ACTION PATH`');
  }
  const action = readAction(actionName);
  const loaded = await loadFile(file, options);
  const errors = loaded.diagnostics.filter((d) => d.severity === 'error');
  if (loaded.artifact === undefined || hasError(loaded.diagnostics)) {
    await printDiagnostics(errors, loaded.sources, options.format);
    return 1;
  }
  const tree = await treeForExplain(options.scenario, loaded.artifact.manifest, action, path);
  if (tree.kind === 'refused') {
    await printDiagnostics(tree.diagnostics, [], options.format);
    return 1;
  }
  const tracing = options.trace ? createTracingEngine(options.traceLimit) : undefined;
  const policy = loadPolicy(loaded.artifact, tree.vfs, tracing);
  if (policy.kind === 'refused') {
    await printDiagnostics(toDiagnostics(policy.problems, loaded.sources), loaded.sources, options.format);
    return 1;
  }
  const { kernel, task, grounded } = policy.value;
  tracing?.take(); // what the policy's own loading has run
  const { result, runs } = traced(kernel, () => request(task, actionBit(action) ?? 0, path));
  const explained = explainRuns([grounded], runs);
  const traces = tracing?.take();
  const { manifest } = loaded.artifact;
  const explanation = { action, path, decision: toDecision(result), runs: explained };
  if (options.format === 'text') {
    const places = placeFinder(manifest, file, loaded.sources);
    const traceOf = (run: ExplainedRun, i: number): readonly string[] =>
      traces?.[i] === undefined ? [] : hookTraceLines(traces[i], rowOf(manifest, run), places);
    print(explanationText(explanation, manifest, loaded.sources, traceOf));
  } else print(jsonText(explanation, traces));
  return 0;
}

const rowOf = (manifest: Manifest, { program }: ExplainedRun): ManifestProgram | undefined =>
  manifest.programs.find((p) => p.name === program);

function jsonText(explanation: Explanation, traces: readonly Trace[] | undefined): string {
  const runs = explanation.runs.map((run, i) => {
    const trace = traces?.[i];
    return trace === undefined ? run : { ...run, trace: traceJson(trace) };
  });
  return JSON.stringify({ format: 'llp-explanation', version: 1, ...explanation, runs }, null, 1) + '\n';
}

function readAction(name: string): ActionName {
  const action = ACTIONS.find((a) => a === name);
  if (action !== undefined) return action;
  const near = nearestName(name, ACTIONS);
  throw new UsageError(
    `\`${name}\` is no action${near === undefined ? `: they are ${ACTIONS.join(', ')}` : `: did you mean \`${near}\`?`}`,
  );
}

interface Explanation {
  readonly action: ActionName;
  readonly path: string;
  readonly decision: Decision;
  readonly runs: readonly ExplainedRun[];
}

function explanationText(
  { action, path, decision, runs }: Explanation,
  manifest: Manifest,
  sources: readonly NamedSource[],
  traceOf: (run: ExplainedRun, index: number) => readonly string[],
): string {
  const verdict =
    decision.verdict === 'error'
      ? `fails with ${decision.errno}, before anything denies it`
      : decision.verdict;
  const lines = [`${action} ${path}: ${verdict}`, ''];
  runs.forEach((run, i) => lines.push(...runText(run), ...traceOf(run, i)));
  const judged =
    runs.findLast((r) => r.verdict === 'deny') ??
    runs.findLast((r) => r.reason !== undefined && r.hook !== 'fs_walk') ??
    runs.findLast((r) => r.reason !== undefined);
  const gap = lines.at(-1) === '' && runs.length > 0 ? [] : [''];
  if (judged?.reason !== undefined) lines.push(...gap, ...reasonText(judged, manifest, sources));
  if (decision.verdict === 'allow' && judged?.reason === undefined)
    lines.push(...gap, 'no program of the policy judges this action: it is allowed everywhere');
  return lines.join('\n') + '\n';
}

function runText(run: ExplainedRun): string[] {
  const asked = [
    run.map === undefined ? undefined : `map ${run.map}`,
    run.tag === undefined ? undefined : `tag ${run.tag}`,
  ].filter((a) => a !== undefined);
  const head = `${run.hook.padEnd(7)} ${run.program.padEnd(14)} ${(run.name || '?').padEnd(16)} ${run.lookup.padEnd(6)} ${asked.join(', ').padEnd(18)} ${run.verdict}`;
  const before = `          before ${cookieText(run.before)}`;
  const after = `          after  ${cookieText(run.after)}`;
  return run.before.hex === run.after.hex ? [head.trimEnd(), before] : [head.trimEnd(), before, after];
}

function cookieText({ hex, state, self, below, place }: CookieView): string {
  if (state === undefined) return hex;
  if (state.kind === 'start') return `${hex}  start of a session`;
  if (state.kind === 'unknown') return `${hex}  unknown: denied whatever is denied anywhere`;
  const from = place === undefined ? '' : ` of ${place}`;
  const beneath = `{${below.join(', ')}}`;
  if (!state.exact) return `${hex}  in the region${from}, allowed ${beneath}`;
  return `${hex}  at the object${from}, allowed {${self.join(', ')}}, beneath ${beneath}`;
}

function reasonText(run: ExplainedRun, manifest: Manifest, sources: readonly NamedSource[]): string[] {
  if (run.reason === undefined) return [];
  const note = reasonNote(run.reason, manifest, sources);
  const layer = manifest.chains.length > 1 ? ` (layer "${run.chain}")` : '';
  if (note.span === undefined) return [`${note.message}${layer}`];
  const source = sources[note.span.source];
  if (source === undefined) return [note.message];
  const { line, column } = positionAt(source, note.span.start);
  return [
    `${note.message}${layer}`,
    `  ${source.name}:${line}:${column}`,
    `  ${lineText(source, line).trim()}`,
  ];
}
