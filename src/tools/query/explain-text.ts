/** Prints an explanation as text. */
import type { Manifest, ManifestSpan } from '../../artifact/manifest.js';
import { lineText, positionAt } from '../../diagnostics/lines.js';
import type { NamedSource } from '../../diagnostics/types.js';
import { changeLine } from '../diff/diff-text.js';
import type { Flip, Flips, Hunk, RuledOut } from '../edits/flip.js';
import { reasonNote } from './locate.js';
import { hookTraceLines } from '../../runtime/engine/trace-text.js';
import type { CookieView, ExplainedRun, PlaceMention, Reason } from '../../runtime/explain.js';
import type { Subject } from '../../runtime/subject.js';
import { printable } from '../../base/text.js';
import type { Explanation } from './explain.js';
import type { AskedObject } from './question.js';

/** The manifest of the answer, and the source texts that were found. */
export interface ExplainTexts {
  readonly manifest: Manifest;
  readonly sources: readonly NamedSource[];
}

/** Returns the whole explanation. `placeTextOf` returns the comment for a place of the manifest in a trace. */
export function explanationText(
  explanation: Explanation,
  texts: ExplainTexts,
  placeTextOf: (span: ManifestSpan) => string,
): string {
  const { answer, flips, wanted, conditions } = explanation;
  const traceOf = ({ program }: ExplainedRun, i: number): readonly string[] => {
    const trace = answer.traces?.[i];
    const row = texts.manifest.programs.find((p) => p.name === program);
    return trace === undefined ? [] : hookTraceLines(trace, row, placeTextOf);
  };
  const lines = answerText(explanation, texts, traceOf);
  if (conditions !== undefined) lines.push(...conditionsText(conditions, texts));
  if (flips !== undefined) lines.push(...flipsText(flips, wanted));
  return lines.join('\n') + '\n';
}

/** Returns the verdict, every program run, the rule that decided and the rules that it overrides. */
function answerText(
  { answer: { action, path, decision, runs }, about, directoryBy }: Explanation,
  texts: ExplainTexts,
  traceOf: (run: ExplainedRun, index: number) => readonly string[],
): string[] {
  const verdict =
    decision.verdict === 'error'
      ? `fails with ${decision.errno}, before anything denies it`
      : decision.verdict;
  const slash = about?.object === 'dir' && !path.endsWith('/') ? '/' : '';
  const asked = printable(path === '' ? action : `${action} ${path}${slash}`);
  const lines = [`${asked}: ${verdict}`];
  if (directoryBy !== undefined)
    lines.push(
      `asked of a directory, as \`dir "${printable(directoryBy)}"\` names it; a tree with a file there can be given with \`--scenario\``,
    );
  if (about?.asked === false) lines.push(unaskedText(action, about));
  lines.push('');
  runs.forEach((run, i) => lines.push(...runText(run), ...traceOf(run, i)));
  const judged = judgedRun(runs);
  const gap = lines.at(-1) === '' && runs.length > 0 ? [] : [''];
  if (judged?.reason !== undefined) {
    // Only the `chdir` of `enforceChains` to the current directory may be denied without an error.
    const unheard = decision.verdict === 'allow' && judged.verdict === 'deny';
    lines.push(
      ...gap,
      ...(unheard ? ['a denial that does not end the call'] : []),
      ...reasonText(judged, texts),
    );
  }
  if (decision.verdict === 'allow' && judged?.reason === undefined)
    lines.push(...gap, 'no program of the policy judges this action: it is allowed everywhere');
  return lines;
}

function unaskedText(action: string, { object }: AskedObject): string {
  const kind = object === 'dir' ? 'a directory' : 'a file';
  return `no call asks \`${action}\` of ${kind}: no program can make this request`;
}

/** Returns the run whose verdict is the answer. */
function judgedRun(runs: readonly ExplainedRun[]): ExplainedRun | undefined {
  return (
    runs.findLast((r) => r.verdict === 'deny') ??
    runs.findLast((r) => r.reason !== undefined && r.phase !== 'walk') ??
    runs.findLast((r) => r.reason !== undefined)
  );
}

function runText(run: ExplainedRun): string[] {
  const asked = [
    run.map === undefined ? undefined : `map ${run.map}`,
    run.tag === undefined ? undefined : `tag ${run.tag}`,
  ].filter((a) => a !== undefined);
  const head = `${run.hook.padEnd(7)} ${run.program.padEnd(14)} ${printable(run.name || '?').padEnd(16)} ${run.lookup.padEnd(6)} ${asked.join(', ').padEnd(18)} ${run.verdict}`;
  const before = `          before ${cookieText(run.before)}`;
  const after = `          after  ${cookieText(run.after)}`;
  return run.before.hex === run.after.hex ? [head.trimEnd(), before] : [head.trimEnd(), before, after];
}

function cookieText({ hex, state, self, below, place }: CookieView): string {
  if (state === undefined) return hex;
  if (state.kind === 'start') return `${hex}  start of a session`;
  if (state.kind === 'unknown') return `${hex}  unknown: denied whatever is denied anywhere`;
  const from = place === undefined ? '' : ` of ${printable(place)}`;
  const beneath = `{${below.join(', ')}}`;
  if (!state.exact) return `${hex}  in the region${from}, allowed ${beneath}`;
  return `${hex}  at the object${from}, allowed {${self.join(', ')}}, beneath ${beneath}`;
}

/** Returns the rule or the default that decided, with its place and its line. */
export function decidedText(reason: Reason, layer: string, { manifest, sources }: ExplainTexts): string[] {
  const note = reasonNote(reason, manifest, sources);
  const shown = manifest.chains.length > 1 ? ` (layer "${layer}")` : '';
  const source = note.span === undefined ? undefined : sources[note.span.source];
  const lines = [printable(`${note.message}${shown}`)];
  if (note.span !== undefined && source !== undefined) {
    const { line, column } = positionAt(source, note.span.start);
    lines.push(`  ${source.name}:${line}:${column}`, `  ${lineText(source, line).trim()}`);
  }
  return lines;
}

function reasonText(run: ExplainedRun, texts: ExplainTexts): string[] {
  if (run.reason === undefined) return [];
  const lines = decidedText(run.reason, run.chain, texts);
  if (run.overridden.length > 0)
    lines.push(
      'it overrides, from the root down',
      ...run.overridden.map((m) => `  ${mentionText(m, texts)}`),
    );
  return lines;
}

function mentionText({ entry, rule }: PlaceMention, { manifest, sources }: ExplainTexts): string {
  const name = manifest.sources[rule.span.source]?.name ?? '';
  const source = sources.find((s) => s.id === name);
  const text = source === undefined ? `${rule.effect} …` : lineText(source, rule.span.line).trim();
  return `${source?.name ?? name}:${rule.span.line}: ${text} (${rule.effect} in ${entry.object} "${printable(entry.path)}")`;
}

/** Returns the conditions for the request to be allowed, each with the rule that decides it now. */
function conditionsText(conditions: readonly Subject[], texts: ExplainTexts): string[] {
  const lines = ['', 'to be allowed, all of this must hold'];
  for (const subject of conditions) {
    const path = printable(`/${subject.names.join('/')}`);
    const layer =
      texts.manifest.chains.length > 1
        ? ` in layer "${texts.manifest.chains[subject.layer]?.name ?? ''}"`
        : '';
    const mark = subject.verdict === 'allow' ? 'ok' : 'NO';
    lines.push(`  ${mark}  ${subject.action} on ${path}${layer}: ${byText(subject, texts)}`);
    if (subject.verdict === 'deny') lines.push(`        ${remedyText(subject)}`);
  }
  return lines;
}

function byText({ reason, action }: Subject, texts: ExplainTexts): string {
  switch (reason.kind) {
    case 'default':
      return action === 'walk' ? 'no rule denies it' : `\`default ${reason.effect}\``;
    case 'unknown':
      return 'its place is not known';
    case 'rule':
      return mentionText(reason, texts);
  }
}

function remedyText({ reason, names, action }: Subject): string {
  const path = printable(`/${names.join('/')}`);
  if (reason.kind !== 'rule') return `a scope on ${path} or around it would have to allow ${action}`;
  if (reason.rule.effect === 'forbid') return `no inner scope can allow it: this \`forbid\` would have to go`;
  return `this rule would have to go, or a scope from ${reason.place} to ${path} allow ${action}`;
}

/** Returns the edits, each with all its changes. */
function flipsText({ smallest, narrowest, ruledOut }: Flips, wanted: 'allow' | 'deny'): string[] {
  const does = wanted === 'allow' ? 'allows' : 'denies';
  if (smallest === undefined)
    return ['', `no small edit of the policy ${does} it`, ...ruledOutText(ruledOut)];
  const lines = ['', `the smallest edit that ${does} it`, ...flipText(smallest)];
  if (narrowest !== undefined) lines.push('', 'an edit that changes less elsewhere', ...flipText(narrowest));
  return lines;
}

const SHOWN = 6;

/** Returns the edits that assertions rule out, beneath a heading with the assertions. */
function ruledOutText(ruledOut: readonly RuledOut[]): string[] {
  let above = '';
  return ruledOut.flatMap(({ hunks, assertions }) => {
    const heading = assertions.map((a) => `${a.file}:${a.line}: ${printable(a.text)}`).join(', and ');
    const lines = heading === above ? [''] : ['', `ruled out by ${heading}`];
    above = heading;
    return [...lines, ...hunksText(hunks)];
  });
}

function hunksText(hunks: readonly Hunk[]): string[] {
  return hunks.flatMap(({ file, line, removed, added }) => [
    `  ${file}:${line}`,
    ...removed.map((text) => `  -${text}`),
    ...added.map((text) => `  +${text}`),
  ]);
}

function flipText({ hunks, changes }: Flip): string[] {
  const lines = hunksText(hunks);
  lines.push('  it changes', ...changes.slice(0, SHOWN).map((c) => `    ${printable(changeLine(c))}`));
  if (changes.length > SHOWN) lines.push(`    and ${changes.length - SHOWN} more`);
  return lines;
}
