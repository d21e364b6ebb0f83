/** Prints a checked policy for `--emit policy`; golden tests compare the same text. */
import { ALL_TRIGGERS, actionName, actionNames, unionOf, type ActionMask } from '../../abi/actions.js';
import type { Effects } from '../../semantics/scope.js';
import { patternText } from './paths.js';
import type {
  AcceptedUnenforced,
  Assertion,
  CheckedPolicy,
  CheckedTest,
  GainAssertion,
  Layer,
  Scope,
} from './policy.js';

export function printPolicy(policy: CheckedPolicy): string {
  const claims = printClaims(policy);
  return [
    ...policy.layers.map(printLayer),
    ...(claims === '' ? [] : [claims]),
    ...policy.tests.map(printTest),
  ].join('\n');
}

function printClaims({ assertions, gainAssertions, acceptedGains, unenforced }: CheckedPolicy): string {
  const mask = unionOf(acceptedGains.map((a) => a.actions));
  const accepted = mask === 0 ? '' : `accept gains ${setText(mask)}\n`;
  return [
    ...assertions.map(printAssertion),
    ...gainAssertions.map(printGains),
    accepted,
    ...unenforced.map(printUnenforced),
  ].join('');
}

function printAssertion({ claim, actions, reach, path, layer }: Assertion): string {
  return `assert ${claim} ${setText(actions)} ${reach} ${patternText(path)}${about(layer)}\n`;
}

function printGains({ actions, layer }: GainAssertion): string {
  return `assert never gains ${setText(actions)}${about(layer)}\n`;
}

function printUnenforced({ actions, target, layer }: AcceptedUnenforced): string {
  return `accept unenforced ${setText(actions)} on ${target}${about(layer)}\n`;
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
