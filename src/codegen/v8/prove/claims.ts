/** What a proof of any target compares and leaves in the artifact: the assertions, and a certificate for each chain. */
import { actionNames } from '../../../abi/actions.js';
import type { Artifact, Certificate, Manifest, ManifestAssertion } from '../../../artifact/manifest.js';
import { patternText } from '../../../ir/check/paths.js';
import type { CheckedPolicy } from '../../../ir/check/policy.js';
import type { ReadChain } from './chain.js';

/** Returns the artifact with a certificate for each chain. */
export function certified(artifact: Artifact, certificates: readonly Certificate[]): Artifact {
  const { manifest } = artifact;
  const chains = manifest.chains.map((chain, i) => ({ ...chain, certificate: certificates[i] ?? null }));
  return { ...artifact, manifest: { ...manifest, chains } };
}

type ClaimRow = readonly [
  kind: string,
  actions: readonly string[],
  maps: readonly string[],
  ...rest: unknown[],
];

/** Returns the assertions that a manifest has, in a form to compare. */
export function claimsRead({ assertions = [] }: Manifest): ClaimRow[] {
  return assertions.map((a: ManifestAssertion) =>
    a.kind === 'gains'
      ? [a.kind, a.actions, a.maps]
      : [a.kind, a.actions, a.maps, a.claim, a.reach, a.components, a.path],
  );
}

/** Returns the assertions that a policy has, in the same form. */
export function claimsMeant(
  { assertions, gainAssertions, layers }: CheckedPolicy,
  chains: readonly Pick<ReadChain, 'map'>[],
): ClaimRow[] {
  const mapsOf = (layer: CheckedPolicy['layers'][number] | undefined): string[] =>
    chains.flatMap((c, i) => (layer === undefined || layers[i] === layer ? [c.map.name] : []));
  return [
    ...assertions.map((a): ClaimRow => [
      'place',
      actionNames(a.actions),
      mapsOf(a.layer),
      a.claim,
      a.reach,
      a.path,
      patternText(a.path),
    ]),
    ...gainAssertions.map((a): ClaimRow => ['gains', actionNames(a.actions), mapsOf(a.layer)]),
  ];
}
