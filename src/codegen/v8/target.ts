/** The target Landlock v8: a chain of programs for each layer, and a manifest for its loader. */
import { manifestText } from '../../artifact/text.js';
import { artifactListing } from '../../bpf/program-text.js';
import { MODELS } from '../../runtime/models.js';
import type { TargetOf } from '../target.js';
import { blocksOf, emitPlan, optimisedBlocksOf, type EmittedChain } from './emit.js';
import { checkLimits } from './limits.js';
import { buildArtifact } from './manifest.js';
import { buildPlan, type ChainPlan } from './plan.js';
import { printGraphs, printPlan } from './print.js';
import { prove } from './prove/prove.js';

export const landlockV8: TargetOf<ChainPlan, readonly EmittedChain[]> = {
  name: 'landlock-v8',
  limits: checkLimits,
  /** The walk machine enforces every policy. `docs/bytecode.md` lists the denials that the posted kernel would not enforce. */
  gaps: () => [],
  dependsOnMachine: false,
  plan: ({ policy }) => buildPlan(policy),
  emit: emitPlan,
  artifact: ({ plan, code, sources, policy }) => buildArtifact(plan, code, sources, policy),
  prove,
  model: MODELS['landlock-v8'],
  show(stage, { plan, code, artifact }) {
    switch (stage) {
      case 'plan':
        return plan && printPlan(plan);
      case 'blocks':
        return plan && code && printGraphs(plan, blocksOf);
      case 'optimised':
        return plan && code && printGraphs(plan, optimisedBlocksOf);
      case 'asm':
        return artifact && artifactListing(artifact);
      case 'manifest':
        return artifact && manifestText(artifact.manifest);
    }
  },
};
