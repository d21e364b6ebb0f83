/** What `--emit policy`, `--emit hierarchy` and `--emit plan` show; golden tests compare the same text. */
import { counted } from '../../base/text.js';
import {
  ALL_ACTIONS,
  ALL_TRIGGERS,
  actionName,
  actionNames,
  difference,
  unionOf,
  type ActionMask,
} from '../../abi/actions.js';
import type { HierarchyAutomaton, HierarchyState } from '../../ir/hierarchy/automaton.js';
import { patternText } from '../../ir/check/paths.js';
import type { Check } from '../../semantics/machine.js';
import type { Chain, ChainPlan, ProgramPlan } from './plan.js';
import type {
  Assertion,
  CheckedPolicy,
  CheckedTest,
  GainAssertion,
  Layer,
  Scope,
} from '../../ir/check/policy.js';
import type { Effects } from '../../semantics/scope.js';
import { assertNever } from '../../base/assert.js';

/** A mask for people: the shorter of what is in it and what is not. */
function maskText(mask: ActionMask): string {
  if (mask === 0) return 'none';
  if (mask === ALL_ACTIONS) return 'everything';
  const names = actionNames(mask);
  const missing = actionNames(difference(ALL_ACTIONS, mask));
  return missing.length < names.length ? `everything but ${missing.join(', ')}` : names.join(', ');
}

export function printPolicy(policy: CheckedPolicy): string {
  const claims = printClaims(policy);
  return [
    ...policy.layers.map(printLayer),
    ...(claims === '' ? [] : [claims]),
    ...policy.tests.map(printTest),
  ].join('\n');
}

function printClaims({ assertions, gainAssertions, acceptedGains }: CheckedPolicy): string {
  const mask = unionOf(acceptedGains.map((a) => a.actions));
  const accepted = mask === 0 ? '' : `accept gains ${setText(mask)}\n`;
  return assertions.map(printAssertion).join('') + gainAssertions.map(printGains).join('') + accepted;
}

function printAssertion({ claim, actions, reach, path, layer }: Assertion): string {
  return `assert ${claim} ${setText(actions)} ${reach} ${patternText(path)}${about(layer)}\n`;
}

function printGains({ actions, layer }: GainAssertion): string {
  return `assert never gains ${setText(actions)}${about(layer)}\n`;
}

function about(layer: Layer | undefined): string {
  return layer === undefined ? '' : ` in ${JSON.stringify(layer.name)}`;
}

function printLayer(layer: Layer): string {
  const head = `policy ${JSON.stringify(layer.name)}\n  default ${layer.default}\n`;
  return head + layer.scopes.map(printScope).join('');
}

function printScope(scope: Scope): string {
  const optional = scope.optional ? '?' : scope.within > 0 ? ` (with its first ${scope.within})` : '';
  const head = `  ${scope.object}${optional} ${patternText(scope.path)}\n`;
  return (
    head +
    printEffects('    ', scope.region) +
    printEffects(scope.object === 'dir' ? '    here ' : '    ', scope.self)
  );
}

function printEffects(indent: string, effects: Effects): string {
  const line = (name: keyof Effects): string =>
    effects[name] === 0 ? '' : `${indent}${name} ${setText(effects[name])}\n`;
  return line('allow') + line('deny') + line('forbid');
}

function setText(mask: ActionMask): string {
  return mask === ALL_TRIGGERS ? 'all' : actionNames(mask).join(', ');
}

function printTest(test: CheckedTest): string {
  const given = test.given.map(
    (g) => `  given ${g.kind} ${g.path}${'target' in g ? ` -> ${g.target}` : ''}\n`,
  );
  const steps = test.steps.map((s) =>
    s.kind === 'cd' ? `  cd ${s.path}\n` : `  expect ${s.effect} ${actionName(s.action)} ${s.path}\n`,
  );
  return `test ${JSON.stringify(test.name)}\n${given.join('')}${steps.join('')}`;
}

export function printHierarchy(automaton: HierarchyAutomaton): string {
  const { states } = automaton;
  return `hierarchy ${JSON.stringify(automaton.layer)}: ${counted(states.length, 'state')}\n${states.map(printState).join('')}`;
}

function printState(state: HierarchyState): string {
  const verdicts = [
    `    directory: ${maskText(state.dir)}`,
    ...(state.below === state.dir ? [] : [`    beneath: ${maskText(state.below)}`]),
    ...(state.file === state.below ? [] : [`    other object: ${maskText(state.file)}`]),
  ];
  const edges = [
    ...state.literals.map((e) => `    ${JSON.stringify(e.name)} -> ${e.to}`),
    ...state.classes.map((e) => {
      const matching = e.matching.map((i) => state.globs[i]).join(' & ');
      const not = state.globs.filter((_, i) => !e.matching.includes(i)).map((g) => ` & !${g}`);
      return `    ${matching}${not.join('')} -> ${e.to}   (as ${JSON.stringify(e.witness)})`;
    }),
    `    else -> ${state.other}`,
  ];
  return `  state ${state.id}\n${[...verdicts, ...edges].join('\n')}\n`;
}

export function printPlan(plan: ChainPlan): string {
  return `plan: ${counted(plan.chains.length, 'chain')}\n${plan.chains.map(printChain).join('')}`;
}

function printChain({ layer, classes, layout, programs }: Chain): string {
  const classLines = classes.map(({ actions, decision }) => {
    const how =
      decision.kind === 'bit'
        ? `bit ${decision.bit}${decision.region === 'deny' ? ', denied in every region' : ''}`
        : decision.kind;
    return `    ${how}: ${actionNames(actions).join(', ')}\n`;
  });
  const half = `place ${layout.placeShift}..31, inexact ${layout.inexactBit}, denied 0..${layout.classes - 1}`;
  const cookie = layout.classes === 0 ? '' : `  cookie: below 63..32, self 31..0; each half: ${half}\n`;
  return `chain of ${JSON.stringify(layer.name)}\n  classes\n${classLines.join('')}${cookie}  programs\n${programs.map(printProgram).join('')}`;
}

function printProgram(plan: ProgramPlan): string {
  switch (plan.kind) {
    case 'walk':
      return `    ${plan.name}: step, store, ${checkText(plan.check)}\n`;
    case 'pick':
      return `    ${plan.name}: on ${actionNames(plan.triggers).join(', ')}: ${plan.check.kind === 'bit' ? 'step, ' : ''}${checkText(plan.check)}\n`;
    case 'get':
      return `    ${plan.name}: tag with the region\n`;
    default:
      return assertNever(plan);
  }
}

function checkText(check: Check): string {
  return check.kind === 'bit' ? `deny if bit ${check.bit}` : check.kind;
}
