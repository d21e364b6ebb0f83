/** The target Linux: Landlock rules, mount masks and a filter on a stock kernel. The plan is made where the policy is loaded. */
import type { EnforcementPlan } from '../../artifact/enforcement-plan.js';
import { manifestText, planText } from '../../artifact/text.js';
import { LINUX_MODEL } from '../../runtime/linux/load.js';
import type { TargetOf } from '../target.js';
import type { ChainPlan } from '../v8/plan.js';
import { gapsOf, planOnOwnTree } from './gaps/gaps.js';
import { printSteps } from './launcher/print.js';
import { planSteps } from './launcher/plan-steps.js';
import { checkLayers } from './limits.js';
import { mapsArtifact, planMaps } from './maps-artifact.js';
import { proveMaps } from './prove.js';

/** What is planned at compile time. */
export interface LinuxPlan {
  /** The classes and maps of the layers, which the artifact has. */
  readonly maps: ChainPlan;
  /** Makes the enforcement plan on the policy's own tree, which only `--emit` shows; undefined where its globs overlap too much. */
  readonly onOwnTree: () => EnforcementPlan | undefined;
}

export const linux: TargetOf<LinuxPlan, readonly []> = {
  name: 'linux',
  limits: checkLayers,
  gaps: gapsOf,
  dependsOnMachine: true,
  plan: (meaning, machine) => ({
    maps: planMaps(meaning.policy),
    onOwnTree: () => planOnOwnTree(meaning, machine),
  }),
  emit: () => ({ code: [], diagnostics: [] }),
  artifact: ({ plan, sources, policy }) => mapsArtifact(policy, sources, plan.maps),
  prove: proveMaps,
  model: LINUX_MODEL,
  show(stage, { plan, artifact }) {
    const own = plan?.onOwnTree();
    switch (stage) {
      case 'plan':
        return own && planText(own);
      case 'asm':
        return own && printSteps(planSteps(own, 'x86-64'));
      case 'manifest':
        return artifact && manifestText(artifact.manifest);
      case 'blocks':
      case 'optimised':
        return undefined;
    }
  },
};
