/** `llpc explain`: prints the program runs of one request, the rule that decided, and edits that would reverse the verdict. */
import type { ActionName } from '../../abi/actions.js';
import { hasError } from '../../compile.js';
import type { Artifact } from '../../artifact/manifest.js';
import { defined } from '../../base/assert.js';
import { report } from '../../diagnostics/catalogue.js';
import type { Diagnostic } from '../../diagnostics/types.js';
import { createTracingEngine } from '../../runtime/engine/step-trace.js';
import type { Vfs } from '../../runtime/kernel/vfs.js';
import { readAuditLine } from '../../tools/query/audit.js';
import { explainAnswer, explanationJson, type PolicyQuestion } from '../../tools/query/explain.js';
import { explanationText } from '../../tools/query/explain-text.js';
import { toDiagnostics } from '../../tools/query/locate.js';
import { askRequest, askStep, type Asking } from '../../tools/query/question.js';
import { placeFinder, placeText } from '../../tools/query/source-lines.js';
import { treeFor, type QueryTree } from '../../tools/query/tree.js';
import { readAction, UsageError } from './arguments.js';
import { readText } from './io.js';
import { loadFile, textsBeside, type LoadedFile } from './load-files.js';
import type { Options } from './options.js';
import { fail, print, printJson } from './output.js';
import { loadPolicies } from './policies.js';
import { makeTree, readScenario, readScenarioTree } from './scenario-files.js';

type ReadQuestion =
  | { readonly kind: 'ok'; readonly question: PolicyQuestion }
  | { readonly kind: 'refused'; readonly diagnostics: readonly Diagnostic[] };

const USAGE =
  'write `llpc explain FILE ACTION PATH`, or FILE with `--audit LINE` or `--scenario FILE --step N`';

export async function explainCommand(options: Options): Promise<number> {
  const [file, actionName, path, ...rest] = options.positionals;
  const asked = options.audit === undefined && options.step === undefined;
  if (
    file === undefined ||
    rest.length > 0 ||
    asked !== Boolean(path) || // the empty path names nothing on Linux
    (!asked && actionName !== undefined)
  )
    throw new UsageError(USAGE);
  if (options.step !== undefined && (options.scenario === undefined || options.audit !== undefined))
    throw new UsageError('`--step` is of a scenario: write `--scenario FILE --step N`');
  const requests = asked
    ? [{ action: readAction(actionName ?? ''), path: path ?? '' }]
    : auditRequests(options);
  const loaded = await loadFile(file, options);
  if (loaded.artifact === undefined || hasError(loaded.diagnostics))
    return fail(
      loaded.diagnostics.filter((d) => d.severity === 'error'),
      loaded.sources,
      options.format,
    );
  let code = 0;
  if (options.step !== undefined) return explainOne(loaded, await stepQuestion(options, loaded), options);
  for (const { action, path: at } of requests)
    code = (await explainOne(loaded, await requestQuestion(options, loaded, action, at), options)) || code;
  return code;
}

function auditRequests({
  audit,
}: Options): readonly { readonly action: ActionName; readonly path: string }[] {
  if (audit === undefined) return [];
  const read = audit === '-' ? readText('-') : ({ kind: 'ok', text: audit } as const);
  if (read.kind === 'missing') throw new UsageError(`\`--audit -\`: ${read.why}`);
  const line = readAuditLine(read.text);
  if (line.kind === 'fault') throw new UsageError(`\`--audit\`: ${line.why}`);
  return line.questions;
}

async function requestQuestion(
  { scenario, trace, traceLimit }: Options,
  { artifact: main }: LoadedFile,
  action: ActionName,
  path: string,
): Promise<ReadQuestion> {
  const { manifest } = defined(main, 'the policy compiles');
  const read = scenario === undefined ? undefined : await readScenarioTree(scenario);
  if (read?.kind === 'refused') return read;
  const { vfs, directoryBy } = read === undefined ? treeFor(manifest, action, path) : noGlob(read.vfs);
  const ask = (artifact: Artifact): Asking =>
    askRequest(artifact, vfs, action, path, trace ? createTracingEngine(traceLimit) : undefined);
  return { kind: 'ok', question: { ask: (artifact) => Promise.resolve(ask(artifact)), directoryBy } };
}

/** The query tree of a scenario, in which the object itself has a kind. */
const noGlob = (vfs: Vfs): QueryTree => ({ vfs, directoryBy: undefined });

/** Reads a question about a step. Each answer replays the scenario on a new tree, because steps change the tree. */
async function stepQuestion(options: Options, main: LoadedFile): Promise<ReadQuestion> {
  const { scenario: file = '', step = 0 } = options;
  const read = await readScenario(file);
  if (read.kind === 'refused') return read;
  const policies = await loadPolicies(main, read.scenario, read.folder, options);
  if (policies.diagnostics.length > 0) return { kind: 'refused', diagnostics: policies.diagnostics };
  const first = await makeTree(read.scenario, read.folder);
  if (first.kind === 'refused') return first;
  const ask = async (artifact: Artifact): Promise<Asking> => {
    const tree = await makeTree(read.scenario, read.folder);
    if (tree.kind === 'refused') return { kind: 'fault', why: 'its tree cannot be made again' };
    const artifacts = new Map(policies.artifacts);
    if (policies.artifacts.get('main') === main.artifact) artifacts.set('main', artifact);
    const tracer = options.trace ? createTracingEngine(options.traceLimit) : undefined;
    return askStep(read.scenario, artifacts, tree.vfs, step, tracer);
  };
  return { kind: 'ok', question: { ask, directoryBy: undefined } };
}

async function explainOne(loaded: LoadedFile, read: ReadQuestion, options: Options): Promise<number> {
  const { artifact, sources, compiled } = loaded;
  const { format, defines, whyNot: conditions, positionals } = options;
  if (artifact === undefined) return 1;
  if (read.kind === 'refused') return fail(read.diagnostics, [], format);
  const asking = await read.question.ask(artifact);
  if (asking.kind === 'refused') return fail(toDiagnostics(asking.problems, sources), sources, format);
  if (asking.kind === 'fault') {
    const { why, help } = asking;
    const details = help === undefined ? {} : { help };
    return fail([report('LLP5011', { file: options.scenario ?? '', why }, details)], [], format);
  }
  const recompile = { defines };
  const explanation = await explainAnswer(asking.answer, read.question, { compiled, recompile, conditions });
  if (format !== 'text') printJson(explanationJson(explanation));
  else {
    const { manifest } = artifact;
    const places = placeFinder(manifest, sources, textsBeside(positionals[0] ?? ''));
    print(explanationText(explanation, { manifest, sources }, (span) => placeText(places(span))));
  }
  return 0;
}
