/** `llpc explain`: one request, every program that it ran, what decided, and what would turn it around. */
import type { ActionName } from '../../abi/actions.js';
import { hasError } from '../../analyse.js';
import type { Artifact } from '../../artifact/manifest.js';
import type { CompileResult } from '../../compile.js';
import { report } from '../../diagnostics/catalogue.js';
import type { Diagnostic, NamedSource } from '../../diagnostics/types.js';
import { findFlips, type Flips } from '../../tools/edits/flip.js';
import { toDiagnostics } from '../../tools/query/locate.js';
import { createTracingEngine } from '../../runtime/engine/step-trace.js';
import { conditionsOf, type Subject } from '../../runtime/subject.js';
import { readAuditLine } from './audit.js';
import { answerText, conditionsText, flipsText } from './explain-text.js';
import { readText } from './io.js';
import { loadFile, type LoadedFile } from './load-files.js';
import { UsageError, type Options } from './options.js';
import { print, printDiagnostics } from './output.js';
import { loadPolicies } from './policies.js';
import {
  askedOf,
  askRequest,
  askStep,
  objectAsked,
  type Answer,
  type AskedObject,
  type Asking,
} from './question.js';
import { readAction } from './read-action.js';
import { recompile } from './recompile.js';
import { makeTree, readScenario } from './scenario-files.js';
import { placeFinder } from './source-lines.js';
import { hookTraceLines, traceJson } from './trace-text.js';
import { treeForExplain } from './trees.js';
import { defined } from '../../base/assert.js';

/** Something to ask of any version of the policy; refused with what is wrong with the tree. */
type Question =
  | {
      readonly kind: 'ok';
      readonly ask: (artifact: Artifact) => Promise<Asking>;
      /** See `treeForExplain`. */
      readonly directoryBy?: string | undefined;
    }
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
      options,
    );
  let code = 0;
  if (options.step !== undefined) return explainOne(loaded, await stepQuestion(options, loaded), options);
  for (const { action, path: at } of requests)
    code = (await explainOne(loaded, await requestQuestion(options, loaded, action, at), options)) || code;
  return code;
}

async function fail(
  diagnostics: readonly Diagnostic[],
  sources: readonly NamedSource[],
  options: Options,
): Promise<number> {
  await printDiagnostics(diagnostics, sources, options.format);
  return 1;
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
): Promise<Question> {
  const { manifest } = defined(main, 'the policy compiles');
  const tree = await treeForExplain(scenario, manifest, action, path);
  if (tree.kind === 'refused') return tree;
  const ask = (artifact: Artifact): Asking =>
    askRequest(artifact, tree.vfs, action, path, trace ? createTracingEngine(traceLimit) : undefined);
  const { directoryBy } = tree;
  return { kind: 'ok', ask: (artifact) => Promise.resolve(ask(artifact)), directoryBy };
}

/** Each time on a tree of its own: steps change it. */
async function stepQuestion(options: Options, main: LoadedFile): Promise<Question> {
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
  return { kind: 'ok', ask };
}

async function explainOne(loaded: LoadedFile, question: Question, options: Options): Promise<number> {
  const { artifact, sources, compiled } = loaded;
  if (artifact === undefined) return 1;
  if (question.kind === 'refused') return fail(question.diagnostics, [], options);
  const asking = await question.ask(artifact);
  if (asking.kind === 'refused') return fail(toDiagnostics(asking.problems, sources), sources, options);
  if (asking.kind === 'fault') {
    const { why, help } = asking;
    const details = help === undefined ? {} : { help };
    return fail([report('LLP5011', { file: options.scenario ?? '', why }, details)], [], options);
  }
  const { answer } = asking;
  const { verdict } = answer.decision;
  const wanted = verdict === 'allow' ? 'deny' : 'allow';
  const about = objectAsked(answer);
  // An edit for what no call asks would change nothing that happens.
  const idle = verdict === 'error' || answer.action === 'enforce' || about?.asked === false;
  const flips =
    compiled === undefined || idle ? undefined : await flipsOf(compiled, wanted, question, options);
  const conditions = conditionsFor(answer, options);
  const { directoryBy } = question;
  printAnswer({ answer, about, directoryBy, flips, wanted, conditions }, artifact, loaded, options);
  return 0;
}

function conditionsFor(
  { request, policies, vfs }: Answer,
  { whyNot }: Options,
): readonly Subject[] | undefined {
  const [policy] = policies;
  if (!whyNot || request === undefined || policy === undefined) return undefined;
  return conditionsOf(policy, vfs, request.action, request.path);
}

async function flipsOf(
  compiled: CompileResult,
  wanted: 'allow' | 'deny',
  question: Question & { readonly kind: 'ok' },
  options: Options,
): Promise<Flips> {
  return findFlips(compiled, wanted, {
    compile: (texts) => recompile(compiled, texts, options),
    ask: async (result) =>
      result.artifact === undefined
        ? { verdict: 'error', target: undefined, by: '' }
        : askedOf(result, await question.ask(result.artifact)),
  });
}

interface Explanation {
  readonly answer: Answer;
  readonly about: AskedObject | undefined;
  readonly directoryBy: string | undefined;
  readonly flips: Flips | undefined;
  readonly wanted: 'allow' | 'deny';
  readonly conditions: readonly Subject[] | undefined;
}

function printAnswer(
  explanation: Explanation,
  { manifest }: Artifact,
  { sources }: LoadedFile,
  { format, positionals }: Options,
): void {
  const { answer, about, directoryBy, flips, wanted, conditions } = explanation;
  if (format !== 'text') {
    print(JSON.stringify(jsonOf(explanation), null, 1) + '\n');
    return;
  }
  const texts = { manifest, sources };
  const places = placeFinder(manifest, positionals[0] ?? '', sources);
  const lines = answerText(answer, { ...texts, about, directoryBy }, (run, i) => {
    const trace = answer.traces?.[i];
    const row = manifest.programs.find((p) => p.name === run.program);
    return trace === undefined ? [] : hookTraceLines(trace, row, places);
  });
  if (conditions !== undefined) lines.push(...conditionsText(conditions, texts));
  if (flips !== undefined) lines.push(...flipsText(flips, wanted));
  print(lines.join('\n') + '\n');
}

function jsonOf({ answer, about, flips, conditions }: Explanation): object {
  const { action, path, decision, traces } = answer;
  const runs = answer.runs.map((run, i) => {
    const trace = traces?.[i];
    return trace === undefined ? run : { ...run, trace: traceJson(trace) };
  });
  const edits =
    flips === undefined
      ? null
      : {
          smallest: flips.smallest ?? null,
          narrowest: flips.narrowest ?? null,
          ruledOut: flips.ruledOut,
        };
  const needs = conditions?.map(({ layer, action: asked, names, verdict, reason }) => {
    return { layer, action: asked, path: `/${names.join('/')}`, verdict, reason };
  });
  return {
    format: 'llp-explanation',
    version: 1,
    action,
    path,
    object: about?.object ?? null,
    asked: about?.asked ?? true,
    decision,
    runs,
    edits,
    ...(needs === undefined ? {} : { conditions: needs }),
  };
}
