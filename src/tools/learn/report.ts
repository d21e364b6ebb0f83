/** Reports on a learned policy, as text and as JSON. */
import { counted } from '../../base/text.js';
import { report } from '../../diagnostics/catalogue.js';
import type { Diagnostic } from '../../diagnostics/types.js';
import { maskOf, type ActionName } from '../../abi/actions.js';
import { actionText, pathText, type TraceOrigin } from './facts.js';
import { RULES, ruleText, type RuleSettings } from './generalise.js';
import type { Learned, Learnt } from './learn.js';
import type { StillAllowed } from './refusals.js';
import { isCovered } from './automaton.js';

export interface ReportInput {
  readonly inputs: readonly Learnt[];
  readonly learned: Learned;
  readonly settings: RuleSettings;
}

/** The most lines of a section in the text. The JSON has all. */
const SHOWN = 100;

interface PlacedLine {
  readonly file: string;
  readonly line: number;
}

/** The report as JSON, described by `schema/learn-1.json`. */
export function learnReportJson({ inputs, learned, settings }: ReportInput): object {
  const place = (origin: TraceOrigin): PlacedLine => ({
    file: inputs[origin.input]?.name ?? '',
    line: origin.line,
  });
  const recordings = inputs.map((i) => i.recording);
  const stillAllowed = new Map(learned.stillAllowed.map((s) => [s.refused, s]));
  return {
    format: 'llp-learn',
    version: 1,
    policy: learned.text,
    inputs: inputs.map(({ name, recording }, i) => ({
      file: name,
      calls: recording.calls,
      replay: replayJson(learned, i, name),
    })),
    rules: RULES.filter((rule) => !settings.off.has(rule)).map((rule) => ({
      rule,
      what: ruleText(rule, settings),
    })),
    applied: learned.applied,
    fragments: learned.fragments.map(({ use, covers }) => ({ use, covers })),
    overGrants: learned.overGrants,
    refused: recordings.flatMap((r) =>
      r.refused.map((refused) => {
        const { origin, call, errno, needs } = refused;
        const allowed = stillAllowed.get(refused);
        const verdict = needs.length === 0 ? 'unknown' : allowed === undefined ? 'denied' : 'allowed';
        return {
          ...place(origin),
          call,
          errno,
          policy: verdict,
          rules: allowed?.rules ?? [],
          never: allowed?.never ?? null,
        };
      }),
    ),
    notApplied: learned.notApplied.map(({ rule, where, origin, call }) => ({
      ...place(origin),
      rule,
      where,
      call,
    })),
    withheld: recordings.flatMap((r) =>
      r.violations.map(({ origin, asked, assertion }) => ({
        ...place(origin),
        path: pathText(asked.object),
        actions: actionText(asked.actions).split(', '),
        assertion,
      })),
    ),
    probes: recordings.reduce((sum, r) => sum + r.probes.size, 0),
    assumed: [...new Set(recordings.flatMap((r) => [...r.loaders]))],
    guessed: recordings.flatMap((r) => r.guessed),
    unknownDescriptors: recordings.reduce((sum, r) => sum + r.unknownDescriptors, 0),
    notes: recordings.flatMap((r) => r.notes.map(({ origin, what }) => ({ ...place(origin), what }))),
    faults: learned.faults,
  };
}

function replayJson({ replays }: Learned, i: number, file: string): object | null {
  const result = replays[i];
  if (result === undefined) return null;
  const placed = (f: { readonly line: number | undefined; readonly what: string }): object => ({
    file,
    line: f.line ?? null,
    what: f.what,
  });
  return { steps: result.steps, denied: result.denied.map(placed), differing: result.differing.map(placed) };
}

export function learnReportText(input: ReportInput): string {
  const { inputs, learned, settings } = input;
  const at = (origin: TraceOrigin): string => `${inputs[origin.input]?.name ?? ''}:${origin.line}`;
  const recordings = inputs.map((i) => i.recording);
  const allowed = new Set(learned.stillAllowed.map((s) => s.refused));
  return [
    ...inputs.map(({ what }, i) => `${what}${replayText(learned, i)}\n`),
    section('rules applied', [
      ...learned.fragments.map((f) => `fragments: use ${f.use}: it covers ${f.covers} needs`),
      ...(learned.text.includes('param home:') ? [`home: ${settings.home ?? ''}`] : []),
      ...learned.applied.map((a) => `${a.rule}: ${a.where}: ${a.what}`),
    ]),
    section(
      'granted beyond what was observed',
      learned.overGrants.map(
        (o) =>
          `${o.where}: ${o.actions.join(', ')}; not observed: ${o.witness}${causeText(learned, o.witness, o.actions)}`,
      ),
    ),
    section(
      'not generalised, as that would allow what was refused; `--ignore-refused` does',
      learned.notApplied.map((n) => `${n.rule}: ${n.where}: ${at(n.origin)}: ${n.call}`),
    ),
    section(
      'failed with EACCES or EPERM, and allowed by the policy',
      learned.stillAllowed.map(
        ({ refused: r, rules, never }) =>
          `${at(r.origin)}: ${r.call}: ${r.errno}; allowed by ${rulesText(rules)}${never === undefined ? '' : `; \`--never ${never}\` keeps it refused`}`,
      ),
    ),
    section(
      'failed with EACCES or EPERM: not granted',
      recordings.flatMap((r) =>
        r.refused
          .filter((f) => !allowed.has(f))
          .map(
            (f) =>
              `${at(f.origin)}: ${f.call}: ${f.errno}${f.needs.length === 0 ? ' (what it asks for is not known)' : ''}`,
          ),
      ),
    ),
    section(
      'not granted: an assertion excludes it',
      recordings.flatMap((r) =>
        r.violations.map(
          (v) =>
            `${at(v.origin)}: ${actionText(v.asked.actions)} on ${pathText(v.asked.object)}: ${v.assertion}`,
        ),
      ),
    ),
    section('taken for granted; `--root DIR` looks it up', [
      ...[...new Set(recordings.flatMap((r) => [...r.loaders]))].map(
        (loader) => `${loader} is executed by the kernel with dynamic programs`,
      ),
      ...recordings.flatMap((r) => r.guessed).map((path) => `${path} is a file, and not a directory`),
    ]),
    section(
      'notes',
      recordings.flatMap((r) => r.notes.map((n) => `${at(n.origin)}: ${n.what}`)),
    ),
    ...tail(input),
  ].join('');
}

function tail({ inputs }: ReportInput): string[] {
  const probes = inputs.reduce((sum, i) => sum + i.recording.probes.size, 0);
  const unknown = inputs.reduce((sum, i) => sum + i.recording.unknownDescriptors, 0);
  return [
    probes === 0 ? '' : `looked for and not found, which needs no grant as \`walk\` is allowed: ${probes}\n`,
    unknown === 0
      ? ''
      : `calls on descriptors that were open before the trace, or are not files (\`strace -y\` shows which): ${unknown}\n`,
  ];
}

function replayText({ replays }: Learned, i: number): string {
  const result = replays[i];
  if (result === undefined) return ': not replayed';
  const differing =
    result.differing.length === 0
      ? ''
      : `, ${result.differing.length} with another result that no denial caused`;
  return `: replayed in ${counted(result.steps, 'step')}, ${result.denied.length} denied${differing}`;
}

function rulesText(rules: StillAllowed['rules']): string {
  return rules.map(({ line, text }) => `line ${line}: \`${text}\``).join(', ');
}

function causeText({ fragments }: Learned, witness: string, actions: readonly ActionName[]): string {
  const path = witness.split('/').filter((name) => name !== '');
  const names = fragments.filter((f) => actions.every((action) => covers(f, path, action))).map((f) => f.use);
  return names.length === 0 ? '' : ` (use ${names.join(', ')})`;
}

function covers(
  { automaton }: Learned['fragments'][number],
  path: readonly string[],
  action: ActionName,
): boolean {
  const actions = maskOf(action);
  const need = { part: 'self', path, why: 'named', actions } as const;
  return isCovered(automaton, { ...need, kind: 'file' }) || isCovered(automaton, { ...need, kind: 'dir' });
}

function section(title: string, lines: readonly string[]): string {
  if (lines.length === 0) return '';
  const more = lines.length > SHOWN ? [`… and ${lines.length - SHOWN} more: \`--report json\` has all`] : [];
  return `${title} (${lines.length}):\n${[...lines.slice(0, SHOWN), ...more].map((line) => `  ${line}\n`).join('')}`;
}

/** Whatever is here is a fault of the learner, and shown. */
export function faultsOf({ faults, replays }: Learned): Diagnostic[] {
  const denied = replays.flatMap((r) =>
    r.denied.map((d) => `the replay is denied ${d.what} (line ${d.line ?? '?'})`),
  );
  const help = 'this is a bug in llpc: please report it with the input that led here';
  return [...faults, ...denied].map((why) => report('LLP5022', { why }, { help }));
}
