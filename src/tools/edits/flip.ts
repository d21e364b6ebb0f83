/**
 * Finds edits that reverse a verdict: the smallest one, and the one that changes least elsewhere.
 *
 * Each candidate is applied to the text and compiled, and the same request is asked again. A request can have several denials
 * (the walk, then the action; one layer, then another), so an edit may have several steps. Known weakness: each step is the
 * smallest that removes one denial, so the sum of the steps need not be the smallest one.
 *
 * An edit that breaks an assertion is tried again without the assertion. If it reverses the verdict then, the result says
 * which assertion rules it out.
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
  /** The verdict that the next edit has to change; undefined if no rule decided. */
  readonly target: Omit<EditTarget, 'wanted'> | undefined;
  /** A key that differs for different denials. */
  readonly by: string;
}

export interface FlipContext {
  readonly compile: (texts: ReadonlyMap<string, string>) => CompileResult;
  readonly ask: (result: CompileResult) => Promise<Answered>;
}

export interface Flip {
  /** The removed and added lines, by file. */
  readonly hunks: readonly Hunk[];
  /** All changes of verdicts, that of the request included. */
  readonly changes: readonly DiffChange[];
}

export interface Hunk {
  readonly file: string;
  /** 1-based number of the first line. */
  readonly line: number;
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

/** Maximum number of candidates that one step tries. */
const MAX_TRIES = 40;
const MAX_STEPS = 8;

/** An edit that would reverse the verdict, and the assertions that it breaks. */
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

/** Maximum number of edits that are reported as ruled out. */
const MAX_RULED_OUT = 3;

export interface Flips {
  readonly smallest: Flip | undefined;
  /** The edit that changes least, if it is not the smallest one. */
  readonly narrowest: Flip | undefined;
  /** If there is no edit: those that assertions rule out, the smallest first. */
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

/** Returns the first edit, in the given order, that removes the current denial. */
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

/** Compiles the edited policy without the assertions that it breaks; undefined if there are other errors. */
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

/** Replaces a span by blanks of the same length, so that the positions after it stay the same. */
function blanked(text: string, { start, end }: Span): string {
  return text.slice(0, start) + text.slice(start, end).replace(/[^\n]/g, ' ') + text.slice(end);
}

function assertionLine({ source, start }: Span, sources: readonly NamedSource[]): AssertionLine {
  const at = defined(sources[source], 'a span is in a source');
  const { line } = positionAt(at, start);
  return { file: at.name, line, text: lineText(at, line).trim() };
}

const isSameLine = (a: AssertionLine, b: AssertionLine): boolean => a.file === b.file && a.line === b.line;

/** Returns the texts by name, with one of them edited. */
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

/** Returns the lines that differ, without the common beginning and end. */
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
