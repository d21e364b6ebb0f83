/**
 * The edits that turn a verdict around: the smallest text, and the one that changes least elsewhere.
 *
 * Every edit is tried: applied to the text, compiled, the same request asked again. Several things may deny one request (the
 * walk, then the action; one layer, then another), so an edit may take several steps. Weakness: the steps are found one after
 * the other, each the smallest that does away with one denial; their sum need not be the smallest of all sums.
 */
import { hasError } from './analyse.js';
import type { CompileResult } from './compile.js';
import { diffPolicies, type DiffChange, type DiffSide } from './diff.js';
import { costOf, editsFor, type Candidate, type EditTarget, type TextEdit } from './edits.js';
import type { NamedSource } from './diagnostics/types.js';

/** The answer to the request under one version of the policy. */
export interface Asked {
  readonly verdict: 'allow' | 'deny' | 'error';
  /** What the next edit is to change; undefined where no rule decided. */
  readonly target: Omit<EditTarget, 'wanted'> | undefined;
  /** Tells denials apart. */
  readonly by: string;
}

export interface FlipContext {
  readonly compile: (texts: ReadonlyMap<string, string>) => CompileResult;
  readonly ask: (result: CompileResult) => Promise<Asked>;
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

export interface Flips {
  readonly smallest: Flip | undefined;
  /** Where it is another one, and changes less. */
  readonly narrowest: Flip | undefined;
}

export async function findFlips(
  start: CompileResult,
  wanted: 'allow' | 'deny',
  context: FlipContext,
): Promise<Flips> {
  const bySize = (a: Candidate, b: Candidate): number => costOf(a) - costOf(b) || a.reach - b.reach;
  const byReach = (a: Candidate, b: Candidate): number => a.reach - b.reach || costOf(a) - costOf(b);
  const smallest = await search(start, wanted, context, bySize);
  if (smallest === undefined) return { smallest, narrowest: undefined };
  const narrowest = await search(start, wanted, context, byReach);
  const less = narrowest !== undefined && extent(narrowest) < extent(smallest);
  return { smallest, narrowest: less ? narrowest : undefined };
}

function extent({ changes }: Flip): number {
  return changes.reduce((sum, c) => sum + c.actions.length * c.region.aspects.length, 0);
}

async function search(
  start: CompileResult,
  wanted: 'allow' | 'deny',
  context: FlipContext,
  order: (a: Candidate, b: Candidate) => number,
): Promise<Flip | undefined> {
  let result = start;
  for (let step = 0; step < MAX_STEPS; step++) {
    const next = await oneStep(result, wanted, context, order);
    if (next === undefined) return undefined;
    result = next.result;
    if (next.verdict === wanted) return flipOf(start, result);
  }
  return undefined;
}

interface Stepped {
  readonly result: CompileResult;
  readonly verdict: Asked['verdict'];
}

/** The first edit, in this order, that does away with what is in the way. */
async function oneStep(
  result: CompileResult,
  wanted: 'allow' | 'deny',
  context: FlipContext,
  order: (a: Candidate, b: Candidate) => number,
): Promise<Stepped | undefined> {
  const before = await context.ask(result);
  if (before.target === undefined) return undefined;
  const candidates = editsFor({ ...before.target, wanted }, result.stages.files, result.sources);
  for (const candidate of [...candidates].sort(order).slice(0, MAX_TRIES)) {
    const edited = context.compile(applyEdit(result.sources, candidate.edit));
    if (hasError(edited.diagnostics)) continue;
    const { verdict, by } = await context.ask(edited);
    const another = wanted === 'allow' && verdict === 'deny' && by !== before.by;
    if (verdict === wanted || another) return { result: edited, verdict };
  }
  return undefined;
}

/** The texts by name, one of them edited. */
function applyEdit(sources: readonly NamedSource[], { span, text }: TextEdit): Map<string, string> {
  return new Map(
    sources.map((source, i) => [
      source.id,
      i === span.source ? source.text.slice(0, span.start) + text + source.text.slice(span.end) : source.text,
    ]),
  );
}

function flipOf(before: CompileResult, after: CompileResult): Flip {
  const hunks = before.sources.flatMap((source) => {
    const other = after.sources.find((s) => s.id === source.id);
    return other === undefined ? [] : hunksOf(source.name, source.text, other.text);
  });
  const diff = diffPolicies(sideOf(before), sideOf(after));
  return { hunks, changes: diff.format === 'llp-diff' ? diff.changes : [] };
}

function sideOf({ stages }: CompileResult): DiffSide {
  return {
    layers: stages.policy?.layers ?? [],
    hierarchies: stages.hierarchies ?? [],
    locate: () => undefined,
  };
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
