/**
 * The proof of an artifact for `linux`: reads it back from its text and decides that its maps mean the policy.
 *
 * The maps are all that the artifact has: the plan is made of them when they are grounded on a tree. What the plan holds of the
 * policy is decided by `gaps.ts`.
 */
import { createHash } from 'node:crypto';
import { actionNames } from '../../abi/actions.js';
import {
  MANIFEST_FORMAT,
  MANIFEST_VERSION,
  type Artifact,
  type Certificate,
  type InodeMap,
  type Manifest,
} from '../../artifact/manifest.js';
import { unsealedText } from '../../artifact/text.js';
import { defined } from '../../base/assert.js';
import { report } from '../../diagnostics/catalogue.js';
import type { Diagnostic } from '../../diagnostics/types.js';
import type { Meaning } from '../target.js';
import { readMap } from '../v8/prove/chain.js';
import { checkEntries } from '../v8/prove/entries.js';
import { certified, claimsMeant, claimsRead } from '../v8/prove/claims.js';
import { isRefuted, refuted, type Refuted } from '../v8/prove/refuted.js';
import { decideVerdicts } from '../v8/prove/verdicts.js';

/** Returns the artifact with its certificates, or an error that says where it differs from the policy. */
export function proveMaps(
  artifact: Artifact,
  meaning: Meaning,
): { readonly artifact: Artifact; readonly diagnostics: readonly Diagnostic[] } {
  const result = decide(artifact, meaning);
  if (!isRefuted(result)) return { artifact: certified(artifact, result), diagnostics: [] };
  const { part, reason } = result;
  const span = meaning.policy.layers[0]?.span;
  return { artifact, diagnostics: [report('LLP4002', { part, reason }, span === undefined ? {} : { span })] };
}

function decide({ manifest }: Artifact, { policy, hierarchies }: Meaning): Certificate[] | Refuted {
  const read = JSON.parse(unsealedText(manifest)) as Manifest;
  const maps = read.maps.filter((map): map is InodeMap => map.type === 'inode');
  const frame = checkFrame(read, policy.layers, maps);
  if (frame !== undefined) return frame;
  const chains = maps.map((map) => ({ map }));
  if (JSON.stringify(claimsRead(read)) !== JSON.stringify(claimsMeant(policy, chains)))
    return refuted('the manifest', 'it does not assert what the policy asserts');
  if (JSON.stringify(acceptedRead(read)) !== JSON.stringify(acceptedMeant(policy, maps)))
    return refuted('the manifest', 'it does not accept as unenforced what the policy accepts');
  const certificates: Certificate[] = [];
  for (const [i, map] of maps.entries()) {
    const layer = defined(policy.layers[i], 'a map for each layer');
    const automaton = defined(hierarchies[i], 'an automaton for each layer');
    const classes = readMap(map);
    const wrong = isRefuted(classes) ? classes : checkEntries(map, layer);
    if (wrong !== undefined) return wrong;
    const verdicts = decideVerdicts({ map }, automaton);
    if (isRefuted(verdicts)) return verdicts;
    const digest = createHash('sha256').update(JSON.stringify(map)).digest('hex');
    certificates.push({ places: verdicts.places, paths: 0, digest });
  }
  return certificates;
}

type AcceptedRow = readonly [actions: readonly string[], maps: readonly string[]];

/** Returns what a manifest accepts as unenforced, in a form to compare. The planner takes it from there. */
function acceptedRead({ unenforced = [] }: Manifest): AcceptedRow[] {
  return unenforced.map(({ actions, maps }) => [actions, maps]);
}

/** Returns what a policy accepts as unenforced on Linux, in the same form. */
function acceptedMeant({ unenforced, layers }: Meaning['policy'], maps: readonly InodeMap[]): AcceptedRow[] {
  return unenforced
    .filter(({ target }) => target === 'linux')
    .map(({ actions, layer }) => [
      actionNames(actions),
      maps.filter((_, i) => layer === undefined || layers[i] === layer).map((map) => map.name),
    ]);
}

function checkFrame(
  read: Manifest,
  layers: Meaning['policy']['layers'],
  maps: readonly InodeMap[],
): Refuted | undefined {
  const wrong = (reason: string): Refuted => refuted('the manifest', reason);
  if (read.format !== MANIFEST_FORMAT || read.version !== MANIFEST_VERSION || read.target !== 'linux')
    return wrong('it is of another form, or for another target');
  if (read.policy !== layers[0]?.name) return wrong('it is named after another policy');
  if (
    read.chains.length !== layers.length ||
    maps.length !== layers.length ||
    read.maps.length !== maps.length
  )
    return wrong('it has not one chain and one map for each layer');
  if (read.programs.length > 0 || read.load.length > 0 || read.chains.some((c) => c.programs.length > 0))
    return wrong('it has programs, and stock Linux runs none');
  if (read.chains.some((c, i) => c.name !== layers[i]?.name)) return wrong('its layers are in another order');
  if (new Set(maps.map((m) => m.name)).size !== maps.length) return wrong('two maps have one name');
  return undefined;
}
