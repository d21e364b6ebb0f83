/** `llpc explain`: one request, and every program that it ran. */
import { actionBit, type ActionName } from '../abi/actions.js';
import { hasError } from '../analyse.js';
import { reasonNote, toDiagnostics } from '../locate.js';
import type { NamedSource } from '../diagnostics/types.js';
import type { Manifest } from '../artifact/manifest.js';
import { explainRuns, traced, type CookieView, type ExplainedRun } from '../runtime/explain.js';
import { loadPolicy, toDecision, type Decision } from '../runtime/load.js';
import { request } from '../runtime/kernel/syscalls/index.js';
import { positionAt } from '../diagnostics/lines.js';
import { lineText } from '../diagnostics/lines.js';
import { loadFile } from './load-files.js';
import { treeForExplain } from './trees.js';
import { print, printDiagnostics } from './output.js';
import { readAction } from './read-action.js';
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
  const policy = loadPolicy(loaded.artifact, tree.vfs);
  if (policy.kind === 'refused') {
    await printDiagnostics(toDiagnostics(policy.problems, loaded.sources), loaded.sources, options.format);
    return 1;
  }
  const { kernel, task, grounded } = policy.value;
  const { result, runs } = traced(kernel, () => request(task, actionBit(action) ?? 0, path));
  const explanation = { action, path, decision: toDecision(result), runs: explainRuns([grounded], runs) };
  if (options.format === 'text')
    print(explanationText(explanation, loaded.artifact.manifest, loaded.sources));
  else print(JSON.stringify({ format: 'llp-explanation', version: 1, ...explanation }, null, 1) + '\n');
  return 0;
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
): string {
  const verdict =
    decision.verdict === 'error'
      ? `fails with ${decision.errno}, before anything denies it`
      : decision.verdict;
  const lines = [`${action} ${path}: ${verdict}`, ''];
  for (const run of runs) lines.push(...runText(run));
  const judged =
    runs.findLast((r) => r.verdict === 'deny') ??
    runs.findLast((r) => r.reason !== undefined && r.hook !== 'fs_walk') ??
    runs.findLast((r) => r.reason !== undefined);
  if (judged?.reason !== undefined) lines.push('', ...reasonText(judged, manifest, sources));
  if (decision.verdict === 'allow' && judged?.reason === undefined)
    lines.push('', 'no program of the policy judges this action: it is allowed everywhere');
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
