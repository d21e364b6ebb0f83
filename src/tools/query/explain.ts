/**
 * Explains one request: its answer, the edits that would reverse it, and all conditions for it to be allowed.
 *
 * Input: a question that can be asked of any version of a policy. Output: plain data. `explain-text.ts` prints it as text,
 * `schema/explanation-1.json` describes its JSON form.
 */
import type { Artifact } from '../../artifact/manifest.js';
import type { CompileResult } from '../../compile.js';
import { traceJson } from '../../runtime/engine/trace-text.js';
import { conditionsOf, type Subject } from '../../runtime/subject.js';
import { findFlips, type Flips } from '../edits/flip.js';
import { recompile, type RecompileOptions } from '../edits/recompile.js';
import { askedOf, objectAsked, type Answer, type AskedObject, type Asking } from './question.js';

/** A question that can be asked of any version of the policy. */
export interface PolicyQuestion {
  readonly ask: (artifact: Artifact) => Promise<Asking>;
  /** The path of the glob scope that makes the object a directory, if nothing else gives its kind. */
  readonly directoryBy: string | undefined;
}

export interface ExplainOptions {
  /** Undefined for an artifact without its policy. Then there are no edits. */
  readonly compiled: CompileResult | undefined;
  readonly recompile: RecompileOptions;
  /** True to list all conditions for the request to be allowed. */
  readonly conditions: boolean;
}

export interface Explanation {
  readonly answer: Answer;
  readonly about: AskedObject | undefined;
  readonly directoryBy: string | undefined;
  readonly flips: Flips | undefined;
  readonly wanted: 'allow' | 'deny';
  readonly conditions: readonly Subject[] | undefined;
}

/** Explains an answer to a question. */
export async function explainAnswer(
  answer: Answer,
  question: PolicyQuestion,
  options: ExplainOptions,
): Promise<Explanation> {
  const { verdict } = answer.decision;
  const wanted = verdict === 'allow' ? 'deny' : 'allow';
  const about = objectAsked(answer);
  // If no call asks the action of such an object, an edit would have no effect.
  const idle = verdict === 'error' || answer.action === 'enforce' || about?.asked === false;
  const flips = idle ? undefined : await flipsOf(wanted, question, options);
  const conditions = options.conditions ? conditionsFor(answer) : undefined;
  return { answer, about, directoryBy: question.directoryBy, flips, wanted, conditions };
}

function conditionsFor({ request, policies, vfs }: Answer): readonly Subject[] | undefined {
  const [policy] = policies;
  if (request === undefined || policy === undefined) return undefined;
  return conditionsOf(policy, vfs, request.action, request.path);
}

async function flipsOf(
  wanted: 'allow' | 'deny',
  question: PolicyQuestion,
  { compiled, recompile: options }: ExplainOptions,
): Promise<Flips | undefined> {
  if (compiled === undefined) return undefined;
  return findFlips(compiled, wanted, {
    compile: (texts) => recompile(compiled, texts, options),
    ask: async (result) =>
      result.artifact === undefined
        ? { verdict: 'error', target: undefined, by: '' }
        : askedOf(result, await question.ask(result.artifact)),
  });
}

export function explanationJson({ answer, about, flips, conditions }: Explanation): object {
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
