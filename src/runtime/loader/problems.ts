/** Diagnostics of the loader. Their places are lines and columns in the sources that the manifest names. */
import { report, type Code, type Params } from '../../diagnostics/catalogue.js';
import type { Diagnostic } from '../../diagnostics/types.js';
import type { InodeMap, Manifest, ManifestSpan, MapEntry } from '../../artifact/manifest.js';
import type { LoadFault } from './ground.js';
import type { Reason } from './reason.js';

/** A diagnostic with lines and columns in place of offsets. The first of `places` is its own place. */
export interface LoadProblem extends Diagnostic {
  readonly places: readonly {
    readonly file: string;
    readonly span: ManifestSpan;
    readonly message: string;
  }[];
}

/** Returns whether a policy with these problems is not loaded. */
export function hasProblem(problems: readonly LoadProblem[]): boolean {
  return problems.some((p) => p.severity === 'error');
}

type ProblemPlace = LoadProblem['places'][number];

/** Makes a problem with these places. */
function make<C extends Code>(
  code: C,
  params: Params<C>,
  help?: string,
  places: readonly ProblemPlace[] = [],
): LoadProblem {
  return { ...report(code, params, help === undefined ? {} : { help }), places };
}

function placeOf(entry: MapEntry, manifest: Manifest, message: string): ProblemPlace {
  return placeAt(manifest, entry.span, message);
}

function ofFault(fault: LoadFault, map: InodeMap, manifest: Manifest): LoadProblem {
  switch (fault.kind) {
    case 'absent': {
      const help = `make it, or write \`${fault.entry.object}?\` where it may be absent`;
      const { path } = fault.entry;
      return make('LLP5001', { path, why: fault.why }, help, [
        placeOf(fault.entry, manifest, 'declared here'),
      ]);
    }
    case 'wrong-kind': {
      const { path, object } = fault.entry;
      const found = object === 'dir' ? 'not a directory' : 'a directory';
      const help = `write \`${object === 'dir' ? 'file' : 'dir'}\``;
      return make('LLP5002', { path, found, kind: object }, help, [
        placeOf(fault.entry, manifest, 'declared here'),
      ]);
    }
    case 'unreadable': {
      const { path, why, entry } = fault;
      const help = why === 'EACCES' ? 'load the policy as a user who may list and search it' : undefined;
      return make('LLP5024', { path: entry.path, at: path, why }, help, [
        placeOf(entry, manifest, 'declared here'),
      ]);
    }
    case 'disagree': {
      const actions = map.classes
        .filter((c) => c.decision.kind === 'bit' && (fault.classes >>> c.decision.bit) & 1)
        .flatMap((c) => c.actions.map((a) => `\`${a}\``))
        .join(', ');
      const params = { first: fault.first.path, second: fault.second.path, path: fault.path, actions };
      const places = [
        placeOf(fault.second, manifest, 'declared here'),
        placeOf(fault.first, manifest, 'the other is declared here'),
      ];
      return make('LLP5003', params, 'let both say the same, or take one of the two out', places);
    }
    case 'two-places': {
      const places = fault.entry === undefined ? [] : [placeOf(fault.entry, manifest, 'declared here')];
      const help = 'name the object at one of the two places only, or give both places the same rules';
      return make('LLP5004', { first: fault.first, second: fault.second }, help, places);
    }
  }
}

function ofUnmatched(entry: MapEntry, manifest: Manifest): LoadProblem {
  const help = 'what appears later has the rules of the directory that it appears in';
  return make('LLP5005', { path: entry.path }, help, [placeOf(entry, manifest, 'declared here')]);
}

function placeAt(manifest: Manifest, span: ManifestSpan, message: string): ProblemPlace {
  return { file: manifest.sources[span.source]?.name ?? manifest.policy, span, message };
}

/** Returns the problem with the rules behind it as further places, and with a note where a default decides. */
export function withReasons(
  problem: LoadProblem,
  manifest: Manifest,
  reasons: readonly Reason[],
  verdict: string,
): LoadProblem {
  const places = reasons.flatMap((r) =>
    r.kind === 'rule'
      ? [placeAt(manifest, r.rule.span, `${verdict} here, by a rule of \`${r.entry.path}\``)]
      : [],
  );
  const isDefault = reasons.some((r) => r.kind === 'default');
  const notes = isDefault ? [{ message: `${verdict} by default: no rule mentions it` }] : [];
  return { ...problem, notes: [...problem.notes, ...notes], places: unique([...problem.places, ...places]) };
}

function unique(places: readonly ProblemPlace[]): ProblemPlace[] {
  return [...new Map(places.map((p) => [JSON.stringify([p.file, p.span]), p])).values()];
}

export const problemOf = Object.assign(make, {
  fault: ofFault,
  unmatched: ofUnmatched,
  place: placeAt,
});
