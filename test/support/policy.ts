/** A policy text, taken as far as a pass needs it. Each function throws where the text has an error. */
import { checkSources, hasError, type Checked } from '../../src/compile.js';
import { defined } from '../../src/base/assert.js';
import type { HierarchyAutomaton } from '../../src/ir/hierarchy/automaton.js';
import type { CheckedPolicy, Layer } from '../../src/ir/check/policy.js';

/** The checked policy of a text. */
export function checkedOf(text: string): Checked & { readonly policy: CheckedPolicy } {
  const checked = checkSources([{ name: 'p.llp', text }]);
  if (hasError(checked.diagnostics)) throw new Error(checked.diagnostics.map((d) => d.message).join('\n'));
  return { ...checked, policy: defined(checked.policy, 'a policy without errors') };
}

/** The only layer of a policy that has this text between its braces. */
export function layerOf(body: string): Layer {
  return defined(checkedOf(`llp 1; policy "p" { ${body} }`).policy.layers[0], 'a layer');
}

/** The automaton of each layer of a policy. */
export function automataOf(text: string): readonly HierarchyAutomaton[] {
  return checkedOf(text).hierarchies.map((h) => defined(h, 'an automaton'));
}
