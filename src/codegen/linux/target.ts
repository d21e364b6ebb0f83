/** The target Linux: Landlock rules, mount masks and a filter on a stock kernel. The plan is made where the policy is loaded. */
import { manifestText } from '../../artifact/text.js';
import { MODELS } from '../../runtime/models.js';
import type { TargetOf } from '../target.js';
import type { ChainPlan } from '../v8/plan.js';
import { gapsOf } from './gaps/gaps.js';
import { checkLayers } from './limits.js';
import { mapsArtifact, planMaps } from './maps-artifact.js';
import { proveMaps } from './prove.js';

/** What is made at compile time: the classes and maps of the layers, without programs. */
export const linux: TargetOf<ChainPlan, readonly []> = {
  name: 'linux',
  limits: checkLayers,
  gaps: gapsOf,
  plan: ({ policy }) => planMaps(policy),
  emit: () => ({ code: [], diagnostics: [] }),
  artifact: ({ plan, sources, policy }) => mapsArtifact(policy, sources, plan),
  prove: proveMaps,
  model: MODELS.linux,
  show(stage, { artifact }) {
    switch (stage) {
      case 'plan':
        return undefined;
      case 'manifest':
        return artifact && manifestText(artifact.manifest);
      case 'blocks':
      case 'optimised':
      case 'asm':
        return undefined;
    }
  },
};
