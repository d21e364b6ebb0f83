/** A policy text, taken as far as a pass needs it. */
import type { Artifact } from '../../src/artifact/manifest.js';
import { defined } from '../../src/base/assert.js';
import { emitChain } from '../../src/codegen/v8/emit.js';
import { buildArtifact } from '../../src/codegen/v8/manifest.js';
import { buildPlan } from '../../src/codegen/v8/plan.js';
import { checkSources, hasError, type Checked } from '../../src/compile.js';
import type { HierarchyAutomaton } from '../../src/ir/hierarchy/automaton.js';
import type { CheckedPolicy, Layer } from '../../src/ir/check/policy.js';

/** A checked text that has a policy. */
export interface CheckedText extends Checked {
  readonly policy: CheckedPolicy;
}

/** What the check of a text returns, with or without errors. */
export function checkText(text: string): Checked {
  return checkSources([{ name: 'p.llp', text }]);
}

/** The checked policy of a text; throws if the text has an error. */
export function checkedOf(text: string): CheckedText {
  const checked = checkText(text);
  if (hasError(checked.diagnostics)) throw new Error(checked.diagnostics.map((d) => d.message).join('\n'));
  return { ...checked, policy: defined(checked.policy, 'a policy without errors') };
}

/** The checked policy of a text; undefined if it has an error that is not a broken assertion. */
export function meaningful(text: string): CheckedText | undefined {
  const checked = checkText(text);
  const others = checked.diagnostics.filter((d) => !['LLP3018', 'LLP3020'].includes(d.code));
  const { policy } = checked;
  return policy === undefined || hasError(others) ? undefined : { ...checked, policy };
}

/** The artifact of a checked text without the proof, which takes most of the time of a build. */
export function unproved({ policy, sources }: Pick<CheckedText, 'policy' | 'sources'>): Artifact {
  const plan = buildPlan(policy);
  const chains = plan.chains.map((chain) => ({ chain, programs: emitChain(chain), certificate: null }));
  return buildArtifact(plan, chains, sources, policy);
}

/** The only layer of a policy that has this text between its braces; throws if it has an error. */
export function layerOf(body: string): Layer {
  return defined(checkedOf(`llp 1; policy "p" { ${body} }`).policy.layers[0], 'a layer');
}

/** The automaton of each layer of a policy; throws if the text has an error. */
export function automataOf(text: string): readonly HierarchyAutomaton[] {
  return checkedOf(text).hierarchies.map((h) => defined(h, 'an automaton'));
}
