/**
 * Reports moves that gain rights: an error where an assertion forbids the gain, else a warning for each pair of regions,
 * unless the policy accepts the gain. An `accept` that no move needs is warned about too.
 */
import {
  ALL_ACTIONS,
  actionBit,
  difference,
  union,
  unionOf,
  type ActionMask,
  type ActionBit,
  type ActionName,
} from '../../abi/actions.js';
import { report } from '../../diagnostics/catalogue.js';
import type { Diagnostic, Note, Span } from '../../diagnostics/types.js';
import { automataOf } from './check-assertions.js';
import { deciderNotes, deciderAt, type DecidingRule } from './deciding-rule.js';
import { findGains, type Gain, type Region } from './gains.js';
import type { HierarchyAutomaton } from '../hierarchy/automaton.js';
import type { CheckedPolicy, GainAssertion, Layer } from '../check/policy.js';
import { actionList } from '../check/scopes.js';
import { makeSpots, pathText, type Step } from '../hierarchy/spots.js';

/** A gain, its diagnostic, and the layers that it is about. A run of their chains can confirm the gain. */
export interface ReportedGain {
  readonly gain: Gain;
  readonly layers: readonly Layer[];
  readonly diagnostic: Diagnostic;
}

/**
 * Returns the gains that are reported, and the other diagnostics: gains that cannot be decided, and each `accept` that
 * accepts nothing. `hierarchies`: one automaton per layer.
 */
export function checkGains(
  policy: CheckedPolicy,
  hierarchies: readonly HierarchyAutomaton[],
): { readonly gains: readonly ReportedGain[]; readonly others: readonly Diagnostic[] } {
  const { layers, gainAssertions } = policy;
  const others: Diagnostic[] = [];
  const about = (some: readonly Layer[], relevant: ActionMask, assertion?: GainAssertion): ReportedGain[] => {
    const product = makeSpots(some, automataOf(policy, some, hierarchies));
    const found = findGains(product, relevant);
    if (found.kind === 'too-large') others.push(tooLarge(found.path, some, assertion));
    const gains = found.kind === 'found' ? found.gains : [];
    return gains.map((gain) => ({ gain, layers: some, diagnostic: describe(gain, some, assertion) }));
  };
  const asserted = unionOf(gainAssertions.flatMap((a) => (a.layer === undefined ? a.actions : [])));
  const accepted = difference(unionOf(policy.acceptedGains.map((a) => a.actions)), asserted);
  const gains = [
    ...gainAssertions.flatMap((a) => about(a.layer === undefined ? layers : [a.layer], a.actions, a)),
    ...about(layers, difference(ALL_ACTIONS, union(accepted, asserted))),
  ];
  const all = findGains(makeSpots(layers, automataOf(policy, layers, hierarchies)), accepted);
  if (all.kind === 'found') others.push(...idleAccepts(policy, all.gains, asserted));
  return { gains, others };
}

/** Returns a warning for each `accept` whose actions no move gains, or whose gain an assertion forbids. */
function idleAccepts(
  { acceptedGains, gainAssertions }: CheckedPolicy,
  gains: readonly Gain[],
  asserted: ActionMask,
): Diagnostic[] {
  const gained = unionOf(gains.map((g) => g.gained));
  return acceptedGains.flatMap(({ actions, span }) => {
    if ((actions & gained) !== 0) return [];
    const notes = gainAssertions
      .filter((a) => a.layer === undefined && (a.actions & asserted & actions) !== 0)
      .map((a): Note => ({ message: `what is asserted cannot be accepted`, span: a.span }));
    const fix = { span, replacement: '' };
    return [report('LLP3021', { actions: actionList(actions) }, { span, notes, help: 'remove it', fix })];
  });
}

function tooLarge(
  path: readonly Step[],
  layers: readonly Layer[],
  assertion: GainAssertion | undefined,
): Diagnostic {
  const span = assertion?.span ?? layers[0]?.span;
  const help = 'let globs of different layers beneath this place share less';
  return report('LLP4001', { path: pathText(path) }, { ...(span && { span }), help });
}

function describe(gain: Gain, layers: readonly Layer[], assertion: GainAssertion | undefined): Diagnostic {
  const { from, to, gained, call } = gain;
  const params = {
    from: pathText(from.directory),
    to: pathText(to.directory),
    actions: actionList(gained),
  };
  const moving = ruleOf(layers, objectIn(gain, from), 'file', call);
  const into = ruleOf(layers, to.directory, 'dir', `${call}to`);
  const notes: Note[] = [
    { message: callText(gain) },
    ...(assertion === undefined ? [] : notesOf(moving, call)),
    ...notesOf(into, `${call}to`),
  ];
  const help =
    `deny \`${call}\` in the first or \`${call}to\` in the second` +
    (assertion === undefined
      ? `, or write \`accept gains ${actionList(gained).replaceAll('`', '')};\` where it is meant`
      : '');
  const code = assertion === undefined ? 'LLP3019' : 'LLP3020';
  return report(code, params, { span: assertion?.span ?? placeOf(moving), notes, help });
}

/** Returns the call of the witness as text. */
export function callText(gain: Gain): string {
  const [old, target] = [gain.from, gain.to].map((region) => pathText(objectIn(gain, region)));
  return `\`${gain.call} ${old} -> ${target}\``;
}

/** Returns the path of the witness in one of the two regions. */
export function objectIn({ name }: Gain, { directory }: Region): Step[] {
  return [...directory, { name, appears: true }];
}

interface RuleAt {
  readonly decider: DecidingRule;
  readonly action: ActionBit;
}

/** Returns the rule that allows the action in the first layer. The other layers allow it too. */
function ruleOf(
  layers: readonly Layer[],
  path: readonly Step[],
  object: 'dir' | 'file',
  name: ActionName,
): RuleAt | undefined {
  const action = actionBit(name);
  const [layer] = layers;
  return layer === undefined ? undefined : { decider: deciderAt(layer, path, object, action), action };
}

function notesOf(rule: RuleAt | undefined, name: string): Note[] {
  if (rule === undefined) return [];
  const [first, ...via] = deciderNotes(rule.decider, 'allowed', rule.action, undefined);
  return first === undefined ? [] : [{ ...first, message: `\`${name}\` is ${first.message}` }, ...via];
}

/** Returns the place of a rule in the policy; for a rule of a fragment, the outermost `use`. */
function placeOf(rule: RuleAt | undefined): Span {
  const decider = rule?.decider;
  if (decider?.kind === 'rule') return decider.rule.via[0] ?? decider.rule.span;
  return decider?.layer.span ?? { source: 0, start: 0, end: 0 };
}
