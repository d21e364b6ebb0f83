/** Makes the artifact of the target `linux`: the inode maps of the layers, without programs. */
import type { Artifact } from '../../artifact/manifest.js';
import type { NamedSource } from '../../diagnostics/types.js';
import type { CheckedPolicy } from '../../ir/check/policy.js';
import { buildArtifact } from '../v8/manifest.js';
import { buildPlan, type ChainPlan } from '../v8/plan.js';

/** Returns the classes and maps of the layers. */
export function planMaps(policy: CheckedPolicy): ChainPlan {
  const { chains } = buildPlan(policy);
  return { chains: chains.map((chain) => ({ ...chain, programs: [] })) };
}

/** Returns the artifact. Without sources, its spans have no lines. */
export function mapsArtifact(
  policy: CheckedPolicy,
  sources: readonly NamedSource[] = [],
  plan: ChainPlan = planMaps(policy),
): Artifact {
  const chains = plan.chains.map((chain) => ({ chain, programs: [] }));
  const made = buildArtifact(plan, chains, sources, policy, 'linux');
  return { ...made, manifest: { ...made.manifest, load: [] } };
}
