/**
 * The edits that turn a verdict around: the smallest text, and the one that changes least elsewhere.
 *
 * Every edit is tried: applied to the text, compiled, the same request asked again. Several things may deny one request (the
 * walk, then the action; one layer, then another), so an edit may take several steps. Weakness: the steps are found one after
 * the other, each the smallest that does away with one denial; their sum need not be the smallest of all sums.
 *
 * An edit that breaks an assertion is tried without it: where it would do, it is told which assertion rules it out.
 */
import { hasError } from '../../compile.js';
import { defined } from '../../base/assert.js';
import type { CompileResult } from '../../compile.js';
import { diffPolicies, type DiffChange } from '../diff/diff.js';
import { sideOfPolicy } from '../diff/sides.js';
import { costOf, editsFor, type CandidateEdit, type EditTarget, type TextEdit } from './edits.js';
import { lineText, positionAt } from '../../diagnostics/lines.js';
import type { Diagnostic, NamedSource, Span } from '../../diagnostics/types.js';

/** The answer to the request under one version of the policy. */
export interface Answered {
  readonly verdict: 'allow' | 'deny' | 'error';
  /** What the next edit is to change; undefined where no rule decided. */
  readonly target: Omit<EditTarget, 'wanted'> | undefined;
  /** Tells denials apart. */
  readonly by: string;
}

export interface FlipContext {
  readonly compile: (texts: ReadonlyMap<string, string>) => CompileResult;
  readonly ask: (result: CompileResult) => Promise<Answered>;
}

export interface Flip {
  /** Lines that go and lines that come, by file. */
  readonly hunks: readonly Hunk[];
  /** All that it changes, the request among it. */
  readonly changes: readonly DiffChange[];
}

export interface Hunk {
  readonly file: string;
  /** 1-based line where it begins. */
  readonly line: number;
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

/** Tries of one step. */
const MAX_TRIES = 40;
const MAX_STEPS = 8;

/** An edit that would do, and what does not let it. */
export interface RuledOut {
  readonly hunks: readonly Hunk[];
  readonly assertions: readonly AssertionLine[];
}

export interface AssertionLine {
  readonly file: string;
  /** 1-based. */
  readonly line: number;
  readonly text: string;
}

/** As many are told. */
const MAX_RULED_OUT = 3;

export interface Flips {
  readonly smallest: Flip | undefined;
  /** Where it is another one, and changes less. */
  readonly narrowest: Flip | undefined;
  /** Where there is none: edits that assertions rule out, the smallest first. */
  readonly ruledOut: readonly RuledOut[];
}

export async function findFlips(
  start: CompileResult,
  wanted: 'allow' | 'deny',
  context: FlipContext,
): Promise<Flips> {
  const bySize = (a: CandidateEdit, b: CandidateEdit): number => costOf(a) - costOf(b) || a.reach - b.reach;
  const byReach = (a: CandidateEdit, b: CandidateEdit): number => a.reach - b.reach || costOf(a) - costOf(b);
  const ruledOut: RuledOut[] = [];
  const smallest = await search({ start, wanted, context, order: bySize, ruledOut });
  if (smallest === undefined) return { smallest, narrowest: undefined, ruledOut };
  const narrowest = await search({ start, wanted, context, order: byReach, ruledOut });
  const less = narrowest !== undefined && extent(narrowest) < extent(smallest);
  return { smallest, narrowest: less ? narrowest : undefined, ruledOut: [] };
}

function extent({ changes }: Flip): number {
  return changes.reduce((sum, c) => sum + c.actions.length * c.region.aspects.length, 0);
}

interface FlipSearch {
  readonly start: CompileResult;
  readonly wanted: 'allow' | 'deny';
  readonly context: FlipContext;
  readonly order: (a: CandidateEdit, b: CandidateEdit) => number;
  readonly ruledOut: RuledOut[];
}

async function search(search: FlipSearch): Promise<Flip | undefined> {
  let result = search.start;
  for (let step = 0; step < MAX_STEPS; step++) {
    const next = await oneStep(search, result);
    if (next === undefined) return undefined;
    result = next.result;
    if (next.verdict === search.wanted) return flipOf(search.start, result);
  }
  return undefined;
}

interface Stepped {
  readonly result: CompileResult;
  readonly verdict: Answered['verdict'];
}

/** The first edit, in this order, that does away with what is in the way. */
async function oneStep(search: FlipSearch, result: CompileResult): Promise<Stepped | undefined> {
  const { wanted, context, order, ruledOut } = search;
  const before = await context.ask(result);
  if (before.target === undefined) return undefined;
  const candidates = editsFor({ ...before.target, wanted }, result.stages.files, result.sources);
  for (const candidate of [...candidates].sort(order).slice(0, MAX_TRIES)) {
    const edited = context.compile(applyEdit(result.sources, candidate.edit));
    const does = ({ verdict, by }: Answered): boolean =>
      verdict === wanted || (wanted === 'allow' && verdict === 'deny' && by !== before.by);
    if (hasError(edited.diagnostics)) {
      const asserted = ruledOut.length < MAX_RULED_OUT ? withoutAssertions(edited, context) : undefined;
      if (asserted !== undefined && does(await context.ask(asserted.result)))
        ruledOut.push({ hunks: allHunks(search.start, edited), assertions: asserted.assertions });
      continue;
    }
    const asked = await context.ask(edited);
    if (does(asked)) return { result: edited, verdict: asked.verdict };
  }
  return undefined;
}

const isBroken = ({ code, severity }: Diagnostic): boolean =>
  severity === 'error' && (code === 'LLP3018' || code === 'LLP3020');

/** The same without the assertions that it breaks; undefined where something else is wrong. */
function withoutAssertions(
  broken: CompileResult,
  { compile }: FlipContext,
): { readonly result: CompileResult; readonly assertions: readonly AssertionLine[] } | undefined {
  const errors = broken.diagnostics.filter((d) => d.severity === 'error');
  const spans = errors.flatMap((d) => (isBroken(d) && d.span !== undefined ? [d.span] : []));
  if (spans.length < errors.length) return undefined;
  const texts = new Map(
    broken.sources.map(({ id, text }, i) => [id, spans.filter((s) => s.source === i).reduce(blanked, text)]),
  );
  const result = compile(texts);
  if (hasError(result.diagnostics)) return undefined;
  const lines = spans.map((span) => assertionLine(span, broken.sources));
  return { result, assertions: lines.filter((l, i) => lines.findIndex((o) => isSameLine(l, o)) === i) };
}

/** As long as before, so that what follows stays where it is. */
function blanked(text: string, { start, end }: Span): string {
  return text.slice(0, start) + text.slice(start, end).replace(/[^\n]/g, ' ') + text.slice(end);
}

function assertionLine({ source, start }: Span, sources: readonly NamedSource[]): AssertionLine {
  const at = defined(sources[source], 'a span is in a source');
  const { line } = positionAt(at, start);
  return { file: at.name, line, text: lineText(at, line).trim() };
}

const isSameLine = (a: AssertionLine, b: AssertionLine): boolean => a.file === b.file && a.line === b.line;

/** The texts by name, one of them edited. */
function applyEdit(sources: readonly NamedSource[], { span, text }: TextEdit): Map<string, string> {
  return new Map(
    sources.map((source, i) => [
      source.id,
      i === span.source ? source.text.slice(0, span.start) + text + source.text.slice(span.end) : source.text,
    ]),
  );
}

function allHunks(before: CompileResult, after: CompileResult): Hunk[] {
  return before.sources.flatMap((source) => {
    const other = after.sources.find((s) => s.id === source.id);
    return other === undefined ? [] : hunksOf(source.name, source.text, other.text);
  });
}

function flipOf(before: CompileResult, after: CompileResult): Flip {
  const hunks = allHunks(before, after);
  const [old, next] = [sideOfPolicy(before), sideOfPolicy(after)];
  if (old === undefined || next === undefined) return { hunks, changes: [] };
  const nowhere = { locate: () => undefined };
  const diff = diffPolicies({ ...old, ...nowhere }, { ...next, ...nowhere });
  return { hunks, changes: diff.format === 'llp-diff' ? diff.changes : [] };
}

/** The lines between what both texts begin and end with. */
function hunksOf(file: string, before: string, after: string): Hunk[] {
  if (before === after) return [];
  const [a, b] = [before.split('\n'), after.split('\n')];
  let from = 0;
  while (from < a.length && from < b.length && a[from] === b[from]) from++;
  let tail = 0;
  const most = Math.min(a.length, b.length) - from;
  while (tail < most && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++;
  return [
    { file, line: from + 1, removed: a.slice(from, a.length - tail), added: b.slice(from, b.length - tail) },
  ];
}
