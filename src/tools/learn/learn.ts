/**
 * Learns a policy from recordings.
 *
 * Input: the recorded requests of each input. Output: the text of the policy, what it grants beyond the requests, and
 * the result of a replay. Invariants: every recorded request is allowed, except those that an assertion excludes;
 * nothing that an assertion excludes is allowed on any path; the same input gives the same text.
 */
import type { Artifact } from '../../artifact/manifest.js';
import { hasError } from '../../compile.js';
import { targetOf } from '../../codegen/targets.js';
import { compileFor } from '../../compile.js';
import type { Diagnostic, NamedSource } from '../../diagnostics/types.js';
import type { HierarchyAutomaton } from '../../ir/hierarchy/automaton.js';
import { buildTree } from '../../runtime/kernel/build-tree.js';
import type { Vfs } from '../../runtime/kernel/vfs.js';
import { treeEntry } from '../../runtime/scenario/tree.js';
import { stateAt } from '../../ir/hierarchy/walker.js';
import { allowedWithin } from './automaton.js';
import { addNeeds, newFacts, type Asked, type Facts } from './facts.js';
import { chooseFragments, type Fragment } from './fragments.js';
import { generalise, type AppliedRule, type RuleSettings } from './generalise.js';
import { buildNeeds, type Never } from './needs-tree.js';
import { overGrants, type OverGrant } from './over-grant.js';
import { policyText } from './policy-text.js';
import type { Recording } from './record.js';
import { guardOf, judged, stillAllowed, type NotApplied, type StillAllowed } from './refusals.js';
import { replay, type ReplayResult } from './replay.js';

/** An input and the tree on which it is replayed. */
export interface Learnt {
  readonly name: string;
  /** A line of text that describes the input. */
  readonly what: string;
  readonly recording: Recording;
  /** For a scenario: a tree for each replay. For a trace, the tree is built from the recording. */
  readonly trees?: readonly Vfs[];
}

/** The most replays of an input: one with fragments, one without. */
export const REPLAYS = 2;

export interface LearnOptions extends RuleSettings {
  readonly name: string;
  readonly verify: boolean;
  /** If true, rules are applied even where they allow a refused call. */
  readonly ignoreRefused: boolean;
}

export interface Learned {
  readonly text: string;
  readonly applied: readonly AppliedRule[];
  readonly fragments: readonly Fragment[];
  readonly overGrants: readonly OverGrant[];
  /** Rules that were not applied because they would have allowed a refused call. */
  readonly notApplied: readonly NotApplied[];
  /** Refused calls that the policy nevertheless allows. */
  readonly stillAllowed: readonly StillAllowed[];
  /** One result for each input; empty without `verify`. */
  readonly replays: readonly ReplayResult[];
  /** Errors of the policy itself, and assertions that it breaks: faults of the learner. */
  readonly faults: readonly string[];
  readonly diagnostics: readonly Diagnostic[];
  readonly sources: readonly NamedSource[];
}

/** Learns a policy with fragments. If that policy fails, learns one without. */
export function learn(inputs: readonly Learnt[], options: LearnOptions): Learned {
  const first = attempt(inputs, options, !options.off.has('fragments'), 0);
  const failed = first.faults.length > 0 || first.replays.some((r) => r.denied.length > 0);
  return failed && first.fragments.length > 0 ? attempt(inputs, options, false, 1) : first;
}

function attempt(
  inputs: readonly Learnt[],
  options: LearnOptions,
  fragments: boolean,
  round: number,
): Learned {
  const facts = joinFacts(inputs);
  const needs = [...facts.needs.values()];
  const refused = judged(inputs.flatMap(({ recording }) => recording.refused));
  const guarded = options.ignoreRefused ? [] : refused;
  const chosen = fragments
    ? chooseFragments(needs, options.nevers, guarded)
    : { used: [], left: needs, notApplied: [] };
  const { used, left } = chosen;
  const root = buildNeeds(left);
  const automata = used.map((f) => f.automaton);
  const { applied, notApplied } = generalise(root, options, guardOf(root, automata, guarded));
  const text = policyText({
    root,
    fragments: used,
    applied,
    settings: options,
    name: options.name,
    sources: inputs.map((i) => i.what),
    isFile: (path) => facts.observed.get(path)?.kind === 'file',
  });
  const result = compileFor(targetOf({}), [{ name: `${options.name}.llp`, text }]);
  const automaton = result.stages.hierarchies?.[0];
  const layer = result.stages.policy?.layers[0];
  const faults = result.diagnostics
    .filter((d) => d.severity === 'error')
    .map((d) => `${d.code}: ${d.message}`);
  if (automaton !== undefined) faults.push(...brokenAssertions(automaton, options.nevers));
  return {
    text,
    applied,
    fragments: used,
    notApplied: [...chosen.notApplied, ...notApplied],
    stillAllowed:
      automaton === undefined || layer === undefined
        ? []
        : stillAllowed({ automaton, layer, sources: result.sources }, refused, facts),
    overGrants: automaton === undefined ? [] : overGrants(automaton, facts.observed),
    replays: options.verify && result.artifact !== undefined ? replayAll(inputs, result.artifact, round) : [],
    faults,
    diagnostics: hasError(result.diagnostics) ? result.diagnostics : [],
    sources: result.sources,
  };
}

function joinFacts(inputs: readonly Learnt[]): Facts {
  const facts = newFacts();
  for (const { recording } of inputs) addNeeds(facts, recording.facts);
  return facts;
}

function replayAll(inputs: readonly Learnt[], artifact: Artifact, round: number): ReplayResult[] {
  return inputs.map(({ recording, trees }) =>
    replay(recording, artifact, trees?.[round] ?? buildTree(recording.tree.map(treeEntry)).vfs),
  );
}

/** The assertions that the policy breaks, decided on the automaton for all paths at or beneath the asserted one. */
function brokenAssertions(automaton: HierarchyAutomaton, nevers: readonly Never[]): string[] {
  return nevers.flatMap((never) => {
    const found = allowedWithin(automaton, stateAt(automaton, never.path), never.actions);
    return found === undefined
      ? []
      : [`\`${never.text}\` is broken at \`/${[...never.path, ...found.names].join('/')}\``];
  });
}

/** The text of the assertion that granting a request would break. */
export function assertionOf(nevers: readonly Never[]): (asked: Asked) => string | undefined {
  return (asked) =>
    nevers.find(
      ({ path, actions }) =>
        (actions & asked.actions) !== 0 && (isAt(asked.object, path) || isAt(asked.path, path)),
    )?.text;
}

function isAt(names: readonly string[], path: readonly string[]): boolean {
  return path.every((name, i) => names[i] === name);
}

/** The home directory that most paths are in. */
export function guessHome(inputs: readonly Learnt[]): string | undefined {
  const counts = new Map<string, number>();
  for (const { recording } of inputs) {
    for (const { path } of recording.facts.needs.values()) {
      const home =
        path[0] === 'home' && path[1] !== undefined
          ? `/home/${path[1]}`
          : path[0] === 'root'
            ? '/root'
            : undefined;
      if (home !== undefined) counts.set(home, (counts.get(home) ?? 0) + 1);
    }
  }
  return [...counts].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1))[0]?.[0];
}
